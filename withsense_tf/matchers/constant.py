"""The matcher that every other one must beat: the same number for every pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.errors import check_choice
from withsense_tf.matchers.base import Matcher


@dataclass(eq=False, repr=False)
class Constant(Matcher):
    """Answer with the mean or the median of the training targets (scikit-learn's DummyRegressor).

    Its RMSE is what a model must beat that has learned anything; its order of photos is no order at all. Every
    pair counts once, whatever its weight, as it does in the figures that are measured against this one.

    - `statistic`: "mean" or "median".
    """

    track: ClassVar[str] = "baseline"
    LEARNED: ClassVar[tuple[str, ...]] = ("constant_",)

    statistic: str = "mean"

    @property
    def name(self) -> str:
        """Name the matcher with its statistic."""
        return f"constant {self.statistic}"

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        check_choice("statistic", self.statistic, ("mean", "median"))

    def _fit(self, pairs: Pairs) -> None:
        from sklearn.dummy import DummyRegressor

        model = DummyRegressor(strategy=self.statistic).fit(np.zeros((len(pairs), 1)), pairs.target)
        self.constant_ = float(model.constant_.item())

    def _score(self, pairs: Pairs) -> np.ndarray:
        return np.full(len(pairs), self.constant_)

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return np.full((len(queries), len(gallery)), self.constant_)
