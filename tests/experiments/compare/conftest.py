"""A plan of two quick models under two splits."""

from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.compare.config import load_config
from withsense_tf.experiments.compare.jobs import Plan, pairs_of
from withsense_tf.matchers.registry import Surroundings


@pytest.fixture
def plan(tiny: Dataset, mean_colour, tmp_path: Path) -> Plan:
    changes = ['splits=["folds", "strict"]', "folds=3"]
    config = load_config(None, changes, ["ridge", "closed_form"])
    around = Surroundings((mean_colour,), None, VectorStore(tmp_path / "vectors"), 0)
    return Plan(config, pairs_of(config, tiny), around, "none")
