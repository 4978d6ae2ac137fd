from __future__ import annotations

import numpy as np
import pytest
from tiny_photo import TinyPhoto

from withsense_tf.encoders.photos.photo_split import Trunk
from withsense_tf.encoders.photos.photo_tuned import TunedPhoto
from withsense_tf.errors import DataError


def arrays(base: TinyPhoto, opened: str = "late") -> list[np.ndarray]:
    return [variable.numpy() for variable in Trunk(base, opened).head.trainable_variables]


def test_with_the_weights_that_it_had_a_backbone_sees_what_it_saw(pixels: np.ndarray) -> None:
    base, photos = TinyPhoto(), pixels[:5, ::2, ::2]
    tuned = TunedPhoto(base, "late", arrays(base))
    np.testing.assert_allclose(tuned.forward(photos), base.forward(photos), rtol=5e-3, atol=5e-3)


def test_with_others_it_sees_something_else_and_the_backbone_stays(pixels: np.ndarray) -> None:
    base, photos = TinyPhoto(), pixels[:5, ::2, ::2]
    before = base.forward(photos)
    tuned = TunedPhoto(base, "late", [2 * one for one in arrays(base)])
    assert np.abs(tuned.forward(photos) - before).max() > 0.1
    np.testing.assert_array_equal(TinyPhoto().forward(photos), before)


def test_each_setting_changes_the_identity() -> None:
    base = TinyPhoto()
    usual = TunedPhoto(base, "late", arrays(base))
    others = [
        TunedPhoto(TinyPhoto(seed=1), "late", arrays(base)),
        TunedPhoto(base, "join", arrays(base)),
        TunedPhoto(base, "late", [*arrays(base)[:-1], arrays(base)[-1] + 1e-6]),
    ]
    assert len({one.identity for one in [usual, *others, base]}) == 5
    assert TunedPhoto(base, "late", arrays(base)).identity == usual.identity


def test_random_weights_are_called_random_and_what_was_trained_is_said() -> None:
    base = TinyPhoto(seed=3)
    weights = TunedPhoto(base, "late", arrays(base)).weights
    assert weights.startswith("random (seed 3), trained from late on (")


def test_weights_that_do_not_fit_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"do not fit .*Train them anew"):
        TunedPhoto(TinyPhoto(), "late", [np.zeros(3)]).forward(pixels[:1, ::2, ::2])
