"""The network of the multilingual Universal Sentence Encoder, for batches: tokens -> a vector for each sentence.

Architecture and weights: Y. Yang and others, Multilingual Universal Sentence Encoder for Semantic Retrieval, 2019
(arXiv:1907.04307): each token's vector, and three convolutions over 2, 3 and 5 tokens, are added up and go through
dense layers. Captions repeat words and phrases, and a convolution is a sum over its places: so each product is made
once for what differs, and then added up wherever it stands. That is exact, and some thirty times quicker.

A matrix product may round a row otherwise in another company: where vectors must not hang on that, each company's rows
are a product of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Self

import numpy as np
from scipy.sparse import csr_matrix

from withsense_tf.common.blas_threads import one_blas_thread
from withsense_tf.common.limits import read_arrays

# How many tokens a convolution sees, and how many of them stand to the left.
CONVOLUTIONS: Final = ((2, 0), (3, 1), (5, 2))
PARTS: Final = 17  # of the table of tokens, each with a scale of its own
CHANNELS: Final = 256


@dataclass(frozen=True, eq=False)
class Convolution:
    """A residual convolution of two layers over `width` tokens, `left` of them before the one that it is for."""

    width: int
    left: int
    weights: tuple[np.ndarray, np.ndarray]  # each (width, channels, channels)
    biases: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class SentenceNetwork:
    """The weights of the encoder, and what it computes."""

    table: np.ndarray  # of tokens, uint8
    scale: np.ndarray
    lowest: np.ndarray
    inputs: tuple[np.ndarray, ...]  # weights, bias, gain and offset of the layer below all convolutions
    convolutions: tuple[Convolution, ...]
    sums: tuple[np.ndarray, ...]  # gain and offset of a token's row, then weights and bias of their sum
    dense: dict[str, np.ndarray]
    epsilon: float

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the weights; a file that is not theirs is a ValueError or a KeyError."""
        arrays = read_arrays(file)
        parts = [arrays[f"q{part + 1}"] for part in range(PARTS)]
        table = np.stack(parts, axis=1).reshape(-1, parts[0].shape[1])
        names = [width for width, _ in CONVOLUTIONS]

        def side_by_side(name: str) -> np.ndarray:
            return np.concatenate([arrays[f"{name}{width}"] for width in names], axis=-1)

        return cls(
            table,
            arrays["scale"],
            arrays["lo"],
            tuple(side_by_side(name) for name in ("proj", "proj_b", "ln_g", "ln_b")),
            tuple(
                Convolution(
                    width,
                    left,
                    (_by_place(arrays[f"w1_{width}"]), _by_place(arrays[f"w2_{width}"])),
                    (arrays[f"b1_{width}"], arrays[f"b2_{width}"]),
                )
                for width, left in CONVOLUTIONS
            ),
            tuple(arrays[name] for name in ("ln_g", "ln_b", "cnn_W", "cnn_b")),
            {name: arrays[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")},
            float(arrays["eps"]),
        )

    @one_blas_thread()
    def encode(self, sentences: Sequence[Sequence[int]], sizes: Sequence[int] | None = None) -> np.ndarray:
        """Return a vector of length one for each sentence of tokens, float32, (sentences, width).

        With the `sizes` of companies, which follow each other, the vectors of each are what they would be if it came
        alone, to the last digit.
        """
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        flat = np.fromiter(chain.from_iterable(sentences), np.int64, int(lengths.sum()))
        sizes = [len(lengths)] if sizes is None else sizes
        places = _Places(lengths, np.repeat(np.arange(len(sizes)), sizes))
        kinds, at = np.unique(places.company * len(self.table) + flat, return_inverse=True)
        company, tokens = np.divmod(kinds, len(self.table))
        embeddings = self.table[tokens] * self.scale[tokens % PARTS, None] + self.lowest[tokens % PARTS, None]
        weights, bias, gain, offset = self.inputs
        below = _normalise(_products(embeddings, weights, company) + bias, gain, offset, self.epsilon)
        columns = [embeddings[at]]
        for number, convolution in enumerate(self.convolutions):
            channels = slice(number * CHANNELS, (number + 1) * CHANNELS)
            columns.append(
                _convolve(convolution, np.ascontiguousarray(below[:, channels]), company, at, places)
            )
        return self._finish(np.concatenate(columns, axis=1), places)

    def _finish(self, rows: np.ndarray, places: _Places) -> np.ndarray:
        gain, offset, weights, bias = self.sums
        mean = rows.mean(axis=1)
        variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1] - mean**2
        # A row is normalised while it is added: its weight in the sum is one by its deviation.
        ends = np.append(places.starts, len(rows))
        adding = csr_matrix(
            (1 / np.sqrt(variance + self.epsilon), np.arange(len(rows)), ends), dtype=np.float32
        )
        lengths = places.lengths.astype(np.float32)[:, None]
        total = adding @ rows - (adding @ mean)[:, None]
        company = places.company[places.starts]

        def times(rows: np.ndarray, layer: np.ndarray) -> np.ndarray:
            return _products(rows, layer, company)

        total = times(total * gain + lengths * offset, weights) + lengths * bias
        total /= np.sqrt(lengths)
        layers = self.dense
        first = np.maximum(times(total, layers["d0"]), 0)
        second = np.maximum(times(total, layers["p1"]) + times(first, layers["d1"]), 0)
        third = np.maximum(times(second, layers["d2"]), 0)
        vectors = np.tanh(times(second, layers["p3"]) + times(third, layers["d3"]))
        norms = np.sqrt(np.clip((vectors**2).sum(axis=1, keepdims=True), self.epsilon, None))
        return np.asarray(vectors / norms, np.float32)


class _Places:
    """Where each token's neighbours stand; there is none beyond the ends of its sentence.

    `company` numbers with which others each token shares products.
    """

    def __init__(self, lengths: np.ndarray, companies: np.ndarray) -> None:
        self.company = np.repeat(companies, lengths)
        self.lengths = lengths
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._first = np.repeat(self.starts, lengths)
        self._end = np.repeat(self.starts + lengths, lengths)

    def neighbours(self, kinds: np.ndarray, step: int, none: int) -> np.ndarray:
        """Return the kind of what stands `step` places after each token, or `none`."""
        at = np.arange(len(kinds)) + step
        inside = (at >= self._first) & (at < self._end)
        return np.where(inside, kinds[np.clip(at, 0, len(kinds) - 1)], none)


def _products(
    rows: np.ndarray, weights: np.ndarray, company: np.ndarray, out: np.ndarray | None = None
) -> np.ndarray:
    """Return the products of rows with weights, those of each company, which stands together, by themselves."""
    if out is None:
        out = np.empty((len(rows), weights.shape[1]), np.float32)
    if len(rows) and company[0] == company[-1]:
        # A query comes alone, and nothing is to be parted.
        return np.matmul(rows, weights, out=out)
    _, starts, heights = np.unique(company, return_index=True, return_counts=True)
    for height in np.unique(heights).tolist():
        at = starts[heights == height, None] + np.arange(height)
        # A stack is multiplied matrix by matrix, each as if it were alone.
        out[at] = np.matmul(rows[at], weights)
    return out


def _convolve(
    convolution: Convolution, rows: np.ndarray, company: np.ndarray, kinds: np.ndarray, places: _Places
) -> np.ndarray:
    """Return the convolution's two layers for each token; `kinds` says which row of `rows` a token has."""
    for weights, bias in zip(convolution.weights, convolution.biases, strict=True):
        # What each kind adds at each place of the window; the last one stands for what is not there.
        products = np.zeros((convolution.width, len(rows) + 1, CHANNELS), np.float32)
        for place, some in enumerate(weights):
            _products(rows, some, company, products[place, :-1])
        steps = range(-convolution.left, convolution.width - convolution.left)
        window = [places.neighbours(kinds, step, len(rows)) for step in steps]
        first, kinds_now = _kinds_of(window, len(rows) + 1, places.company)
        company = places.company[first]
        total = np.tile(bias, (len(first), 1))
        for place, neighbours in enumerate(window):
            total += products[place][neighbours[first]]
        rows = np.maximum(total, 0, out=total) + rows[kinds[first]]
        kinds = kinds_now
    return np.asarray(rows[kinds])


def _kinds_of(window: Sequence[np.ndarray], count: int, company: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the different windows, each company's together; return where each stands first, and each token's."""
    kinds = company
    first = np.arange(len(kinds))
    for neighbours in window:
        # Numbered anew after each neighbour, so that the products stay small.
        _, first, kinds = np.unique(kinds * count + neighbours, return_index=True, return_inverse=True)
    return first, kinds


def _normalise(rows: np.ndarray, gain: np.ndarray, offset: np.ndarray, epsilon: float) -> np.ndarray:
    """Give each row a mean of 0 and a variance of 1, then the layer's gain and offset; the rows are overwritten."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows /= np.sqrt(variance + epsilon)[:, None]
    rows *= gain
    rows += offset
    return rows


def _by_place(weights: np.ndarray) -> np.ndarray:
    """Part weights for a window into those for each of its places, (width, channels, channels)."""
    return weights.reshape(-1, CHANNELS, CHANNELS)
