from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.load import load_dataset
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.relevance import relevance


def test_the_target_is_the_mean_score_scaled_to_0_to_1(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    own = pairs.table["caption"].str.startswith("ant") & (pairs.table["photo"] == "ant.jpg")
    assert pairs.target[own].tolist() == [1.0]  # scores 4, 4, 4
    assert np.allclose(
        pairs.target[pairs.table["photo"] != pairs.table["caption"].str.split("#").str[0]], 1 / 9
    )
    assert set(pairs.weight) == {1.0}
    assert set(pairs.table["source"]) == {"experts"}


def test_every_judged_pair_has_its_text_and_photo_file(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    assert len(pairs) == len(tiny.experts) == 18
    assert all(path.is_file() for path in pairs.paths)
    assert all(text.startswith("A ") for text in pairs.texts)


def test_without_expert_scores_the_error_names_the_file(folder: Path) -> None:
    (folder / "ExpertAnnotations.tsv").unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    with pytest.raises(DataError, match=r"ExpertAnnotations\.tsv"):
        relevance(data)


def test_the_constants_rmse_on_the_real_folder_is_the_known_one(real_folder: Path) -> None:
    target = relevance(load_dataset(real_folder)).target
    assert round(float(target.std()), 3) == 0.269
