"""A text -> how surely it speaks of somebody young, told by a small model of words and parts of words.

It reads only what the rules found nothing in, and all it can say is that a person should look. It is trained on
sentences that were written for it (`sentences.toml` and `sentences.tsv`); its file is in the package, so every machine
has the same one. Words that no sentence has are read by what they mean: the vectors of a sentence encoder, which only
the training needs, were turned into one number for each of 75,000 words.
"""

from __future__ import annotations

import hashlib
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from lzma import LZMAError
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from withsense_tf.common.limits import read_bytes, write_arrays
from withsense_tf.common.words import CYRILLIC, lemma
from withsense_tf.errors import DataError
from withsense_tf.policy.texts.normalise import is_plain, spelt, visible
from withsense_tf.policy.texts.verdict import Verdict
from withsense_tf.policy.texts.word_forms import fold

MODEL: Final = Path(__file__).parent / "second_reader.npz"
# Sentences it learned from that speak of somebody young and do not say so outright, one a line: what reasons quote.
EXAMPLES: Final = MODEL.with_suffix(".txt")
RULE: Final = "second reader"
# So many different weights; features that share one cost less than a larger file.
SIZE: Final = 1 << 16
# So many places for the meanings of words, kept in eight bits: few words share one.
PLACES: Final = 1 << 18
# Steps to either side of nothing that weights are kept in.
WEIGHT_STEPS: Final = 63
PARTS: Final = (4, 5)
WORD: Final = re.compile(r"[^\W\d_]+|\d+")
# Words of every sentence: they say how it is written, and not of whom.
COMMON_WORDS: Final = """
a an the this that these those of in on at by to for from with and or but as is are was were be been being it its there
here his her their our my your he she they we you i who which while one two three over under out up down into no not
very just so too than then s t
и в во на с со у к ко по за из от до под над о об для без не ни но а да же ли бы он она они мы вы я это тот та те то так
как что все всё его её их наш наша моя мой свой уже ещё
"""
# Of files: cameras and programs wrote them, and they are no words of a sentence.
FILE_WORDS: Final = frozenset(
    [
        "img",
        "dsc",
        "dscn",
        "dscf",
        "pxl",
        "mvi",
        "gopr",
        "pict",
        "jpg",
        "jpeg",
        "png",
        "tif",
        "tiff",
        "webp",
        "heic",
        "gif",
        "bmp",
    ]
)
COMMON: Final = frozenset(COMMON_WORDS.split()) | FILE_WORDS
# What is longer is mostly about something else, and the rules read all of it.
MOST_SIGNS: Final = 600
EXCERPT: Final = 80
# A name or a lone word is too little to be told by its likeness to sentences.
LEAST_WORDS: Final = 3
LETTERS: Final = re.compile(r"[^\W\d_]{2,}")


