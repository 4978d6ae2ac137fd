from __future__ import annotations

import json

from withsense_tf.evaluation.page.captioned_curve import curve_picture, curves_of


def row(matcher: str, captioned: bool | int, count: int, recall: float, **more: object) -> dict:
    config = json.dumps({"class": "A", "captioned": captioned, **more})
    figures = {"r@5": recall, "rmse": 0.2, "tau_c": 0.5}
    return {"matcher": matcher, "split": "folds", "config": config, "captioned_photos": count, **figures}


ROWS = [
    row("towers 2, all captioned", True, 900, 0.8),
    row("towers 2, 0 captioned", 0, 0, 0.6),
    row("towers 2, 30 captioned", 30, 30, 0.7),
    row("others", True, 900, 0.9, dim=8),
    {"matcher": "constant", "split": "folds", "config": "{}", "captioned_photos": 0, "rmse": 0.3},
]


def test_a_curve_is_of_rows_that_differ_by_their_captioned_photos_alone() -> None:
    curves = curves_of(ROWS)
    assert list(curves) == ["towers 2"]
    assert [one["captioned_photos"] for one in curves["towers 2"]] == [0, 30, 900]


def test_rows_of_two_splits_or_with_the_same_photos_are_no_curve() -> None:
    assert curves_of([ROWS[0], {**ROWS[1], "split": "strict"}]) == {}
    assert curves_of([ROWS[0], row("again", 900, 900, 0.8)]) == {}
    assert curve_picture(ROWS[3:]) is None


def test_the_picture_says_the_figures_from_few_to_many() -> None:
    intervals = [{**one, "r@5_low": 0.5, "r@5_high": 0.95} for one in ROWS]
    picture = curve_picture(intervals)
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG")
    assert "r@5, towers 2: 0.600 with 0, 0.700 with 30, 0.800 with 900" in picture.alt


def test_a_damaged_configuration_is_no_point_of_a_curve() -> None:
    assert curves_of([{**one, "config": "{"} for one in ROWS]) == {}
