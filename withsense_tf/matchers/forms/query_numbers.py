"""How well a pair fits, by its cosine held against the cosines of the same text with many training photos.

A cosine of .5 is much for a text that is near to no photo and little for one that is near to all. Ranking photos for
one text does not need this; a number that is to mean the same for all texts does.
"""

from __future__ import annotations

import warnings
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.matchers.forms.dense import Dense

# Chosen on left-out answers of training photos (experiments/RESULTS.md, section 19).
NEAR: Final = (10, 200)
HIDDEN: Final = (32, 16)
MEMBERS: Final = 2
STEPS: Final = 100
# With fewer, a line of steps says it as well (`Calibration`).
FEWEST_PHOTOS: Final = 1_000
FEWEST_PAIRS: Final = 1_000
# So many photos stand for all.
MOST_PHOTOS: Final = 6_000
# Texts at once: their cosines with all those photos are 50 megabytes.
BLOCK: Final = 2_048


class NumberNetwork(Saveable):
    """Say from 0 to 1 how well pairs fit, by a few figures of each: the mean of some small networks."""

    LEARNED: ClassVar[tuple[str, ...]] = ("centre_", "spread_", "members_")

    def fit(self, figures: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Self:
        """Learn from figures of pairs whose photos were left out, (pairs, figures), and their targets."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        self.centre_, self.spread_ = figures.mean(axis=0), figures.std(axis=0) + 1e-9
        self.members_ = []
        for seed in range(MEMBERS):
            # All pairs a step: so few numbers are learned that small batches would cost more than they bring.
            network = MLPRegressor(
                hidden_layer_sizes=HIDDEN, solver="lbfgs", alpha=1e-2, max_iter=STEPS, random_state=seed,
            )  # fmt: skip
            with warnings.catch_warnings():
                # The steps are meant to end before it has learned the pairs by heart.
                warnings.simplefilter("ignore", ConvergenceWarning)
                network.fit((figures - self.centre_) / self.spread_, target, sample_weight=weight)
            pairs = zip(network.coefs_, network.intercepts_, strict=True)
            self.members_.append([Dense(np.asarray(kernel), np.asarray(bias)) for kernel, bias in pairs])
        return self

    def apply(self, figures: np.ndarray) -> np.ndarray:
        """Return the numbers of pairs, (pairs,), by their figures, (pairs, figures)."""
        columns = (figures - self.centre_) / self.spread_
        return np.asarray(np.clip(np.mean([_forward(columns, one) for one in self.members_], axis=0), 0, 1))


class QueryNumbers(NumberNetwork):
    """Say from 0 to 1 how well texts and photos fit, by cosines and by how near photos are to the text anyway."""

    LEARNED: ClassVar[tuple[str, ...]] = ("photos_", *NumberNetwork.LEARNED)

    def near(self, photos: np.ndarray) -> Self:
        """Keep points of training photos, (photos, dim), that texts are held against; none may be of a pair."""
        self.photos_ = np.asarray(photos[:MOST_PHOTOS], np.float32)
        return self

    def figures(self, cosines: np.ndarray, texts: np.ndarray, text: np.ndarray) -> np.ndarray:
        """Return the figures of pairs, (pairs, 5): the cosine, and the nearness of its text.

        `texts` are points of texts, (texts, dim), and `text` gives each pair's.
        """
        return np.column_stack([cosines, self.nearness(texts)[text]])

    def nearness(self, texts: np.ndarray) -> np.ndarray:
        """Return four figures of the cosines of texts, (texts, dim), with training photos, (texts, 4).

        Their mean, their spread, and the means of the largest 10 and 200.
        """
        blocks = [self._nearness(texts[at : at + BLOCK]) for at in range(0, len(texts), BLOCK)]
        return np.concatenate([np.zeros((0, 2 + len(NEAR))), *blocks])

    def _nearness(self, texts: np.ndarray) -> np.ndarray:
        cosines = np.asarray(texts, np.float32) @ self.photos_.T
        largest = np.sort(cosines, axis=1)[:, ::-1]
        tops = [largest[:, :count].mean(axis=1) for count in NEAR]
        return np.column_stack([cosines.mean(axis=1), cosines.std(axis=1), *tops]).astype(np.float64)


def _forward(values: np.ndarray, layers: list[Dense]) -> np.ndarray:
    for layer in layers:
        hidden = values if layer is layers[0] else np.maximum(values, 0)
        # Row by row: a matrix product may round a row otherwise where there are more of them.
        values = np.einsum("ni,io->no", hidden, layer.kernel) + layer.bias
    return values[:, 0]
