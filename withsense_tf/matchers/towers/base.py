"""Two towers: photos and texts become points of one space, and a pair's score is the cosine between its two."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Final
from weakref import ref

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.data.unique import unique_photos, unique_texts
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.query_numbers import QueryNumbers
from withsense_tf.matchers.search_forms import CosineForm, with_one
from withsense_tf.matchers.towers.local_scaling import LocalScaling

# The points of photos by their content, each with the towers that they are of; none where nobody asked for that.
_points_here: Final[ContextVar[dict[tuple[int, str], np.ndarray] | None]] = ContextVar("points", default=None)


class Towers(Matcher):
    """A matcher that scores pairs by the cosine of two points.

    At its end `_fit` must set `calibration_`, from pairs that were not trained on: photos held out (`two_tower`), or
    cosines as if each photo had been left out (`closed_form`, `pretrained`).
    """

    track: ClassVar[str] = "image-only"
    calibration_: Calibration
    text_: TextEncoder
    left_out_points_: np.ndarray
    place_: dict[str, int]
    # Towers that never learned it, or were saved before there was such a thing, have none.
    local_scaling_: LocalScaling | None = None
    query_numbers_: QueryNumbers | None = None

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, dim)."""
        raise NotImplementedError

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, length 1 (or 0 if no word is known), (texts, dim)."""
        raise NotImplementedError

    def unseen_content(self, content: Sequence[str]) -> frozenset[str]:
        """Return which training photos were not learned from, or can be taken as if they had not been."""
        return frozenset(content) & frozenset(getattr(self, "place_", ()))

    def unseen_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:  # noqa: ARG002  # as subclasses
        """Return the rows of photos of `unseen_content`, as if they had not been learned from, as `photo_rows` does."""
        return self.left_out_points_[[self.place_[one] for one in content]]

    def search_form(self) -> CosineForm:
        """Return the search form: cosines with the photos' points."""
        return CosineForm(
            self.text_,
            self.calibration_,
            local_scaling=self.local_scaling_ is not None,
            query_numbers=self.query_numbers_,
        )

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return what a text's row is multiplied with, float32, (photos, dim or dim + 1)."""
        return np.asarray(self.rows_at(self.photo_points(content, paths)), np.float32)

    def rows_as_unseen(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the rows of photos, of those that were learned from as if they had not been, as `photo_rows` does."""
        known_content = self.unseen_content(content)
        path_of = dict(zip(content, paths, strict=True))
        known = [one for one in path_of if one in known_content]
        new = [one for one in path_of if one not in known_content]
        # Where nothing is asked for, the width is wanted all the same.
        parts = [self._rows_of(new, [path_of[one] for one in new])] if new or not known else []
        if known:
            parts.append(self.unseen_rows(known, [path_of[one] for one in known]))
        place = {one: at for at, one in enumerate([*new, *known])}
        return np.concatenate(parts)[[place[one] for one in content]]

    def rows_at(self, points: np.ndarray, photos: np.ndarray | None = None) -> np.ndarray:
        """Return the rows of photos at points; `photos` numbers those that are left out of what was learned."""
        return points if self.local_scaling_ is None else self.local_scaling_.rows(points, photos)

    def cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosine of each pair, (pairs,); each photo and each text goes through its tower once."""
        return self.products(pairs)[0]

    def grids(
        self, gallery: Gallery, queries: Queries, as_unseen: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the cosine of every photo and every query, and what photos are ranked by, each (queries, photos).

        With `as_unseen`, photos that were learned from lie where they would if they had not been.
        """
        rows = self._rows_of(gallery.content, gallery.paths, as_unseen)
        texts = self.text_points(queries.texts)
        cosines = np.asarray(texts @ rows[:, : texts.shape[1]].T)
        if self.local_scaling_ is None:
            return cosines, cosines
        return cosines, np.asarray(with_one(texts) @ rows.T)

    def products(self, pairs: Pairs, as_unseen: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return the cosine of each pair, and what photos are ranked by, each (pairs,); `as_unseen` as for `grids`."""
        content, paths, photo = unique_photos(pairs)
        return self._pair_by_pair(self._rows_of(content, paths, as_unseen)[photo], pairs.texts)

    def _rows_of(self, content: Sequence[str], paths: Sequence[Path], as_unseen: bool = False) -> np.ndarray:
        if as_unseen and self.unseen_content(content):
            return self.rows_as_unseen(content, paths)
        return self.rows_at(self._points_of(content, paths))

    def _points_of(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the points of photos, of which those that are remembered are not worked out again."""
        points_here = _points_here.get()
        if points_here is None:
            return self.photo_points(content, paths)
        new = {
            one: path for one, path in zip(content, paths, strict=True) if (id(self), one) not in points_here
        }
        if new:
            points = self.photo_points(list(new), list(new.values()))
            points_here.update({(id(self), one): point for one, point in zip(new, points, strict=True)})
        return np.stack([points_here[id(self), one] for one in content])

    def _pair_by_pair(self, rows: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return cosines and scores of rows of photos, each with its text, both (pairs,)."""
        different, text = unique_texts(texts)
        points = self.text_points(different)
        cosines = np.einsum("nd,nd->n", rows[:, : points.shape[1]], points[text])
        if self.local_scaling_ is None:
            return cosines, cosines
        return cosines, cosines + rows[:, -1] * with_one(points)[text, -1]

    def numbers(self, cosines: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Return the number that the cosine of each pair stands for, (pairs,), by its text."""
        return self.numbers_by(self.figures(cosines, texts))

    def figures(self, cosines: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Return what a number is told by, (pairs, 5), or the cosines alone, (pairs, 1)."""
        if self.query_numbers_ is None:
            return cosines[:, None]
        different, text = unique_texts(texts)
        return self.query_numbers_.figures(cosines, self.text_points(different), text)

    def grid_figures(self, cosines: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Return what numbers are told by, of the cosines of texts and photos, (texts * photos, 1 or 5)."""
        return self.figures(cosines.ravel(), [text for text in texts for _ in range(cosines.shape[1])])

    def numbers_by(self, figures: np.ndarray) -> np.ndarray:
        """Return the numbers that figures stand for, (pairs,)."""
        if self.query_numbers_ is None:
            return self.calibration_.apply(figures[:, 0])
        return self.query_numbers_.apply(figures)

    def _score(self, pairs: Pairs) -> np.ndarray:
        return self.numbers(self.cosines(pairs), pairs.texts)

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return self.grids(gallery, queries)[1]

    def left_out_products(
        self, pairs: Pairs, place: Mapping[str, int], rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return cosines and scores of training pairs as if each pair's photo had not been trained on, both (pairs,).

        `rows` are those the photos would have, and `place` gives the row of a photo's content. A training photo that
        has no place was not trained on, and lies where it lies.
        """
        photo = np.array([place.get(content, -1) for content in pairs.content])
        products = self._pair_by_pair(rows[photo], pairs.texts)
        unknown = np.flatnonzero(photo < 0)
        if len(unknown):
            for products_of, others in zip(products, self.products(pairs.take(unknown)), strict=True):
                products_of[unknown] = others
        return products


@contextmanager
def points_remembered() -> Iterator[None]:
    """Within the block, work out the point of each photo once, for all who ask; nothing is to be fitted in it."""
    token = _points_here.set({})
    try:
        yield
    finally:
        _points_here.reset(token)


class LastFit:
    """What towers learned last, with what that hangs on, for a matcher that needs the same; gone with the pairs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pairs: ref[Pairs] | None = None
        self._settings: Hashable = None
        self._attributes: dict[str, Any] = {}

    def take_or_learn(
        self, pairs: Pairs, settings: Hashable, learn: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Return what was learned last if it was from these very pairs with these settings, else learn it now."""
        with self._lock:
            if self._pairs is not None and self._pairs() is pairs and self._settings == settings:
                return self._attributes
        attributes = learn()
        with self._lock:
            self._pairs, self._settings, self._attributes = ref(pairs, self._forget), settings, attributes
        return attributes

    def _forget(self, pairs: ref[Pairs]) -> None:
        if self._pairs is pairs:
            self._pairs, self._settings, self._attributes = None, None, {}
