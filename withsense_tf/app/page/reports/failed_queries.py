"""Where the best matcher of a comparison fails most: queries whose right photo stands lowest, and what stood first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from withsense_tf.app.answers import PhotoAnswer
from withsense_tf.app.photo_service import Doorway, PhotoService
from withsense_tf.app.photo_texts import texts_of_shown
from withsense_tf.errors import WithSenseError
from withsense_tf.evaluation.outcome import Rankings, load_outcome, outcome_file

QUERIES: Final = 8
FIRST: Final = 3
# So many of the worst are looked at: of the others, photos are not in this index, or the law withholds them.
MOST_ASKED: Final = 400


@dataclass(frozen=True)
class RankedQuery:
    """A query of a comparison: its text, the right photo and its place of so many, and the photos that stood first."""

    text: str
    right: str
    place: int
    gallery: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class FirstPlace:
    """A photo that stood first, or the notice in its place; with neither it is no photo of this index."""

    photo: PhotoAnswer | None = None
    notice: str | None = None


@dataclass(frozen=True)
class FailedQuery:
    """What may be told of a query that failed."""

    text: str
    right: PhotoAnswer
    place: int
    gallery: int
    first: tuple[FirstPlace, ...]


def failures(
    service: PhotoService,
    country: str | None,
    rows: Sequence[Mapping[str, Any]],
    use: Mapping[str, Any] | None,
) -> tuple[str, list[FailedQuery]]:
    """Return a matcher and its worst queries that may be told here: the one to use, else the one that finds most."""
    ranked_rows = [row for row in rows if isinstance(row.get("r@5"), float | int)]
    for row in sorted(ranked_rows, key=lambda row: (row is not use, -float(row["r@5"]))):
        if service.settings.reports is None or not str(row.get("key", "")).isalnum():
            continue
        file = outcome_file(service.settings.reports, str(row["key"]))
        with suppress(WithSenseError, OSError):
            worst = _worst_queries(file, file.stat().st_mtime_ns, str(row["key"]))
            with service.doorway(country) as here:
                return str(row["matcher"]), told_queries(service, here, worst)
    return "", []


@lru_cache(maxsize=4)
def _worst_queries(file: Path, changed: int, key: str) -> list[RankedQuery]:  # noqa: ARG001  # another one at the same place
    outcome = load_outcome(file)
    return [] if outcome.rankings is None or outcome.key != key else list(worst_queries(outcome.rankings))


def worst_queries(rankings: Rankings) -> Iterator[RankedQuery]:
    """Yield the queries whose right photo did not stand first, the lowest first."""
    queries = rankings.per_query
    for at in (-queries.rank).argsort(kind="stable")[:MOST_ASKED].tolist():
        if queries.rank[at] > 0:
            yield RankedQuery(
                str(rankings.text[at]),
                str(queries.photo[at]),
                int(queries.rank[at]) + 1,
                int(queries.size[at]),
                tuple(map(str, rankings.first[at].tolist()[:FIRST])),
            )


def told_queries(service: PhotoService, here: Doorway, queries: Iterable[RankedQuery]) -> list[FailedQuery]:
    """Return what may be told here: a query is a caption, so it stands or falls with its photo."""
    failed_queries = []
    for query in queries:
        right = _photo_to_show(service, here, query.right)
        # The comparison may be of another folder, where the same name is another photo's.
        if right is not None and any(caption.text == query.text for caption in right.captions):
            first = tuple(_first_place(service, here, name) for name in query.first)
            failed_queries.append(FailedQuery(query.text, right, query.place, query.gallery, first))
        if len(failed_queries) == QUERIES:
            break
    return failed_queries


def _photo_to_show(service: PhotoService, here: Doorway, name: str) -> PhotoAnswer | None:
    if not here.door.photo(name):
        return None
    return PhotoAnswer(**texts_of_shown(here, service.ids, [name])[name])


def _first_place(service: PhotoService, here: Doorway, name: str) -> FirstPlace:
    photo = _photo_to_show(service, here, name)
    is_withheld = photo is None and here.door.knows(name)
    if is_withheld:
        here.door.results([name])  # the audit log has what was withheld
    return FirstPlace(photo, here.door.rule.message if is_withheld else None)
