from __future__ import annotations

import keras
import numpy as np
import pytest

from withsense_tf.matchers.towers.contrast import KINDS, MARGIN, contrast

RNG = np.random.default_rng(0)
COSINES = RNG.uniform(-1, 1, (5, 5)).astype(np.float32)
# Captions 1 and 3 are of one photo.
OWNER = np.array([0, 1, 2, 1, 4])
SAME = OWNER[:, None] == OWNER[None, :]
SCALE, SHIFT = 3.0, -1.0


def loss(kind: str, cosines: np.ndarray = COSINES, same: np.ndarray = SAME) -> float:
    return float(
        contrast(kind, keras.ops.convert_to_tensor(cosines), keras.ops.convert_to_tensor(same), SCALE, SHIFT)
    )


def by_hand(kind: str) -> float:
    """Return the loss, pair by pair."""
    terms = []
    for i in range(5):
        others = [j for j in range(5) if not SAME[i, j]]
        own = COSINES[i, i]
        by_text, by_photo = COSINES[i, others], COSINES[others, i]
        if kind == "hinge":
            terms.append(sum(max(0.0, MARGIN + side.max() - own) for side in (by_text, by_photo)))
        elif kind == "sigmoid":
            terms.append(
                np.log1p(np.exp(-(SCALE * own + SHIFT))) + np.log1p(np.exp(SCALE * by_text + SHIFT)).sum()
            )
        else:
            shares = [
                np.exp(SCALE * own) / np.exp(SCALE * np.append(side, own)).sum()
                for side in (by_text, by_photo)
            ]
            terms.append(-np.log(shares).mean())
    return float(np.mean(terms))


@pytest.mark.parametrize("kind", KINDS)
def test_a_loss_is_what_a_slow_loop_gives(kind: str) -> None:
    assert loss(kind) == pytest.approx(by_hand(kind), rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_caption_of_the_same_photo_is_no_counter_example(kind: str) -> None:
    nearer = COSINES.copy()
    nearer[1, 3], nearer[3, 1] = 1.0, 1.0
    assert loss(kind, nearer) == pytest.approx(loss(kind))
    assert loss(kind, nearer, np.eye(5, dtype=bool)) > loss(kind, same=np.eye(5, dtype=bool))


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_nearer_to_its_own_caption_loses_less(kind: str) -> None:
    assert loss(kind, COSINES + 0.5 * np.eye(5, dtype=np.float32)) < loss(kind)


def test_a_margin_that_is_kept_costs_nothing() -> None:
    assert loss("hinge", np.eye(5, dtype=np.float32), np.eye(5, dtype=bool)) == 0
