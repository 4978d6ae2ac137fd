from __future__ import annotations

from typing import Any

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.matchers.training import Training


@pytest.mark.parametrize(
    "setting",
    [
        {"epochs": 0},
        {"patience": 0},
        {"batch": 0},
        {"rate": 0},
        {"rate": -1e-3},
        {"rate": float("nan")},
        {"decay": -1e-3},
        {"decay": float("inf")},
        {"validation": 0},
        {"validation": 1},
    ],
    ids=str,
)
def test_bad_ways_of_training_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        Training(**setting)
