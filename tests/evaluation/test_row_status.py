from __future__ import annotations

from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.evaluation.row_status import (
    MISTAKE,
    RUN,
    SECONDS_LEGEND,
    beats_chance,
    is_broken,
    legends,
    sees_at_random,
    status_of,
    was_run,
)


def test_a_row_without_a_status_was_run_and_another_says_why_not() -> None:
    assert was_run({})
    assert was_run({"status": RUN})
    assert not was_run({"status": "not run: no weights"})
    assert status_of({"status": "not run: no weights"}) == "not run: no weights"


def test_what_raised_is_broken_and_what_lacks_its_weights_is_not() -> None:
    assert is_broken({"status": f"{MISTAKE}KeyError: 'txet'"})
    assert not is_broken({"status": "not run: no weights"})
    assert not is_broken({})


def test_what_a_column_says_stands_below_a_table_that_has_it() -> None:
    both = ("best", "seconds")
    assert legends([{"matcher": "mine"}], both) == []
    (of_seconds,) = legends([{"matcher": "mine"}, {"matcher": "other", "seconds": 2.5}], both)
    assert of_seconds.startswith("seconds: what all trainings and answers of a row took")
    assert [one.split(":")[0] for one in legends([{"best": "rmse", "seconds": 1.0}], both)] == list(both)
    (of_marks,) = legends([{"best": "rmse", "seconds": 1.0}], ("matcher", "best"))
    assert of_marks.startswith("best: ")


def test_by_chance_counts_the_lower_end_of_an_interval_where_there_is_one() -> None:
    assert beats_chance({"r@5": 0.3}, 0.25)
    assert not beats_chance({"r@5": 0.3, "r@5_low": 0.2}, 0.25)
    assert not beats_chance({}, 0.25)
    assert beats_chance({"r@5": 0.1}, None)


def test_random_weights_are_seen_whatever_stands_beside_them() -> None:
    random = KerasPhoto(weights="random", seed=3).weights
    assert sees_at_random(random)
    assert sees_at_random(f"scene_net; {random}")
    assert not sees_at_random("imagenet")
    assert not sees_at_random(None)


def test_of_seconds_it_is_said_that_they_are_a_sum() -> None:
    # Two processes that work for 500 seconds have 1,000 of them.
    assert "added up" in SECONDS_LEGEND
    assert "may be more than the run took" in SECONDS_LEGEND
