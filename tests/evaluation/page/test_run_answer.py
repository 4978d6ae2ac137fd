from __future__ import annotations

from typing import Any

from withsense_tf.evaluation.page.run_answer import best_sentences


def row(matcher: str, recall: float | None, rmse: float, best: str = "", **more: Any) -> dict[str, Any]:
    return {
        "matcher": matcher,
        "track": "image-only",
        "status": "ok",
        "photos": 300,
        "r@5": recall,
        "rmse": rmse,
        "best": best,
    } | more


CONSTANT = row("constant", 0.0, 0.302, track="baseline")
RIDGE = row("ridge", 0.174, 0.300)
CLOSED = row("closed form", 0.91, 0.250, "(r@5) rmse")
SOFTMAX = row("softmax", 0.94, 0.253, "r@5")
HYBRID = row("hybrid", 0.999, 0.218, track="caption-assisted")


def test_each_track_gets_its_best_row_by_recall_beside_chance_and_by_error_beside_the_constant() -> None:
    images, captions = best_sentences([CONSTANT, RIDGE, CLOSED, SOFTMAX, HYBRID], 0.172)
    assert images == (
        "Of those that see photos and queries only, the best by R@5 is “softmax”, with the right photo among the "
        "first five for 94.0 % of the queries (chance: 17.2 %). Not significantly worse: “closed form”. "
        "The best by RMSE is “closed form”, with 0.250 (the constant: 0.302). All others are significantly worse."
    )
    assert captions.startswith("Of those that read the photos' own captions too, the best by R@5 is “hybrid”")
    assert "best by RMSE is “hybrid”, with 0.218" in captions
    assert captions.count("no other to hold against it") == 2


def test_where_no_photo_has_a_second_caption_nobody_is_said_to_have_read_any() -> None:
    images, captions = best_sentences([CONSTANT, CLOSED, HYBRID], 0.172, none_to_read=True)
    assert images.startswith("Of those that see photos and queries only, the best")
    assert captions.startswith(
        "Of those that would read the photos' own captions too (here no photo has a second one to read), the best"
    )


def test_rows_with_the_same_figure_are_named_together() -> None:
    (said,) = best_sentences([row("a", 1.0, 0.2, "r@5 rmse"), row("b", 1.0, 0.3, "(r@5)")], 0.1)
    assert "the best by R@5 are “a” and “b”" in said
    assert "Not significantly worse" not in said


def test_what_is_no_better_than_chance_or_a_constant_is_called_so() -> None:
    (said,) = best_sentences([CONSTANT, row("poor", 0.1, 0.4)], 0.172)
    assert "10.0 % of the queries (chance: 17.2 %, so it is no better)" in said
    assert "0.400 (the constant: 0.302, so it is no better)" in said


def test_too_few_photos_are_named_where_nearly_all_rows_are_not_significantly_worse() -> None:
    near = "(r@5) (rmse)"
    rows = [row("a", 0.9, 0.2, "r@5 rmse", photos=20), *(row(name, 0.8, 0.3, near) for name in "bcd")]
    (said,) = best_sentences([{**one, "photos": 20} for one in rows], None)
    assert "20 test photos are too few to tell these matchers apart" in said
    (said,) = best_sentences([rows[0], rows[1], row("c", 0.2, 0.3), row("d", 0.1, 0.3)], None)
    assert "too few" not in said


def test_where_nothing_was_tested_no_row_is_called_worse() -> None:
    (said,) = best_sentences([row("a", 0.9, 0.2), row("b", 0.2, 0.3)], 0.1)
    assert said.count("was not tested") == 2
    assert "worse." not in said


def test_random_weights_are_named_and_rows_without_figures_are_passed_over() -> None:
    rows = [
        row("a", None, 0.2, weights="random (seed 0)"),
        {"matcher": "clip", "track": "image-only", "status": "not run: no network"},
    ]
    (said,) = best_sentences(rows, None)
    assert "only, the best by RMSE is “a” (random weights), with 0.200" in said
    assert "R@5" not in said
    assert best_sentences([CONSTANT], 0.1) == best_sentences([], None) == []
