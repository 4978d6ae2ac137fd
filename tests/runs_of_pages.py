"""Runs of `compare` as tests of the page find them."""

from __future__ import annotations

from pathlib import Path


def write(folder: Path, day: str, content: str) -> Path:
    run = folder / "runs" / f"{day}T000000Z-abc"
    run.mkdir(parents=True)
    (run / "results.json").write_text(content, encoding="utf-8")
    return run
