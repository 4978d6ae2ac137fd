from __future__ import annotations

import re
from typing import Any

import pytest

from withsense_tf.app.page.messages import in_russian
from withsense_tf.evaluation.page.recommendation import (
    NO_NUMBERS,
    NOTHING,
    NOTHING_BY_PIXELS,
    RANDOM,
    recommendation,
    row_to_use,
)


def row(matcher: str, recall: float | None, rmse: float, best: str = "", **more: Any) -> dict[str, Any]:
    return {
        "matcher": matcher,
        "track": "image-only",
        "status": "ok",
        "r@5": recall,
        "rmse": rmse,
        "best": best,
        "gallery": 29.0,
    } | more


CONSTANT = row("constant", 0.0, 0.302, track="baseline")
RIDGE = row("ridge", 0.174, 0.300)
SOFTMAX = row("softmax", 0.801, 0.253, "r@5")
CLOSED = row("closed form", 0.79, 0.2, "(r@5) rmse")
HYBRID = row("hybrid", 0.98, 0.218, "r@5 rmse", track="caption-assisted")


def test_the_answer_names_the_matcher_what_it_finds_and_what_pixels_find() -> None:
    assert recommendation([CONSTANT, RIDGE, SOFTMAX, HYBRID], 0.172) == (
        "Use “hybrid”: among 29 photos, where chance finds 17.2 of 100, it finds the right photo among the first five "
        "in 98 of 100 queries, where photos have captions. By pixels alone, “softmax” finds it in 80 of 100."
    )
    assert recommendation([RIDGE, SOFTMAX], None) == (
        "Use “softmax”: among 29 photos, it finds the right photo among the first five in 80 of 100 queries, by pixels "
        "alone."
    )


def test_of_few_photos_it_is_a_guess_and_always_said_how_much_it_rests_on() -> None:
    counts = {"photos": 45, "queries": 225, "r@5_low": 0.955, "r@5_high": 1.0}
    few = recommendation([HYBRID | counts], 0.172)
    assert few.startswith("Use “hybrid”, as a first guess: among 29 photos, where chance")
    assert "That rests on 225 queries of 45 photos. Its 95 % interval: 96 to 100 of 100." in few
    many = recommendation([HYBRID | counts | {"photos": 1000, "queries": 5000}], 0.172)
    assert many.startswith("Use “hybrid”: among 29 photos")
    assert "That rests on 5,000 queries of 1,000 photos." in many
    close = recommendation([HYBRID | counts | {"r@5_low": 0.9979}], 0.172)
    assert "Its 95 % interval: 99.8 to 100.0 of 100." in close
    # All of them were found: the same photos drawn again say nothing of others.
    assert "interval" not in recommendation([HYBRID | counts | {"r@5": 1.0, "r@5_low": 1.0}], 0.172)
    # Of a split without pairs, all photos are one gallery.
    assert "of 29 photos." in recommendation([HYBRID | {"queries": 145}], 0.172)
    numbers = recommendation([row("ridge", None, 0.2, photos=12, pairs=60)])
    assert numbers.startswith("Use “ridge”, as a first guess: its numbers are off by 0.20")
    assert numbers.endswith("That rests on 60 pairs of 12 photos.")
    for text in (few, many, numbers):
        russian = in_russian(text)
        assert russian is not None
        assert not re.search("[A-Za-z]", re.sub("«.*?»", "", russian))
    assert (in_russian(few) or "").startswith("Берите «hybrid», но это пока догадка: среди")


def test_where_no_gallery_is_known_chance_is_said_at_the_end() -> None:
    assert recommendation([HYBRID | {"gallery": None}], 0.172) == (
        "Use “hybrid”: it finds the right photo among the first five in 98 of 100 queries, where photos have captions. "
        "Chance: 17.2 of 100."
    )


