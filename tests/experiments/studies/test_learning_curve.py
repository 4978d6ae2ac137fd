from __future__ import annotations

import csv
from pathlib import Path

import pytest
from run_command import run_main

from withsense_tf.demo import write_demo
from withsense_tf.errors import DataError
from withsense_tf.experiments.studies import learning_curve


def invoke(*arguments: str) -> str:
    return run_main(learning_curve.main, *arguments)


@pytest.mark.slow
def test_the_command_trains_on_more_and_more_and_writes_table_picture_and_page(tmp_path: Path) -> None:
    folder = write_demo(tmp_path / "demo", seed=3, train=12, test=1, captioned=16)
    out = tmp_path / "out"
    few = ("--models", "closed_form", "--set", "folds=2", "--processes", "1", "--policy", "none")
    printed = invoke("--data", str(folder), "--output", str(out), "--count", "5", "--count", "99", *few)
    run = out / "runs/latest"
    with (run / "learning_curve.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["captioned_photos"] for row in rows] == ["5", "16"]
    assert len({row["rmse"] for row in rows}) == 2
    assert (run / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert 'id="curve"' in (run / "index.html").read_text(encoding="utf-8")
    assert "| two towers, closed form, 5 captioned | 5 |" in printed


def test_a_folder_without_captioned_photos_has_no_curve(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no captioned photos"):
        invoke("--data", str(folder), "--output", str(tmp_path / "out"), "--models", "closed_form")
