from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.errors import DataError, SettingError
from withsense_tf.targets.balance import balance
from withsense_tf.targets.blend import relevance


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return demo_dataset(train=60, test=1, folder=tmp_path_factory.mktemp("demo") / "set", captioned=0)


def shares(pairs: Pairs, of: str) -> pd.Series:
    table = pairs.table
    return (table["target"] >= 0.5).groupby(table[of]).mean()


@pytest.mark.parametrize("settings", [{}, {"crowd": None}, {"crowd": None, "own_weight": 1.0}])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.slow
def test_every_photo_and_caption_has_as_many_matches_as_non_matches(
    demo: Dataset, settings: dict[str, object], seed: int
) -> None:
    pairs = relevance(demo, **settings)
    balanced = balance(pairs, seed=seed)
    assert set(shares(balanced, "photo")) == set(shares(balanced, "caption")) == {0.5}
    matches = pairs.table["target"] >= 0.5
    assert (balanced.table["target"] >= 0.5).sum() == matches.sum()
    assert not balanced.table.duplicated(["photo", "caption"]).any()


def test_judged_non_matches_come_before_assumed_ones(demo: Dataset) -> None:
    pairs = relevance(demo)
    table = balance(pairs, assumed_weight=0.25).table
    assumed = table[table["source"] == "assumed"]
    judged = set(zip(pairs.table["photo"], pairs.table["caption"], strict=True))
    assert not judged & set(zip(assumed["photo"], assumed["caption"], strict=True))
    assert (assumed["photo"] != assumed["caption"].str.split("#").str[0]).all()
    assert set(assumed["weight"]) == {0.25}
    assert set(assumed["target"]) == {0.0}
    low = table[(table["target"] < 0.5)]
    # The crowd judged about fifty captions a photo: hardly anything has to be assumed.
    assert len(assumed) < 0.2 * len(low)


def test_the_seed_decides_which_non_matches_are_taken(demo: Dataset) -> None:
    pairs = relevance(demo)
    one, same, other = (balance(pairs, seed=seed).table for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_a_set_too_small_keeps_what_can_be_kept(tiny: Dataset) -> None:
    # One photo with its own caption: no other caption, so there is no non-match to be had.
    pairs = relevance(tiny)
    table = pairs.table
    alone = pairs.take(np.flatnonzero((table["photo"] == "ant.jpg") & (table["caption"] == "ant.jpg#2")))
    assert len(balance(alone)) == 1


def test_a_set_without_matches_is_an_error(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    with pytest.raises(DataError, match="nothing to balance"):
        balance(pairs.take(np.flatnonzero(pairs.target < 0.5)))
    with pytest.raises(SettingError, match="threshold"):
        balance(pairs, threshold=1)


def test_the_definition_says_balanced(tiny: Dataset) -> None:
    definition = balance(relevance(tiny), threshold=0.4, assumed_weight=0.1, seed=3).definition
    assert definition.endswith(", balanced (from 0.4, assumed 0.1, seed 3)")


@pytest.mark.slow
def test_a_photo_is_no_non_match_for_its_twins_caption_or_for_the_same_words(folder: Path) -> None:
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/bee.jpg")
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A dog, seen 2 times", "A cat, seen 2 times"))
    for seed in range(8):
        table = balance(relevance(load_dataset(folder)), seed=seed).table
        assumed = table[table["source"] == "assumed"]
        pairs = set(zip(assumed["photo"].str[:3], assumed["caption"].str[:3], strict=True))
        assert not pairs & {("ant", "bee"), ("bee", "ant"), ("cat", "dog"), ("dog", "cat")}


def test_the_real_folder_can_be_balanced_exactly(real_data: Dataset) -> None:
    balanced = balance(relevance(real_data, crowd=None, own_weight=1.0))
    assert set(shares(balanced, "photo")) == set(shares(balanced, "caption")) == {0.5}
    assert balanced.table["photo"].nunique() == 1000
