from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance
from withsense_tf.testing.contract_error import ContractError
from withsense_tf.testing.unfitted_checks import check_refusals, check_settings


class Lost(Constant):
    """It forgets its setting."""

    def __init__(self, power: float = 1.0) -> None:
        super().__init__()


class Named(Constant):
    """Its name is what it is given."""

    name: Any = ""


class Undescribed(Constant):
    """It leaves out what it begins with."""

    def describe(self) -> dict[str, str]:
        return {"matcher": "mine", "track": "baseline"}


class Untracked(Constant):
    """It does not say what it reads."""

    track: Any = None


class Copied(Constant):
    """Its copy is of another class."""

    def __sklearn_clone__(self) -> Constant:
        return Constant()


class Answering(Constant):
    """It answers whatever it is asked."""

    def predict(self, pairs: Pairs) -> np.ndarray:
        return np.zeros(len(pairs))


class Falling(Constant):
    """It fails in another way than is expected."""

    def predict(self, pairs: Pairs) -> np.ndarray:
        return pairs.table["none"].to_numpy()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Lost, "`__init__` takes 'power', and must store .*: no attribute .* Write self.power = power."),
        (Named, "`name` must be a text, .*, got ''. Write it in the class."),
        (Undescribed, "a text for 'photo', got {'matcher': 'mine', .*}. Begin with super"),
        (Untracked, "`track` .* must be one of baseline, image-only, caption-assisted, got None. Write it"),
        (Copied, "of the same class, Copied, got Constant: leave `get_params`"),
    ],
)
def test_what_is_wrong_with_the_settings_is_told_with_what_to_do(
    make: Callable[[], Constant], words: str
) -> None:
    with pytest.raises(ContractError, match=words):
        check_settings(make)
    assert check_settings(Constant)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Answering, "and it raised nothing."),
        (Falling, "and it raised KeyError: 'none' (test_unfitted_checks.py, line "),
    ],
)
def test_what_must_be_refused_and_is_not_is_told_with_what_came_and_what_to_do(
    make: Callable[[], Constant], words: str, tiny: Dataset
) -> None:
    pairs = relevance(tiny)
    with pytest.raises(
        ContractError, match=rf"^predict before fit must raise NotFittedError .*{re.escape(words)}"
    ) as broken:
        check_refusals(make, pairs)
    assert str(broken.value).endswith("Matcher.predict does that: write `_score`, and no `predict`.")
    assert check_refusals(Constant, pairs)
