"""Numbers that mean the same for texts that are near to many photos and for those that are near to none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.unit import unit
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.query_numbers import MOST_PHOTOS, NEAR, QueryNumbers
from withsense_tf.matchers.saved_search_forms import load_form, save_form
from withsense_tf.matchers.search_forms import CosineForm

DIM = 12


@pytest.fixture(scope="module")
def photos() -> np.ndarray:
    rng = np.random.default_rng(0)
    return unit(rng.normal(size=(1_500, DIM)) + 2 * np.eye(DIM)[0])


def pairs_of(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return texts, cosines and targets: a pair fits where its cosine is above what the text has with any photo."""
    rng = np.random.default_rng(seed)
    texts = unit(rng.normal(size=(count, DIM)) + rng.uniform(0, 3, (count, 1)) * np.eye(DIM)[0])
    usual = 0.8 * texts[:, 0]
    above = rng.uniform(-0.3, 0.5, count)
    return texts, usual + above, np.clip(above / 0.5, 0, 1)


@pytest.fixture(scope="module")
def numbers(photos: np.ndarray) -> QueryNumbers:
    texts, cosines, targets = pairs_of(2_000, 1)
    return learn(photos, texts, cosines, targets)


def learn(photos: np.ndarray, texts: np.ndarray, cosines: np.ndarray, targets: np.ndarray) -> QueryNumbers:
    numbers = QueryNumbers().near(photos)
    return numbers.fit(figures_of(numbers, cosines, texts), targets, np.ones(len(targets)))


def figures_of(numbers: QueryNumbers, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
    return numbers.figures(cosines, texts, np.arange(len(texts)))


@pytest.mark.slow
def test_a_number_holds_a_cosine_against_those_of_its_text_with_other_photos(numbers: QueryNumbers) -> None:
    texts, cosines, targets = pairs_of(1_000, 2)
    by_cosine = Calibration().fit(*pairs_of(2_000, 1)[1:]).apply(cosines)
    by_both = numbers.apply(figures_of(numbers, cosines, texts))

    def error(given: np.ndarray) -> float:
        return float(np.sqrt(np.mean((given - targets) ** 2)))

    assert error(by_both) < 0.5 * error(by_cosine)
    assert by_both.min() >= 0
    assert by_both.max() <= 1


def test_nearness_is_the_mean_the_spread_and_the_means_of_the_largest(
    numbers: QueryNumbers, photos: np.ndarray
) -> None:
    text = unit(np.arange(1.0, DIM + 1))
    cosines = np.sort(photos[:MOST_PHOTOS] @ text)[::-1]
    expected = [cosines.mean(), cosines.std(), *(cosines[:count].mean() for count in NEAR)]
    np.testing.assert_allclose(numbers.nearness(text[None])[0], expected, atol=1e-5)


def test_a_pair_alone_gets_the_number_that_it_gets_among_others(numbers: QueryNumbers) -> None:
    texts, cosines, _ = pairs_of(50, 3)
    figures = figures_of(numbers, cosines, texts)
    alone = [numbers.apply(figures[at : at + 1])[0] for at in range(50)]
    np.testing.assert_array_equal(numbers.apply(figures), alone)


@pytest.mark.slow
def test_the_same_pairs_teach_the_same_numbers(numbers: QueryNumbers, photos: np.ndarray) -> None:
    texts, cosines, targets = pairs_of(2_000, 1)
    again = learn(photos, texts, cosines, targets)
    figures = figures_of(numbers, cosines, texts)
    np.testing.assert_array_equal(again.apply(figures), numbers.apply(figures))


@pytest.mark.parametrize("local_scaling", [False, True])
def test_a_search_tells_the_numbers_and_goes_on_to_when_it_is_saved(
    local_scaling: bool, tmp_path: Path
) -> None:
    text = Tfidf().fit([f"word{at} other{at}" for at in range(DIM)])
    query = "word3 other5"
    point = unit(text.encode([query]))
    rng = np.random.default_rng(4)
    photos = unit(np.abs(rng.normal(size=(1_200, point.shape[1]))))
    cosines = rng.uniform(0, 0.5, 1_000)
    numbers = learn(photos, np.repeat(point, 1_000, axis=0), cosines, cosines * 2)
    calibration = Calibration().fit(cosines, cosines)
    form = CosineForm(text, calibration, local_scaling=local_scaling, query_numbers=numbers)
    rows = np.column_stack([photos[:5], [-0.3] * 5]) if local_scaling else photos[:5]
    expected = numbers.apply(numbers.figures((photos[:5] * point).sum(axis=1), point, np.zeros(5, int)))
    assert form.numbers_apart
    np.testing.assert_allclose(form.numbers_at(rows, form.queries([query])[0]), expected, atol=1e-5)
    again = load_form(save_form(form, tmp_path / "form"))
    np.testing.assert_allclose(again.numbers_at(rows, again.queries([query])[0]), expected, atol=1e-5)
