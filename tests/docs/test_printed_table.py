"""The table of the demo set that a page prints is what the command prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doc_blocks import ROOT
from run_command import run

COLUMNS = ("rmse", "skill", "tau_c", "r@5")
# Processors and their libraries add up in different orders.
NEAR = {"rmse": 0.006, "skill": 0.04, "tau_c": 0.02, "r@5": 0.025}
# Networks that learn by small steps make more of it: another processor ends elsewhere.
NETWORKS = ("concat Keras 256-64", "interaction product", "two towers, softmax")


def printed() -> dict[str, list[str]]:
    """Return each row of the page's table by its matcher."""
    text = (ROOT / "docs/how_to/compare.md").read_text(encoding="utf-8")
    lines = text[text.index("| matcher | track |") :].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows}


@pytest.mark.slow
def test_compare_prints_the_table_of_its_page(tmp_path: Path) -> None:
    run("compare", "--output", str(tmp_path), "--set", 'splits=["folds","test"]')
    results = json.loads((tmp_path / "runs" / "latest" / "results.json").read_text(encoding="utf-8"))
    rows = {(row["matcher"], row["split"]): row for row in results["rows"]}
    shown = printed()
    assert len(shown) >= 10
    for matcher, (track, *cells) in shown.items():
        folds, wider = rows[matcher, "folds"], 3 if matcher in NETWORKS else 1
        assert folds["track"] == track
        for name, cell in zip(COLUMNS, cells, strict=False):
            told = float(cell) / (100 if name == "r@5" else 1)
            assert folds[name] == pytest.approx(told, abs=wider * NEAR[name]), (matcher, name)
        assert rows[matcher, "test"]["r@5"] == pytest.approx(float(cells[-1]) / 100, abs=wider * 0.03), (
            matcher
        )
