"""Fitted matchers of every kind; their photos are encoded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers import local_scaling
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import TowerTraining, Training

FEW = Training(epochs=2, batch=64)
MAKERS: dict[str, Callable[[VectorStore], Matcher]] = {
    "closed form": lambda store: ClosedFormTowers("scene_net", store=store),
    "hybrid": lambda store: Hybrid("scene_net", store=store),
    "captions": lambda _: Captions(),
    "linear": lambda store: ConcatLinear("ridge", "scene_net", store=store),
    "concat Keras": lambda store: ConcatKeras((16, 8), photo="scene_net", training=FEW, store=store),
    "product": lambda store: Interaction("product", 8, 8, photo="scene_net", training=FEW, store=store),
    "bilinear": lambda store: Interaction("bilinear", 8, photo="scene_net", training=FEW, store=store),
    "two towers": lambda store: TwoTower(
        "scene_net", dim=8, hidden=8, members=2, training=TowerTraining(epochs=2), store=store
    ),
}


@pytest.fixture(scope="session")
def fitted(train: Pairs, store: VectorStore) -> Callable[[str], Matcher]:
    """Return what gives a fitted matcher by name."""
    found: dict[str, Matcher] = {}

    def get(name: str) -> Matcher:
        if name not in found:
            # The captions here are few, and are to be near to photos all the same.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(local_scaling, "FEWEST", 100)
                found[name] = MAKERS[name](store).fit(train)
        return found[name]

    return get


@pytest.fixture(scope="session")
def looks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the small photos; their names say what they show, so tests may share it."""
    return tmp_path_factory.mktemp("looks")
