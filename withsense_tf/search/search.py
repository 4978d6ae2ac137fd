"""A text, a photo, or both -> photos that fit, the legal notice, or that nothing fits well."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, Self, TypeVar

from withsense_tf.data.pictures.photo_file import PhotoError
from withsense_tf.errors import SettingError, WithSenseError, check_kind
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.integrity.vector_checks import check_sample
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.index.upkeep.restricted_photos import none_may_be_shown
from withsense_tf.index.vectors.filters import Where, read_where
from withsense_tf.policy.countries import known_country
from withsense_tf.policy.current_policy import Policy
from withsense_tf.search.filter_law import as_index_names, check_asked_columns, filter_notice
from withsense_tf.search.hits import Hits
from withsense_tf.search.photo_score import PhotoScore, photo_score
from withsense_tf.search.places import ALL_WITHHELD
from withsense_tf.search.query.photo_query import PhotoQuery, Refusal, check_is_there, photo_query
from withsense_tf.search.query.reading import read_query
from withsense_tf.search.ranking_walk import RankingWalk
from withsense_tf.search.search_request import (
    SearchRequest,
    check_names,
    check_numbers,
    check_texts,
    check_ways,
)

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.matchers.base import Matcher

T = TypeVar("T")


class Search:
    """Search an index: `search("two dogs on a beach", k=5)`.

    The policy stands before it: a restricted photo is never a hit, never a query and never a neighbour, and where it
    would have stood, the notice stands.

    - `index`: an index or its folder, or a fitted matcher with the `photos` that are to be searched
    - `policy`: the law; without one, that of the service
    - `country`: where the answers are read; without one, the strictest rule holds
    - `for_strangers`: answer a name that is not there like one that the law keeps back, as over HTTP
    """

    def __init__(
        self,
        index: str | Path | PhotoIndex | Matcher,
        photos: Dataset | Pairs | None = None,
        policy: Policy | None = None,
        country: str | None = None,
        for_strangers: bool = False,
    ) -> None:
        if policy is not None:
            check_kind("Search", policy, Policy, "a policy", "pass policy=ws.Policy.default()")
        self.policy = policy or Policy.of_service()
        self.country = None if country is None else known_country(country)
        self.for_strangers = for_strangers
        self.index = _open(index, photos, self.policy)
        self._is_closed = False

    def __call__(
        self,
        text: str = "",
        k: int = 5,
        *,
        photo: str | Path | None = None,
        where: str | Sequence[str] | Where | None = None,
        country: str | None = None,
        day: date | None = None,
        minimum: float | None = None,
        after: str | None = None,
        text_share: float = 0.5,
        fill: bool = False,
        literal: bool = False,
        model: int | None = None,
        says: str = "",
        **others: Never,
    ) -> Hits:
        """Return the k photos that fit best.

        - `text` may say what must not be there: "beach -dog", "a beach without dogs"; which words must stand so in a
          caption: '"red motorcycle" street'; and by what to filter: "a dog camera=Nikon D90".
        - `photo` is the name of a photo of the index, or a file: what is like it; with a text, what is like both,
          the text by `text_share`.
        - `where` filters by columns: "camera=Nikon D90", or several: ["camera=Nikon D90", "date>=2020"].
        - `minimum`: if the best photo scores less, nothing fits, and there are no hits; 0 takes what comes first.
          Without it, the chance decides that the best photo is a match, where the model learned one, and else a third.
        - `fill`: go on until there are k photos; else places that are withheld count, too.
        - `after` is that of the answer before, for the next page.
        - `literal`: read words as they stand: correct none, and take none for a filter.
        - `model`: the number of a model of the index that has every photo, in place of the one in use.
        - `says`: what a photo from outside shows, by which the law judges it; it is not searched for.
        """
        check_names(others, self.__call__)
        check_numbers(k, minimum, text_share)
        check_texts(text, photo, after)
        check_ways(day, fill, literal, says)
        photo, filters = None if photo is None else str(photo), read_where(where)
        request = SearchRequest(
            text, photo, filters, minimum, k, text_share, fill, after, literal=literal, says=says
        )
        return self._ask(partial(self._answer, request, self._read_in(country), day), model)

    def _answer(
        self,
        request: SearchRequest,
        country: str | None,
        day: date | None,
        generation: Generation,
        tables: sqlite3.Connection,
    ) -> Hits:
        """Answer where the law allows it."""
        door = IndexDoor(self.policy, tables, country, day)
        where = tuple(as_index_names(tables, door, part) for part in request.where)
        request, notice = _read_lawfully(door, tables, generation, replace(request, where=where))
        if notice is not None:
            return request.answer(door.country, notice=notice)
        photo = request.photo
        like = None
        if photo is not None:
            like = self._like(generation, tables, door, photo, request.says)
        if isinstance(like, Refusal):
            return request.answer(door.country, notice=like.notice, message=like.message, like=photo)
        check_asked_columns(tables, door, request.where)
        hits = RankingWalk(generation, tables, door, replace(request, like=like)).hits()
        return hits if hits or not hits.withheld or self.for_strangers else _with_reason(hits, tables, door)

    def _like(
        self, generation: Generation, tables: sqlite3.Connection, door: IndexDoor, photo: str, says: str
    ) -> PhotoQuery | Refusal:
        try:
            return photo_query(generation, tables, door, photo, says, self.for_strangers)
        except PhotoError as error:
            if self.for_strangers:
                raise  # who uploads a file gave it another name
            raise PhotoError(error.kind, f"{photo} is no photo that can be read: {error.reason}.") from None

    def score(
        self,
        text: str,
        photo: str | Path,
        country: str | None = None,
        day: date | None = None,
        *,
        literal: bool = False,
        model: int | None = None,
    ) -> PhotoScore | Refusal:
        """Return how well a photo of the index, given by its name, fits a text; a refusal where the law forbids it.

        The text is read as a search reads it, so that the number is that of the photo in the search's answer.
        """
        check_texts(text, photo, None)
        check_kind("score", photo, (str, Path), "the name of a photo of the index")
        request = SearchRequest(text, None, (), None, 1, 0.5, literal=literal)
        return self._ask(partial(self._score, request, str(photo), self._read_in(country), day), model)

    def _score(
        self,
        request: SearchRequest,
        photo: str,
        country: str | None,
        day: date | None,
        generation: Generation,
        tables: sqlite3.Connection,
    ) -> PhotoScore | Refusal:
        door = IndexDoor(self.policy, tables, country, day)
        request, notice = _read_lawfully(door, tables, generation, request)
        if notice is not None:
            return Refusal(notice)
        check_is_there(door, photo, self.for_strangers, ": score(text, photo) takes the text first.")
        return photo_score(generation, tables, door, request.query.text, photo)

    def _ask(self, answer: Callable[[Generation, sqlite3.Connection], T], model: int | None = None) -> T:
        """Answer by the model in use; one that was dropped meanwhile fails, but then there is another."""
        if self._is_closed:
            raise SettingError("This search is closed. Make another one: ws.Search(…).")
        if model is not None:
            with self.index.catalog.reading() as tables:
                return answer(_model_to_ask(self.index, tables, model), tables)
        while True:
            with self.index.catalog.reading() as tables:
                generation = self.index.current(tables)
                try:
                    return answer(generation, tables)
                except WithSenseError as error:
                    failure = error
            with self.index.catalog.reading() as tables:
                if self.index.current(tables).number == generation.number:
                    raise failure

    def _read_in(self, country: str | None) -> str | None:
        return self.country if country is None else known_country(country)

    def box(self, k: int = 5) -> Any:
        """Return a box to search in, for a notebook where ipywidgets is installed."""
        from withsense_tf.search.notebook.search_box import search_box

        return search_box(self, k)

    def __repr__(self) -> str:
        return f"Search({self.index.folder}, {self.country or 'the strictest rule'})"

    def close(self) -> None:
        """Close files and connections; a closed search answers no more."""
        self._is_closed = True
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _notice(door: IndexDoor, request: SearchRequest) -> str | None:
    text = request.raw_text
    if text.strip() and not (answer := door.query(text)).allowed:
        return answer.notice
    rest = request.query.text
    if rest not in ("", text) and not (answer := door.query(rest)).allowed:
        return answer.notice
    return filter_notice(door, request.where)


def _read_lawfully(
    door: IndexDoor, tables: sqlite3.Connection, generation: Generation, request: SearchRequest
) -> tuple[SearchRequest, str | None]:
    """Read the text of a request; return the notice, too, where the law forbids it as typed or as read."""
    if notice := _notice(door, request):
        return request, notice
    check_sample(tables, generation)
    return _read(door, tables, generation, request)


def _read(
    door: IndexDoor, tables: sqlite3.Connection, generation: Generation, request: SearchRequest
) -> tuple[SearchRequest, str | None]:
    reading = read_query(
        request.raw_text, generation.form, tables, door, request.literal, request.photo is not None
    )
    text, before = reading.query.text, request.query.text
    if text not in ("", before) and not (answer := door.query(text)).allowed:
        return request, answer.notice
    where = (*request.where, *reading.where)
    return replace(request, reading=reading, where=where), filter_notice(door, reading.where)


def _with_reason(hits: Hits, tables: sqlite3.Connection, door: IndexDoor) -> Hits:
    """Say to who holds the index that no photo of it may be shown, and what helps: none is behind these places."""
    if not (why := none_may_be_shown(tables, door)):
        return hits
    rest = (hits.message or "").replace(ALL_WITHHELD, "").strip()
    return replace(hits, message=f"{why} {rest}".strip())


def _model_to_ask(index: PhotoIndex, tables: sqlite3.Connection, number: int) -> Generation:
    """Return the model in use, or another one that has every photo: one that lacks some would answer as if without."""
    if number not in models_to_ask(tables):
        raise SettingError(
            f"The index has no model {number} with every photo; it has {', '.join(map(str, models_to_ask(tables)))}."
        )
    return index.generation(number)


def _open(
    index: str | Path | PhotoIndex | Matcher, photos: Dataset | Pairs | None, policy: Policy
) -> PhotoIndex:
    if isinstance(index, PhotoIndex):
        return index
    if isinstance(index, (str, Path)):
        return PhotoIndex(index)
    from withsense_tf.matchers.base import Matcher

    what = "the folder of an index, a PhotoIndex, or a fitted matcher with the photos beside it"
    check_kind("Search", index, Matcher, what)
    if photos is None:
        index.check_fitted()
        index.search_form()  # what finds nothing needs no photos either
        raise SettingError("A search by a matcher needs the photos too: Search(matcher, data).")
    from withsense_tf.index.upkeep.build import temporary_index

    return temporary_index(index, photos, policy)
