"""What queries found, to look at: contact sheets of queries with their first photos, failures first."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
from withsense_tf.evaluation.outcome import Outcome, Rankings

QUERIES: Final = 8  # in each half of a sheet
STRIP: Final = 7  # queries at the top of a page
SIDE: Final = 110  # pixels of a thumbnail's longer side
NOT_SHOWN: Final = "not shown: it is no photo of this data set"


@dataclass(frozen=True)
class SheetPhoto:
    """One photo of a sheet: its place from 1, its score, and a JPEG, or None and in `alt` why there is none."""

    place: str
    score: str
    is_right: bool
    jpeg: bytes | None
    alt: str


@dataclass(frozen=True)
class SheetQuery:
    """A query, the place of its right photo, the first photos, and the right one if it is none of these."""

    text: str
    place: str
    first: tuple[SheetPhoto, ...]
    right: SheetPhoto | None


@dataclass(frozen=True)
class Sheet:
    """The queries of one matcher: the worst ones, and some at random."""

    matcher: str
    worst: tuple[SheetQuery, ...]
    random: tuple[SheetQuery, ...]


class Thumbnails:
    """Small pictures of the photos of one data set, and of no others: those may not be lawful to show."""

    def __init__(self, data: Dataset) -> None:
        photos = data.photos.drop_duplicates("photo")
        files = photos[["photo", "path", "width", "height", "digest"]].itertuples(index=False)
        self.files = {
            str(photo): (Path(path), int(width), int(height), str(digest))
            for photo, path, width, height, digest in files
        }
        captions = data.captions.drop_duplicates("photo")
        self.descriptions = dict(zip(captions["photo"], captions["text"], strict=True))
        # A query is shown only if the data set has its text, for the same reason.
        self.texts = frozenset(data.captions["caption"]) | frozenset(data.queries["caption"])
        self._pictures: dict[str, tuple[bytes | None, str]] = {}

    def of(self, photo: str) -> tuple[bytes | None, str]:
        """Return a JPEG and its description; None and the reason where the photo cannot or may not be shown."""
        if photo not in self.files:
            return None, NOT_SHOWN
        if photo not in self._pictures:
            self._pictures[photo] = self._make(photo)
        return self._pictures[photo]

    def _make(self, photo: str) -> tuple[bytes | None, str]:
        path, width, height, digest = self.files[photo]
        scale = SIDE / max(width, height)
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        try:
            pixels = read_photo(path, size, digest=digest)
        except PhotoError as error:
            return None, f"not shown: {error.reason}"
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, format="JPEG", quality=80)
        return stream.getvalue(), self.descriptions.get(photo, f"photo {photo}")


def best_to_show(outcomes: Sequence[Outcome], track: str) -> Outcome | None:
    """Return the outcome of that track that finds most right photos among five, of equal ones that with less error."""

    def merit(outcome: Outcome) -> tuple[float, float]:
        hits = -1.0 if outcome.rankings is None else float(outcome.rankings.per_query.hit(5).mean())
        answers = outcome.answers
        error = np.inf if answers is None else float(np.mean((answers.prediction - answers.target) ** 2))
        return hits, -error

    candidates = [
        outcome
        for outcome in outcomes
        if outcome.about.get("track") == track and outcome.rankings is not None and len(outcome.rankings.text)
    ]
    return max(candidates, key=merit) if candidates else None


def sheet_of(outcome: Outcome, thumbnails: Thumbnails, seed: int) -> Sheet | None:
    """Make the sheet of an outcome; None where none of its queries can be shown."""
    rankings = outcome.rankings
    if rankings is None:
        return None
    queries = np.flatnonzero([caption in thumbnails.texts for caption in rankings.caption])
    if not len(queries):
        return None
    worst = queries[np.argsort(-rankings.per_query.rank[queries], kind="stable")][:QUERIES]
    rest = np.setdiff1d(queries, worst)
    sample = np.random.default_rng(seed).permutation(rest)[:QUERIES]
    return Sheet(
        outcome.label,
        tuple(sheet_query(rankings, int(at), thumbnails) for at in worst),
        tuple(sheet_query(rankings, int(at), thumbnails) for at in sample),
    )


def strip_of(outcome: Outcome | None, thumbnails: Thumbnails, seed: int) -> list[SheetQuery]:
    """Return some queries of an outcome, drawn at random of those that can be shown, with what each found."""
    rankings = None if outcome is None else outcome.rankings
    if rankings is None:
        return []
    queries = np.flatnonzero([caption in thumbnails.texts for caption in rankings.caption])
    sample = np.random.default_rng(seed).permutation(queries)[:STRIP]
    return [sheet_query(rankings, int(at), thumbnails) for at in sample]


def sheet_query(rankings: Rankings, at: int, thumbnails: Thumbnails) -> SheetQuery:
    """Return what one query found, to look at."""
    queries = rankings.per_query
    name, rank = str(queries.photo[at]), int(queries.rank[at])
    entries = list(zip(rankings.first[at].tolist(), rankings.scores[at].tolist(), strict=True))
    others, right = ([one for one in entries if (one[0] == name) == is_right] for is_right in (False, True))
    # Photos with the same score count before the right one, so they are drawn before it.
    is_tied = bool(right) and entries.index(right[0]) < rank
    in_order = [*others[:rank], *right, *others[rank:]] if rank < len(entries) else others
    first = tuple(
        _sheet_photo(photo, str(n), f"{score:.3f}", photo == name, thumbnails)
        for n, (photo, score) in enumerate(in_order, start=1)
    )
    place_text = f"right photo at place {rank + 1:,} of {int(queries.size[at]):,}"
    score = f"{right[0][1]:.3f}" if right else ""
    return SheetQuery(
        str(rankings.text[at]),
        place_text + (", for others score the same" * is_tied),
        first,
        None
        if any(one.is_right for one in first)
        else _sheet_photo(name, f"{rank + 1:,}", score, True, thumbnails),
    )


def _sheet_photo(photo: str, place: str, score: str, is_right: bool, thumbnails: Thumbnails) -> SheetPhoto:
    jpeg, alt = thumbnails.of(photo)
    return SheetPhoto(place, score, is_right, jpeg, alt)
