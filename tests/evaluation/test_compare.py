from __future__ import annotations

import csv
import io
import mmap
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.split import split_by_photo
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.compare import SYNTHETIC_NOTE, compare
from withsense_tf.evaluation.figures.regression import regression_figures
from withsense_tf.evaluation.meter import Meter
from withsense_tf.evaluation.result_table import COLUMNS, Comparison, append_rows
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.balance import balance
from withsense_tf.targets.blend import relevance

AGREED = (
    "run, matcher, track, photo, text, weights, data, policy, split, folds, seed, pairs, photos, gallery, rmse, mse, "
    "mae, skill, tau_c, tau_b, r@1, r@5, r@10, mrr, median_rank, ndcg@10, ece, distinct_top5, seconds, peak_mb"
)


def test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    target, predicted = rng.random(50), rng.random(50)
    figures = regression_figures(target, predicted, float(target.mean()))
    assert figures.rmse == pytest.approx(root_mean_squared_error(target, predicted))
    assert figures.mae == pytest.approx(mean_absolute_error(target, predicted))
    # With the mean of the same pairs as the constant, skill is R squared.
    assert figures.skill == pytest.approx(r2_score(target, predicted))


def test_a_pairs_weight_changes_no_figure(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    heavy = Pairs(tiny, pairs.table.assign(weight=np.linspace(0.1, 1, len(pairs))))
    constant = Constant().fit(pairs.take(range(6)))
    rest, heavy_rest = (each.take(range(6, 18)) for each in (pairs, heavy))
    assert compare([constant], rest).rows[0]["rmse"] == compare([constant], heavy_rest).rows[0]["rmse"]


def test_the_constant_has_no_skill_and_perfection_has_skill_1() -> None:
    target = np.array([0.0, 0.5, 1.0])
    assert regression_figures(target, np.full(3, 0.2), 0.2).skill == 0
    assert regression_figures(target, target, 0.2).skill == 1


def test_skill_is_no_number_where_the_constant_is_always_right() -> None:
    for same in (1.0, 0.1, 1 / 9, 4 / 9):
        target = np.full(18, same)
        assert np.isnan(regression_figures(target, target, float(target.mean())).skill)


@pytest.mark.parametrize(
    ("target", "predicted", "message"),
    [
        (np.zeros(2), np.zeros(3), "as many predictions"),
        (np.zeros((2, 1)), np.zeros((2, 1)), "as many predictions"),
        (np.zeros(0), np.zeros(0), "no pairs"),
        (np.zeros(2), np.array([0, np.nan]), "finite"),
    ],
)
def test_what_cannot_be_measured_is_an_error(target: np.ndarray, predicted: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        regression_figures(target, predicted, 0.0)


def test_the_agreed_columns_come_first_and_in_order() -> None:
    agreed = tuple(AGREED.split(", "))
    assert COLUMNS[: len(agreed)] == agreed
    assert len(set(COLUMNS)) == len(COLUMNS)


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


def test_a_comparison_has_a_row_a_matcher_with_skill_against_the_training_mean(
    tiny: Dataset, mean_colour
) -> None:
    pairs = relevance(tiny)
    train, test = pairs.take(range(12)), pairs.take(range(12, 18))
    constant, ridge = Constant().fit(train), ConcatLinear("ridge", photo=mean_colour).fit(train)
    rows = list(compare([constant, ridge], test))
    assert [row["matcher"] for row in rows] == ["constant mean", "concat ridge"]
    assert rows[0]["skill"] == 0
    mse = [np.mean((m.predict(test) - test.target) ** 2) for m in (constant, ridge)]
    assert rows[1]["skill"] == pytest.approx(1 - mse[1] / mse[0])
    assert rows[0]["fingerprint"] == tiny.fingerprint
    assert '"kind": "ridge"' in str(rows[1]["config"])
    assert compare([ridge], test).rows[0]["skill"] != compare([ridge], test).rows[0]["skill"]  # not a number


def test_what_cannot_be_compared_is_an_error(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    for nothing in ([], ["constant"]):
        with pytest.raises(SettingError, match="a list of fitted matchers"):
            compare(nothing, pairs)
    with pytest.raises(DataError, match="no pairs"):
        compare([Constant().fit(pairs)], pairs.take([]))


def test_one_matcher_needs_no_list(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    assert len(compare(Constant().fit(pairs.take(range(6))), pairs.take(range(6, 18))).rows) == 1


def test_a_matcher_is_never_measured_on_photos_that_it_was_trained_on(folder: Path) -> None:
    # Not even under another name.
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/fox.jpg")
    pairs = relevance(load_dataset(folder))
    photo = pairs.table["photo"]
    matcher = Constant().fit(pairs.take(np.flatnonzero(photo == "ant.jpg")))
    with pytest.raises(SettingError, match="trained on 1 of the 1 test photos"):
        compare([matcher], pairs.take(np.flatnonzero(photo == "fox.jpg")))
    assert compare([matcher], pairs.take(np.flatnonzero(photo == "bee.jpg"))).rows[0]["pairs"] == 3


def test_every_table_of_synthetic_data_says_so(tmp_path: Path, tiny: Dataset) -> None:
    def table(data: Dataset) -> Comparison:
        train, test = split_by_photo(relevance(data), 0.4)
        return compare([Constant().fit(train)], test)

    assert table(tiny).notes == ()
    drawn = table(demo_dataset(train=10, test=1, folder=tmp_path / "demo"))
    assert drawn.notes == (SYNTHETIC_NOTE,)
    assert "Synthetic" in str(drawn)
    assert "Synthetic" in drawn._repr_html_()
    assert drawn.rows[0]["data"] == "demo (synthetic, seed 0)"


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
        # The weights have no column of their own there, but random ones are never passed over.
        assert "With random weights: concat linear." in printed


def test_the_table_shows_figures_and_escapes_what_it_shows_in_a_notebook() -> None:
    table = Comparison(({"matcher": "<b> my[v2] :dog:", "rmse": 0.25, "gallery": 1234, "weights": "file x"},))
    assert "my[v2] :dog:" in str(table)
    assert "0.250" in str(table)
    assert "1,234" in str(table)
    assert "&lt;b&gt;" in table._repr_html_()
    assert "file x" in table._repr_html_()


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
    printed = str(Comparison(tuple(rows)))
    assert printed.count("79.1") == 2
    assert "folds: every photo once" in printed
    assert printed.count("clip") == 1
    assert missing in printed


def test_the_meter_sees_time_and_memory() -> None:
    # Straight from the system: a large array may come out of memory that was freed, and is counted already.
    with Meter() as meter, mmap.mmap(-1, 320_000_000) as block:
        block.write(b"1" * 320_000_000)
        time.sleep(0.15)
    with Meter() as empty:
        time.sleep(0.06)
    assert meter.seconds >= 0.15
    assert meter.peak_mb > empty.peak_mb + 200


@pytest.mark.closed
@pytest.mark.parametrize("answer", [5.0, -1.0, float("inf"), float("nan"), True, "0.3"])
def test_an_answer_that_no_constant_can_give_makes_nobody_skilled(tiny: Dataset, answer: object) -> None:
    train, test = split_by_photo(relevance(tiny), 0.34)
    with pytest.raises(SettingError, match="constant must be a number from 0 to 1"):
        compare([Constant().fit(train)], test, constant=answer)  # type: ignore[arg-type]  # as a user may
    if isinstance(answer, float) and not np.isnan(answer):
        with pytest.raises(DataError, match="constant must be a number from 0 to 1"):
            regression_figures(test.target, test.target, answer)


@pytest.mark.closed
def test_a_constant_that_learned_another_target_is_nobodys_measure(tiny: Dataset) -> None:
    train, test = split_by_photo(relevance(tiny), 0.34)
    other = relevance(tiny, expert=None)
    of_crowd = other.take(np.flatnonzero(np.isin(other.content, train.content)))
    usual = Constant().fit(train)
    for one in (balance(train), of_crowd):
        strange = Constant().fit(one)
        assert all(np.isnan(float(row["skill"] or 0)) for row in compare([strange], test))
        first, second = compare([strange, usual], test)
        assert second["skill"] == pytest.approx(0)
        assert first["skill"] == pytest.approx(1 - float(first["mse"]) / float(second["mse"]))  # type: ignore[arg-type]  # they are numbers


@pytest.mark.closed
def test_small_whole_numbers_do_not_wrap_around() -> None:
    far = regression_figures(np.array([0, 1], np.uint8), np.array([1, 0], np.uint8), 0.5)
    assert (far.rmse, far.mae, far.skill) == (1, 1, -3)
    assert regression_figures(np.array([False, True]), np.array([True, False]), 0.5) == far
