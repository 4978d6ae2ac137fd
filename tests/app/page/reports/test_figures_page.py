"""How good it is, by the newest comparison."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.app.page.reports.figures_page import newest_results, rows_to_show, spans

ROWS = [
    {"matcher": "constant mean", "track": "baseline", "split": "folds", "status": "ok", "tau_c": 0.0},
    {"matcher": "ridge", "track": "image-only", "split": "folds", "status": "ok", "tau_c": 0.2, "r@5": 0.3},
    {"matcher": "hybrid", "track": "caption-assisted", "split": "folds", "status": "ok", "tau_c": 0.5,
     "tau_c_low": 0.45, "tau_c_high": 0.55, "r@5": 0.9},
    {"matcher": "broken", "track": "image-only", "split": "folds", "status": "failed"},
    {"matcher": "hybrid", "track": "caption-assisted", "split": "test", "status": "ok", "tau_c": 0.9},
]  # fmt: skip


def write(folder: Path, day: str, content: str) -> None:
    (folder / "runs" / f"{day}T000000Z-abc").mkdir(parents=True)
    (folder / "runs" / f"{day}T000000Z-abc" / "results.json").write_text(content, encoding="utf-8")


def test_the_newest_comparison_that_can_be_read_is_shown(tmp_path: Path) -> None:
    write(tmp_path, "20260101", json.dumps({"rows": []}))
    write(tmp_path, "20260202", json.dumps({"rows": ROWS}))
    write(tmp_path, "20260303", "{broken")
    (tmp_path / "runs/latest").symlink_to("20260101T000000Z-abc")  # a second name of a run
    results = newest_results(tmp_path)
    assert results is not None
    assert (results["day"], len(results["rows"])) == ("2026-02-02", 5)
    assert newest_results(tmp_path / "none") is newest_results(None) is None


def test_rows_of_one_split_stand_best_first_without_baselines_and_failures() -> None:
    assert [row["matcher"] for row in rows_to_show({"rows": ROWS})] == ["hybrid", "ridge"]


def test_a_figure_without_an_interval_is_a_dot() -> None:
    hybrid, ridge = spans(rows_to_show({"rows": ROWS}), "tau_c")
    assert (hybrid.low, hybrid.high, hybrid.is_known) == (0.45, 0.55, True)
    assert not ridge.is_known


def test_the_page_shows_figures_or_says_how_to_make_them(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    write(tmp_path, "20260202", json.dumps({"rows": ROWS, "machine": "a machine", "notes": ["Drawn."]}))
    assert '<circle class="dot"' in new_client(place.settings(reports=tmp_path)).get("/how-good").text
    assert "No comparison has been made here yet" in new_client(place.settings()).get("/how-good").text
