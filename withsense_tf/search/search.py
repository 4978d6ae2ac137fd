"""A text, a photo, or both -> photos that fit, the legal notice, or that nothing fits well."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from withsense_tf.common.limits import NAME_SIGNS, QUERY_SIGNS, check_length
from withsense_tf.errors import SettingError, WithSenseError, check_kind, check_share, shown
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.integrity.vector_checks import check_sample
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.vectors.filters import Where, read_where
from withsense_tf.policy.current_policy import Policy
from withsense_tf.search.answer import Answer, Request
from withsense_tf.search.filter_law import check_asked_columns, filter_notice
from withsense_tf.search.hits import Hits
from withsense_tf.search.page_end import After
from withsense_tf.search.query.parse import Query, parse_query
from withsense_tf.search.query.photo_query import Refusal, photo_query

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.matchers.base import Matcher

# If the best photo's number is lower, nothing fits: it is what judges mean by 2 of 4, "some of it is right".
# experiments/RESULTS.md says how many right photos that keeps, and how many idle questions it lets through.
MINIMUM: Final = 1 / 3
MOST_HITS: Final = 10_000  # on one page; there are more pages


class Search:
    """Search an index: `search("two dogs on a beach", k=5)`.

    The policy stands before it: a restricted photo is never a hit, never a query and never a neighbour, and where it
    would have stood, the notice stands.

    - `index`: an index or its folder, or a fitted matcher with the `photos` that are to be searched
    - `policy`: the law; without one, that of the service
    - `country`: where the answers are read; without one, the strictest rule holds
    """

    def __init__(
        self,
        index: str | Path | PhotoIndex | Matcher,
        photos: Dataset | Pairs | None = None,
        policy: Policy | None = None,
        country: str | None = None,
    ) -> None:
        if policy is not None:
            check_kind("Search", policy, Policy, "a policy", "pass policy=ws.Policy.default()")
        self.policy = policy or Policy.of_service()
        self.country = country
        self.index = _open(index, photos, self.policy)

    def __call__(
        self,
        text: str = "",
        k: int = 5,
        *,
        photo: str | None = None,
        where: Sequence[str] | Where = (),
        country: str | None = None,
        day: date | None = None,
        minimum: float = MINIMUM,
        after: str | None = None,
        text_share: float = 0.5,
        fill: bool = False,
    ) -> Hits:
        """Return the k photos that fit best.

        - `text` may say what must not be there: "beach -dog", "a beach without dogs".
        - `photo` is the name of a photo of the index, or a file: what is like it; with a text, what is like both,
          the text by `text_share`.
        - `where` filters by columns: ["camera=Nikon D90", "date>=2020"].
        - `minimum`: if the best photo scores less, nothing fits, and there are no hits; 0 takes what comes first.
        - `fill`: go on until there are k photos; else places that are withheld count, too.
        - `after` is that of the answer before, for the next page.
        """
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_HITS:
            raise SettingError(
                f"k must be a whole number from 1 to {MOST_HITS:,}, got {shown(k)}. `after` gives the next page."
            )
        check_share("minimum", minimum, ends=True)
        check_share("text_share", text_share, ends=True)
        if not isinstance(text, str):
            raise SettingError(f"The query must be a text, got {shown(text)}.")
        check_length("The query", text, QUERY_SIGNS)
        for setting, value in (("photo", photo), ("after", after)):
            if not isinstance(value, str | Path | None):
                raise SettingError(f"{setting} must be a text, got {shown(value)}.")
        check_length("The name of the photo", str(photo), NAME_SIGNS)
        if not text.strip() and photo is None:
            raise SettingError("Nothing to search for: give a text, a photo, or both.")
        conditions = read_where(where)

        def answer(generation: Generation, tables: sqlite3.Connection) -> Hits:
            door = IndexDoor(self.policy, tables, country or self.country, day)
            # The law reads the text as it was typed, what is left of it, and what columns are to say.
            if text.strip() and not (answer := door.query(text)).allowed:
                return Hits(text, notice=answer.notice)
            query = parse_query(text) if text.strip() else Query("", ())
            if query.text not in ("", text) and not (answer := door.query(query.text)).allowed:
                return Hits(text, notice=answer.notice)
            if notice := filter_notice(door, conditions):
                return Hits(text, notice=notice)
            check_sample(tables, generation)
            like = None if photo is None else photo_query(generation, tables, door, str(photo))
            if isinstance(like, Refusal):
                return Hits(text, notice=like.notice, message=like.message, like=photo)
            check_asked_columns(tables, door, conditions)
            asked = Request(text, query, photo, like, conditions, minimum, k, text_share, fill)
            page = After.read(after, asked.digest(generation.number)) if after is not None else None
            return Answer(generation, tables, door, asked, page).hits()

        return self._ask(answer)

    def _ask(self, answer: Callable[[Generation, sqlite3.Connection], Hits]) -> Hits:
        """Let the model in use answer; one that was dropped meanwhile fails, but then there is another."""
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

    def close(self) -> None:
        """Let go of files and connections."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open(
    index: str | Path | PhotoIndex | Matcher, photos: Dataset | Pairs | None, policy: Policy
) -> PhotoIndex:
    if isinstance(index, PhotoIndex):
        return index
    if isinstance(index, (str, Path)):
        return PhotoIndex(index)
    from withsense_tf.matchers.base import Matcher

    expected = "the folder of an index, a PhotoIndex, or a fitted matcher with the photos beside it"
    check_kind("Search", index, Matcher, expected)
    if photos is None:
        raise SettingError("A search by a matcher needs the photos too: Search(matcher, data).")
    from withsense_tf.index.upkeep.build import temporary_index

    return temporary_index(index, photos, policy)
