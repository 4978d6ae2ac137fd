"""What index, search and law say in English, as a page in another language says it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from withsense_tf.index.vectors.filters import NEEDS_COLUMNS
from withsense_tf.matchers.alone.photo_form import NEEDS_CAPTIONS
from withsense_tf.search.filter_law import NEEDS_COLOURS, filter_names
from withsense_tf.search.fitness import NEAREST
from withsense_tf.search.places import LOOK_BEHIND
from withsense_tf.search.query.known_words import NEEDS_MATCHER
from withsense_tf.search.query.photo_query import NEEDS_ONE_SPACE
from withsense_tf.search.query.spelling import in_place_of

FIELD: Final = re.compile(r"\\{(\w+)\\}")
CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
# What the package writes with a point; what somebody typed stays as it is.
NUMBERS: Final = frozenset({"number", "least", "chance", "score", "share", "error"})
QUOTATION: Final = re.compile(r"'(.*)'|\"(.*)\"|“([^“”]*)”")
THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+")
OFFER: Final = re.compile(r"(?P<word>\w[\w'’-]*) \((?:did you mean|может быть,) (?P<better>[^?()]+)\?\)")
# Lists of words, as sentences have them.
LISTS: Final = (
    (re.compile(r" and (\d+) more\b"), r" и ещё \1"),
    (re.compile(r"\(did you mean "), "(может быть, "),
    (re.compile(r" or "), " или "),
    (re.compile(r" and "), " и "),
)
NEAREST_TOO: Final = f"; {NEAREST}"
# What helps in Python or a terminal: who reads a page has neither, and for some of it a button.
NOT_ON_PAGES: Final = (
    f"No good match{NEAREST_TOO}.", NEAREST_TOO, LOOK_BEHIND, NEEDS_MATCHER, NEEDS_CAPTIONS, NEEDS_COLOURS,
    NEEDS_COLUMNS, NEEDS_ONE_SPACE,
)  # fmt: skip
# What stands below that headline, or says little to who reads a page.
SAID_OTHERWISE: Final = {
    "No good match: the chance that the best photo is one is": "The chance that the best photo fits is",
    "No good match: the best photo": "The best photo",
    "a baby of a person": "a person's baby",
}
LANGUAGES_IN_RUSSIAN: Final = {"English": "по-английски", "Russian": "по-русски"}
A_FILTER: Final = re.compile(r"(?P<column>\w+)(?P<sign>[!<>]?=|[<>~])(?P<value>.+)")
WITH_LISTS: Final = frozenset({"words", "languages", "others", "names", "columns", "may"})
OF_LANGUAGES: Final = frozenset({"languages", "others"})
LANGUAGE: Final = re.compile("|".join(LANGUAGES_IN_RUSSIAN))
COLUMN: Final = "column_"  # how columns are called in the table of names
OF_FILTERS: Final = frozenset({"names", "columns"})
ONE_OF_LIST: Final = re.compile(r"(?:^|(?<=[,;] ))[^,;]+?(?=[,;]|$| и ещё )")


def in_russian(text: str) -> str | None:
    """Return in Russian what was said in English, sentence by sentence; None where any of it is not in the table."""
    return _translation(" ".join(text.replace(NEAREST_TOO, "").split()))


@lru_cache(maxsize=512)
def _translation(text: str) -> str | None:
    matches = [(match, words) for pattern, words in patterns() if (match := pattern.match(text))]
    # A value that has the end of a sentence is seldom one: what is meant is the sentence before.
    for match, words in sorted(matches, key=lambda one: any(". " in value for value in one[0].groups())):
        rest = text[match.end() :].lstrip()
        more = _translation(rest) if rest else ""
        if more is not None:
            return f"{_fill(words, match)} {more}".rstrip()
    # A value of several words, at the end of a sentence.
    whole = ((words, pattern.fullmatch(text)) for pattern, words in patterns())
    return next((_fill(words, match) for words, match in whole if match), None)


def _fill(words: str, match: re.Match[str]) -> str:
    values = match.groupdict()
    part = A_FILTER.fullmatch(values.get("filter", ""))
    return words.format(**{name: _value(name, value, part) for name, value in values.items()})


def _value(name: str, value: str, part: re.Match[str] | None) -> str:
    if value in LANGUAGES_IN_RUSSIAN:
        return LANGUAGES_IN_RUSSIAN[value]
    column = part["column"] if part else ""
    if name == "filter" and part:
        of_column = _typed_name(part["value"], f"{column}=")
        return f"{_typed_name(column, COLUMN)}{part['sign']}{of_column}"
    if name in WITH_LISTS:
        for pattern, word in LISTS:
            value = pattern.sub(word, value)
        if name in OF_LANGUAGES:
            return LANGUAGE.sub(lambda match: LANGUAGES_IN_RUSSIAN[match[0]], value)
        if name not in OF_FILTERS:
            return value
        of_what = COLUMN if name == "columns" else f"{column}="
        return ONE_OF_LIST.sub(lambda match: _with_russian_name(match[0], of_what), value)
    if name in NUMBERS:
        return re.sub(r"(?<=\d)\.(?=\d)", ",", _translation(value) or value)
    if THOUSANDS.fullmatch(value):
        return value.replace(",", "\u00a0")
    quotation = QUOTATION.fullmatch(value)
    return _translation(value) or (f"«{value[1:-1]}»" if quotation else value)


def _with_russian_name(name: str, of_what: str) -> str:
    """Return a column, or a value of the column `of_what`, with what a filter may call it in Russian."""
    russian = _russian_names().get(of_what + name)
    return f"{russian} ({name})" if russian and russian != name else name


def _typed_name(name: str, of_what: str) -> str:
    russian = _russian_names().get(of_what + name, name)
    return name if " " in russian else russian


@cache
def _russian_names() -> dict[str, str]:
    return {key: forms["ru"].casefold() for key, forms in filter_names().items()}


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


def said_on_page(language: str, text: str) -> str:
    """Return what the index, the search or the law says, in the language of a page; what has no translation stays.

    >>> said_on_page("en", "No match; nearest with minimum=0."), said_on_page("ru", "Not found.")
    ('No match.', 'Не найдено.')
    """
    for advice in NOT_ON_PAGES:
        text = text.replace(advice, "")
    if language == "ru" and (russian := in_russian(text)):
        return russian
    for part, other in SAID_OTHERWISE.items():
        text = text.replace(part, other)
    return text.strip()


def said_of_answer(language: str, message: str, notes: Iterable[str] = ()) -> str:
    """Return what a search says of an answer in the language of a page, without notes that the page makes itself."""
    for note in notes:
        message = message.replace(note, "")
    return said_on_page(language, " ".join(message.split()))


def with_meant_words(text: str, query: str) -> list[tuple[str, str]]:
    """Return a text in parts, each with the query that asks by the word that may have been meant, or ""."""
    parts, end = [], 0
    for match in OFFER.finditer(text):
        other = in_place_of(match["better"], match["word"], query)
        if other != query:
            parts += [(text[end : match.start("better")], ""), (match["better"], other)]
            end = match.end("better")
    return [*parts, (text[end:], "")]


def language_of_text(text: str) -> str:
    """Return in which language a sentence is, for who reads it aloud.

    >>> language_of_text("Ничего нет."), language_of_text("There is nothing.")
    ('ru', 'en')
    """
    return "ru" if CYRILLIC.search(text) else "en"
