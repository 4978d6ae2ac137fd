from __future__ import annotations

from collections.abc import Callable
from typing import Any

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.run_tables import tables_of
from withsense_tf.evaluation.result_rows import rows_of

New = Callable[..., Outcome]


def test_a_matcher_that_was_not_run_has_its_reason_and_no_figure(tiny: Dataset, run: list[Outcome]) -> None:
    (looking, _) = tables_of(rows_of(run[:4]), "folds", in_all=True)
    clip = next(line for line in looking.lines if line.name == "clip")
    assert clip.reason == "not run: no weights here"
    assert clip.cells == ()


def test_each_table_that_ranks_says_the_size_of_the_gallery(tiny: Dataset, run: list[Outcome]) -> None:
    rows = rows_of(run)
    for split, in_all in (("folds", True), ("test", False)):
        for table in tables_of([row for row in rows if row["split"] == split], split, in_all):
            place = table.headings.index("gallery")
            assert {line.cells[place].text for line in table.lines if line.cells} == {"6"}


def test_figures_that_no_row_has_make_no_column(tiny: Dataset, run: list[Outcome]) -> None:
    (table,) = tables_of(rows_of(run[4:]), "test", in_all=False)
    assert table.headings == ("gallery", "R@1, % ↑", "R@5, % ↑")
    assert table.groups == (("How well the right photo is found", 3),)


def test_the_best_and_those_that_are_not_worse_are_marked_apart() -> None:
    rows: list[dict[str, Any]] = [
        {"matcher": "a", "rmse": 0.1, "rmse_low": 0.08, "rmse_high": 0.12, "r@5": 0.5, "best": "rmse (r@5)"},
        {"matcher": "b", "rmse": 0.2, "r@5": 0.9, "skill": -0.0001, "best": "r@5"}
        | {"tau_c": -0.01, "tau_c_low": -0.02, "tau_c_high": 0.01},
    ]
    (table,) = tables_of(rows, "folds", in_all=True)
    a, b = (dict(zip(table.headings, line.cells, strict=True)) for line in table.lines)
    assert (a["RMSE ↓"].text, a["RMSE ↓"].interval, a["RMSE ↓"].mark) == ("0.100", "0.080–0.120", "best")
    assert (a["R@5, % ↑"].mark, b["R@5, % ↑"].mark, b["RMSE ↓"].mark) == ("near", "best", "")
    assert (b["RMSE ↓"].interval, b["R@5, % ↑"].text) == ("", "90.0")
    assert b["tau c ↑"].interval == "-0.020 to 0.010"
    assert (a["skill ↑"].text, b["skill ↑"].text) == ("", "0.000")


def test_how_much_is_measured_on_is_said_once_unless_lines_differ() -> None:
    rows = [{"matcher": "a", "pairs": 1200, "rmse": 0.1}, {"matcher": "b", "pairs": 1200, "rmse": 0.2}]
    (table,) = tables_of(rows, "folds", in_all=True)
    assert (table.about, table.lines[0].about) == ("1,200 pairs", "")
    (table,) = tables_of([rows[0], rows[1] | {"pairs": 7}], "folds", in_all=True)
    assert (table.about, table.lines[1].about) == ("", "7 pairs")


def test_what_rows_learned_from_is_said_where_it_differs() -> None:
    rows: list[dict[str, Any]] = [
        {"matcher": "a", "rmse": 0.1, "train_pairs": 1200, "captioned_photos": 0},
        {"matcher": "b", "rmse": 0.2, "train_pairs": 1200, "captioned_photos": 5887},
    ]
    (table,) = tables_of(rows, "folds", in_all=True)
    assert [line.about for line in table.lines] == [
        "learned from 1,200 pairs alone",
        "learned from 1,200 pairs and 5,887 captioned photos",
    ]
    (table,) = tables_of(rows[:1], "folds", in_all=True)
    assert (table.about, table.lines[0].about) == ("learned from 1,200 pairs alone", "")


def test_a_name_has_its_weights_without_their_fingerprint() -> None:
    rows: list[dict[str, Any]] = [
        {"matcher": "a", "rmse": 0.1, "weights": "trained on x (x.npz 7cfcda28d991)"},
        {"matcher": "b", "rmse": 0.2, "weights": "random (seed 0)"},
    ]
    (table,) = tables_of(rows, "folds", in_all=True)
    assert [line.about for line in table.lines] == ["trained on x (x.npz)", "random (seed 0)"]
