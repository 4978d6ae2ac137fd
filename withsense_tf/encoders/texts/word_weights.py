"""Texts -> words weighed by how rare they are (TF-IDF), learned with scikit-learn and applied without it.

A search must answer within a second of its start, and importing scikit-learn takes longer than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.words import CYRILLIC, check_several, lemma, lemmas, words

# Unknown words -> their shares in the columns of words that count.
Near = Callable[[Sequence[str]], Mapping[str, Mapping[int, float]]]


class WordWeights(Saveable):
    """Give each text a sparse vector of length 1: how often each word is in it, times how rare the word is.

    - `lemmas`: whether "dogs" and "dog" are one word. `ngrams`: up to how many words in a row count as one.
    - `min_count`: a word must be in so many texts; `most`: only so many of the commonest words count.
    - `stop_words` are left out. `sublinear`: a word that comes ten times counts 1 + log(10) times.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("vocabulary_", "rarity_")

    def __init__(
        self,
        lemmas: bool = False,
        ngrams: int = 1,
        min_count: int = 1,
        most: int | None = None,
        stop_words: Sequence[str] = (),
        sublinear: bool = False,
    ) -> None:
        self.lemmas = lemmas
        self.ngrams = ngrams
        self.min_count = min_count
        self.most = most
        self.stop_words = tuple(stop_words)
        self.sublinear = sublinear

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn the words and how rare they are; no words at all is a ValueError, as in scikit-learn."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        learner = TfidfVectorizer(
            tokenizer=lemmas if self.lemmas else words,
            token_pattern=None,
            lowercase=False,
            ngram_range=(1, self.ngrams),
            stop_words=list(self.stop_words) or None,
            min_df=self.min_count,
            max_features=self.most,
            sublinear_tf=self.sublinear,
            dtype=np.float32,
        ).fit(texts)
        self.vocabulary_ = {word: int(column) for word, column in learner.vocabulary_.items()}
        self.rarity_ = np.asarray(learner.idf_, np.float32)
        return self

    def transform(self, texts: Sequence[str], near: Near | None = None) -> Any:
        """Return a sparse float32 matrix, (texts, words); `near` gives unknown words shares in words that count."""
        from scipy.sparse import csr_matrix

        check_several(texts)
        unknown = [self.unknown(text) if near else () for text in texts]
        shares = near(list(chain.from_iterable(unknown))) if near else {}
        ends: list[int] = [0]
        columns: list[int] = []
        counts: list[float] = []
        for text, others in zip(texts, unknown, strict=True):
            counter: Counter[int] = Counter(filter(lambda at: at >= 0, self._columns(text)))
            for word in others:
                counter.update(shares[word])
            columns.extend(sorted(counter))
            counts.extend(counter[column] for column in columns[ends[-1] :])
            ends.append(len(columns))
        often = np.array(counts, np.float32)
        if self.sublinear:
            often = np.where(often < 1, often, np.log(np.maximum(often, 1)) + np.float32(1))
        values = often * self.rarity_[columns] if columns else often
        row = np.repeat(np.arange(len(texts)), np.diff(ends))
        lengths = np.sqrt(np.bincount(row, values.astype(np.float64) ** 2, minlength=len(texts)))
        values = (values / lengths[row]).astype(np.float32)
        return csr_matrix((values, columns, ends), shape=(len(texts), len(self.rarity_)))

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that do not count."""
        form = lemma if self.lemmas else str
        return tuple(word for word in words(text) if form(word) not in self.vocabulary_)

    def share_unknown(self, text: str) -> float:
        """Return the share of a text's words that do not count, from 0 to 1; of a text without words, 0."""
        count = len(words(text))
        return len(self.unknown(text)) / count if count else 0.0

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages of the words that were learned, by their letters."""
        russian = sum(bool(CYRILLIC.search(word)) for word in self.vocabulary_)
        # A name or two in other letters is no language.
        enough = len(self.vocabulary_) / 20
        sizes = (("English", len(self.vocabulary_) - russian), ("Russian", russian))
        return tuple(name for name, count in sizes if count > enough)

    def _columns(self, text: str) -> Iterator[int]:
        tokens = lemmas(text) if self.lemmas else words(text)
        if self.stop_words:
            left_out = self._left_out
            tokens = [word for word in tokens if word not in left_out]
        several = (
            " ".join(tokens[at : at + length])
            for length in range(2, self.ngrams + 1)
            for at in range(len(tokens) - length + 1)
        )
        return (self.vocabulary_.get(word, -1) for word in chain(tokens, several))

    @property
    def _left_out(self) -> frozenset[str]:
        return frozenset(self.stop_words)
