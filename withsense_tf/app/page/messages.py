"""What index, search and law say in English, as a page in another language says it."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

FIELD: Final = re.compile(r"\\{(\w+)\\}")
CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
# Lists of words, as sentences have them.
LISTS: Final = (
    (re.compile(r" and (\d+) more\b"), r" и ещё \1"),
    (re.compile(r"\(did you mean "), "(может быть, "),
    (re.compile(r" or "), " или "),
    (re.compile(r" and "), " и "),
)
WITH_LISTS: Final = frozenset({"words", "languages", "others", "names", "may"})


def in_russian(text: str) -> str | None:
    """Return in Russian what was said in English, sentence by sentence; None where any of it is not in the table.

    >>> in_russian("No submarine or iceberg found; nearest with minimum=0.")
    'Не найдено: submarine или iceberg.'
    >>> in_russian("There is no such file. Try again in a while.")
    'Такого файла нет. Попробуйте чуть позже.'
    """
    return _translation(" ".join(text.split()))


@lru_cache(maxsize=512)
def _translation(text: str) -> str | None:
    for pattern, words in patterns():
        if not (match := pattern.match(text)):
            continue
        rest = text[match.end() :].lstrip()
        more = _translation(rest) if rest else ""
        if more is not None:
            return f"{_fill(words, match)} {more}".rstrip()
    # A value of several words, at the end of a sentence.
    whole = ((words, pattern.fullmatch(text)) for pattern, words in patterns())
    return next((_fill(words, match) for words, match in whole if match), None)


def _fill(words: str, match: re.Match[str]) -> str:
    return words.format(**{name: _value(name, value) for name, value in match.groupdict().items()})


def _value(name: str, value: str) -> str:
    if name in WITH_LISTS:
        for pattern, word in LISTS:
            value = pattern.sub(word, value)
        return value
    return _translation(value) or value


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the sentences of the table, each as a pattern and in Russian; those with most words of their own first."""
    sentences = sorted(table(), key=lambda one: -len(FIELD.sub("", re.escape(one))))
    return [
        (re.compile(FIELD.sub(r"(?P<\1>.+?)", re.escape(one)) + r"(?=\s|$)"), table()[one])
        for one in sentences
    ]


@cache
def table() -> dict[str, str]:
    """Return all sentences, with what they are in Russian."""
    return tomllib.loads(files("withsense_tf.app.page").joinpath("messages.toml").read_text(encoding="utf-8"))


def language_of_text(text: str) -> str:
    """Return in which language a sentence is, for who reads it aloud.

    >>> language_of_text("Ничего нет."), language_of_text("There is nothing.")
    ('ru', 'en')
    """
    return "ru" if CYRILLIC.search(text) else "en"
