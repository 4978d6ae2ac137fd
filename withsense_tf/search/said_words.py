"""The words of a query and what was said of photos: how often, and how much of the query it confirms.

Only what may be told counts. Of a photo that a person allowed, that a permission lets be shown, or that too few votes
restrict, single texts may speak of what the law protects; whoever tries words out would learn these one by one from
any answer that hangs on them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final, NamedTuple, TypeVar

import numpy as np

from withsense_tf.common.limits import parse_json
from withsense_tf.common.words import lemma
from withsense_tf.data.embedded.keyword_places import keywords_among
from withsense_tf.data.named import column_text
from withsense_tf.encoders.other_words import BOTH, times_told
from withsense_tf.index.brought import author
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, texts_of_photos
from withsense_tf.index.tables.free_photos import photos_with_doubt
from withsense_tf.index.tables.photos_table import photo_of_id, photo_records
from withsense_tf.index.tables.rows_table import rows_of_model
from withsense_tf.index.tables.words_table import (
    KEYWORDS,
    MOST_RANKED,
    Cells,
    cells_at,
    cells_of,
    count_plain_photos_with,
    count_with_forms,
    forms_at,
    photos_with,
    plain_words,
)
from withsense_tf.index.vectors.filters import Where
from withsense_tf.matchers.forms.colour_words import coloured_things, has_another_colour
from withsense_tf.matchers.forms.hybrid_form import HybridForm
from withsense_tf.matchers.forms.word_fit import SAID_ONCE, WordFit
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.search.query.tokens import tokens

T = TypeVar("T")


class Said(NamedTuple):
    """What may be told of what was said of a photo: its captions in their order, None for others, and its keywords."""

    captions: tuple[str | None, ...]
    keywords: tuple[str, ...]

    @property
    def texts(self) -> tuple[list[str], tuple[str, ...]]:
        """Return the captions that may be told, and the keywords."""
        return [text for text in self.captions if text is not None], self.keywords


class ShownTexts:
    """What was said of the photos of an index, as far as whoever stands before a door may be told; without one, all."""

    def __init__(self, tables: sqlite3.Connection, door: IndexDoor | None = None) -> None:
        self.tables, self._door = tables, door
        self._limit = None if door is None else door.limit

    def _once(self, what: str, find: Callable[[], T]) -> T:
        return find() if self._door is None else self._door.once_a_state(what, find)

    @cached_property
    def _permitted_digests(self) -> list[str]:
        return [] if self._door is None else sorted(self._door.permitted_digests)

    @cached_property
    def _doubtful_photos(self) -> dict[int, str]:
        """Return the names of the photos that may be shown though a text of them may not be told, by number."""
        limit, digests = self._limit, self._permitted_digests
        if limit is None:
            return {}
        return self._once(
            f"photos with doubt at {limit}, {digests}",
            lambda: photos_with_doubt(self.tables, limit, digests),
        )

    def _doubtful_rows(self, model: int) -> dict[int, int]:
        photos = self._doubtful_photos
        if not photos:
            return {}
        # The photos are told by what they come of: they may be many, and each text of an answer asks.
        return self._once(
            f"rows in model {model} of photos with doubt at {self._limit}, {self._permitted_digests}",
            lambda: rows_of_model(self.tables, model, photos),
        )

    def said_of(self, photo: int) -> Said:
        """Return what may be told of what was said of a photo that may be shown, by its number."""
        if photo not in self._doubtful_photos:
            return self._read(photo)
        return self._once(f"what may be told of {photo} at {self._limit}", lambda: self._read(photo))

    def _read(self, photo: int) -> Said:
        texts = texts_of_photos(self.tables, photo_of_id(photo))
        captions = (
            text if self.tells(photo, id_, text) else None for id_, text in texts.get((photo, CAPTIONS), ())
        )
        others = (one for one in texts.get((photo, OTHER_TEXTS), ()) if self.tells(photo, *one))
        return Said(tuple(captions), keywords_among(others))

    def tells(self, photo: int, id_: str, text: str) -> bool:
        """Return whether a text may be told that has an id and was said of a photo that may be shown."""
        name = self._doubtful_photos.get(photo)
        if name is None or self._door is None or self._door.is_plain(name):
            return True
        return not self._door.refuses(f"{text} . {author(id_) or ''}")

    def meets(self, photo: int, where: Where, phrases: Sequence[str]) -> bool:
        """Return whether what may be told of a photo that may be shown, and met filters, has what was quoted, too."""
        if self._hides(photo, where):
            return False
        captions, keywords = self.said_of(photo).texts if phrases else ([], ())
        plain = [f" {plain_words(text)} " for text in (*captions, *keywords)]
        return all(any(f" {phrase} " in text for text in plain) for phrase in phrases)

    def _hides(self, photo: int, where: Where) -> bool:
        name = self._doubtful_photos.get(photo) if where else None
        if name is None or self._door is None or self._door.is_plain(name):
            return False
        asked_columns = {part.column for part in where}
        ((_, _, _, _, facts, *_),) = photo_records(self.tables, photo_of_id(photo))
        return any(
            column.casefold() in asked_columns and self._door.refuses(column_text(column, value))
            for column, value in parse_json(facts).items()
        )

    def _cells(self, photo: int) -> Cells:
        return cells_of(*self.said_of(photo).texts)

    def cells_at(self, model: int, row: int) -> Cells:
        """Return what the table of words may tell of a row's photo."""
        photo = self._doubtful_rows(model).get(row)
        return cells_at(self.tables, model, row, self._limit) if photo is None else self._cells(photo)

    def forms_at(self, model: int, rows: np.ndarray) -> dict[int, str]:
        """Return the basic forms that may be told of each row's photo, keywords of withheld ones left out."""
        texts = forms_at(self.tables, model, rows, self._limit)
        photos = self._doubtful_rows(model)
        return texts | {row: self._cells(photos[row])[0] for row in texts.keys() & photos.keys()}

    def untold_captions(self, model: int, rows: Iterable[int]) -> dict[int, list[int]]:
        """Return which captions of rows' photos may not be told, by their places; rows without any are left out."""
        photos = self._doubtful_rows(model)
        captions = {row: self.said_of(photos[row]).captions for row in photos.keys() & set(rows)}
        return {
            row: [at for at, text in enumerate(texts) if text is None]
            for row, texts in captions.items()
            if None in texts
        }

    def names_with(self, column: str, word: str) -> list[str]:
        """Return the names of the photos, of those that are not plain, that have a word in what may be told."""
        photos = self._doubtful_photos
        there = photos_with(self.tables, column, word, photos) if photos else []
        at = ("forms", "plain").index(column)
        texts = {photo: f" {' '.join(self._cells(photo)[at].split())} " for photo in there}
        return [
            photos[one]
            for one, text in texts.items()
            if all(f" {part} " in text for part in word.split(BOTH))
        ]

    def rarest(self, forms: Sequence[str]) -> list[str]:
        """Return the basic forms by which photos are looked for: the rarest ones, until many photos have one of them.

        They are counted in what may be told.
        """
        if count_with_forms(self.tables, [part for form in forms for part in form.split()]) <= MOST_RANKED:
            return sorted(forms)
        counts = {form: self._count(form) for form in forms}
        rarest: list[str] = []
        total = 0
        for form in sorted(counts, key=lambda one: (counts[one], one)):
            if total and total + counts[form] > MOST_RANKED:
                break
            total += counts[form]
            rarest.append(form)
        return rarest

    def _count(self, form: str) -> int:
        return self._once(
            f"plain photos with {form} at {self._limit}",
            lambda: count_plain_photos_with(self.tables, "forms", form, self._limit),
        )


