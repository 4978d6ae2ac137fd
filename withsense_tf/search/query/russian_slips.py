"""Russian words that were meant by words which no list has, where English ones come from a list of 82,765.

A word that sounds as a real one does («сабака», «хокей», «жолтый») is that one, whatever else is as near in letters.
One that is written as it sounds in two or three places («матацыкл») is compared with every word that the analyser
knows; one that was typed badly with the words of the table of word pairs alone, as those of all forms of all words are
near to too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, pairwise, product
from typing import Final

from withsense_tf.common.words import frequent_words, russian_analyser
from withsense_tf.encoders.word_pairs import english_of, russian_by_english
from withsense_tf.search.query.spelling import LONG_IN_RUSSIAN, LONGEST_WORD, is_real, near_words

# What a vowel without stress is heard as, and a consonant before one of these consonants.
VOWELS: Final = {"а": "о", "о": "а", "е": "иэя", "ё": "ео", "и": "еы", "ы": "и", "э": "е", "я": "еи"}
PAIRS: Final = ("бп", "вф", "гк", "дт", "жш", "зс")
CONSONANTS: Final = {
    one: other for first, second in PAIRS for one, other in ((first, second), (second, first))
}
BEFORE: Final = frozenset("бпвфгкдтжшзсхцчщ")
# Behind these, о is heard where ё is written, and ы where и and е are.
SIBILANTS: Final = frozenset("жшчщц")
# Behind another consonant nobody hears these, and a consonant may be written twice or ь be written in vain.
SILENT: Final = {"стн": "сн", "здн": "зн", "лнц": "нц", "вств": "ств", "стл": "сл", "рдц": "рц"}
CONSONANT: Final = re.compile(r"[бвгджзйклмнпрстфхцчшщ]")
# A shorter word sounds like too many others.
SHORTEST: Final = 4
# So many letters of a word may be another one that sounds alike.
MOST_HEARD: Final = 3
# Of a shorter word two slips are too many, if nothing says which was meant: as in English.
LONG: Final = 9
# By so many letters an ending may make a form longer or shorter than the basic form.
ENDING: Final = 4


def words_that_sound_the_same(word: str) -> dict[str, int]:
    """Return real words that one slip of the ear parts from a word, each with how often books have it in English."""
    if not SHORTEST <= len(word) <= LONGEST_WORD:
        return {}
    return {other: _count(other) for other in sorted(set(_as_heard(word))) if is_real(other)}


def _as_heard(word: str) -> Iterator[str]:
    """Yield what a word may be if it was written as it sounds; its last letter is right."""
    for at, (sign, following) in enumerate(pairwise(word)):
        before, start, end = word[at - 1 : at], word[:at], word[at + 1 :]
        others = _heard_as(sign, following)
        if before in SIBILANTS:
            others += {"о": "ёе", "ё": "о", "ы": "еио"}.get(sign, "")
        yield from (f"{start}{other}{end}" for other in others)
        if sign == "ь" and CONSONANT.match(following):
            yield f"{start}{end}"
        elif CONSONANT.match(sign):
            yield f"{start}{sign}{sign}{end}"
            if CONSONANT.match(following) and sign not in SIBILANTS:
                yield f"{start}{sign}ь{end}"
    for spelling, sound in SILENT.items():
        yield from (
            word[: match.start()] + spelling + word[match.end() :] for match in re.finditer(sound, word)
        )


def _count(word: str) -> int:
    """Return how often books have what a word is in English; 1 where no table knows it."""
    return max((frequent_words().get(english, 1) for english in english_of(word)), default=1)


def words_heard_alike(word: str) -> dict[str, int]:
    """Return real words that sound like a word and differ in as few letters as any, two or three, each with worth 1."""
    if not LONG_IN_RUSSIAN <= len(word) <= LONGEST_WORD:
        return {}
    # The last letter is right, as where one slip parts two words.
    signs = {at: _heard_as(sign, following) for at, (sign, following) in enumerate(pairwise(word))}
    places = [at for at, others in signs.items() if others]
    for count in range(2, MOST_HEARD + 1):
        changed_words = (
            _with_letters(word, dict(zip(some, letters, strict=True)))
            for some in combinations(places, count)
            for letters in product(*(signs[at] for at in some))
        )
        if near := sorted({other for other in changed_words if is_real(other)}):
            return dict.fromkeys(near, 1)
    return {}


def _heard_as(sign: str, following: str) -> str:
    return VOWELS.get(sign) or (CONSONANTS.get(sign, "") if following in BEFORE else "")


def _with_letters(word: str, letters: Mapping[int, str]) -> str:
    return "".join(letters.get(at, sign) for at, sign in enumerate(word))


def words_typed_alike(word: str) -> dict[str, int]:
    """Return forms of words of the table that two slips part from a long word, each with how often books have it.

    That is how often they have what it is in English. A word that is one of these forms is none that was typed badly.
    """
    if not LONG <= len(word) <= LONGEST_WORD:
        return {}
    worth: dict[str, int] = {}
    for base, count in _bases(word[0]).items():
        if abs(len(base) - len(word)) <= ENDING and _begins_alike(word, base):
            forms = {str(form.word) for form in russian_analyser().parse(base)[0].lexeme}
            if word in forms:
                return {}
            same_end = [form for form in forms if form[-1] == word[-1]]
            worth |= {form: max(count, worth.get(form, 0)) for form, _ in near_words(word, same_end)}
    return worth


def _begins_alike(word: str, base: str) -> bool:
    """Return whether a form of a basic form may be near to a word: so are their beginnings then."""
    from rapidfuzz.distance import DamerauLevenshtein

    length = max(min(len(word), len(base)) - ENDING + 1, 3)
    return DamerauLevenshtein.distance(word[:length], base[:length], score_cutoff=3) <= 3


@cache
def _tables() -> Mapping[str, Mapping[str, int]]:
    counts, tables = frequent_words(), dict[str, dict[str, int]]()
    for english, russian in russian_by_english().items():
        for word in (part for phrase in russian for part in phrase.split()):
            table = tables.setdefault(word[0], {})
            table[word] = max(counts.get(english, 1), table.get(word, 0))
    return tables


def _bases(letter: str) -> Mapping[str, int]:
    """Return the words of the table that begin with a letter, each with how often books have what it is in English."""
    return _tables().get(letter, {})
