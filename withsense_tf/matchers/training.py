"""How networks are trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import SettingError, check_share


@dataclass(frozen=True)
class Training:
    """Most epochs, patience in epochs, pairs or captions a batch, the optimiser's rate and decay.

    The share `validation` of the training photos chooses the epoch and calibrates the answers.
    """

    epochs: int = 20
    patience: int = 3
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-3
    validation: float = 0.15

    def __post_init__(self) -> None:
        check_share("validation", self.validation)
        if (
            min(self.epochs, self.patience, self.batch) < 1
            or not 0 < self.rate < np.inf
            or not 0 <= self.decay < np.inf
        ):
            raise SettingError(
                f"epochs, patience and batch must be at least 1, rate above 0 and decay at least 0, got {self}."
            )


@dataclass(frozen=True)
class TowerTraining(Training):
    """Training of two towers, with their own defaults; a batch of one caption has no counter-example.

    With more than 16,384 captions an epoch is an equal part of a pass over them.
    """

    epochs: int = 30
    patience: int = 4
    rate: float = 1e-3
    decay: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.batch < 2:
            raise SettingError(f"batch must be at least 2, got {self}.")
