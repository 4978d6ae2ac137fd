from __future__ import annotations

from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.evaluation.row_status import MISTAKE, RUN, is_broken, sees_at_random, status_of, was_run


def test_a_row_without_a_status_was_run_and_another_says_why_not() -> None:
    assert was_run({})
    assert was_run({"status": RUN})
    assert not was_run({"status": "not run: no weights"})
    assert status_of({"status": "not run: no weights"}) == "not run: no weights"


def test_what_raised_is_broken_and_what_lacks_its_weights_is_not() -> None:
    assert is_broken({"status": f"{MISTAKE}KeyError: 'txet'"})
    assert not is_broken({"status": "not run: no weights"})
    assert not is_broken({})


def test_random_weights_are_seen_whatever_stands_beside_them() -> None:
    random = KerasPhoto(weights="random", seed=3).weights
    assert sees_at_random(random)
    assert sees_at_random(f"scene_net; {random}")
    assert not sees_at_random("imagenet")
    assert not sees_at_random(None)