@dataclass(frozen=True, eq=False)
class QueryWords:
    """The text behind a point: its words count by themselves, in the texts that may be told; without any, in all."""

    text: str = ""
    texts: ShownTexts | None = None


NO_WORDS: Final = QueryWords()


def as_captions_say(form: SearchForm, text: str) -> str:
    """Return a query in the words that captions are asked for: English ones for Russian, where captions have these."""
    if form.chance_ is None:
        return text
    return " ".join(form.chance_.familiarity.forms(text))


def counts_of_forms(
    shown: ShownTexts, model: int, forms: Sequence[str], rows: np.ndarray, by_others: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many captions of each row's photo have each basic form, (rows, forms), and how many there are.

    `by_others`, those count, too, that tell of it in other words. Keywords are one of the captions where they have one
    of the forms: who gives keywords to a photo must not lose by it what captions say.
    """
    texts = shown.forms_at(model, rows) if forms else {}
    counters = [partial(times_told if by_others else _count, form) for form in forms]
    there = [_text_that_counts(texts.get(row, ""), counters) for row in rows.tolist()]
    counts = np.array([[count(text) for count in counters] for text in there], float)
    captions = np.array([text.count("\n") + 1 if text else 0 for text in there], float)
    return counts.reshape(len(rows), len(forms)), captions


def _count(form: str, text: str) -> int:
    return text.count(f" {form} ")


def _text_that_counts(text: str, counters: Sequence[Callable[[str], int]]) -> str:
    """Return what counts of what was said of a photo: keywords that have none of the words do not.

    >>> text, count = f" a dog \\n{KEYWORDS} canon ", partial(partial, _count)
    >>> _text_that_counts(text, [count("dog")]), _text_that_counts(text, [count("dog"), count("canon")]) == text
    (' a dog ', True)
    """
    captions, sign, keywords = text.partition(KEYWORDS)
    return text if not sign or any(count(keywords) for count in counters) else captions.rstrip("\n")


def colour_limits(
    form: HybridForm,
    words: QueryWords,
    model: int,
    rows: np.ndarray,
    weights: Mapping[str, float],
    counts: np.ndarray,
) -> np.ndarray:
    """Return the most that the number of each row's photo may be, (rows,), by the colours that captions give to things.

    Of a man in red under a green umbrella all words of "a red umbrella" were said, and no red umbrella: such a colour
    is not there, and the photo shows of the query what the other words weigh. `weights` and `counts` are those of the
    words that captions are asked for; where a row has none of them, it is not looked at.
    """
    readings = {} if form.chance_ is None else form.chance_.familiarity.readings(words.text)
    forms, limits = list(weights), np.ones(len(rows))
    for colour, thing in coloured_things(
        [readings.get(lemma(one.low), one.low) for one in tokens(words.text)]
    ):
        if words.texts is None or colour not in weights or thing not in weights:
            continue
        have_both = np.all(counts[:, [forms.index(colour), forms.index(thing)]] > 0, axis=1)
        for place in np.flatnonzero(have_both).tolist():
            plain = words.texts.cells_at(model, int(rows[place]))[1]
            if has_another_colour(colour, thing, plain.split()):
                limits[place] -= weights[colour] / sum(weights.values())
    return limits


def looks_of_said(
    fit: WordFit,
    weights: Mapping[str, float],
    counts: tuple[np.ndarray, np.ndarray],
    has_captions: np.ndarray,
    whole_queries: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return of each row what the words weigh that count as said of its photo, and how well these are confirmed.

    They are those that no training caption had; or all, where `whole_queries` count and its captions have every word,
    and where its keywords are all that was said: these have no vectors, which would tell of the other words.
    It hangs on the photo's own captions: what others have would tell of those that may not be shown.
    """
    is_new = np.array([not fit.taught(form) for form in weights], bool)
    each = np.array(list(weights.values())) / max(sum(weights.values()), 1e-9)
    has_word = counts[0] > 0
    has_all = np.all(has_word, axis=1) if whole_queries else np.zeros(len(has_word), bool)
    counts_as_said = has_word & (is_new | has_all[:, None] | ~has_captions[:, None])
    share = np.asarray(np.vecdot(counts_as_said, each))
    by_words = fit.score(weights, counts[0] * counts_as_said, counts[1]) / np.maximum(share, 1e-9)
    # That other captions of the photo do not say it again is no word against it. Keywords say all once.
    by_words = np.where(has_all, np.maximum(by_words, SAID_ONCE), by_words)
    return share, np.where(has_captions, by_words, np.where(share > 0, SAID_ONCE, 0.0))
