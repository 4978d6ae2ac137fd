from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.reference_lines import ReferenceLine
from withsense_tf.evaluation.result_table import COLUMNS, COLUMNS_TO_SHOW, Comparison, append_rows


def test_rows_are_appended_by_name_and_unmeasured_cells_stay_empty(tmp_path: Path) -> None:
    file = tmp_path / "new" / "compare.csv"
    append_rows(file, Comparison(({"rmse": np.float64(0.1), "matcher": "a, b"},)))
    append_rows(file, Comparison(({"matcher": "c", "skill": float("nan"), "pairs": 3},)))
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["matcher"], row["rmse"], row["skill"], row["pairs"]) for row in rows] == [
        ("a, b", "0.1", "", ""),
        ("c", "", "", "3"),
    ]
    assert rows[0]["tau_c"] == ""


def test_a_file_with_another_header_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "compare.csv"
    file.write_text("matcher,rmse\nold,0.5\n")
    with pytest.raises(DataError, match="other columns"):
        append_rows(file, Comparison(({"matcher": "new"},)))
    assert file.read_text() == "matcher,rmse\nold,0.5\n"
    file.write_text(",".join(reversed(COLUMNS)) + "\n")
    with pytest.raises(DataError, match="their order differs"):
        append_rows(file, Comparison(({"matcher": "new"},)))


def test_a_file_that_ends_in_the_middle_of_a_row_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "compare.csv"
    file.write_text(",".join(COLUMNS) + "\nhalf,a,ro")
    with pytest.raises(DataError, match="middle of a row"):
        append_rows(file, Comparison(({"matcher": "new"},)))


def test_something_else_than_a_table_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("folder.csv", "binary.csv"):
        with pytest.raises(DataError, match="cannot be read as a table of results"):
            append_rows(tmp_path / name, Comparison(({"matcher": "new"},)))


def test_an_unknown_column_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="rsme"):
        append_rows(tmp_path / "compare.csv", Comparison(({"rsme": 0.1},)))
    assert not (tmp_path / "compare.csv").exists()


def test_runs_that_append_at_the_same_time_lose_no_row(tmp_path: Path) -> None:
    file = tmp_path / "compare.csv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_rows(file, Comparison(({"matcher": f"m{n}"},))), range(40)))
    with file.open(newline="") as stream:
        assert sorted(row["matcher"] for row in csv.DictReader(stream)) == sorted(f"m{n}" for n in range(40))


def test_a_narrow_terminal_shows_whole_figures_or_none() -> None:
    row = {
        "matcher": "concat linear",
        "track": "image-only",
        "weights": "random (seed 0)",
        "rmse": 0.3125,
        "skill": -0.4103,
    }
    row |= {"pairs": 1784, "photos": 300, "mae": 0.2369, "seconds": 2.4, "peak_mb": 1523.6}
    for width in (60, 80, 100, 160):
        console = Console(file=io.StringIO(), width=width)
        console.print(Comparison((row,)))
        printed = console.file.getvalue()
        assert "…" not in printed
        assert "0.312" in printed
        assert "-0.410" in printed
        assert max(map(len, printed.splitlines())) <= width
        assert ("Not shown" in printed) == ("seconds" not in printed.partition("Not shown")[0])
        # What a column says stands there only with the column.
        assert ("Not shown" in printed) == ("seconds: what all" not in " ".join(printed.split()))
        # The weights have no column of their own there, but random ones are never passed over.
        assert "With random weights: concat linear." in printed


def test_the_table_shows_figures_and_escapes_what_it_shows_in_a_notebook() -> None:
    table = Comparison(({"matcher": "<b> my[v2] :dog:", "rmse": 0.25, "gallery": 1234, "weights": "file x"},))
    assert "my[v2] :dog:" in table.as_text()
    assert "0.250" in table.as_text()
    assert "1,234" in table.as_text()
    assert "&lt;b&gt;" in table._repr_html_()
    assert "file x" in table._repr_html_()


def test_printed_it_is_as_wide_as_the_terminal_and_where_there_is_none_of_120_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = dict.fromkeys(COLUMNS_TO_SHOW, 0.25) | {"matcher": "a" * 20, "track": "image-only", "best": "r@5"}
    table = Comparison((row,))
    monkeypatch.setenv("COLUMNS", "90")
    assert max(map(len, str(table).splitlines())) <= 90
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr("sys.__stdout__", None)
    assert 90 < max(map(len, str(table).splitlines())) <= 120


