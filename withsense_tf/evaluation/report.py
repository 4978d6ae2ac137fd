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
from rich.console import Console, ConsoleOptions

from withsense_tf.errors import DataError

Value = str | int | float | None

# Fixed for good: a column is never renamed or moved. Empty means: not measured by this row.
COLUMNS: Final = (
    *("run", "matcher", "track", "photo", "text", "weights", "data", "policy", "split", "folds", "seed"),
    *("pairs", "photos", "gallery", "rmse", "mse", "mae", "skill", "tau_c", "tau_b", "r@1", "r@5", "r@10"),
    *("mrr", "median_rank", "ndcg@10", "ece", "distinct_top5", "seconds", "peak_mb"),
    # Beyond the agreed ones: what a row needs to be made again.
    *("target", "train_pairs", "train_photos", "fingerprint", "code", "config"),
    *("auc", "queries", "rmse_low", "rmse_high", "r@5_low", "r@5_high", "best", "status", "key"),
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
TEXTS: Final = ("matcher", "track", "weights")
# What a narrow terminal does without, in this order; texts may be wrapped to so many signs.
LESS_IMPORTANT: Final = ("peak_mb", "seconds", "track", "photos", "pairs", "mae", "weights")
WRAPPED: Final = 20
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
        # Wide enough for every column: a table that is printed into a file must not be cut.
        text = io.StringIO()
        Console(file=text, width=160, color_system=None).print(self)
        return text.getvalue().rstrip("\n")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[object]:
        from rich.table import Table
        from rich.text import Text

        columns = self._columns_that_fit(options.max_width)
        table = Table(safe_box=True)
        for column in columns:
            table.add_column(
                column, justify="left" if column in TEXTS else "right", no_wrap=column not in TEXTS
            )
        for cells in self.cells():
            # As text: a file name in square brackets is no markup.
            table.add_row(*(Text(cell) for name, cell in zip(SHOWN, cells, strict=True) if name in columns))
        yield table
        dropped = [column for column in SHOWN if column not in columns]
        if dropped:
            yield Text(f"Not shown for want of width: {', '.join(dropped)}.")
        yield from map(Text, self.notes)

    def _columns_that_fit(self, width: int) -> list[str]:
        """Drop columns until the rest fits; a figure is shown whole or not at all."""
        widths = {
            name: max(len(name), *(len(cell) for cell in column))
            for name, column in zip(SHOWN, zip(*self.cells(), strict=True), strict=True)
        }
        for name in TEXTS:
            widths[name] = min(widths[name], WRAPPED)
        columns = list(SHOWN)
        for name in LESS_IMPORTANT:
            # Each column has two blanks and a line, and the table one more line.
            if sum(widths[column] + 3 for column in columns) + 1 <= width:
                break
            columns.remove(name)
        return columns

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
    advice = "Move it away, or choose another folder with --output."
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a table of results ({error}). {advice}") from error
    if not text:
        return
    found = next(csv.reader([text.splitlines()[0]]), [])
    if tuple(found) != COLUMNS:
        differ = sorted(set(found) ^ set(COLUMNS))
        what = f"{len(differ)} columns differ, as {differ[0]!r}" if differ else "their order differs"
        raise DataError(f"{file} has other columns than this version writes: {what}. {advice}")
    if not text.endswith("\n"):
        raise DataError(f"{file} ends in the middle of a row. Mend it. {advice}")


def _stored(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    # numpy's floats are floats, but their repr is not a number.
    return repr(float(value)) if isinstance(value, float) else str(value)


def _shown(column: str, value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.{DECIMALS.get(column, 3)}f}"
    return f"{value:,}" if isinstance(value, int) else value
