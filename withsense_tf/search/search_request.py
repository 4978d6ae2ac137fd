"""All that a search is asked for: the text as it was typed and as it was read, the photo, the filters, the page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import Any, Final

import numpy as np

from withsense_tf.common.limits import NAME_SIGNS, QUERY_SIGNS, check_length
from withsense_tf.common.unit import unit
from withsense_tf.errors import KindError, SettingError, check_choice, check_kind, check_share, shown
from withsense_tf.index.vectors.filters import Where
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.search.hits import Hits
from withsense_tf.search.query.parse import Query, parse_query
from withsense_tf.search.query.photo_query import PhotoQuery
from withsense_tf.search.query.reading import Reading

MOST_HITS: Final = 10_000  # on one page; there are more pages
# Where a model learned no chance, and nobody says how much the best photo must have, nothing fits below this number: it
# is what judges mean by 2 of 4, "some of it is right". experiments/RESULTS.md says how many right photos that keeps.
MINIMUM: Final = 1 / 3


@dataclass(frozen=True)
class SearchRequest:
    """All that a search is asked for.

    `raw_text` is the text as it came, `query` what it says, and `reading` how it was read once the law allowed it.
    `photo` is the photo as it was named, and `like` what is known of it once the law allowed it. `after` is the end of
    the page before, as it was handed over. `says` is what a photo from outside shows, as who asks tells it.
    """

    raw_text: str
    photo: str | None
    where: Where
    minimum: float | None
    k: int
    text_share: float
    fill: bool = False
    after: str | None = None
    like: PhotoQuery | None = None
    literal: bool = False
    reading: Reading | None = None
    says: str = ""

    @cached_property
    def query(self) -> Query:
        """Return the text to look for, and the terms that must not be there."""
        if self.reading is not None:
            return self.reading.query
        return parse_query(self.raw_text) if self.raw_text.strip() else Query("", ())

    @property
    def without(self) -> tuple[str, ...]:
        """Return the terms that must not be there and that could be left out."""
        not_shut_out = () if self.reading is None else self.reading.not_shut_out
        return tuple(term for term in self.query.without if term not in not_shut_out)

    @property
    def least(self) -> float:
        """Return the least number that the best photo must have, where no chance decides."""
        return MINIMUM if self.minimum is None else self.minimum

    @property
    def own_name(self) -> str | None:
        """Return the name of the photo that is the query, if the index has it."""
        return None if self.like is None else self.like.name

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of the question itself."""
        here = None if self.like is None else self.like.here
        own_notes = () if self.reading is None else self.reading.notes
        return (
            own_notes
            if here is None
            else (
                f"This photo, a copy of it, or one that it is a part of, is in the index: {here}.",
                *own_notes,
            )
        )

    def message(self, lines: Sequence[str], missing: Sequence[str] = ()) -> str | None:
        """Return what a person should know: lines on the answer and what is `missing` there, and notes on the question.

        What was read as no filter stands first: it is why nothing has its words.
        """
        if self.reading is None:
            return " ".join([*lines, *self.notes]) or None
        hint, notes = self.reading.hint, replace(self, reading=self.reading.beside(missing)).notes
        return " ".join(sorted([*lines, *notes], key=lambda line: line != hint)) or None

    def digest(self, model: int) -> str:
        """Return a fingerprint of the question and the model that answers it: pages of one question go together."""
        parts = [
            self.raw_text,
            # What words are corrected to hangs on the captions that are here.
            self.query.text,
            self.photo,
            [asdict(part) for part in self.where],
            self.minimum,
            self.text_share,
            model,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def answer(self, country: str | None, **parts: Any) -> Hits:
        """Return the answer of these parts, with what it was asked by."""
        corrections = () if self.reading is None else self.reading.corrections
        where = tuple(map(str, self.where))
        return Hits(self.raw_text, where=where, country=country, corrections=corrections, **parts)

    def vector(self, form: SearchForm) -> np.ndarray:
        """Return the point to search by, of the text, of the photo, or between both."""
        text = form.queries([self.query.text])[0] if self.query.text else None
        if self.like is None:
            if text is None:
                raise SettingError("Nothing to search for: give a text, a photo, or both.")
            return np.asarray(text)
        photo = self.like.point
        if text is None:
            return np.asarray(photo, np.float32)
        both = self.text_share * form.point(text) + (1 - self.text_share) * photo
        return np.asarray(unit(both), np.float32)


def check_numbers(k: int, minimum: float | None, text_share: float) -> None:
    """Raise for a number that no search can be asked with."""
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_HITS:
        raise SettingError(
            f"k must be a whole number from 1 to {MOST_HITS:,}, got {shown(k)}. `after` gives the next page."
        )
    if minimum is not None:
        check_share("minimum", minimum, ends=True)
    check_share("text_share", text_share, ends=True)


def check_ways(day: date | None, fill: bool, literal: bool, says: str) -> None:
    """Raise for a day that is no date, for what is neither true nor false, and for what says nothing that is read."""
    check_kind("says=", says, str, "a text that says what the photo shows")
    check_length("says", says, QUERY_SIGNS)
    check_kind("day=", day, (date, type(None)), "a day", "pass datetime.date(2026, 11, 30)")
    for setting, value in (("fill=", fill), ("literal=", literal)):
        check_kind(setting, value, bool, "True or False")


def check_names(others: Iterable[str], search: Callable[..., object]) -> None:
    """Raise for settings that a search has not, with the nearest one that it has."""
    for name in others:
        try:
            check_choice(f"A search takes no {name}=; setting", name, list(signature(search).parameters)[:-1])
        except SettingError as error:
            raise KindError(str(error)) from None


def check_texts(text: str, photo: str | Path | None, after: str | None) -> None:
    """Raise for what is no text, or too long, and where there is nothing to search for."""
    if not isinstance(text, str):
        raise SettingError(f"The query must be a text, got {shown(text)}.")
    check_length("The query", text, QUERY_SIGNS)
    check_kind("photo=", photo, (str, Path, NoneType), "the name of a photo, or a file")
    check_kind("after=", after, (str, NoneType), "what the answer before has as `after`")
    check_length("The name of the photo", str(photo), NAME_SIGNS)
    if not text.strip() and photo is None:
        raise SettingError("Nothing to search for: give a text, a photo, or both.")
