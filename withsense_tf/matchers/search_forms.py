"""What a search needs of a fitted matcher: texts -> query vectors, and vectors -> scores and numbers, by numpy alone.

A search keeps a photo's vectors and never sees the photo again, so these forms know nothing of photo encoders, and
a search needs no TensorFlow unless the text encoder does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.unit import unit
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.dense import Dense

if TYPE_CHECKING:
    from withsense_tf.matchers.chance.match_chance import MatchChance
    from withsense_tf.matchers.forms.query_numbers import QueryNumbers

# The vectors that an index may keep of a photo: what its pixels say, and what its captions say together.
PHOTO, CAPTIONS = "photo", "captions"


class SearchForm(Saveable):
    """A fitted matcher, as a search uses it.

    `widths` says which vectors are kept of a photo and how long they are. Where `inner`, the score is the inner
    product of one of them and the query's vector, so that any vector engine can rank; elsewhere `scan` must see all.
    """

    inner: ClassVar[bool] = True
    # Whether captions are kept one by one too.
    each_caption: ClassVar[bool] = False
    # Why it can be asked no text, and what to do; empty where it can.
    why_no_texts: ClassVar[str] = ""
    # Whether photos lie in one space with each other (and with texts), so that one can be asked what is like it.
    asks_photos: ClassVar[bool] = False
    LEARNED: ClassVar[tuple[str, ...]] = ("chance_",)
    text: TextEncoder

    # The chance that the best photo is a match; None where the least number decides.
    chance_: MatchChance | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(getattr(self, 'text', None), 'identity', 'no texts')})"

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo."""
        raise NotImplementedError

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vector of each query, float32, (texts, width)."""
        raise NotImplementedError

    def caption_rows(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vector that is kept of each caption, float32, (texts, width)."""
        return self.queries(texts)

    def point(self, vectors: np.ndarray) -> np.ndarray:
        """Return vectors of photos or queries as points, length 1, that photos are compared with as with each other."""
        return unit(vectors)

    def scan(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Score photos, by their vectors (photos, width), for one query (width,)."""
        return np.asarray(rows @ query)

    def number(self, scores: np.ndarray) -> np.ndarray:
        """Return the calibrated number, from 0 to 1, of each score."""
        raise NotImplementedError

    @property
    def numbers_apart(self) -> bool:
        """Return whether a number does not follow from the score: then `numbers_at` must see the vectors."""
        return False

    def numbers_at(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the calibrated numbers of photos, by their vectors (photos, width), for one query (width,)."""
        return self.number(self.scan(rows, query))

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that the text encoder never learned, as far as it knows."""
        return self.text.unknown(text)


class CosineForm(SearchForm):
    """Towers: the score is the cosine between a text's point and a photo's, or its captions' mean (`of`).

    With `local_scaling`, vectors have one more number: what is taken from the cosines of a photo, and a 1 of a text.
    Photos are ranked without it; what a number says of a pair is told by the cosine itself.
    """

    asks_photos: ClassVar[bool] = True

    def __init__(
        self,
        text: TextEncoder,
        calibration: Calibration,
        of: str = PHOTO,
        width: int | None = None,
        local_scaling: bool = False,
        query_numbers: QueryNumbers | None = None,
    ) -> None:
        self.text = text
        self.calibration = calibration
        self.of = of
        self.local_scaling = local_scaling
        self.query_numbers = query_numbers
        self.width = width if width is not None else int(self.queries(["a"]).shape[1])

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo."""
        return {self.of: self.width}

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, float32, (texts, width)."""
        return self._with_one(unit(self.text.encode(texts)))

    def caption_rows(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each caption, float32, (texts, width)."""
        return self.point(self.queries(texts)) if self.local_scaling else self.queries(texts)

    def point(self, vectors: np.ndarray) -> np.ndarray:
        """Return vectors without what is taken from cosines, length 1."""
        if not self.local_scaling:
            return unit(vectors)
        plain = np.array(vectors)
        plain[..., -1] = 0
        return unit(plain)

    @property
    def numbers_apart(self) -> bool:
        """Return whether something is taken from the cosines that photos are ranked by, or the text says more."""
        return self.local_scaling or self.query_numbers is not None

    def numbers_at(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the numbers of photos by their cosines."""
        return self.numbers_by(self.figures(rows, query))

    def figures(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return what the numbers of photos are told by, for one query: cosines, (photos, 1), or more, (photos, 5)."""
        width = len(query) - self.local_scaling
        # Row by row: a matrix product may round a row otherwise where there are more of them.
        cosines = (rows[:, :width] * query[:width]).sum(axis=1).astype(np.float64)
        if self.query_numbers is None:
            return np.asarray(cosines[:, None])
        return self.query_numbers.figures(cosines, query[None, :width], np.zeros(len(cosines), int))

    def numbers_by(self, figures: np.ndarray) -> np.ndarray:
        """Return the numbers that `figures` stand for, (photos,)."""
        return self.number(figures[:, 0]) if self.query_numbers is None else self.query_numbers.apply(figures)

    def _with_one(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(with_one(points) if self.local_scaling else points, np.float32)

    def number(self, scores: np.ndarray) -> np.ndarray:
        """Return the calibrated number of each cosine."""
        return np.asarray(np.clip(self.calibration.apply(scores), 0, 1))


class ProjectedForm(CosineForm):
    """Trained towers: the text's vector goes through a linear layer of each member first."""

    def __init__(
        self,
        text: TextEncoder,
        calibration: Calibration,
        layers: Sequence[tuple[np.ndarray, np.ndarray]],
        local_scaling: bool = False,
    ) -> None:
        self.layers = layers
        width = sum(kernel.shape[1] for kernel, _ in layers) + local_scaling
        super().__init__(text, calibration, PHOTO, width, local_scaling)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text: the members' points side by side, float32, (texts, width)."""
        vectors = self.text.encode(texts)
        inputs = vectors * np.float32(np.sqrt(vectors.shape[1]))
        parts = [unit(inputs @ kernel + bias) for kernel, bias in self.layers]
        return self._with_one(np.hstack(parts) / np.sqrt(len(parts)))


@dataclass(eq=False, repr=False)
class AdditiveForm(SearchForm):
    """A linear form on both vectors side by side: the worth of the photo plus the worth of the text."""

    text: TextEncoder
    weights: np.ndarray
    intercept: float

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo: its worth, and a one."""
        return {PHOTO: 2}

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return a one and the worth of each text, float32, (texts, 2)."""
        worth = self.text.encode(texts) @ self.weights + self.intercept
        return np.column_stack([np.ones(len(worth)), worth]).astype(np.float32)

    def number(self, scores: np.ndarray) -> np.ndarray:
        """Return the score itself: it was fitted to the judgements."""
        return np.asarray(np.clip(scores, 0, 1))


@dataclass(eq=False, repr=False)
class NetworkForm(SearchForm):
    """A network that meets photo and text vectors in its first layer: each side's part of it is computed once.

    `meet` says how the parts go together: "add" (a network on both side by side), "product" or "difference"
    (their first number is what a side says alone), or "bilinear" (the products are added up).
    """

    inner: ClassVar[bool] = False

    text: TextEncoder
    calibration: Calibration
    side: Dense
    rest: Sequence[Dense]
    meet: str
    scale: float

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo."""
        return {PHOTO: self.side.kernel.shape[1]}

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the texts' part of the first layer, float32, (texts, width)."""
        return self.side.apply(self.text.encode(texts) * np.float32(self.scale)).astype(np.float32)

    def scan(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Score photos by the rest of the network, (photos,); the query may also be one of its own for each photo."""
        alone = np.float32(0)
        if self.meet == "add":
            values = np.maximum(rows + query, 0)
        else:
            alone = rows[:, 0] + query[..., 0]
            photos, text = rows[:, 1:], query[..., 1:]
            values = np.square(photos - text) if self.meet == "difference" else photos * text
            if self.meet == "bilinear":
                values = values.sum(axis=1, keepdims=True) / np.float32(np.sqrt(text.shape[-1]))
        for layer in self.rest[:-1]:
            values = np.maximum(layer.apply(values), 0)
        z = self.rest[-1].apply(values)[:, 0] + alone
        # From -80 on it is 0, and beyond -88 float32 would overflow.
        return np.asarray(1 / (1 + np.exp(np.minimum(-z, 80))))

    def number(self, scores: np.ndarray) -> np.ndarray:
        """Return the calibrated number of each score."""
        return np.asarray(np.clip(self.calibration.apply(scores), 0, 1))


def with_one(points: np.ndarray) -> np.ndarray:
    """Return the rows of texts: a 1 beside each point, and a 0 beside that of a text without a known word.

    >>> with_one(np.array([[0.6, 0.8], [0.0, 0.0]]))
    array([[0.6, 0.8, 1. ],
           [0. , 0. , 0. ]])
    """
    return np.column_stack([points, points.any(axis=1)]).astype(points.dtype)


def looks_of(each: np.ndarray, length: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return three cosines of a query with photos' captions, (photos, 3), from that with each, (photos, captions).

    The cosine with their mean, the largest and the mean cosine; zeros where a photo has no captions. `length` is
    that of the sum of their points, (photos,), and `there` says which captions there are.
    """
    looks = np.zeros((len(each), 3))
    count = there.sum(axis=1)
    some = count > 0
    # Caption by caption, so that zeros behind a photo's last one change no rounding: a photo's score must not hang
    # on how many captions others have.
    total = np.zeros(len(each))
    for column, is_there in zip(each.T, there.T, strict=True):
        total += np.where(is_there, column, 0.0)
    looks[some, 0] = (total / np.maximum(length, 1e-9))[some]
    looks[some, 1] = np.where(there, each, -1.0).max(axis=1, initial=-1.0)[some]
    looks[some, 2] = (total / np.maximum(count, 1))[some]
    return looks


@dataclass(frozen=True, eq=False)
class Line:
    """A fitted linear model."""

    weights: np.ndarray
    intercept: float

    def apply(self, features: np.ndarray) -> np.ndarray:
        """Return the predictions of the line, (rows,)."""
        # Row by row: a matrix product may round a row otherwise where there are more of them.
        return np.asarray(np.vecdot(features, self.weights) + self.intercept)