@pytest.mark.parametrize(("rows", "by_chance"), [([HYBRID], 0.285), ([HYBRID], None), ([SOFTMAX], 0.285)])
def test_the_size_of_the_gallery_is_told_in_russian(
    rows: list[dict[str, Any]], by_chance: float | None
) -> None:
    text = in_russian(recommendation([rows[0] | {"gallery": 17.5, "r@5": 0.9977}], by_chance))
    assert text is not None
    assert "среди примерно 18 снимков, " in text
    assert ("где наугад выходит 28,5 из 100" in text) is (by_chance is not None)
    assert "более чем 99 из 100 запросов" in text
    assert not re.search("[A-Za-z]", re.sub("«.*?»", "", text))


def test_of_those_that_find_as_many_the_one_with_the_surest_numbers_is_named() -> None:
    assert row_to_use([SOFTMAX, CLOSED]) is CLOSED
    assert row_to_use([SOFTMAX, CLOSED | {"best": "rmse"}]) is SOFTMAX
    # Only rows of one track are tested against each other.
    assert row_to_use([CLOSED, HYBRID]) is HYBRID
    assert row_to_use([HYBRID | {"matcher": "own", "rmse": 0.3}, HYBRID]) is HYBRID


def test_those_that_nothing_tells_apart_are_named_in_the_second_sentence() -> None:
    own = row("own captions", 0.97, 0.222, "(r@5) (rmse)", track="caption-assisted")
    first, why, tie, *_ = recommendation([SOFTMAX, CLOSED, own, HYBRID], 0.172).split(". ")
    assert first.startswith("Use “hybrid”")
    assert why == (
        "Of the 2 that find about equally many, its numbers have the least error; what they cost is not weighed"
    )
    assert tie == "“own captions” does as well, as far as these photos tell"
    # Worse by one of the two measures is worse.
    assert "as well" not in recommendation([SOFTMAX, own | {"best": "(r@5)"}, HYBRID], 0.172)
    others = [own | {"matcher": name} for name in "abcde"]
    assert "“a”, “b”, “c” and 2 more do as well" in recommendation([*others, HYBRID], 0.172)
    eyes = [{**one, "matcher": "a", "photo": f"eye {at}"} for at, one in enumerate(others[:2])]
    assert "“a (eye 0)” and “a (eye 1)” do as well" in recommendation([*eyes, HYBRID], 0.172)
    assert "“a” and “b” do as well" in recommendation([*others[:2], HYBRID], 0.172)
    errors = [row("a", None, 0.25, "(rmse)"), row("b", None, 0.2, "rmse")]
    assert recommendation(errors).endswith("“a” does as well, as far as these photos tell.")


def test_a_row_that_finds_more_by_chance_alone_is_not_the_one_to_use() -> None:
    own = row("own captions", 1.0, 0.223, "(rmse) r@5", track="caption-assisted")
    hybrid = HYBRID | {"r@5": 0.99, "best": "rmse (r@5)"}
    assert row_to_use([CONSTANT, RIDGE, SOFTMAX, CLOSED, own, hybrid], 0.172) is hybrid
    assert row_to_use([CONSTANT, own, hybrid], 0.99) is own


def test_who_answers_without_looking_and_is_as_near_is_named_with_the_figure_that_says_so() -> None:
    mean = CONSTANT | {"best": "(rmse)"}
    sentence = "By the error of numbers (RMSE), none is significantly better than “constant”."
    assert recommendation([mean, CLOSED], 0.172).endswith(sentence)
    assert "RMSE" not in recommendation([CONSTANT, CLOSED], 0.172)
    # Only rows of one kind are tested on each other.
    assert "RMSE" not in recommendation([mean, CLOSED, HYBRID], 0.172)
    russian = in_russian(recommendation([mean, CONSTANT | {"matcher": "b", "best": "rmse"}, CLOSED], 0.172))
    assert russian is not None
    assert "чем “constant” и “b”." in russian


def test_numbers_that_are_worse_than_the_mean_are_said_to_be_no_numbers_in_both_languages() -> None:
    bad = CLOSED | {"skill": -3.6}
    text = recommendation([CONSTANT | {"best": "rmse"}, bad], 0.172)
    assert "Take its order alone: its numbers are further off than the mean" in text
    assert "none is significantly better" not in text
    assert "order alone" not in recommendation([CONSTANT, CLOSED | {"skill": 0.3}], 0.172)
    russian = in_russian(text)
    assert russian is not None
    assert "Берите только порядок" in russian


