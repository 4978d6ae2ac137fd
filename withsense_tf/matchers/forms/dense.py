"""A layer of a network, by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer of a network after training: kernel (in, out) and bias (out,); batch norms are folded into them."""

    kernel: np.ndarray
    bias: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return the outputs of the layer, (rows, out)."""
        return np.asarray(values @ self.kernel + self.bias)
