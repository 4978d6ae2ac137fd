"""What stands in a query beside its words, as chips that can be taken away, and filters as a form has them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from withsense_tf.app.page.wording import Wording
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.questions import Question
from withsense_tf.common.cell_texts import cell_text
from withsense_tf.errors import SettingError, WithSenseError, shown
from withsense_tf.index.vectors.filters import Condition, fact_row, read_where
from withsense_tf.search.query.parse import Query, parse_query
from withsense_tf.search.query.typed_filters import read_filters

# How a form's fields are called: f.camera, f.date.from, f.date.to.
FIELD: Final = "f."
PART: Final = "~"
SIGNS: Final = {"=": ": ", PART: ": ", "!=": " ≠ ", ">=": " ≥ ", "<=": " ≤ "}
BOUNDS: Final = {".from": ">=", ".to": "<="}


@dataclass(frozen=True)
class Chip:
    """A part of a question, and the question without it."""

    label: str
    kind: str
    text: str
    where: tuple[str, ...]


def chips(text: str, without: Iterable[str], where: Sequence[str]) -> list[Chip]:
    """Return a chip for each term that must not be there, and for each filter."""
    of_words = [Chip(term, "minus", without_term(text, term), tuple(where)) for term in without]
    of_filters = [
        Chip(part, "filter", text, tuple(other for other in where if other != part)) for part in where
    ]
    return of_words + of_filters


def typed_chips(service: PhotoService, question: Question) -> list[Chip]:
    """Return a chip for each filter that stands in the text of a question that was answered."""
    if question.literal:
        return []
    text = question.text
    with service.doorway(question.country) as here:
        filters = read_filters(text, here.tables, here.door)
    return [
        Chip(
            str(part),
            "filter",
            " ".join(f"{text[:start]} {text[end:]}".split()),
            tuple(question.where),
        )
        for part, (start, end) in zip(filters.where, filters.spans, strict=True)
    ]


def without_term(text: str, term: str) -> str:
    """Return a query without a term that must not be there, however it was written.

    >>> without_term("a beach -dog at night", "dog"), without_term("a street without cars", "cars")
    ('a beach at night', 'a street')
    >>> without_term('beach -"red car"', "red car"), without_term("пляж без собак и людей", "собак")
    ('beach', 'пляж -людей')
    """
    try:
        query = parse_query(text)
    except WithSenseError:
        return text
    others = tuple(other for other in query.without if other != term)
    wish = replace(query, without=others)
    return next((rest for rest in _rests(text, term, wish) if _reads_as(rest, wish)), query.text)


def _rests(text: str, term: str, wish: Query) -> Iterator[str]:
    """Yield what a query without a term may be: as it was typed, as far as that can be, else with a minus for each."""
    pattern = re.escape(term)
    ways = (
        rf"[-−][\"“«„'’]?{pattern}[\"”»’']?",
        rf"\b(?:without|with no|but no|except|excluding|not|no|без|кроме|не)\s+(?:any\s+|an?\s+|the\s+)?{pattern}",
        rf"(?:,|\bor|\band|\bили|\bи)\s+(?:any\s+|an?\s+|the\s+)?{pattern}",
    )
    for way in ways:
        rest, count = re.subn(way, " ", text, count=1, flags=re.IGNORECASE)
        if count:
            yield " ".join(rest.split()).strip(" ,")
    yield " ".join([wish.text, *(f'-"{other}"' if " " in other else f"-{other}" for other in wish.without)])


def _reads_as(text: str, wish: Query) -> bool:
    try:
        return parse_query(text) == wish
    except WithSenseError:
        return False


def filter_label(wording: Wording, text: str) -> str:
    """Return a filter in the words of the form's labels.

    >>> from withsense_tf.app.page.wording import wording_of
    >>> filter_label(wording_of("en"), "orientation=portrait"), filter_label(wording_of("ru"), "date>=2020")
    ('Shape: portrait', 'Дата ≥ 2020')
    """
    try:
        parts = read_where(text)
    except WithSenseError:
        return text
    return ", ".join(_words(wording, part) for part in parts)


def columns_of(text: str) -> set[str]:
    """Return the columns that a filter asks for; none of one that cannot be read."""
    try:
        return {part.column for part in read_where(text)}
    except WithSenseError:
        return set()


def _words(wording: Wording, part: Condition) -> str:
    column = wording.texts.get(f"column_{part.column}", part.column)
    value = wording.cell(part.column, part.value)
    if part.op == PART:
        value = wording("all_of", group=value)
    return f"{column}{SIGNS.get(part.op, f' {part.op} ')}{value}"


def filters_of_form(fields: Mapping[str, str]) -> list[str]:
    """Return the filters that a form's fields say; a value behind ~ is a part of what is meant.

    >>> filters_of_form({"f.camera": "Nikon D90", "f.date.from": "2020", "f.date.to": "", "q": "a dog"})
    ['camera=Nikon D90', 'date>=2020']
    >>> filters_of_form({"f.camera": "~Nikon"})
    ['camera~Nikon']
    """
    where = []
    for name, value in fields.items():
        if not name.startswith(FIELD) or not value.strip():
            continue
        column, sign = name.removeprefix(FIELD), "="
        for end, bound in BOUNDS.items():
            if column.endswith(end):
                column, sign = column.removesuffix(end), bound
        text = value.strip()
        # Columns of texts have no bounds in the form: "abc" would be compared as a text, and nobody means that.
        if sign != "=" and column != "date" and fact_row(text)[1] is None:
            raise SettingError(
                f"{column}: {shown(text)} is no number. Expected a number, such as 200 or 2.8."
            )
        where.append(f"{column}{text}" if sign == "=" and text.startswith(PART) else f"{column}{sign}{text}")
    return where


def form_of_filters(where: Iterable[str], fields: Container[str]) -> tuple[dict[str, str], list[str]]:
    """Return what fields of a form say of these filters, each field one of them, and the filters that none says.

    >>> form_of_filters(["camera~Nikon", "camera~D90", "iso=200"], {"f.camera", "f.iso.from"})
    ({'f.camera': '~Nikon'}, ['camera~D90', 'iso=200'])
    """
    values: dict[str, str] = {}
    rest = []
    for text in where:
        name, value = _field_of(text)
        if name in fields and name not in values:
            values[name] = value
        else:
            rest.append(text)
    return values, rest


def _field_of(text: str) -> tuple[str, str]:
    """Return the field that would say a filter, and its value there; none where it would come back as another one."""
    ends = {sign: end for end, sign in BOUNDS.items()}
    try:
        (part,) = where = read_where(text)
        name = f"{FIELD}{part.column}{ends.get(part.op, '')}"
        value = f"{PART if part.op == PART else ''}{cell_text(part.value)}"
        # A field has one line.
        if value.splitlines() == [value] and read_where(filters_of_form({name: value})) == where:
            return name, value
    except WithSenseError:
        pass
    return "", ""
