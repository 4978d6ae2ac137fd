from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.figures.human import (
    auc_of_match,
    expected_calibration_error,
    human_figures,
    reliability,
    tau,
)
from withsense_tf.targets.agreement import EXPERTS

NAN = float("nan")


@st.composite
def judged(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw predictions with ties, scores of three experts, and which pairs are own captions."""
    pairs = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    prediction = rng.integers(0, draw(st.integers(1, 8)), pairs) / 8
    return prediction, rng.integers(1, 5, (pairs, 3)), rng.random(pairs) < 0.2


@given(judged())
def test_each_experts_score_is_a_rating_and_own_captions_are_left_out(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    prediction, experts, own = drawn
    ratings = [
        (x, y)
        for x, row, mine in zip(prediction, experts, own, strict=True)
        if not mine
        for y in row.tolist()
    ]
    ways = [(np.sign(a[0] - b[0]), np.sign(a[1] - b[1])) for a, b in combinations(ratings, 2)]
    if not any(y for _, y in ways):
        assert np.isnan(tau(prediction, experts, own, "b"))
        assert np.isnan(tau(prediction, experts, own, "c"))
        return
    rising = sum(x * y for x, y in ways)
    untied = sum(x != 0 for x, _ in ways) * sum(y != 0 for _, y in ways)
    fewer = min(len({x for x, _ in ratings}), len({y for _, y in ratings}))
    by_hand_c = 2 * rising / (len(ratings) ** 2 * (fewer - 1) / fewer) if fewer > 1 else 0
    assert tau(prediction, experts, own, "b") == pytest.approx(rising / np.sqrt(untied) if untied else 0)
    assert tau(prediction, experts, own, "c") == pytest.approx(by_hand_c)


def test_a_constant_answer_orders_nothing() -> None:
    experts, own = np.array([[1, 2, 2], [3, 4, 4]]), np.zeros(2, bool)
    figures = human_figures(np.full(2, 0.5), np.array([0.2, 0.9]), experts, own)
    assert (figures.tau_b, figures.tau_c, figures.auc) == (0, 0, 0.5)
    assert figures.ece == pytest.approx(0.05)
    # Also where it is only the own captions that differ.
    assert tau(np.array([0.5, 0.5, 0.9]), np.vstack([experts, [4, 4, 4]]), np.array([0, 0, 1]) == 1, "c") == 0


def test_where_all_scores_are_the_same_there_is_nothing_to_order() -> None:
    figures = human_figures(np.array([0.1, 0.9]), np.array([1.0, 1.0]), np.full((2, 3), 4), np.zeros(2, bool))
    assert np.isnan([figures.tau_b, figures.tau_c, figures.auc]).all()
    assert figures.ece == pytest.approx(0.5)


@pytest.mark.parametrize("experts", [np.full((2, 3), NAN), np.empty((2, 0))])
def test_without_expert_scores_only_calibration_is_known(experts: np.ndarray) -> None:
    figures = human_figures(np.array([0.0, 1.0]), np.array([0.0, 1.0]), experts, np.zeros(2, bool))
    assert np.isnan([figures.tau_b, figures.tau_c, figures.auc]).all()
    assert figures.ece == 0


def test_pairs_that_no_expert_judged_change_neither_tau_nor_auc() -> None:
    rng = np.random.default_rng(0)
    prediction, experts, own = rng.random(30), rng.integers(1, 5, (30, 3)).astype(float), rng.random(30) < 0.1
    experts[20:] = NAN
    few = prediction[:20], experts[:20]
    assert tau(prediction, experts, own, "c") == tau(*few, own[:20], "c")
    assert auc_of_match(prediction, experts) == auc_of_match(*few)


def test_all_pairs_being_own_captions_leaves_nothing_to_order() -> None:
    assert np.isnan(tau(np.array([0.1, 0.9]), np.array([[1, 1], [4, 4]]), np.ones(2, bool), "b"))


def test_tau_agrees_with_scipy() -> None:
    rng = np.random.default_rng(0)
    prediction, experts = rng.random(200), rng.integers(1, 5, (200, 3))
    for variant in "bc":
        outside = kendalltau(np.repeat(prediction, 3), experts.ravel(), variant=variant).statistic
        assert tau(prediction, experts, np.zeros(200, bool), variant) == outside


@given(judged())
def test_auc_is_that_of_scikit_learn(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    prediction, experts, _ = drawn
    match = np.median(experts, axis=1) >= 3
    if match.all() or not match.any():
        assert np.isnan(auc_of_match(prediction, experts))
    else:
        assert auc_of_match(prediction, experts) == pytest.approx(roc_auc_score(match, prediction))


def test_calibration_can_be_worked_out_by_hand() -> None:
    prediction = np.array([0.9, 0.1, 0.2, 0.6])
    target = np.array([1.0, 0.0, 0.0, 0.2])
    points = reliability(target, prediction, bins=2)
    assert points.prediction == pytest.approx([0.15, 0.75])
    assert points.target == pytest.approx([0, 0.6])
    assert points.count.tolist() == [2, 2]
    assert expected_calibration_error(target, prediction, bins=2) == pytest.approx(0.15)


def test_points_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    prediction = rng.random(500)
    target = (rng.random(500) < prediction).astype(float)
    points = reliability(target, prediction)
    theirs = calibration_curve(target, prediction, n_bins=10, strategy="quantile")
    assert points.count.tolist() == [50] * 10
    assert points.target == pytest.approx(theirs[0])
    assert points.prediction == pytest.approx(theirs[1])


@given(judged(), st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_no_point(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], bins: int, random: Random
) -> None:
    prediction, experts, _ = drawn
    target = experts[:, 0] / 4
    order = np.array(random.sample(range(len(target)), len(target)))
    points, shuffled = (
        reliability(target, prediction, bins),
        reliability(target[order], prediction[order], bins),
    )
    assert points.target == pytest.approx(shuffled.target)
    assert points.count.tolist() == shuffled.count.tolist()
    assert points.count.sum() == len(target)
    assert len(points.count) <= bins
    assert (np.diff(points.prediction) > 0).all()


def test_bins_differ_by_one_pair_at_most_where_no_predictions_are_the_same() -> None:
    prediction = np.random.default_rng(0).permutation(47) / 47
    count = reliability(prediction, prediction, bins=10).count
    assert len(count) == 10
    assert np.ptp(count) == 1


def test_bins_weigh_what_they_hold() -> None:
    # Nine pairs share a prediction, and so a bin, and are right; the tenth is off by 1.
    prediction, target = np.array([0.0] * 9 + [1.0]), np.zeros(10)
    assert expected_calibration_error(target, prediction, bins=2) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("target", "prediction", "bins", "error", "message"),
    [
        (np.zeros(2), np.zeros(3), 10, DataError, "as many predictions"),
        (np.zeros(0), np.zeros(0), 10, DataError, "no pairs"),
        (np.zeros(2), np.array([0, NAN]), 10, DataError, "finite"),
        (np.zeros(2), np.zeros(2), 0, SettingError, "at least 1"),
    ],
)
def test_what_cannot_be_calibrated_is_an_error(
    target: np.ndarray, prediction: np.ndarray, bins: int, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        reliability(target, prediction, bins)


def test_what_cannot_be_ordered_is_an_error() -> None:
    experts, own = np.ones((2, 3)), np.zeros(2, bool)
    with pytest.raises(DataError, match="pairs, experts"):
        tau(np.zeros(3), experts, own, "b")
    with pytest.raises(DataError, match="finite"):
        tau(np.array([0, NAN]), experts, own, "b")
    with pytest.raises(DataError, match="true or false"):
        tau(np.zeros(2), experts, np.zeros(3, bool), "b")
    with pytest.raises(DataError, match="true or false"):
        tau(np.zeros(2), experts, np.zeros(2), "b")
    with pytest.raises(SettingError, match="'b' or 'c'"):
        tau(np.zeros(2), experts, own, "a")


def test_the_protocol_has_the_known_number_of_ratings_on_the_real_folder(real_data: Dataset) -> None:
    experts = real_data.experts
    scores = experts[EXPERTS].to_numpy(float)
    own = (experts["photo"] == experts["caption"].str.rsplit("#", n=1).str[0]).to_numpy()
    mean = scores.mean(axis=1)
    assert 3 * int((~own).sum()) == 16_992
    # Who knows the experts' mean goes with them far better than a further person does (0.554).
    assert tau(mean, scores, own, "c") > 0.6
