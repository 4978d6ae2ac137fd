"""How far predictions are from targets: pure functions on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError

ROUNDING = 1e-12


@dataclass(frozen=True)
class RegressionFigures:
    """Errors (lower is better) and skill (higher is better; 0 is the constant, 1 is perfect)."""

    rmse: float
    mse: float
    mae: float
    skill: float


def regression_figures(target: np.ndarray, prediction: np.ndarray, constant: float) -> RegressionFigures:
    """Compare predictions with targets, both (pairs,), and with always answering `constant`; each pair counts once.

    Skill is `1 - MSE / MSE(constant)`: unlike RMSE it does not move with the definition of the target. It is
    not a number where the constant is always right, or where `constant` is not a number: there is none. It must come
    from the training side, and lie from 0 to 1: against a worse answer everybody has skill.

    >>> regression_figures(np.array([0.0, 1.0]), np.array([0.25, 0.75]), constant=0.5)
    RegressionFigures(rmse=0.25, mse=0.0625, mae=0.25, skill=0.75)
    """
    target, prediction = as_numbers(target, prediction)
    if constant < 0 or constant > 1:
        raise DataError(f"The constant must be a number from 0 to 1, as targets are, got {constant!r}.")
    error = errors_of(target, prediction)
    mse = float(np.mean(error**2))
    of_constant = float(np.mean((target - constant) ** 2))
    # Targets that are all 1/9 differ from their mean by rounding alone.
    skill = 1 - mse / of_constant if of_constant > 1e-20 else float("nan")
    return RegressionFigures(mse**0.5, mse, float(np.mean(np.abs(error))), skill)


def errors_of(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Return prediction less target, (pairs,); rounding is no error."""
    error = prediction - target
    return np.where(np.abs(error) < ROUNDING, 0.0, error)


def as_numbers(target: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and predictions as float64, (pairs,) each; raise where they are no numbers of the same pairs."""
    # Small whole numbers and truth values would wrap around where they are subtracted.
    target, prediction = np.asarray(target, np.float64), np.asarray(prediction, np.float64)
    if target.shape != prediction.shape or target.ndim != 1:
        raise DataError(
            f"Expected as many predictions as targets, got {prediction.shape} and {target.shape}."
        )
    if not target.size:
        raise DataError("There are no pairs to measure on.")
    if not (np.isfinite(target).all() and np.isfinite(prediction).all()):
        raise DataError("Targets and predictions must be finite numbers.")
    return target, prediction
