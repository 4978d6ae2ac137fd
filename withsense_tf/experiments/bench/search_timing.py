"""What the benchmark of search has measured: a line an engine, as a CSV file and as a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

K: Final = 10
BATCH: Final = 64
WIDE: Final = 170


@dataclass(frozen=True)
class Timing:
    """What was measured of one engine; `None` where it was not. Ratios are medians of the ratios of each turn."""

    rows: int
    engine: str
    build_s: float | None = None
    per_s: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    times_read: float | None = None
    times_numpy: float | None = None
    batch_per_s: float | None = None
    batch_times_numpy: float | None = None
    recall: float | None = None
    index_mb: float | None = None
    grown_mb: float | None = None
    status: str = "ok"


HEADS: Final = {
    "rows": "rows",
    "engine": "engine",
    "build_s": "build s",
    "per_s": "queries/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "times_read": "x read",
    "times_numpy": "x numpy",
    "batch_per_s": f"queries/s by {BATCH}",
    "batch_times_numpy": f"x numpy by {BATCH}",
    "recall": f"recall@{K}",
    "index_mb": "index MB",
    "grown_mb": "RSS + MB",
    "status": "status",
}


def write_lines(lines: Sequence[Timing], path: Path) -> None:
    """Write the timings as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.DictWriter(stream, list(HEADS))
        rows.writeheader()
        rows.writerows(asdict(line) for line in lines)


def show_lines(lines: Sequence[Timing], width: int, seed: int) -> None:
    """Print the timings as a table."""
    from rich.console import Console
    from rich.table import Table

    title = f"k={K}, width {width}, seed {seed}; x: times as long, so less is better"
    table = Table(*HEADS.values(), title=title)
    for line in lines:
        table.add_row(*("" if cell is None else _text(cell) for cell in asdict(line).values()))
    # A file or a narrow terminal must not cut the figures off.
    Console(width=max(Console().width, WIDE)).print(table)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
