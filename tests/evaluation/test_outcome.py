from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracle import Missing, answer_split

from withsense_tf.data.dataset import Pairs
from withsense_tf.errors import DataError
from withsense_tf.evaluation.outcome import Outcome, load_outcome
from withsense_tf.evaluation.result_rows import rows_of

# As they were written from the first version on.
ANSWERS = ("photo", "caption", "target", "weight", "predicted", "own", "experts")
RANKINGS = ("text", "caption", "first", "scores")
QUERIES = ("rank", "ndcg_10", "photo", "top_5", "gallery", "size")
NAMES = {
    "about",
    *(f"answers_{name}" for name in ANSWERS),
    *(f"found_{name}" for name in RANKINGS),
    *(f"found_query_{name}" for name in QUERIES),
}


def test_an_outcome_is_the_same_after_saving(oracle_outcome: Outcome, tmp_path: Path) -> None:
    outcome = replace(oracle_outcome, history={"loss": [1.0, 0.5]})
    outcome.save(tmp_path / "one.npz")
    again = load_outcome(tmp_path / "one.npz")
    assert rows_of([again]) == rows_of([outcome])
    assert again.history == outcome.history
    assert again.rankings is not None
    assert outcome.rankings is not None
    assert again.rankings.text.tolist() == outcome.rankings.text.tolist()
    assert list(tmp_path.glob("*.draft")) == []


def test_names_in_a_file_stay_as_they_were(oracle_outcome: Outcome, tmp_path: Path) -> None:
    oracle_outcome.save(tmp_path / "one.npz")
    with np.load(tmp_path / "one.npz") as arrays:
        assert set(arrays) == NAMES


def test_an_outcome_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    about = {"label": "towers", "split": "folds", "about": {"track": "image-only"}, "status": "ok"}
    about |= {
        "constant": 0.3,
        "folds": 2,
        "train_pairs": 4,
        "train_photos": 2,
        "seconds": 1.5,
        "peak_mb": 9.0,
    }
    about |= {"config": "{}", "history": {}, "key": "abc", "format": 1}
    arrays = {name: np.zeros(2) for name in NAMES} | {"about": np.array(json.dumps(about))}
    arrays |= {"answers_predicted": np.array([0.25, 0.75]), "found_first": np.array([["a"], ["b"]])}
    arrays["found_query_rank"] = np.array([3, 0])
    np.savez_compressed(tmp_path / "one.npz", **arrays)
    outcome = load_outcome(tmp_path / "one.npz")
    assert (outcome.label, outcome.key, outcome.folds) == ("towers", "abc", 2)
    assert outcome.answers is not None
    assert outcome.answers.prediction.tolist() == [0.25, 0.75]
    assert outcome.rankings is not None
    assert outcome.rankings.first.tolist() == [["a"], ["b"]]
    assert outcome.rankings.per_query.rank.tolist() == [3, 0]


def test_an_outcome_that_was_not_run_is_kept_too(pairs: Pairs, tmp_path: Path) -> None:
    answer_split(Missing(), pairs).save(tmp_path / "one.npz")
    assert load_outcome(tmp_path / "one.npz").answers is None


def test_a_damaged_outcome_says_so(oracle_outcome: Outcome, tmp_path: Path) -> None:
    file = tmp_path / "one.npz"
    oracle_outcome.save(file)
    whole = file.read_bytes()
    with np.load(file) as stored:
        arrays = dict(stored)
    file.write_bytes(whole[:-100])
    with pytest.raises(DataError, match="Delete it"):
        load_outcome(file)
    for wrong in (
        {name: array for name, array in arrays.items() if name != "answers_own"},
        arrays | {"answers_more": np.zeros(1)},
    ):
        np.savez_compressed(file, **wrong)
        with pytest.raises(DataError, match="Delete it"):
            load_outcome(file)
