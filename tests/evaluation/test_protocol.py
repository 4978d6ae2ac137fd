from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.errors import DataError, WeightsMissingError
from withsense_tf.evaluation.answering import answer, settings_of
from withsense_tf.evaluation.outcome import Outcome, load_outcome
from withsense_tf.evaluation.protocol import SPLITS, tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import Training
from withsense_tf.targets.blend import relevance


class Oracle(Matcher):
    """A matcher that knows the answers: what figures it must get is known beforehand."""

    track = "image-only"

    @property
    def name(self) -> str:
        return "oracle"

    def _fit(self, pairs: Pairs) -> None:
        self.trained_ = set(pairs.content)

    def _score(self, pairs: Pairs) -> np.ndarray:
        assert not self.trained_ & set(pairs.content)
        return pairs.target

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        assert not self.trained_ & set(gallery.content)
        owner = [caption.split("#")[0] for caption in queries.captions]
        return np.array([[float(photo == own) for photo in gallery.names] for own in owner])


class Missing(Oracle):
    """A matcher whose weights are not here."""

    def _fit(self, pairs: Pairs) -> None:
        raise WeightsMissingError("no such preset")


@pytest.fixture(scope="module")
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


@pytest.fixture(scope="module")
def oracle(pairs: Pairs) -> Outcome:
    return run(Oracle, pairs)  # Oracle itself asserts that the photos are unseen


@pytest.fixture(scope="module")
def constant(pairs: Pairs) -> Outcome:
    return run(Constant, pairs)


def run(matcher: type[Matcher] | Matcher, pairs: Pairs, split: str = "folds") -> Outcome:
    made = matcher() if isinstance(matcher, type) else matcher
    return answer(made.name, lambda number: made, tasks(pairs, split, 3, 0), split)


def test_every_pair_is_answered_once_by_a_model_that_has_not_seen_its_photo(
    pairs: Pairs, oracle: Outcome
) -> None:
    answers = oracle.answers
    assert answers is not None
    answered = pd.MultiIndex.from_arrays([answers.photo, answers.caption])
    assert sorted(answered) == sorted(zip(pairs.table["photo"], pairs.table["caption"], strict=True))


def test_each_fold_ranks_its_own_photos_for_all_of_their_captions(oracle: Outcome) -> None:
    found = oracle.found
    assert found is not None
    assert len(found.text) == 6 * 5
    assert set(found.per_query.size) == {2}
    assert found.per_query.figures().recall_1 == 1


def test_the_oracle_is_perfect_and_the_constant_has_no_skill_and_no_order(
    oracle: Outcome, constant: Outcome
) -> None:
    perfect, same = rows_of([oracle, constant])
    assert (perfect["rmse"], perfect["auc"], perfect["r@1"]) == (0, 1, 1)
    assert same["skill"] == pytest.approx(0, abs=0.05)
    assert same["r@1"] == 0
    assert same["distinct_top5"] == 1


def test_a_linear_form_has_one_order_for_every_query(pairs: Pairs, mean_colour) -> None:
    (row,) = rows_of([run(ConcatLinear("ridge", mean_colour), pairs)])
    assert row["distinct_top5"] == 1


def test_test_photos_are_ranked_by_a_model_of_all_others(pairs: Pairs) -> None:
    outcome = run(Oracle, pairs, "test")
    assert outcome.answers is None
    assert outcome.train_photos == 6
    assert set(outcome.found.per_query.photo) == {"gnu.jpg", "hen.jpg"}


@pytest.mark.parametrize("split", ["70/30", "strict"])
def test_the_other_splits_have_one_test_side(split: str, pairs: Pairs) -> None:
    (task,) = tasks(pairs, split, 3, 0)
    assert not set(task.train.content) & set(task.test.content)
    if split == "strict":
        assert not set(task.train.table["caption"]) & set(task.test.table["caption"])


def test_a_model_without_its_weights_is_not_run_and_nothing_stands_in_for_it(pairs: Pairs) -> None:
    outcome = run(Missing, pairs)
    assert outcome.status == "not run: weights not available: no such preset"
    assert outcome.about["weights"] == "not available"
    (row,) = rows_of([outcome])
    assert "rmse" not in row
    assert "r@5" not in row


def test_an_outcome_is_the_same_after_saving(oracle: Outcome, tmp_path: Path) -> None:
    outcome = replace(oracle, history={"loss": [1.0, 0.5]})
    outcome.save(tmp_path / "one.npz")
    again = load_outcome(tmp_path / "one.npz")
    assert rows_of([again]) == rows_of([outcome])
    assert again.history == outcome.history
    assert again.found.text.tolist() == outcome.found.text.tolist()
    assert list(tmp_path.glob("*.draft")) == []


def test_an_outcome_that_was_not_run_is_kept_too(pairs: Pairs, tmp_path: Path) -> None:
    run(Missing, pairs).save(tmp_path / "one.npz")
    assert load_outcome(tmp_path / "one.npz").answers is None


def test_a_damaged_outcome_says_so(constant: Outcome, tmp_path: Path) -> None:
    file = tmp_path / "one.npz"
    constant.save(file)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(DataError, match="Delete it"):
        load_outcome(file)


def test_the_best_is_marked_within_its_kind_alone(oracle: Outcome, constant: Outcome) -> None:
    captions = replace(oracle, label="reads captions", about={"track": "caption-assisted"})
    perfect, same, assisted = rows_of([oracle, constant, captions])
    assert "rmse" in str(perfect["best"]).split()
    assert "rmse" not in str(same["best"]).split()
    # Alone in its kind: there is nothing to be better than.
    assert assisted["best"] == ""


def test_all_splits_are_known() -> None:
    assert set(SPLITS) == {"folds", "70/30", "strict", "test"}


@pytest.mark.parametrize(
    ("matcher", "epochs"),
    [(TwoTower(), 30), (ConcatKeras(), 20), (Interaction(training=Training(epochs=7)), 7)],
)
def test_settings_name_the_training_that_is_used(matcher: Matcher, epochs: int) -> None:
    assert json.loads(settings_of(matcher))["training"]["epochs"] == epochs


def test_settings_of_a_matcher_without_training_name_none() -> None:
    assert json.loads(settings_of(Constant())) == {"class": "Constant", "statistic": "mean"}
