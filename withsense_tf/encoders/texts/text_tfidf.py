"""Texts -> TF-IDF vectors (scikit-learn)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np

from withsense_tf.common.words import stop_words, unique
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.word_weights import WordWeights
from withsense_tf.errors import DataError, NotFittedError, SettingError, check_seed, shown


class Tfidf(TextEncoder):
    """Weigh each word by how often it is in the text and how rare it is in the training texts.

    - `min_count`: a word must be in so many training texts; rarer ones do not count.
    - `ngrams`: up to how many words in a row count as one ("red ball").
    - `lemmas`: whether "dogs" and "dog" are one word. `stop_words`: whether "the" and its like are left out.
    - `dim`: how many numbers to press the vectors into (latent semantic analysis); None keeps a number a word.
    - `seed` of the numbers that this analysis begins with.
    """

    learns: ClassVar[bool] = True
    LEARNED: ClassVar[tuple[str, ...]] = ("vectorizer_", "projection_")

    def __init__(
        self,
        min_count: int = 1,
        ngrams: int = 1,
        lemmas: bool = False,
        stop_words: bool = False,
        dim: int | None = None,
        seed: int = 0,
    ) -> None:
        numbers: tuple[object, ...] = (min_count, ngrams, 1 if dim is None else dim)
        if not all(isinstance(one, Integral) and int(one) >= 1 for one in numbers):
            raise SettingError(
                "min_count, ngrams and dim must be whole numbers of at least 1, "
                f"got {shown(min_count)}, {shown(ngrams)} and {shown(dim)}."
            )
        self.min_count = min_count
        self.ngrams = ngrams
        self.lemmas = lemmas
        self.stop_words = stop_words
        self.dim = dim
        self.seed = check_seed(seed)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the training texts."""
        parts = [f"min_count={self.min_count}"]
        parts += [f"ngrams={self.ngrams}"] if self.ngrams > 1 else []
        parts += ["lemmas"] if self.lemmas else []
        parts += ["no stop words"] if self.stop_words else []
        parts += [f"dim={self.dim}, seed={self.seed}"] if self.dim else []
        return f"tfidf({', '.join(parts)})"

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the words and how rare they are from the training texts."""
        different = unique(texts)
        left_out = self._left_out() if self.stop_words else ()
        vectorizer = WordWeights(self.lemmas, self.ngrams, self.min_count, stop_words=left_out)
        try:
            self.vectorizer_ = vectorizer.fit(different)
        except ValueError as error:
            raise DataError(f"TF-IDF found no words in {len(different)} training texts: {error}") from error
        self.projection_ = self._learn_projection(different)
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of length 1 for each text (zeros if it has no known word), float32, (texts, width)."""
        if not hasattr(self, "vectorizer_"):
            raise NotFittedError("This Tfidf is not fitted yet: call fit(training_texts) first.")
        vectors = self.vectorizer_.transform(texts)
        if self.projection_ is None:
            dense: np.ndarray = vectors.toarray()
            return dense
        points = np.asarray(vectors @ self.projection_, np.float32)
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        return np.asarray(points / np.maximum(lengths, 1e-12))

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages of the training texts."""
        return self.vectorizer_.languages

    @property
    def known_words(self) -> Collection[str]:
        """Return the words of the training texts."""
        return self.vectorizer_.vocabulary_

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that were in no training text."""
        return self.vectorizer_.unknown(text)

    def _left_out(self) -> list[str]:
        from withsense_tf.common.words import lemma

        left_out = set(stop_words())
        # The basic form of a basic form may be another one still ("которого": "который": "котор").
        while self.lemmas and not (more := {lemma(word) for word in left_out}) <= left_out:
            left_out |= more
        return sorted(left_out)

    def _learn_projection(self, texts: list[str]) -> Any:
        if self.dim is None:
            return None
        from sklearn.decomposition import TruncatedSVD

        vectors = self.vectorizer_.transform(texts)
        if self.dim >= min(vectors.shape):
            raise SettingError(
                f"dim={self.dim} must be less than the number of training texts and of words ({vectors.shape})."
            )
        svd = TruncatedSVD(self.dim, random_state=self.seed).fit(vectors)
        return svd.components_.T.astype(np.float32)
