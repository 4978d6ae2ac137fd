"""Texts -> a space in which captions of one photo lie close together, learned from captions alone.

Five people describe one photo in different words. Directions in which their captions differ among themselves say
nothing of the photo; directions in which captions of different photos differ, do. Linear discriminant analysis
finds the latter: it is fitted on captions grouped by photo, over words (TF-IDF) and, if given, word vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.unit import unit
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.caption_scatter import (
    Scatter,
    ScatterSum,
    TextColumns,
    photo_blocks,
)
from withsense_tf.encoders.texts.near_words import NearWords, vocabulary_vectors, without_shares
from withsense_tf.encoders.texts.word_weights import WordWeights
from withsense_tf.encoders.vectors.point_memory import PointMemory
from withsense_tf.errors import DataError, NotFittedError, SettingError, check_seed, check_whole, shown

# So many times the subspace is refined; the last directions still move a little, and carry next to nothing.
REFINEMENTS: Final = 6
# A space is shared by folds and matchers, which ask for the same captions again and again; so many are remembered, as
# many as are encoded at once when it learns. With 256 directions they take 50 MB, and those that are kept as much.
MOST_REMEMBERED: Final = 50_000
# So much of the words that captions do not have is foretold by the whole text, the rest by what is near to each word;
# chosen on 121 Russian queries for photos that nothing else is measured on.
FORETELL_SHARE: Final = 0.3
# How much less is foretold than was found, as a share of how much vectors vary.
FORETELL_PENALTY: Final = 0.03


class CaptionSpace(TextEncoder):
    """Encode texts as points of a space whose directions tell photos apart, vectors of length 1.

    - `dim`: how many directions are kept (fewer where there are not so many photos).
    - `vectors`: vectors (of words, as `SpacyVectors`, or of whole texts, as `UniversalSentences`) that say which texts
      are alike; None knows words alone. For words that no caption has, they say which a caption would have had.
    - `vectors_weight`: how long these are beside the words' vectors, whose length is 1.
    - `noise`: how much is added to the differences within a photo, as a share of their mean: a word that is too
      rare to have varied within a photo would otherwise seem to tell photos apart perfectly.
    - `most_words`, `min_count`: words that count.
    - `seed` of the numbers that the decomposition begins with.
    """

    learns: ClassVar[bool] = True
    LEARNED: ClassVar[tuple[str, ...]] = (
        "words_",
        "vectors_",
        "vectors_mean_",
        "vectors_scale_",
        "mean_",
        "projection_",
        "offset_",
        "foretold_",
        "near_vectors_",
        "near_left_out_",
    )

    def __init__(
        self,
        dim: int = 256,
        vectors: TextEncoder | None = None,
        vectors_weight: float = 0.5,
        noise: float = 1.0,
        most_words: int = 2_500,
        min_count: int = 2,
        seed: int = 0,
    ) -> None:
        for name, number in (("noise", noise), ("vectors_weight", vectors_weight)):
            if isinstance(number, bool) or not isinstance(number, int | float) or number <= 0:
                raise SettingError(f"{name} must be a number above 0, got {shown(number)}.")
        self.dim = check_whole("dim", dim)
        self.vectors = vectors
        self.vectors_weight = vectors_weight
        self.noise = noise
        self.most_words = check_whole("most_words", most_words)
        self.min_count = check_whole("min_count", min_count)
        self.seed = check_seed(seed)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the training texts."""
        vectors = f", {self.vectors_weight:g} x {self.vectors.identity}" if self.vectors else ""
        words = f"{self.most_words} words of {self.min_count} texts"
        return f"caption space(dim={self.dim}, noise={self.noise:g}, {words}, seed={self.seed}{vectors})"

    @property
    def weights(self) -> str:
        """Name the source of the word vectors."""
        return self.vectors.weights if self.vectors else ""

    def fit(self, texts: Sequence[str], groups: Sequence[Any] | None = None) -> Self:
        """Learn from captions and the photo that each belongs to; without groups, each text stands alone."""
        from scipy.linalg import cholesky, solve_triangular
        from sklearn.utils.extmath import randomized_svd

        if groups is not None and len(groups) != len(texts):
            raise DataError(f"Expected a photo for each of {len(texts)} captions, got {len(groups)}.")
        for what in ("_memory", "_by_words"):
            self.__dict__.pop(what, None)
        texts = list(texts)
        self._fit_words(texts)
        vectors = self._fit_vectors(self.vectors, texts) if self.vectors else None
        words = self._words(texts)
        label = np.unique(
            np.asarray(groups if groups is not None else range(len(texts))), return_inverse=True
        )[1]
        scatter = self._scatter(texts, words, vectors, label)
        between, within, self.mean_ = scatter.between, scatter.within, scatter.mean
        # In units in which captions of one photo differ equally in all directions ...
        within[np.diag_indices_from(within)] += self.noise * max(np.trace(within), 1e-3) / len(within)
        root = cholesky(within, lower=True, overwrite_a=True)
        half = solve_triangular(root, between, lower=True, overwrite_b=True)
        ratio = solve_triangular(root, half.T, lower=True, overwrite_b=True)
        # ... those are kept in which photos differ most.
        count = min(self.dim, len(within), len(np.unique(label)))
        directions, spread, _ = randomized_svd(
            ratio, count, n_oversamples=32, n_iter=REFINEMENTS, random_state=self.seed
        )
        axes = solve_triangular(root, directions, lower=True, trans="T")
        # Each counts by how much of what is seen along it comes from the photo rather than from its describer.
        self.projection_ = (axes * (spread / (1 + spread))).astype(np.float32)
        self.offset_ = (self.mean_ @ self.projection_).astype(np.float32)
        if self.vectors is not None:
            foretell = scatter.foretell(words.shape[1], FORETELL_PENALTY)
            self.foretold_ = (foretell @ self.projection_[: words.shape[1]]).astype(np.float32)
        if vectors is not None:
            # Encoders of sentences take seconds for a corpus, and its captions are what is asked for next.
            self._memory.add(texts, self._points_of(texts, self._with_vectors(words, vectors)))
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of length 1 for each text (zeros if it has no known word), float32, (texts, width)."""
        if not hasattr(self, "projection_"):
            raise NotFittedError("This CaptionSpace is not fitted yet: call fit(captions, photos) first.")
        if not len(texts):
            return np.zeros((0, self.projection_.shape[1]), np.float32)
        points = {text: self._memory.get(text) for text in texts}
        new = [text for text, point in points.items() if point is None]
        if new:
            fresh = self._points(new)
            points |= dict(zip(new, fresh, strict=True))
            self._memory.add(new, fresh)
        return np.stack([points[text] for text in texts])  # type: ignore[misc]  # none is missing now

    def make_ready(self, texts: Sequence[str]) -> None:
        """Compute what each of these texts is by itself, as if they came one after the other, and remember it."""
        new = [text for text in dict.fromkeys(texts) if self._memory.get(text) is None]
        if self.vectors is None or not new:
            return
        self._near_words.make_ready([self.words_.unknown(text) for text in new])
        points = [
            self._points_of([text], self._with_vectors(self._words([text]), vector))
            for text, vector in zip(new, self.vectors_.encode_groups([[text] for text in new]), strict=True)
        ]
        self._memory.add(new, np.concatenate(points))

    def keep(self, texts: Sequence[str]) -> None:
        """Have the points of these texts, `MOST_REMEMBERED` at most, and keep them, whatever is asked for later."""
        self.encode(texts)
        self._memory.keep()

    def _scatter(
        self, texts: Sequence[str], words: Any, vectors: np.ndarray | None, label: np.ndarray
    ) -> Scatter:
        """Sum up captions; `vectors` are theirs, or None where they are too many at once, or there are none."""
        sums: ScatterSum | None = None
        for rows, photo in photo_blocks(label):
            if vectors is None:
                block = self._columns([texts[row] for row in rows], words[rows])
            else:
                block = self._with_vectors(words[rows], vectors[rows])
            sums = sums or ScatterSum(block.width)
            sums.add(block, photo)
        if sums is None:
            raise DataError("There are no captions to learn from.")
        return sums.scatter()

    @cached_property
    def _memory(self) -> PointMemory:
        return PointMemory(MOST_REMEMBERED)

    def _points(self, texts: Sequence[str]) -> np.ndarray:
        return self._points_of(texts, self._columns(texts, self._words(texts)))

    def _points_of(self, texts: Sequence[str], columns: TextColumns) -> np.ndarray:
        rows, _ = self._word_rows
        points = columns.words @ rows + columns.vectors @ self.projection_[len(rows) :] - self.offset_
        if hasattr(self, "foretold_"):
            points = self._with_foretold_words(points, columns, texts)
        points *= columns.known()[:, None]
        return np.asarray(unit(points), np.float32)

    def _with_foretold_words(
        self, points: np.ndarray, columns: TextColumns, texts: Sequence[str]
    ) -> np.ndarray:
        """Let vectors say, for the share of words that captions do not have, which words a caption would have had.

        What is near to these words counts already; where nothing is, the vectors alone say it.
        """
        share = np.array([self.words_.share_unknown(text) for text in texts], np.float32)
        share[np.diff(columns.words.indptr) > 0] *= FORETELL_SHARE
        rows = np.flatnonzero((share > 0) & np.any(columns.vectors, axis=1))
        if not len(rows):
            return points
        (word_rows, usual), share = self._word_rows, share[rows, None]
        mean_vectors = self.mean_[len(word_rows) :].astype(np.float32)
        foretold = usual + (columns.vectors[rows] - mean_vectors) @ self.foretold_
        points[rows] += share * (foretold - columns.words[rows] @ word_rows)
        return points

    @property
    def _word_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the words' part of the projection, laid as sparse products want it, and the usual point by words."""
        if "_by_words" not in self.__dict__:
            words = self.projection_[: len(self.words_.rarity_)]
            usual = (self.mean_[: len(words)] @ words).astype(np.float32)
            self._by_words = np.ascontiguousarray(words), usual
        return self._by_words

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages of the training texts, and those that the vectors read."""
        others = self.vectors.languages if self.vectors is not None else ()
        return tuple(dict.fromkeys((*self.words_.languages, *others)))

    @property
    def known_words(self) -> Collection[str]:
        """Return the words of the training texts."""
        return self.words_.vocabulary_

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that neither captions nor word vectors taught it."""
        unknown = self.words_.unknown(text)
        if self.vectors is None:
            return unknown
        # Encoders of sentences give any letters a vector; a word that is near to none of the captions' says nothing.
        shares = self._near_words.shares(unknown)
        return tuple(w for w in unknown if w in self.vectors_.unknown(w) or not shares[w])

    def _fit_words(self, texts: list[str]) -> None:
        self.words_ = WordWeights(
            lemmas=True,
            min_count=self.min_count if len(texts) > self.min_count else 1,
            most=self.most_words,
            sublinear=True,
        )
        try:
            self.words_.fit(texts)
        except ValueError as error:
            raise DataError(f"No word is in {self.min_count} of {len(texts)} captions: {error}") from error

    def _fit_vectors(self, encoder: TextEncoder, texts: list[str]) -> np.ndarray | None:
        """Learn what is usual of vectors; return those of all texts, or None where they are too many at once."""
        from copy import deepcopy

        self.vectors_ = deepcopy(encoder).fit(texts)
        is_whole = len(texts) <= MOST_REMEMBERED
        order = np.random.default_rng(self.seed).permutation(len(texts))[:MOST_REMEMBERED]
        points = self.vectors_.encode(texts if is_whole else [texts[at] for at in order])
        self.vectors_mean_ = points.mean(axis=0)
        typical = np.sqrt(((points - self.vectors_mean_) ** 2).sum(axis=1).mean())
        self.vectors_scale_ = float(self.vectors_weight / max(typical, 1e-9))
        self.near_vectors_ = vocabulary_vectors(self.vectors_, self.words_.vocabulary_)
        self.near_left_out_ = without_shares()
        self.__dict__.pop("_near", None)
        return points if is_whole else None

    def _words(self, texts: Sequence[str]) -> Any:
        """Return texts as words, sparse; words that captions do not have count as those that are near."""
        if self.vectors is None:
            return self.words_.transform(texts)
        return self.words_.transform(texts, self._near_words.shares)

    @property
    def _near_words(self) -> NearWords:
        if not hasattr(self, "_near"):
            self._near = NearWords(self.vectors_, self.near_vectors_, self.near_left_out_, self.words_)
        return self._near

    def _columns(self, texts: Sequence[str], words: Any) -> TextColumns:
        """Return texts as numbers, from their words and, if given, their vectors."""
        if self.vectors is None:
            return TextColumns(words, np.zeros((len(texts), 0), np.float32))
        return self._with_vectors(words, self.vectors_.encode(texts))

    def _with_vectors(self, words: Any, points: np.ndarray) -> TextColumns:
        has_vector = np.any(points, axis=1, keepdims=True)
        return TextColumns(words, (points - self.vectors_mean_) * self.vectors_scale_ * has_vector)
