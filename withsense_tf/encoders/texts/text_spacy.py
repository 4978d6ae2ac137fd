"""Texts -> the mean of their words' vectors, of a spaCy pipeline or a file such as GloVe's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from withsense_tf.common.words import lemma, unique, words
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.word_vectors import WordVectors, read_vectors
from withsense_tf.encoders.weights.weight_files import is_local, weights_name
from withsense_tf.errors import DataError, NotFittedError, check_choice

WEIGHTINGS: Final = ("tfidf", "mean")


class SpacyVectors(TextEncoder):
    """Average the vectors of a text's words; rare words weigh more, by how rare they are in the training texts.

    `source` is a file of word vectors (.txt, .vec, also .gz), an installed spaCy pipeline or its folder. A word
    that has no vector lends its basic form's ("puppies": "puppy"); if that has none either, it does not count.
    `weighting` is "tfidf", or "mean" for words that all weigh the same.
    """

    def __init__(self, source: str | Path, weighting: str = "tfidf") -> None:
        self.source = str(source)
        self.weighting = check_choice("weighting", weighting, WEIGHTINGS)

    @property
    def learns(self) -> bool:  # type: ignore[override]  # here it depends on a setting
        """Return whether the vectors depend on the texts that `fit` saw."""
        return self.weighting == "tfidf"

    @cached_property
    def weights(self) -> str:
        """Name the source of the word vectors."""
        if is_local(self.source):
            return weights_name(self.source)
        from importlib.metadata import PackageNotFoundError, version

        try:
            return f"{self.source} {version(self.source.replace('_', '-'))}"
        except PackageNotFoundError:
            return self.source

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the training texts."""
        return f"spacy({self.weights}, {self.weighting})"

    def __deepcopy__(self, memo: object) -> Self:
        copy = type(self)(self.source, self.weighting)
        # The table never changes and may be large; what was fitted is not shared.
        copy.__dict__.update({name: value for name, value in vars(self).items() if name in _SHARED_PARTS})
        return copy

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, the table of vectors included: its file need not be there later."""
        rarity = {"rarity_": self.rarity_} if hasattr(self, "rarity_") else {}
        words = "\n".join(self._vectors.rows)
        table = {
            "words": words,
            "rows": np.array(list(self._vectors.rows.values())),
            "table": self._vectors.table,
        }
        settings = {"source": Path(self.source).name, "weighting": self.weighting}
        return {
            "settings": settings,
            "learned": rarity,
            "weights": self.weights,
            "identity": self.identity,
        } | table

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:  # noqa: ARG003  # it keeps no vectors
        """Rebuild a saved encoder."""
        encoder = cls(**state["settings"])
        rows = dict(zip(state["words"].split("\n"), state["rows"].tolist(), strict=True))
        encoder.__dict__.update(state["learned"])
        encoder.__dict__.update({"weights": state["weights"], "_vectors": WordVectors(rows, state["table"])})
        return encoder

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn how rare the words are from the training texts."""
        if not len(texts):
            raise DataError("SpacyVectors needs training texts to learn how rare words are, got none.")
        different = unique(texts)
        # In how many texts each word is, as scikit-learn's TF-IDF counts them.
        frequency = np.bincount(self._count(different).indices, minlength=len(self._vectors.table))
        self.rarity_ = (np.log((1 + len(different)) / (1 + frequency)) + 1).astype(np.float32)
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return the mean vector of each text (zeros if it has no known word), float32, (texts, width)."""
        if self.learns and not hasattr(self, "rarity_"):
            raise NotFittedError("This SpacyVectors is not fitted yet: call fit(training_texts) first.")
        counts = self._count(texts)
        if not len(texts):
            return np.zeros((0, self._vectors.table.shape[1]), np.float32)
        shares = counts.multiply(self.rarity_).tocsr() if self.learns else counts
        total = np.maximum(np.asarray(shares.sum(axis=1)), 1e-12)
        return np.asarray((shares @ self._vectors.table) / total, np.float32)

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that have no vector."""
        return tuple(word for word in words(text) if self._row(word) < 0)

    @cached_property
    def _vectors(self) -> WordVectors:
        return read_vectors(self.source)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {}

    def _count(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix

        rows, vectors = self._rows, self._vectors
        ends, columns = [0], []
        for text in texts:
            for word in words(text):
                row = rows.get(word)
                if row is None:
                    row = rows[word] = self._row(word)
                if row >= 0:
                    columns.append(row)
            ends.append(len(columns))
        ones = np.ones(len(columns), np.float32)
        counts = csr_matrix((ones, columns, ends), shape=(len(texts), len(vectors.table)))
        counts.sum_duplicates()
        return counts

    def _row(self, word: str) -> int:
        row = self._vectors.row(word)
        if row is None:
            row = self._vectors.row(lemma(word))
        return -1 if row is None else row


_SHARED_PARTS: Final = ("weights", "_vectors", "_rows")
