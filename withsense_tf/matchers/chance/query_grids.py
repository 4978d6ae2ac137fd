"""Queries beside a gallery, as a search sees them: cosines, calibrated numbers, and what photos are ranked by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import grid_of_looks
from withsense_tf.matchers.chance.match_chance import REST, BestPhotos
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.search_forms import with_one
from withsense_tf.matchers.towers.base import Towers


@dataclass(frozen=True, eq=False)
class QueryGrids:
    """What each query scores with each photo, (queries, photos): by pixels, and with captions if they are read."""

    cosines: np.ndarray
    by_pixels: tuple[np.ndarray, np.ndarray]  # numbers, and what they are ranked by
    by_both: tuple[np.ndarray, np.ndarray] | None = None
    points: np.ndarray | None = None  # of the photos among texts, (photos, width), where they have some

    @property
    def parts(self) -> tuple[str, ...]:
        """Return what a photo can be found by: "pixels", and "captions" where these are read beside them."""
        return ("pixels",) if self.by_both is None else ("pixels", "captions")

    def best(
        self,
        part: str,
        query: int,
        here: np.ndarray,
        forms_of: Callable[[int], frozenset[str]] | None = None,
        captions_of: Callable[[int], tuple[str, ...]] | None = None,
    ) -> BestPhotos:
        """Return the best of the photos that are `here`.

        `forms_of` says which words a photo's captions have, and `captions_of` gives these as they stand.
        """
        numbers, ranks = self.by_pixels
        if part == "captions" and self.by_both is not None:
            numbers, ranks = self.by_both
        columns = np.flatnonzero(here)
        front = columns[np.argsort(-ranks[query, columns], kind="stable")[: REST + 1]]
        reads = part == "captions"
        forms = forms_of(int(front[0])) if reads and forms_of is not None else None
        captions = captions_of(int(front[0])) if reads and captions_of is not None else ()
        point = None if self.points is None else self.points[front[0]]
        return BestPhotos(self.cosines[query, front], numbers[query, front], forms, point, captions)


def query_grids(
    matcher: Matcher,
    gallery: Gallery,
    queries: Queries,
    rows: np.ndarray | None = None,
) -> QueryGrids:
    """Return the grids of towers, captions or a hybrid; by these rows of photos if they are given."""
    towers = matcher.towers_ if isinstance(matcher, Hybrid) else matcher
    if not isinstance(towers, Towers):
        cosines = scores = towers.grid(gallery, queries)
        return QueryGrids(cosines, (matcher.search_form().number(cosines), scores))
    rows = matcher.photo_rows(gallery.content, gallery.paths) if rows is None else rows
    texts = towers.text_points(queries.texts)
    points = rows[:, : texts.shape[1]]
    cosines = scores = np.asarray(texts @ points.T)
    if towers.local_scaling_ is not None:
        scores = np.asarray(with_one(texts) @ rows.T)
    figures = towers.grid_figures(cosines, queries.texts)
    numbers = towers.numbers_by(figures)
    by_pixels = numbers.reshape(cosines.shape), scores
    if not isinstance(matcher, Hybrid):
        return QueryGrids(cosines, by_pixels, None, points)
    form = matcher.search_form()
    looks = grid_of_looks(matcher.captions_, gallery, queries, form.words)
    flat = scores.ravel().astype(np.float64), numbers, looks.reshape(-1, looks.shape[2])
    both = form.number_of(*flat, figures), form.score(*flat)
    number, rank = (part.reshape(cosines.shape) for part in both)
    return QueryGrids(cosines, by_pixels, (number, rank), points)
