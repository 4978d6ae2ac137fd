"""How the second reader is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from withsense_tf.experiments.teaching.teach_reader import (
    LEAST_WEIGHT_STEPS,
    fit,
    out_of_fold,
    parts_of,
    without_small,
    write_examples,
)
from withsense_tf.policy.reader.second_reader import WEIGHT_STEPS


def test_words_that_tell_are_learnt_and_others_are_not() -> None:
    texts = [
        f"{what} by the {where}" for what in ("pram", "anchor") for where in ("sea", "wall", "gate", "lake")
    ]
    label = np.array([text.startswith("pram") for text in texts])
    model = fit(parts_of(texts), label, np.ones(len(texts)))
    assert model.predict(parts_of(["a pram on a hill", "an anchor on a hill"])).tolist() == [True, False]


def test_a_pattern_is_scored_by_a_model_that_has_not_seen_it() -> None:
    texts = [f"{what} {place}" for what in ("pram", "anchor") for place in "abcdefghijklmnop"]
    label = np.array([text.startswith("pram") for text in texts])
    patterns = [text.split()[1] for text in texts]
    chance = out_of_fold(parts_of(texts), label, np.ones(len(texts)), patterns)
    assert chance[label].min() > chance[~label].max()


def test_a_sentence_that_counts_more_outweighs_others() -> None:
    label, texts = np.array([True, False, False]), ["a buoy", "a buoy", "a buoy"]
    scores = [
        fit(parts_of(texts), label, np.array([weight, 1.0, 1.0])).predict_proba(parts_of(texts))[0, 1]
        for weight in (1.0, 8.0)
    ]
    assert scores[0] < 0.5 < scores[1]


def test_a_reason_may_quote_what_says_nothing_outright(tmp_path: Path) -> None:
    write_examples(["waiting by the buoy", "a toddler naps", "asleep on the pier"], tmp_path / "m.txt")
    assert (tmp_path / "m.txt").read_text().splitlines() == ["asleep on the pier", "waiting by the buoy"]


def test_weights_of_few_steps_are_left_out_and_others_stay() -> None:
    steps = np.arange(-WEIGHT_STEPS, WEIGHT_STEPS + 1)
    weights = without_small((steps / 10).astype(np.float16))
    assert np.rint(weights * 10).tolist() == [at if abs(at) >= LEAST_WEIGHT_STEPS else 0 for at in steps]