def test_a_tie_is_told_in_russian() -> None:
    own = row("own captions", 0.97, 0.222, "(r@5) (rmse)", track="caption-assisted")
    for rows in (
        [SOFTMAX, own, own | {"matcher": "b"}, HYBRID],
        [row("a", None, 0.25, "(rmse)"), row("b", None, 0.2, "rmse")],
    ):
        text = in_russian(recommendation(rows, 0.172))
        assert text is not None
        assert "не хуже, насколько видно по этим снимкам." in text
        assert "Use" not in text


@pytest.mark.closed
def test_what_finds_no_more_than_chance_is_not_recommended() -> None:
    assert recommendation([CONSTANT, RIDGE], 0.174) == NOTHING
    assert NOTHING_BY_PIXELS in recommendation([RIDGE, HYBRID], 0.2)
    assert recommendation([CONSTANT | {"r@5": 0.9}], 0.1) == ""
    assert recommendation([HYBRID | {"status": "not run: no weights"}], 0.1) == ""
    assert recommendation([SOFTMAX | {"weights": "random (seed 0)"}], 0.1).endswith(RANDOM)


@pytest.mark.closed
def test_what_chance_could_have_found_is_not_recommended() -> None:
    keras = row("concat Keras 256-64", 0.09, 0.24, "r@5 rmse") | {"r@5_low": 0.03, "r@5_high": 0.17}
    assert recommendation([CONSTANT, keras], 0.08) == NOTHING
    assert row_to_use([CONSTANT, keras], 0.08) is None
    assert row_to_use([keras | {"r@5_low": 0.081}], 0.08) is not None
    # By pixels alone, too.
    assert NOTHING_BY_PIXELS in recommendation([keras, HYBRID], 0.08)
    # What is told from chance is taken, though another one has found as many.
    narrow = keras | {"matcher": "narrow", "r@5_low": 0.085, "rmse": 0.3}
    assert row_to_use([keras, narrow], 0.08) is narrow


@pytest.mark.closed
def test_what_is_no_better_than_chance_does_not_do_as_well() -> None:
    own = row("own captions", 0.2, 0.21, "(r@5) (rmse)", track="caption-assisted")
    wide = own | {"matcher": "wide", "r@5_low": 0.1}
    text = recommendation(
        [HYBRID | {"r@5": 0.3, "r@5_low": 0.2, "rmse": 0.1}, own | {"r@5_low": 0.18}, wide], 0.172
    )
    assert "“own captions” does as well" in text


def test_that_nothing_is_told_from_chance_is_said_in_russian() -> None:
    assert in_russian(NOTHING) not in (None, NOTHING)
    assert in_russian(NOTHING_BY_PIXELS) not in (None, NOTHING_BY_PIXELS)


def test_nothing_is_said_of_pixels_where_no_matcher_looks_at_them_alone() -> None:
    answer = recommendation([CONSTANT, HYBRID], 0.172)
    assert "98 of 100" in answer
    assert "pixels" not in answer


def test_where_nothing_was_ranked_the_numbers_decide() -> None:
    rows = [row("a", None, 0.25), row("b", None, 0.2)]
    assert recommendation(rows) == "Use “b”: its numbers are off by 0.20 on a scale from 0 to 1."


@pytest.mark.closed
def test_numbers_no_better_than_one_for_all_pairs_are_not_recommended() -> None:
    rows = [CONSTANT, row("a", None, 0.4, skill=-1.4), row("b", None, 0.302, skill=0.0)]
    assert recommendation(rows) == NO_NUMBERS
    assert in_russian(NO_NUMBERS) != NO_NUMBERS
    assert row_to_use(rows) is None
    assert "“c”" in recommendation([*rows, row("c", None, 0.2, skill=0.5)])
