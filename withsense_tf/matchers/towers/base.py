"""Two towers: photos and texts become points of one space, and a pair's score is the cosine between its two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.base import Matcher, unique_photos, unique_texts
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.search_forms import CosineForm


class Towers(Matcher):
    """A matcher that scores pairs by the cosine of two points.

    At its end `_fit` must set `calibration_`, from pairs that were not trained on: photos held out (`two_tower`), or
    cosines as if each photo had been left out (`closed_form`, `pretrained`).
    """

    track: ClassVar[str] = "image-only"
    calibration_: Calibration
    text_: TextEncoder

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, dim)."""
        raise NotImplementedError

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, length 1 (or 0 if no word is known), (texts, dim)."""
        raise NotImplementedError

    def search_form(self) -> CosineForm:
        """Return the search form: cosines with the photos' points."""
        return CosineForm(self.text_, self.calibration_)

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, float32, (photos, dim)."""
        return np.asarray(self.photo_points(content, paths), np.float32)

    def cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosine of each pair, (pairs,); each photo and each text goes through its tower once."""
        content, paths, photo = unique_photos(pairs)
        points = self.photo_points(content, paths)
        texts, text = unique_texts(pairs.texts)
        return np.asarray(np.einsum("nd,nd->n", points[photo], self.text_points(texts)[text]))

    def _score(self, pairs: Pairs) -> np.ndarray:
        return self.calibration_.apply(self.cosines(pairs))

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        points = self.photo_points(gallery.content, gallery.paths)
        return np.asarray(self.text_points(queries.texts) @ points.T)


def left_out_cosines(
    towers: Towers, pairs: Pairs, place: Mapping[str, int], points: np.ndarray
) -> np.ndarray:
    """Return the cosines of training pairs as if each pair's photo had not been trained on, (pairs,).

    `points` (photos, dim) are where the photos would lie, and `place` gives the row of a photo's content. A
    training photo that has no place was not trained on, and lies where it lies.
    """
    photo = np.array([place.get(content, -1) for content in pairs.content])
    texts, text = unique_texts(pairs.texts)
    cosines = np.einsum("nd,nd->n", points[photo], towers.text_points(texts)[text])
    unknown = np.flatnonzero(photo < 0)
    if len(unknown):
        cosines[unknown] = towers.cosines(pairs.take(unknown))
    return np.asarray(cosines)
