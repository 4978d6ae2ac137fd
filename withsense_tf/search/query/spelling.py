"""How words are written: which are real words, and which real ones are written nearly like another.

The English list has 82,765 words with how often books have them (`symspellpy`); Russian words are asked of the
analyser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from withsense_tf.common.words import CYRILLIC, english_lemmas, frequent_words, russian_analyser
from withsense_tf.encoders.english_spellings import other_spelling
from withsense_tf.index.photo_verdicts import age_limits
from withsense_tf.policy.law import Law

LONGEST_WORD: Final = 40
# Shorter words are near too many others.
SHORTEST_WORD: Final = 3
# From so many letters on, two slips make a word no other one.
LONG: Final = 7
# There is no list of how often Russian words are used that could tell which of several was meant.
LONG_IN_RUSSIAN: Final = 6
RUSSIAN_LETTERS: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
ENGLISH: Final = re.compile(r"[a-z]+")
VOWELS: Final = re.compile("[aeiouyаеёиоуыэюя]+")


def is_real(word: str) -> bool:
    """Return whether a word in lower case is one, or is in letters that nobody here can tell of."""
    if ENGLISH.fullmatch(word):
        # The list is British: it has "aeroplane" and "harbour" alone.
        spellings = {word, other_spelling(word) or word}
        return not spellings.isdisjoint(frequent_words()) or word in english_lemmas()
    if all(CYRILLIC.match(sign) for sign in word):
        return bool(russian_analyser().word_is_known(word))
    return True


def near_words(word: str, candidates: Sequence[str]) -> list[tuple[str, int]]:
    """Return the candidates that are written nearly like a word, each with how many slips part them, nearest first.

    A slip is a letter too many, too few, another one, or two that changed places. Of words that are as near, those with
    the same consonants come first: they sound alike.
    """
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import extract

    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
        return []
    most = 2 if len(word) >= LONG else 1
    near = extract(word, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=None)
    # Who slips twice has begun right: "wakeboarding" is no "skateboarding".
    pairs = [(other, int(slips)) for other, slips, _ in near if slips < 2 or other[0] == word[0]]
    consonants = VOWELS.sub("", word)
    return sorted(pairs, key=lambda pair: (pair[1], VOWELS.sub("", pair[0]) != consonants))


def russian_words_near(word: str) -> list[str]:
    """Return the real Russian words that one slip parts from a word; of a short one none, it is near to too many.

    Its last letter is right: endings tell forms apart, and a word that nobody lists has a form, too.

    >>> russian_words_near("мотацикл"), russian_words_near("скейтер")
    (['мотоцикл'], [])
    """
    if not LONG_IN_RUSSIAN <= len(word) <= LONGEST_WORD:
        return []
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {start + rest[1:] for start, rest in parts if rest}
    near |= {start + rest[1] + rest[0] + rest[2:] for start, rest in parts if len(rest) > 1}
    near |= {start + sign + rest[1:] for start, rest in parts if rest for sign in RUSSIAN_LETTERS}
    near |= {start + sign + rest for start, rest in parts if rest for sign in RUSSIAN_LETTERS}
    return sorted(other for other in near - {word} if other[-1] == word[-1] and is_real(other))


def may_be_asked(better: str, word: str, text: str, policy: Law) -> bool:
    """Return whether the law of no country holds anything against a word, alone and in the place of another.

    "7 year old" says what "year" does not.
    """
    whole = in_place_of(better, word, text)
    for limit in age_limits(policy):
        alone, before, after = (
            verdict.restricted for verdict in policy.texts(limit).verdicts([better, text, whole])
        )
        if alone or (after and not before):
            return False
    return True


def same_to_the_law(text: str, other: str, policy: Law) -> bool:
    """Return whether the law of every country says the same of two texts."""
    for limit in age_limits(policy):
        one, two = policy.texts(limit).verdicts([text, other])
        if one.decision != two.decision:
            return False
    return True


def in_place_of(better: str, word: str, text: str) -> str:
    """Return a text with a word in the place of another, wherever that stands by itself."""
    # As a text, not as a pattern: what a model knows may hold any signs.
    return better.join(re.split(rf"\b{re.escape(word)}\b", text, flags=re.IGNORECASE))
