"""Runs as `compare` leaves them, of a few rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FACTS = {"data": "mine", "fingerprint": "f1", "policy": "law 1", "target": "experts (mean)", "seed": 0}
TOWERS = {"matcher": "towers", "split": "folds", "status": "ok", "track": "image-only", **FACTS} | {
    "rmse": 0.18, "r@5": 0.8, "r@5_low": 0.75, "r@5_high": 0.85, "seconds": 3.0, "code": "withsense_tf 1.0",
}  # fmt: skip
HYBRID = TOWERS | {"matcher": "hybrid", "r@5": 0.98, "track": "caption-assisted"}
OWN = TOWERS | {"matcher": "own captions", "track": "baseline", "r@5": 1.0}
CLIP = {"matcher": "clip", "split": "folds", "status": "not run: weights not available", **FACTS}

Write = Callable[..., Path]


@pytest.fixture
def store_run(tmp_path: Path) -> Write:
    """Return a function that writes a run of some rows below an output folder, and returns its folder."""

    def write_one(name: str, *rows: dict[str, Any], out: str = "out", **more: Any) -> Path:
        folder = tmp_path / out / "runs" / name
        folder.mkdir(parents=True)
        result = {"notes": ["A note."], "measured_on": {"folds": "m1"}, "machine": "one", "rows": rows} | more
        (folder / "results.json").write_text(json.dumps(result), encoding="utf-8")
        return folder

    return write_one
