"""Where a query is all that was said of its photo, what is missing must not tell which photo is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.evaluation.answering import answer
from withsense_tf.evaluation.lone_captions import is_lone
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.which_target import equal_caption_pairs

CHANCE = 5 / 20  # two folds of 40 photos


def one_caption(data: Dataset, shuffled: bool) -> Dataset:
    captions = data.captions[data.captions["number"] == 0]
    if shuffled:
        captions = captions.assign(
            text=np.random.default_rng(1).permutation(captions["text"].to_numpy(object))
        )
    return data.with_tables(captions=captions)


def measured(data: Dataset, make: Callable[[], Matcher]) -> Outcome:
    work = tasks(equal_caption_pairs(data), "folds", 2, 0)
    return answer("one", lambda _: make(), work, "folds")


def test_a_caption_is_lone_where_its_photo_has_no_other_of_other_words(unjudged: Dataset) -> None:
    captions = unjudged.captions
    lone = captions["photo"] == "red_plain_0.jpg"
    same = captions["photo"] == "red_plain_1.jpg"
    captions["text"] = captions["text"].mask(same, "The same words .")
    data = unjudged.with_tables(captions=captions[~lone | (captions["number"] == 0)])
    ids = data.captions["caption"]
    expected = ids.str.startswith(("red_plain_0.jpg#", "red_plain_1.jpg#", "away_0.jpg#"))
    assert is_lone(data, ids).tolist() == expected.tolist()
    assert not is_lone(data, ids.mask(expected, "")).any()


def test_with_one_caption_a_photo_a_hybrid_ranks_by_its_pixels_and_shuffled_captions_are_at_chance(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    for shuffled in (False, True):
        data = one_caption(unjudged, shuffled)
        hybrid = measured(data, lambda: Hybrid(patches, store=store))
        towers = measured(data, lambda: ClosedFormTowers(patches, store=store))
        (of_hybrid, of_towers) = rows_of([hybrid, towers])
        assert of_hybrid["r@5"] == pytest.approx(of_towers["r@5"])
        assert of_hybrid["rmse"] == pytest.approx(of_towers["rmse"])
        if shuffled:
            assert float(str(of_hybrid["r@5"])) < 2 * CHANCE
            assert float(str(of_hybrid["skill"])) < 0.02


def test_with_one_caption_a_photo_its_own_caption_finds_nothing_and_says_nothing(unjudged: Dataset) -> None:
    outcome = measured(one_caption(unjudged, False), Captions)
    assert outcome.rankings is not None
    assert not outcome.rankings.per_query.hit(5).any()
    assert outcome.answers is not None
    # All pairs of a fold are told alike: nothing that is missing tells own captions from others'.
    assert all(np.ptp(fold) < 1e-9 for fold in np.split(outcome.answers.prediction, 2))
