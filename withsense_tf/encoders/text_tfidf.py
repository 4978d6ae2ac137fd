"""Texts -> TF-IDF vectors (scikit-learn)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from withsense_tf.errors import DataError, NotFittedError


class Tfidf:
    """Weigh each word by how often it is in the text and how rare it is in the training texts.

    Words of any alphabet count, single letters and digits too ("a 7" is two words): ages matter here.
    """

    def __init__(self, min_count: int = 1) -> None:
        self.min_count = min_count

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the training texts."""
        return f"tfidf(min_count={self.min_count})"

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the words and how rare they are from the training texts."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        # A caption that stands beside six photos is still one text: repeats must not make its words common.
        unique = list(dict.fromkeys(texts))
        vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", min_df=self.min_count, dtype=np.float32)
        try:
            self.vectorizer_ = vectorizer.fit(unique)
        except ValueError as error:
            raise DataError(f"TF-IDF found no words in {len(unique)} training texts: {error}") from error
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of length 1 for each text (zeros if it has no known word), float32, (texts, words)."""
        if not hasattr(self, "vectorizer_"):
            raise NotFittedError("This Tfidf is not fitted yet: call fit(training_texts) first.")
        vectors: np.ndarray = self.vectorizer_.transform(list(texts)).toarray()
        return vectors
