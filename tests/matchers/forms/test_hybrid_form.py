"""Pixels, captions and words, weighed by a line; where no judgement said how, by what is written down."""

from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.hybrid_form import WORD_SHARE, WORTH, HybridForm, hybrid_features
from withsense_tf.matchers.forms.query_numbers import NumberNetwork
from withsense_tf.matchers.forms.word_fit import WordFit
from withsense_tf.matchers.search_forms import CosineForm, Line


def form_of(line: Line | None, words: bool = True) -> HybridForm:
    calibration = Calibration().fit(np.linspace(0, 1, 50), np.linspace(0, 1, 50))
    pixels = CosineForm(Tfidf().fit(["a dog runs"]), calibration)
    return HybridForm(pixels, line, None, WordFit() if words else None)


def number(form: HybridForm, cosine: float, *looks: float) -> float:
    cosines = np.array([cosine])
    return float(form.number_of(cosines, form.pixels.number(cosines), np.array([looks]))[0])


def test_a_line_weighs_as_many_looks_as_it_has_features() -> None:
    looks = np.array([[0.2, 0.3, 0.4, 0.5, 0.0, 0.0]])
    assert hybrid_features(np.array([0.1]), looks[:, :4]).shape == (1, 14)
    assert hybrid_features(np.array([0.1]), looks[:, :3]).shape == (1, 11)
    weights = np.zeros(14)
    weights[4] = 1.0
    assert number(form_of(Line(weights, 0.0)), 0.1, *looks[0]) == pytest.approx(0.5)
    old = form_of(Line(np.array([0.0, 1.0, *[0.0] * 9]), 0.0), words=False)
    assert number(old, 0.1, 0.2, 0.3, 0.4) == pytest.approx(0.2)


def test_without_a_line_words_bring_a_photo_nearer_to_1_and_never_beyond() -> None:
    form = form_of(None)
    pixels = number(form, 0.4, 0, 0, 0, 0, 0, 0)
    assert number(form, 0.4, 0, 0, 0, 1.0, 0, 0) == pytest.approx(pixels + WORD_SHARE * (1 - pixels))
    assert pixels < number(form, 0.4, 0, 0, 0, 0.3, 0, 0) < 1


def test_words_that_vectors_do_not_know_count_by_their_share_alone() -> None:
    form = form_of(Line(np.zeros(14), 0.2))
    assert number(form, 0.0, 0, 0, 0, 0.3, 1.0, 0.3) == pytest.approx(WORTH * 0.3)
    assert number(form, 0.0, 0, 0, 0, 0.3, 0.5, 0.3) == pytest.approx(0.5 * 0.2 + 0.5 * WORTH * 0.3)
    assert number(form, 0.0, 0, 0, 0, 0.9, 1.0, 0.9) == 1
    assert number(form, 0.0, 0.1, 0, 0, 0.0, 1.0, 0.0) == 0


def test_one_caption_in_five_with_half_of_the_unknown_words_is_enough_to_fit() -> None:
    words = WordFit()
    weights = words.weights("family picnic")
    looks = words.looks(weights, weights.keys(), np.array([[0.0, 1.0]]), np.array([5.0]))
    assert number(form_of(Line(np.zeros(14), 0.0)), 0.0, 0, 0, 0, *looks[0]) >= 1 / 3


def test_a_photo_of_which_words_were_said_rises_to_the_place_of_its_number() -> None:
    steps = Calibration().fit(np.arange(20.0) / 4, np.repeat([0.0, 0.25, 0.5, 1.0], 5))
    form = HybridForm(CosineForm(Tfidf().fit(["a dog runs"]), steps), None, steps)
    scores = np.array([4.0, 1.0, 0.0])
    before = steps.apply(scores)
    share, by_words = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.4, 0.0])
    numbers = form.with_words_said(before, share, by_words)
    assert numbers.tolist() == [1.0, pytest.approx(0.6), 0.0]
    # A photo with a higher number stood behind one with a lower.
    places = form.places(scores, before, numbers, np.ones(3, bool))
    assert places.round(3).tolist() == numbers.round(3).tolist()
    # A photo that is found anyway falls by nothing that is said of it.
    assert form.with_words_said(np.ones(3), np.ones(3), by_words).tolist() == [1.0, 1.0, 1.0]


def test_photos_stand_in_the_order_of_their_numbers_and_of_equal_ones_the_higher_score_first() -> None:
    steps = Calibration().fit(np.arange(20.0) / 4, np.repeat([0.0, 0.25, 0.5, 1.0], 5))
    form = HybridForm(CosineForm(Tfidf().fit(["a dog runs"]), steps), Line(np.zeros(14), 0.0), steps)
    # The last has no captions: its score is the number that its pixels say, and on no line.
    scores, numbers = np.array([3.0, 2.75, 0.4]), np.array([0.5, 0.5, 0.9])
    has_captions = np.array([True, True, False])
    assert np.argsort(-form.places(scores, numbers, numbers, has_captions)).tolist() == [2, 0, 1]


def test_beside_a_network_a_photo_without_captions_stands_where_others_have_its_number() -> None:
    steps = Calibration().fit(np.arange(20.0) / 4, np.repeat([0.0, 0.25, 0.5, 1.0], 5))
    pixels = CosineForm(Tfidf().fit(["a dog runs"]), steps)
    form = HybridForm(pixels, Line(np.zeros(14), 0.0), steps, network=NumberNetwork())
    scores, numbers = np.array([3.0, 1.5, 0.4]), np.array([0.5, 0.25, 0.4])
    places = form.places(scores, numbers, numbers, np.array([True, True, False]))
    assert places[:2].tolist() == [3.0, 1.5]
    assert np.argsort(-places).tolist() == [0, 2, 1]