def telling_words(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text as the rules read it, and those of them that tell of whom it speaks."""
    text = text[:MOST_SIGNS]
    words = WORD.findall(fold(text if is_plain(text) else spelt(visible(text))))
    return words, [word for word in words if word not in COMMON]


def features(text: str) -> np.ndarray:
    """Return the numbers of the words, pairs of words and parts of words of a text, each once."""
    return _features(*telling_words(text))


def _features(words: Sequence[str], telling: Sequence[str]) -> np.ndarray:
    keys = {f"w{word}" for word in telling}
    keys.update(
        f"p{first} {second}"
        for first, second in pairwise(words)
        if not (first in COMMON and second in COMMON)
    )
    for word in telling:
        whole = f"<{word}>"
        keys.update(whole[at : at + n] for n in PARTS for at in range(len(whole) - n + 1))
    # In one order, so that every process adds them up alike.
    return np.sort(
        np.fromiter((zlib.crc32(key.encode()) % SIZE for key in keys), dtype=np.int64, count=len(keys))
    )


def place(word: str) -> int:
    """Return where the meaning of a word is kept."""
    return zlib.crc32(word.encode()) % PLACES


def basic(word: str) -> str:
    """Return the word that a form of a Russian word is known by; an English one stays as it is.

    >>> basic("коляске"), basic("prams")
    ('коляска', 'prams')
    """
    return fold(lemma(word)) if CYRILLIC.search(word) else word


@dataclass(frozen=True)
class SecondReader:
    """What the model has learnt: a weight for each feature, and the score from which on a person should look.

    `recall` is what the threshold follows from: so much of the restricted sentences of patterns that it was not trained
    on reach it.
    """

    weights: np.ndarray
    bias: float
    threshold: float
    recall: float
    meanings: np.ndarray = field(default_factory=lambda: np.zeros(PLACES, dtype=np.int8))
    unit: float = 1.0

    @classmethod
    def load(cls, file: Path = MODEL) -> SecondReader:
        """Read the model; one that cannot be read is an error, as half a law must not be taken for the law."""
        try:
            with np.load(file, allow_pickle=False) as archive:
                weights = archive["weights"].astype(np.float32)
                if "weight_unit" in archive:
                    weights *= np.float32(archive["weight_unit"])
                meanings = archive["meanings"]
                if "places" in archive:
                    meanings = _spread(meanings, archive["places"])
                names = ("bias", "threshold", "recall", "unit")
                bias, threshold, recall, unit = (float(archive[name]) for name in names)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile, LZMAError, zlib.error) as error:
            raise DataError(
                f"{file} cannot be read as a second reader ({error}), so nothing may be shown. Expected was the file "
                "that `python -m withsense_tf.experiments.teaching.teach_reader` writes: install the package again."
            ) from error
        shapes = weights.shape, meanings.shape
        numbers = (bias, threshold, recall, unit)
        if shapes != ((SIZE,), (PLACES,)) or not (np.isfinite(weights).all() and np.isfinite(numbers).all()):
            raise DataError(
                f"{file}: expected {SIZE} finite weights and {PLACES} meanings, got {shapes}, so nothing may be shown."
            )
        return cls(weights, bias, threshold, recall, meanings, unit)

    def save(self, file: Path) -> None:
        """Write what `load` reads; two of three places have no meaning, so those that have one are named in bits."""
        meant = self.meanings != 0
        # In few steps, as more of them would tell no verdict better.
        weight_unit = max(float(np.abs(self.weights).max()), 1e-9) / WEIGHT_STEPS
        write_arrays(
            file,
            weights=np.rint(self.weights / weight_unit).astype(np.int8),
            weight_unit=weight_unit,
            bias=self.bias,
            threshold=self.threshold,
            recall=self.recall,
            meanings=self.meanings[meant],
            places=np.packbits(meant),
            unit=self.unit,
        )

    @cached_property
    def identity(self) -> str:
        """Name all that its answers depend on."""
        parts = (self.weights.tobytes(), self.meanings.tobytes(), self.unit, self.bias, self.threshold)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """Return for each text a number from 0 to 1, (texts,)."""
        raw = np.full(len(texts), self.bias)
        for at, text in enumerate(texts):
            words, telling = telling_words(text)
            numbers = _features(words, telling)
            if len(numbers):
                raw[at] += self.weights[numbers].sum() / np.sqrt(len(numbers))
                raw[at] += self._meaning(telling)
        return np.asarray(1 / (1 + np.exp(-raw)))

    def _meaning(self, telling: Sequence[str]) -> float:
        places = [place(basic(word)) for word in telling]
        return float(self.meanings[places].sum(dtype=np.int64)) * self.unit / math.sqrt(max(1, len(places)))

    def verdicts(self, texts: Sequence[str]) -> list[Verdict | None]:
        """Return for each text the verdict that a person should look, or None where there is nothing to say."""
        return [
            self._verdict(text, float(score))
            if score >= self.threshold and _count_words(text[:MOST_SIGNS]) >= LEAST_WORDS
            else None
            for text, score in zip(texts, self.scores(texts), strict=True)
        ]

    def _verdict(self, text: str, score: float) -> Verdict:
        reason = (
            f"nothing is said outright, but it reads like “{nearest(text)}” (score {score:.2f}, from "
            f"{self.threshold:.2f} on a person must look)"
        )
        return Verdict("review", RULE, text[:EXCERPT], 0, len(text[:EXCERPT]), reason)


def _spread(meanings: np.ndarray, places: np.ndarray) -> np.ndarray:
    whole = np.zeros(8 * len(places), dtype=np.int8)
    whole[np.unpackbits(places).astype(bool)] = meanings
    return whole


def _count_words(text: str) -> int:
    return sum(word.lower() not in FILE_WORDS for word in LETTERS.findall(text))


@lru_cache(maxsize=1)
def packaged_reader() -> SecondReader:
    """Return the reader of the package, read once."""
    return SecondReader.load()


@dataclass(frozen=True)
class QuotedSentences:
    """Training sentences to quote, how many features each has, and by feature the sentences that have it."""

    texts: Sequence[str]
    sizes: np.ndarray
    having: Mapping[int, np.ndarray]

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> QuotedSentences:
        """Look up once which features the sentences have."""
        having: dict[int, list[int]] = {}
        numbers_of_texts = [np.unique(features(text)).tolist() for text in texts]
        for at, numbers in enumerate(numbers_of_texts):
            for number in numbers:
                having.setdefault(number, []).append(at)
        sizes = np.array([len(numbers) for numbers in numbers_of_texts], dtype=np.int64)
        return cls(texts, sizes, {number: np.array(some) for number, some in having.items()})

    def nearest(self, text: str) -> str:
        """Return the sentence that shares most features with a text, the first of several."""
        own = np.unique(features(text)).tolist()
        at = [self.having[number] for number in own if number in self.having]
        shared = np.bincount(np.concatenate(at), minlength=len(self.texts)) if at else 0 * self.sizes
        return self.texts[int((shared / (1 + self.sizes + len(own) - shared)).argmax())]


@lru_cache(maxsize=1)
def _examples() -> QuotedSentences:
    try:
        texts = read_bytes(EXAMPLES).decode("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{EXAMPLES} cannot be read ({error}), so no verdict of the second reader has a reason, and nothing may be "
            "shown. Install the package again."
        ) from error
    return QuotedSentences.of_texts(texts)


def nearest(text: str) -> str:
    """Return the training sentence that speaks of somebody young, not outright, and shares most with a text."""
    return _examples().nearest(text)
