from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from withsense_tf.data.load import load_dataset
from withsense_tf.errors import DataWarning, SettingError
from withsense_tf.evaluation.report import COLUMNS
from withsense_tf.experiments import compare
from withsense_tf.relevance import relevance

runner = CliRunner()


def invoke(*arguments: str) -> str:
    import typer

    app = typer.Typer()
    app.command()(compare.main)
    result = runner.invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.output


@pytest.mark.slow
def test_a_quick_run_renders_prints_and_appends_and_a_second_one_repeats_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "QUICK_TRAIN", 30)
    monkeypatch.setattr(compare, "QUICK_TEST", 4)
    for _ in range(2):
        printed = invoke("--quick", "--output", str(tmp_path))
    assert "Synthetic" in printed
    assert "random (seed 0)" in printed
    with (tmp_path / "compare.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert [row["matcher"] for row in rows[:4]] == [
        "constant mean",
        "constant median",
        "concat linear",
        "concat ridge",
    ]
    assert len({row["run"] for row in rows}) == 2
    for first, second in zip(rows[:4], rows[4:], strict=True):
        assert float(first["rmse"]) == pytest.approx(float(second["rmse"]), rel=1e-4)
        assert first["fingerprint"] == second["fingerprint"]
    assert float(rows[0]["skill"]) == 0
    assert all(row["policy"].startswith("law ") for row in rows)
    assert "The law is kept" in printed
    assert {row["data"] for row in rows} == {"demo (synthetic, seed 0)"}
    assert rows[2]["weights"] == "random (seed 0)"


def test_a_folder_of_ones_own_is_compared_too(folder: Path, tmp_path: Path) -> None:
    printed = invoke("--data", str(folder), "--output", str(tmp_path / "out"))
    assert "Synthetic" not in printed
    assert "constant mean" in printed
    assert (tmp_path / "out/compare.csv").is_file()


def test_a_bad_photo_does_not_stop_the_run_and_seven_tenths_are_for_training(
    folder: Path, tmp_path: Path
) -> None:
    photo = folder / "train_images/fox.jpg"
    photo.write_bytes(photo.read_bytes()[:-200])
    with pytest.warns(DataWarning):
        printed = invoke("--data", str(folder), "--output", str(tmp_path / "out"))
    assert "3 and 2 photos" in printed
    with (tmp_path / "out/compare.csv").open(newline="") as stream:
        row = next(csv.DictReader(stream))
    assert row["split"] == "by photo 70%/30%"
    assert (row["train_photos"], row["photos"]) == ("3", "2")
    assert row["target"] == "experts (mean)"


def test_an_output_that_cannot_be_written_is_refused_before_any_work(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SettingError, match="choose another folder"):
        invoke("--data", str(folder), "--output", str(tmp_path / "file"))


@pytest.mark.slow
def test_children_are_left_out_unless_research_asks_for_them(folder: Path, tmp_path: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    counts = {}
    for policy in ("law", "none"):
        printed = invoke("--data", str(folder), "--output", str(tmp_path / policy), "--policy", policy)
        assert ("research use only" in printed) == (policy == "none")
        with (tmp_path / policy / "compare.csv").open(newline="") as stream:
            row = next(csv.DictReader(stream))
        counts[policy] = int(row["train_photos"]) + int(row["photos"])
        assert row["policy"].startswith(policy)
    assert counts == {"law": 5, "none": 6}


def test_an_unknown_policy_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"policy='low' is not known\. Did you mean 'law'"):
        invoke("--data", str(folder), "--output", str(tmp_path), "--policy", "low")


def test_wrong_weights_are_refused_before_any_work(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="a file that exists"):
        invoke("--data", str(folder), "--output", str(tmp_path / "out"), "--weights", "imagnet")
    assert not (tmp_path / "out").exists()


def test_some_photos_keeps_all_pairs_of_the_photos_it_draws(folder: Path) -> None:
    pairs = relevance(load_dataset(folder))
    some = compare.some_photos(pairs, 2, seed=0)
    assert some.table["photo"].nunique() == 2
    assert len(some) == pairs.table["photo"].isin(some.table["photo"]).sum() == 6
    assert compare.some_photos(pairs, 99, seed=0).table.equals(pairs.table)
