from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.evaluation.result_table import COLUMNS, Comparison
from withsense_tf.experiments.compare.config import Config
from withsense_tf.experiments.compare.run_folder import LOGS, markdown, write_run
from withsense_tf.experiments.studies.ablations import answer
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance

CONFIG = Config("small", splits=("folds", "test"), folds=2, model=({"matcher": "constant"},))


@pytest.fixture(scope="module")
def measured(unchanged: Dataset, patches: PhotoEncoder) -> list[Outcome]:
    pairs = relevance(unchanged, crowd=None)
    makers: dict[str, Callable[[int], Matcher]] = {
        "constant": lambda number: Constant(),
        "linear": lambda number: ConcatLinear("ridge", photo=patches),
    }
    return [
        answer(label, make, tasks(pairs, split, 2, 0), split)
        for label, make in makers.items()
        for split in CONFIG.splits
    ]


def written(folder: Path, outcomes: list[Outcome], data: Dataset) -> Path:
    rows = rows_of(outcomes, run="1", data=data.name, seed=0)
    return write_run(folder, CONFIG, Comparison(tuple(rows), ("A note.",)), outcomes, data)


@pytest.fixture(scope="module")
def run(
    measured: list[Outcome], unchanged: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Write a run; return its folder, and what was said to be its page."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    return folder, written(folder, measured, unchanged)


@pytest.mark.slow
def test_a_run_leaves_its_results_in_four_forms(run: tuple[Path, Path], unchanged: Dataset) -> None:
    folder, page = run
    assert page == folder / "index.html"
    names = {path.name for path in page.parent.iterdir()}
    assert names == {"index.html", "results.json", "results.csv", "results.md"}
    stored = json.loads((page.parent / "results.json").read_text())
    assert stored["config"]["name"] == "small"
    assert set(stored["photos"]) <= set(unchanged.content)
    assert len(stored["photos"]) > 3
    assert [row["matcher"] for row in stored["rows"]] == ["constant", "constant", "linear", "linear"]
    with (page.parent / "results.csv").open(newline="") as stream:
        assert tuple(next(csv.reader(stream))) == COLUMNS
    assert "- A note." in (page.parent / "results.md").read_text()


def test_the_page_of_a_real_run_shows_figures_splits_and_queries(
    run: tuple[Path, Path], measured: list[Outcome]
) -> None:
    page = run[1].read_text(encoding="utf-8")
    assert re.search(rf">{rows_of(measured)[2]['rmse']:.3f}<", page)
    assert "linear 1." in page  # one list for all queries
    assert "same order for every query" in page
    assert "test. Sees photos and queries only" in page
    assert "What queries found" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert len(page) < 1_000_000


def test_training_logs_are_mentioned_where_there_are_some(
    run: tuple[Path, Path], tmp_path: Path, measured: list[Outcome], unchanged: Dataset
) -> None:
    assert "--logdir" not in run[1].read_text(encoding="utf-8")
    (tmp_path / LOGS).mkdir()
    page = written(tmp_path, measured[:1], unchanged).read_text(encoding="utf-8")
    assert f"--logdir {tmp_path / LOGS}" in page


def test_a_figure_that_is_no_number_is_null_in_json_and_empty_elsewhere(
    tmp_path: Path, tiny: Dataset
) -> None:
    row = {"matcher": "a", "track": "baseline", "split": "folds", "status": "ok", "auc": float("nan")}
    write_run(tmp_path, CONFIG, Comparison((row,)), [Outcome("a", "folds", {"track": "baseline"})], tiny)
    assert json.loads((tmp_path / "results.json").read_text())["rows"][0]["auc"] is None
    assert "nan" not in (tmp_path / "results.md").read_text()
    assert ">nan" not in (tmp_path / "index.html").read_text()


def test_markdown_has_per_cent_and_as_many_cells_in_every_row() -> None:
    rows = (
        {"matcher": "a|b", "track": "x", "split": "folds", "status": "ok", "r@5": 0.9125, "gallery": 30.0},
        {"matcher": "clip", "split": "folds", "status": "not run: no network"},
    )
    head, _, first, second, *_ = markdown(Comparison(rows)).splitlines()
    assert "| r@5, % |" in head
    assert "| 91.2 |" in first
    assert "| 30 |" in first
    assert "not run: no network |" in second
    # It has no such column.
    assert "seconds" not in markdown(Comparison(({**rows[0], "seconds": 2.5},)))
    cells = {len(re.split(r"(?<!\\)\|", line)) for line in (head, first, second)}
    assert len(cells) == 1