def test_its_rows_are_a_list_and_a_table_of_pandas() -> None:
    table = Comparison(({"matcher": "a", "rmse": 0.25}, {"matcher": "b", "rmse": 0.5}))
    assert (len(table), table[1]["matcher"], [row["matcher"] for row in table]) == (2, "b", ["a", "b"])
    assert table.to_frame()["rmse"].tolist() == [0.25, 0.5]


def test_a_terminal_has_no_column_of_weights_and_says_nothing_of_it() -> None:
    table = Comparison(({"matcher": "a", "rmse": 0.25, "weights": "trained on x"},))
    console = Console(file=io.StringIO(), width=400)
    console.print(table)
    assert "weights" not in console.file.getvalue()


def test_each_split_has_a_table_of_its_own_and_what_was_not_run_is_named_once() -> None:
    rows = [
        {"matcher": "towers", "split": split, "r@5": 0.791, "gallery": 100.0, "status": "ok"}
        for split in ("folds", "test")
    ]
    missing = "not run: weights not available: no network"
    rows += [{"matcher": "clip", "split": split, "status": missing} for split in ("folds", "test")]
    printed = Comparison(tuple(rows)).as_text()
    assert printed.count("79.1") == 2
    assert "folds: every photo once" in printed
    assert printed.count("clip") == 1
    assert missing in printed


def test_a_table_draws_itself_and_lines_stand_beside_the_split_that_they_are_of() -> None:
    row = {"matcher": "towers", "track": "image-only", "split": "folds", "status": "ok", "r@5": 0.8}
    lines = (ReferenceLine("r@5", 0.172, "chance"), ReferenceLine("r@5", 0.805, "CLIP"))
    table = Comparison((row | {"split": "strict"}, row), lines=lines)
    assert table.plot().alt.endswith("towers 80, chance: 17.2, CLIP: 80.5.")
    assert table.plot("strict").alt.endswith("towers 80.")
    assert table.plot(theme="dark").theme == "dark"
    with pytest.raises(SettingError, match="split"):
        table.plot("fold")
    with pytest.raises(DataError, match="nothing to draw"):
        Comparison((row | {"status": "not run: no weights"},)).plot()


def test_a_table_answers_first_which_matcher_to_use() -> None:
    row = {"matcher": "towers", "track": "image-only", "status": "ok", "r@5": 0.8}
    table = Comparison((row,), lines=(ReferenceLine("r@5", 0.1, "chance"),))
    assert table._repr_html_().startswith("<p><strong>Use “towers”: it finds")
    assert "Use “towers”" in table.as_text()
    assert table.recommendation().endswith("Chance: 10 of 100.")
    assert repr(table) == "Comparison(1 row: towers)"
    assert repr(Comparison((row, row))) == "Comparison(2 rows: towers)"


def test_below_a_table_with_marks_it_is_said_what_they_mean_and_of_which_kind() -> None:
    row = {"matcher": "towers", "track": "image-only", "status": "ok", "r@5": 0.8}
    for text in (
        Comparison((row | {"best": "(r@5)"},)).as_text(),
        Comparison((row | {"best": "r@5"},))._repr_html_(),
    ):
        assert "in brackets: not significantly worse" in " ".join(text.split())
        assert "A row alone of its kind has no mark, and by R@5 none" in " ".join(text.split())
    assert "brackets" not in Comparison((row,)).as_text()


def test_of_several_splits_it_is_said_which_one_the_answer_is_of() -> None:
    row = {"matcher": "towers", "track": "image-only", "status": "ok", "r@5": 0.8}
    table = Comparison((row | {"split": "folds"}, row | {"split": "strict", "r@5": 0.7}))
    told = "in 80 of 100 queries, by pixels alone. These are figures of folds."
    assert told in " ".join(table.as_text().split())
    assert told in table._repr_html_()


def test_rows_of_one_split_without_a_name_say_that_there_is_none_to_choose() -> None:
    with pytest.raises(SettingError, match=r"split='folds': these rows are of one split, which has no name"):
        Comparison(({"matcher": "towers", "rmse": 0.1},)).plot("folds")
    with pytest.raises(SettingError, match=r"'dark' is no split: write plot\(theme='dark'\)"):
        Comparison(({"matcher": "towers", "rmse": 0.1},)).plot("dark")
