"""Result rows: their fixed columns, how they are shown, and the CSV file that they are appended to."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from withsense_tf.errors import DataError

Value = str | int | float | None

# Fixed for good: a column is never renamed or moved. Empty means: not measured by this row.
COLUMNS: Final = (
    *("run", "matcher", "track", "photo", "text", "weights", "data", "policy", "split", "folds", "seed"),
    *("pairs", "photos", "gallery", "rmse", "mse", "mae", "skill", "tau_c", "tau_b", "r@1", "r@5", "r@10"),
    *("mrr", "median_rank", "ndcg@10", "ece", "distinct_top5", "seconds", "peak_mb"),
    # Beyond the agreed ones: what a row needs to be made again.
    *("target", "train_pairs", "train_photos", "fingerprint", "code", "config"),
)
# What a person wants to see; the file has the rest.
SHOWN: Final = (
    "matcher",
    "track",
    "weights",
    "pairs",
    "photos",
    "rmse",
    "mae",
    "skill",
    "seconds",
    "peak_mb",
)
DECIMALS: Final = {"rmse": 3, "mse": 4, "mae": 3, "skill": 3, "seconds": 1, "peak_mb": 0}


@dataclass(frozen=True)
class Comparison:
    """One row a matcher, and the notes that a reader of the table must know. A notebook shows it as a table."""

    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[str, ...] = ()

    def cells(self) -> list[list[str]]:
        """Return what `SHOWN` names of each row, as text."""
        return [[_shown(column, row.get(column)) for column in SHOWN] for row in self.rows]

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return iter(self.rows)

    def __str__(self) -> str:
        from rich.console import Console

        # Wide enough for every column: a table that is printed into a file must not be cut.
        text = io.StringIO()
        Console(file=text, width=160, color_system=None).print(self)
        return text.getvalue().rstrip("\n")

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        from rich.table import Table

        table = Table()
        for column in SHOWN:
            table.add_column(column, justify="left" if column in ("matcher", "track", "weights") else "right")
        for cells in self.cells():
            table.add_row(*cells)
        yield table
        yield from self.notes

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(column)}</th>" for column in SHOWN)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>" for cells in self.cells()
        )
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


def append_rows(file: Path, comparison: Comparison) -> None:
    """Append the rows to a CSV file with the columns `COLUMNS`, and nothing but those.

    A file with another header is left as it is and is an error: values would land in the wrong columns. Two
    runs may append at the same time.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="raise", lineterminator="\n")
    for row in comparison.rows:
        unknown = sorted(set(row) - set(COLUMNS))
        if unknown:
            raise DataError(f"A result row has columns that {file.name} has not: {', '.join(unknown)}.")
        writer.writerow({column: _stored(row.get(column)) for column in COLUMNS})
    with FileLock(f"{file}.lock"):
        check_header(file)
        is_new = not file.exists() or file.stat().st_size == 0
        with file.open("a", encoding="utf-8", newline="") as stream:
            stream.write((",".join(COLUMNS) + "\n" if is_new else "") + text.getvalue())


def check_header(file: Path) -> None:
    """Raise if rows cannot be appended to this file; call it before long work, too."""
    if not file.exists() or file.stat().st_size == 0:
        return
    with file.open(encoding="utf-8", newline="") as stream:
        found = next(csv.reader(stream), [])
    if tuple(found) != COLUMNS:
        differ = sorted(set(found) ^ set(COLUMNS)) or ["their order"]
        raise DataError(
            f"{file} has other columns than this version writes ({', '.join(differ)} differ). "
            "Move it away, or choose another folder with --output."
        )
    with file.open("rb") as raw:
        raw.seek(-1, io.SEEK_END)
        if raw.read(1) != b"\n":
            raise DataError(f"{file} ends in the middle of a row. Mend or move it, then run again.")


def _stored(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _shown(column: str, value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.{DECIMALS.get(column, 3)}f}"
    return f"{value:,}" if isinstance(value, int) else value
