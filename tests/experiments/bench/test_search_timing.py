from __future__ import annotations

import csv
from pathlib import Path

import pytest

from withsense_tf.experiments.bench.search_timing import HEADS, Timing, show_lines, write_lines

LINES = [
    Timing(100_000, "numpy", per_s=1234.5, p50_ms=0.81, recall=1.0),
    Timing(100_000, "FAISS flat", status="not run: faiss is not installed"),
]


def test_every_field_of_a_timing_has_a_heading_and_what_was_not_measured_stays_empty(tmp_path: Path) -> None:
    assert list(HEADS) == list(Timing.__dataclass_fields__)
    write_lines(LINES, tmp_path / "search.csv")
    with (tmp_path / "search.csv").open(newline="", encoding="utf-8") as stream:
        first, second = csv.DictReader(stream)
    assert (first["per_s"], first["batch_per_s"], first["status"]) == ("1234.5", "", "ok")
    assert (second["recall"], second["status"]) == ("", "not run: faiss is not installed")


def test_figures_are_printed_as_long_as_they_tell_something(capsys: pytest.CaptureFixture[str]) -> None:
    show_lines(LINES, width=256, seed=3)
    printed = capsys.readouterr().out
    assert "k=10, width 256, seed 3" in printed
    for text in ("100,000", "1,234", "0.81", "not run:"):
        assert text in printed
