from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.run_sheets import NOT_SHOWN, Thumbnails, best_to_show, sheet_of

New = Callable[..., Outcome]
Scores = Callable[[np.ndarray], np.ndarray]


def test_failures_come_first_and_the_rest_is_drawn_by_the_seed(tiny: Dataset, new_outcome: New) -> None:
    def scores(right: np.ndarray) -> np.ndarray:
        # The right photo's score falls from query to query.
        return np.where(right, np.linspace(1, 0, len(right))[:, None], np.linspace(0.1, 0.9, 6))

    outcome = new_outcome(tiny, "towers", scores=scores)
    thumbnails = Thumbnails(tiny)
    sheet = sheet_of(outcome, thumbnails, seed=3)
    assert sheet is not None
    assert outcome.rankings is not None
    places = [int(re.findall(r"place (\d+)", one.place)[0]) for one in sheet.worst]
    assert places == sorted(outcome.rankings.per_query.rank + 1, reverse=True)[:8]
    assert len({one.text for one in (*sheet.worst, *sheet.random)}) == 16
    again, other = (sheet_of(outcome, thumbnails, seed) for seed in (3, 4))
    assert again == sheet
    assert other is not None
    assert (other.worst == sheet.worst, other.random == sheet.random) == (True, False)


def test_a_right_photo_that_shares_its_score_is_not_said_to_stand_where_it_is_listed(
    tiny: Dataset, new_outcome: New
) -> None:
    sheet = sheet_of(new_outcome(tiny, "same", scores=lambda right: right * 0.0), Thumbnails(tiny), seed=0)
    assert sheet is not None
    for one in (*sheet.worst, *sheet.random):
        assert "place 6 of 6" in one.place
        assert not any(photo.is_right for photo in one.first)
        assert one.right is not None
        # Of the one that is not among the first five no score is known.
        assert one.place.endswith(", for others score the same") == (one.right.score == "0.000")
        assert one.right.place == "6"
    assert "the same" in sheet.worst[0].place


def test_a_right_photo_among_few_that_score_the_same_is_drawn_as_the_last_of_these(
    tiny: Dataset, new_outcome: New
) -> None:
    two = new_outcome(tiny, "two", scores=lambda right: right * 0.5 + (np.roll(right, 1, axis=1) * 0.5))
    sheet = sheet_of(two, Thumbnails(tiny), seed=0)
    assert sheet is not None
    for one in (*sheet.worst, *sheet.random):
        assert [photo.is_right for photo in one.first] == [False, True, False, False, False]
        assert one.right is None


def test_a_photo_or_query_that_is_not_in_the_data_is_not_shown(
    tiny: Dataset, new_outcome: New, fails: Scores
) -> None:
    outcome = new_outcome(tiny, "towers", scores=fails)
    captions = set(tiny.captions["caption"])
    without = tiny.only(
        set(tiny.photos["photo"]) - {"cat.jpg"}, captions - {f"dog.jpg#{n}" for n in range(5)}
    )
    thumbnails = Thumbnails(without)
    assert thumbnails.of("cat.jpg") == (None, NOT_SHOWN)
    sheet = sheet_of(outcome, thumbnails, seed=0)
    assert sheet is not None
    asked = [*sheet.worst, *sheet.random]
    assert not any("A dog" in one.text for one in asked)
    shown = [photo for one in asked for photo in (*one.first, *([one.right] if one.right else []))]
    assert {photo.jpeg is None for photo in shown if photo.alt == NOT_SHOWN} == {True}
    assert sheet_of(outcome, Thumbnails(tiny.only([], [])), seed=0) is None


def test_the_sheet_is_of_the_matcher_that_finds_most_and_then_errs_least(
    tiny: Dataset, new_outcome: New, fails: Scores
) -> None:
    outcomes = [
        new_outcome(tiny, "finds nothing", prediction=0.3, scores=fails),
        new_outcome(tiny, "errs", prediction=0.9),
        new_outcome(tiny, "good", prediction=0.4),
        new_outcome(tiny, "reads", "caption-assisted"),
    ]
    for track, best in (("image-only", "good"), ("caption-assisted", "reads")):
        outcome = best_to_show(outcomes, track)
        assert outcome is not None
        assert outcome.label == best
    assert best_to_show(outcomes, "baseline") is None
