"""Kernel ridge regression in which most rows stay the same: those of captioned photos, whatever judged photos train.

Folds of a comparison differ in their judged photos alone. So what the captioned photos need is factorised once, and
each fold solves for its judged photos on top of it (the Schur complement). The answers are those of one regression on
all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

import numpy as np

from withsense_tf.common.fingerprints import LastMade, made_once

# A base of some thousand photos takes half a gigabyte; a comparison needs one for each space of captions.
BASES: Final = 2
Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class _Base:
    """What the base gives under one penalty: solved targets, and solved similarities to the rows beside it.

    Beside them stand their products with the similarities themselves, of which each fold needs a part.
    """

    targets: np.ndarray  # (base rows, outputs)
    similar: np.ndarray  # (base rows, rows beside)
    foretold: np.ndarray  # what the base alone says of the rows beside it, (rows beside, outputs)
    overlap: np.ndarray  # what it explains of their similarities to each other, (rows beside, rows beside)


@dataclass(frozen=True, eq=False)
class Solution:
    """A fitted regression: coefficients of the base and of the own rows, and what own rows get when left out."""

    own: np.ndarray  # (own rows, outputs)
    left_out: np.ndarray  # (own rows, outputs)
    _places: np.ndarray  # of the own rows among all that may stand beside the base
    _base: _Base

    @cached_property
    def base(self) -> np.ndarray:
        """Return the coefficients of the base, (base rows, outputs); only the best of several solutions needs them."""
        beside = np.zeros((self._base.similar.shape[1], self.own.shape[1]))
        beside[self._places] = self.own
        return np.asarray(self._base.targets - self._base.similar @ beside)


class BaseRows:
    """The rows that never change, with their similarities to each other and to all rows that may stand beside them.

    `name` tells the rows and the kernel from all others.
    """

    def __init__(self, rows: np.ndarray, others: np.ndarray, kernel: Kernel, name: str = "") -> None:
        self.name = name
        self.rows = rows
        self.others = others
        self._between = kernel(rows, others).astype(np.float64)
        self._beside = kernel(others, others).astype(np.float64)
        self._kernel = kernel
        self._bases: dict[tuple[float, str], _Base] = {}

    def solve(
        self, penalty: float, base_targets: np.ndarray, own: np.ndarray, targets: np.ndarray
    ) -> Solution:
        """Solve for the base and some of the other rows, at places `own`, whose targets are given."""
        base = self._base(penalty, base_targets)
        some = np.ix_(own, own)
        inside = self._beside[some] + penalty * np.eye(len(own))
        if not len(self.rows):
            inverse = np.linalg.inv(inside)
            coefficients = inverse @ targets
        else:
            inverse = np.linalg.inv(inside - base.overlap[some])
            coefficients = inverse @ (targets - base.foretold[own])
        # The closed form of leaving each row out (Allen's PRESS).
        left_out = targets - coefficients / np.diag(inverse)[:, None]
        return Solution(coefficients, left_out, own, base)

    def _base(self, penalty: float, targets: np.ndarray) -> _Base:
        if not len(self.rows):
            nothing = np.zeros((0, 0))
            return _Base(targets, self._between, nothing, nothing)
        key = penalty, sha256(targets.tobytes()).hexdigest()
        if key not in self._bases:

            def make() -> _Base:
                return self._solved_base(penalty, targets)

            self._bases[key] = made_once(f"{self.name} {key}", make) if self.name else make()
        return self._bases[key]

    def _solved_base(self, penalty: float, targets: np.ndarray) -> _Base:
        from scipy.linalg import cho_factor, cho_solve

        system = self._within.astype(np.float64)
        system[np.diag_indices_from(system)] += penalty
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        answers = cho_solve(factor, np.hstack([targets, self._between]), overwrite_b=True, check_finite=False)
        targets_part, similar = answers[:, : targets.shape[1]], answers[:, targets.shape[1] :]
        across = self._between.T
        return _Base(targets_part, similar, across @ targets_part, across @ similar)

    @cached_property
    def _within(self) -> np.ndarray:
        """Return how alike the rows of the base are, (rows, rows): the same for every penalty."""
        return self._kernel(self.rows, self.rows)


_bases_made = LastMade[BaseRows](BASES)


def base_rows(rows: np.ndarray, others: np.ndarray, kernel: Kernel, settings: Sequence[float]) -> BaseRows:
    """Return the base of these rows, made once; `settings` tell one kernel from another."""
    digest = sha256(rows.tobytes())
    digest.update(others.tobytes())
    key = f"{digest.hexdigest()} {list(settings)}"
    return _bases_made.get(key, lambda: BaseRows(rows, others, kernel, key))
