"""Which words name people: by the tables of words that there are, and of words that no table has by their ending."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from withsense_tf.common.words import CYRILLIC, english_lemmas, frequent_words, lemma
from withsense_tf.encoders.russian_kinds import kind_of_thing
from withsense_tf.encoders.word_pairs import english_of, russian_by_english
from withsense_tf.policy.texts.rule_files import packaged_rules

# Classes of words of the law's rules: people, and what is alive or looks so and is nobody.
_PEOPLE: Final = ("PERSON", "ROLE", "YOUNG_ROLE", "ADULT_JOB", "OTHER_GROWN")
_NOBODY: Final = ("ANIMAL", "STATUE", "GROUP", "BEAST")
# Somebody, where the word in the other language is one of somebody or of an animal, too.
_ENDING: Final = re.compile(r"\w{3,}(?:er|or|ist|ian|man|woman|boy|girl|ess|eer|ant|ent|smith)")
_RUSSIAN_ENDING: Final = re.compile(
    r"\w{2,}(?:иста?|истка|щик|щица|[тдзсж]чик|тель|тельница|ник|[её]р|ор|лог|граф|мен|арь|ун|анин)"
)
# What ends a word of its own where no table has the whole: guitar-ist, police-woman, kite-surfer.
_IST: Final = re.compile(r"(?P<stem>\w{3,})ist")
_HEADS: Final = ("man", "woman", "person", "boy", "girl")
SHORTEST_STEM: Final = 3
LEAST_HEAD: Final = 5
# What a table says first and second is what a word usually is: a "fan" is a вентилятор, too.
USUAL: Final = 2


@lru_cache(maxsize=50_000)
def names_people(word: str) -> bool:
    """Return whether a word in lower case, English or Russian, in whichever form, is one for somebody.

    What may as well be a thing is none.

    >>> [names_people(word) for word in ("skiers", "kitesurfer", "badger", "toaster", "snowman", "mist")]
    [True, True, False, False, False, False]
    >>> [names_people(word) for word in ("лыжники", "гитаристка", "синица", "холодильник")]
    [True, True, False, False]
    """
    if not CYRILLIC.search(word):
        return _is_somebody(_singular(word))
    base = lemma(word)
    if base in _words_of("ru", _NOBODY):
        return False
    english = [one for one in english_of(word) if " " not in one]
    if any(map(_is_somebody, english)):
        return True
    is_nobody = any(one in _words_of("en", _NOBODY) for one in english)
    return not is_nobody and kind_of_thing(base) == "anim" and _RUSSIAN_ENDING.fullmatch(base) is not None


def _singular(word: str) -> str:
    if word.endswith("men") and word not in russian_by_english():
        return f"{word[:-3]}man"
    base = lemma(word)
    # A word that the table of forms does not have stays as it is.
    return word[:-1] if base == word and word.endswith("s") and not word.endswith("ss") else base


def _is_somebody(word: str) -> bool:
    if word in _words_of("en", _NOBODY):
        return False
    russian = [one for one in russian_by_english().get(word, ()) if " " not in one]
    kinds = {one: kind for one in russian if (kind := kind_of_thing(one))}
    if "inan" in list(kinds.values())[:USUAL]:
        return False
    if word in _words_of("en", _PEOPLE):
        return True
    if not kinds:
        return _ends_like_somebody(word)
    alive = [one for one, kind in kinds.items() if kind == "anim"]
    if alive and _ENDING.fullmatch(word):
        return True
    return (
        russian[:1] == alive[:1] and any(map(_RUSSIAN_ENDING.fullmatch, alive)) and not word.endswith("ing")
    )


def _ends_like_somebody(word: str) -> bool:
    if match := _IST.fullmatch(word):
        return any(_is_word(match["stem"] + end) for end in ("", "e", "o", "y", "a"))
    parts = ((word[:at], word[at:]) for at in range(SHORTEST_STEM, len(word) - 2))
    return any(
        (head in _HEADS or (len(head) >= LEAST_HEAD and head.endswith("er")))
        and _is_word(start)
        and _is_somebody(head)
        for start, head in parts
    )


def _is_word(word: str) -> bool:
    return word in frequent_words() and (word in _bases() or word in russian_by_english())


@cache
def _bases() -> frozenset[str]:
    return frozenset(english_lemmas().values())


@cache
def _words_of(language: str, names: tuple[str, ...]) -> frozenset[str]:
    """Return the words of classes of the law's rules in a language, as far as it has such."""
    classes = next(one.lexicon().classes for one in packaged_rules() if one.path.stem == language)
    return frozenset[str]().union(*(classes.get(name, ()) for name in names))
