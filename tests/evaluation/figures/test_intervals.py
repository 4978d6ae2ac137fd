from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.figures.human import tau
from withsense_tf.evaluation.figures.intervals import (
    bootstrap_by_photo,
    holm,
    not_worse_than_best,
    paired_randomisation,
    rmse_interval,
    tau_c_interval,
)


def hard_photos(rng: np.random.Generator, photos: int, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw values with mean 0, of which half of the variance is the photo's, and the photo of each."""
    photo = np.repeat(np.arange(photos), pairs)
    return rng.normal(size=photos)[photo] + rng.normal(size=len(photo)), photo


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    by_photo, by_pair = [], []
    for seed in range(400):
        values, photo = hard_photos(rng, photos=60, pairs=5)
        for held, clusters in ((by_photo, photo), (by_pair, np.arange(len(photo)))):
            interval = bootstrap_by_photo(values, clusters, repeats=400, seed=seed)
            held.append(interval.low <= 0 <= interval.high)
    assert 0.92 < np.mean(by_photo) < 0.97
    # Pairs of a photo are not independent: who draws pairs is too sure.
    assert np.mean(by_pair) < 0.8


@pytest.mark.parametrize("levels", [2, 4])
@pytest.mark.parametrize("steps", [2, 1000])
def test_the_interval_of_tau_is_that_of_the_plain_bootstrap(levels: int, steps: int) -> None:
    rng = np.random.default_rng(levels + steps)
    photos = np.array(list("abcdefghijkl"))[rng.integers(0, 12, 60)]
    truth = rng.random(60)
    prediction = np.round((truth + 0.5 * rng.random(60)) * steps) / steps
    scores = np.ceil(levels * np.clip(truth[:, None] + 0.2 * rng.normal(size=(60, 3)), 0.01, 1))
    scores[rng.random(60) < 0.2] = np.nan
    scores[0, 1] = np.nan
    rated = ~np.isnan(scores).all(axis=1)
    own = np.zeros(rated.sum(), bool)

    def plain(rows: np.ndarray) -> float:
        return tau(prediction[rated][rows], scores[rated][rows], own[rows], "c")

    slow = ends_of(plain, photos[rated], repeats=200, seed=3)
    fast = tau_c_interval(prediction, scores, photos, repeats=200, seed=3)
    assert (fast.low, fast.high) == pytest.approx(slow)
    assert fast.low < tau(prediction, scores, np.zeros(60, bool), "c") < fast.high


def test_the_interval_of_tau_of_a_constant_is_zero_and_without_scores_there_is_none() -> None:
    photos, scores = np.array(["a", "b", "c"]), np.array([[1.0, 2], [3, 3], [4, 2]])
    of_constant = tau_c_interval(np.full(3, 0.4), scores, photos)
    assert (of_constant.low, of_constant.high) == (0, 0)
    for no_order in (scores * 0, scores * np.nan):
        assert np.isnan(tau_c_interval(np.arange(3.0), no_order, photos).low)
    assert np.isnan(tau_c_interval(np.arange(3.0), scores, np.array(["a"] * 3)).low)


def ends(values: np.ndarray, photos: np.ndarray, **settings: int) -> tuple[float, float]:
    interval = bootstrap_by_photo(values, photos, **settings)
    return interval.low, interval.high


def ends_of(
    statistic: Callable[[np.ndarray], float], photos: np.ndarray, repeats: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the same of any statistic of the rows of a draw, by the plain bootstrap."""
    names = np.unique(photos)
    rows_of = [np.flatnonzero(photos == name) for name in names]
    draws = np.random.default_rng(seed).integers(0, len(names), (repeats, len(names)))
    values = [statistic(np.concatenate([rows_of[photo] for photo in draw])) for draw in draws]
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def test_the_same_values_again_in_each_photo_narrow_nothing() -> None:
    values = np.random.default_rng(0).random(40)
    once = ends(values, np.arange(40))
    photo = np.repeat(np.arange(40), 5)
    assert ends(np.repeat(values, 5), photo) == pytest.approx(once)
    low, high = ends(np.repeat(values, 5), np.arange(200))
    assert high - low < 0.6 * (once[1] - once[0])


def test_with_a_pair_a_photo_it_is_the_bootstrap_of_scipy() -> None:
    values = np.random.default_rng(0).exponential(size=80)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=1)
    ours = ends(values, np.arange(80), repeats=5000)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.01)


def test_a_draw_brings_all_pairs_of_its_photos_as_often_as_they_are_drawn() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 12, 50)
    names = np.array(list("abcdefghijkl"))[photo]
    values = rng.random(50)
    assert ends(values, names) == pytest.approx(ends_of(lambda rows: values[rows].mean(), names))


def test_one_photo_tells_nothing_of_others() -> None:
    assert np.isnan(ends(np.array([0.0, 1.0]), np.array(["a", "a"]))).all()


def test_the_same_seed_gives_the_same_interval() -> None:
    values, photo = hard_photos(np.random.default_rng(0), 30, 2)
    assert ends(values, photo, seed=3) == ends(values, photo, seed=3) != ends(values, photo, seed=4)


def test_the_interval_of_the_rmse_is_that_of_the_statistic() -> None:
    rng = np.random.default_rng(0)
    target, prediction, photo = rng.random(200), rng.random(200), rng.integers(0, 40, 200)
    interval = rmse_interval(target, prediction, photo)
    slow = ends_of(lambda rows: float(np.sqrt(np.mean((prediction[rows] - target[rows]) ** 2))), photo)
    assert (interval.low, interval.high) == pytest.approx(slow, rel=1e-4)


def test_p_values_are_uniform_where_models_are_as_good_as_each_other() -> None:
    rng = np.random.default_rng(0)
    p = []
    for seed in range(400):
        difference, photo = hard_photos(rng, photos=40, pairs=5)
        p.append(paired_randomisation(difference, np.zeros(200), photo, repeats=400, seed=seed))
    assert stats.kstest(p, "uniform").pvalue > 0.05
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.08


def test_who_swaps_pairs_instead_of_photos_finds_differences_that_are_not_there() -> None:
    rng = np.random.default_rng(0)
    found = 0
    for seed in range(200):
        difference, photo = hard_photos(rng, photos=40, pairs=5)
        p = paired_randomisation(difference, np.zeros(200), np.arange(len(photo)), repeats=400, seed=seed)
        found += p <= 0.05
    assert found / 200 > 0.15


def test_a_true_difference_has_a_small_p_value_that_is_never_0() -> None:
    noise, photo = hard_photos(np.random.default_rng(0), photos=60, pairs=5)
    p = paired_randomisation(noise + 3, np.zeros(300), photo, repeats=999)
    assert p == 1 / 1000


def test_a_p_value_has_two_sides() -> None:
    a, photo = hard_photos(np.random.default_rng(0), photos=20, pairs=3)
    b = np.full(60, 0.2)
    assert paired_randomisation(a, b, photo) == paired_randomisation(b, a, photo)


def test_with_a_pair_a_photo_it_is_the_permutation_test_of_scipy() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.5, 1, 10), rng.normal(0, 1, 10)

    def difference(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(x - y, axis=axis)

    exact = stats.permutation_test(
        (a, b), difference, permutation_type="samples", vectorized=True, n_resamples=np.inf
    )
    ours = paired_randomisation(a, b, np.arange(10), repeats=40_000)
    assert ours == pytest.approx(exact.pvalue, abs=0.01)


def test_changes_that_come_to_the_same_difference_count_in_spite_of_rounding() -> None:
    # 1 + 2 - 3 + 4 is as much as -1 - 2 + 3 + 4; in tenths, but for rounding.
    whole = np.array([1.0, 2.0, -3.0, 4.0])
    nothing, photo = np.zeros(4), np.arange(4)
    assert paired_randomisation(whole / 10, nothing, photo) == paired_randomisation(whole, nothing, photo)


def test_models_that_are_the_same_have_p_1() -> None:
    values, photo = hard_photos(np.random.default_rng(0), 10, 2)
    assert paired_randomisation(values, values, photo) == 1


def test_holm_can_be_worked_out_by_hand() -> None:
    # 0.005 * 4, 0.01 * 3, 0.03 * 2, and 0.04 * 1 which may not be below 0.06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.7, 0.6]) == pytest.approx([1, 1])
    assert holm([]).tolist() == []


@pytest.mark.parametrize("wrong", [[-0.1], [1.1], [float("nan")], [[0.5]]])
def test_what_is_no_p_value_cannot_be_adjusted(wrong: list[float]) -> None:
    with pytest.raises(DataError, match="from 0 to 1"):
        holm(wrong)


def some_models() -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    hard, photo = hard_photos(rng, photos=100, pairs=4)
    off = {"good": 1.0, "as good": 1.0, "worse": 1.5, "bad": 3.0}
    return {name: hard + mean + rng.normal(0, 0.5, 400) for name, mean in off.items()}, photo


def test_the_best_model_and_those_that_may_be_as_good_are_named() -> None:
    errors, photo = some_models()
    found = not_worse_than_best(errors, photo, higher_is_better=False)
    assert found.name in ("good", "as good")
    assert found.not_worse == {"good", "as good"}
    assert set(found.p) == set(errors) - {found.name}
    assert not_worse_than_best(errors, photo, higher_is_better=True).not_worse == {"bad"}


def test_the_number_of_models_is_accounted_for() -> None:
    errors, photo = some_models()
    two = {name: errors[name] for name in ("good", "as good")}
    pair = not_worse_than_best(two, photo, higher_is_better=False)
    (other,) = pair.p
    three = not_worse_than_best({**two, "again": two[other]}, photo, higher_is_better=False)
    assert three.p[other] == pytest.approx(min(1, 2 * pair.p[other]))


def test_one_model_is_the_best_and_of_equal_ones_the_first() -> None:
    values, photo = hard_photos(np.random.default_rng(0), 10, 2)
    alone = not_worse_than_best({"only": values}, photo, higher_is_better=True)
    assert (alone.name, alone.not_worse, alone.p) == ("only", {"only"}, {})
    same = not_worse_than_best({"first": values, "second": values}, photo, higher_is_better=True)
    assert (same.name, same.p) == ("first", {"second": 1.0})


def test_what_cannot_be_resampled_is_an_error() -> None:
    two, three = np.zeros(2), np.zeros(3)
    with pytest.raises(DataError, match="a value and a photo"):
        bootstrap_by_photo(two, three)
    with pytest.raises(DataError, match="a value and a photo"):
        paired_randomisation(three, two, three)
    with pytest.raises(DataError, match="no pairs"):
        bootstrap_by_photo(np.zeros(0), np.zeros(0))
    with pytest.raises(DataError, match="finite"):
        bootstrap_by_photo(np.array([0, np.nan]), two)
    with pytest.raises(DataError, match="as many predictions"):
        rmse_interval(two, three, three)
    with pytest.raises(DataError, match="no models"):
        not_worse_than_best({}, two, higher_is_better=True)
    with pytest.raises(SettingError, match="repeats"):
        bootstrap_by_photo(two, two, repeats=0)
    with pytest.raises(SettingError, match="repeats"):
        paired_randomisation(two, two, two, repeats=0)
    with pytest.raises(SettingError, match="seed"):
        bootstrap_by_photo(two, two, seed=-1)
