"""Result rows: the columns of compare.csv, how rows are shown, and how they are appended to that file."""

from __future__ import annotations

import csv
import html
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import get_terminal_size
from typing import Final

import pandas as pd
from filelock import FileLock
from rich.console import Console, ConsoleOptions

from withsense_tf.common.cell_texts import html_lines, html_table
from withsense_tf.errors import DataError, SettingError, check_choice, shown
from withsense_tf.evaluation.page.overview_chart import overview
from withsense_tf.evaluation.page.plots import Chart
from withsense_tf.evaluation.page.recommendation import recommendation, row_to_use
from withsense_tf.evaluation.reference_lines import CHANCE, ReferenceLine
from withsense_tf.evaluation.row_status import legends, sees_at_random, was_run

Value = str | int | float | None

# Fixed for good: a column is never renamed or moved. Empty means: not measured by this row.
COLUMNS: Final = (
    *("run", "matcher", "track", "photo", "text", "weights", "data", "policy", "split", "folds", "seed"),
    *("pairs", "photos", "gallery", "rmse", "mse", "mae", "skill", "tau_c", "tau_b", "r@1", "r@5", "r@10"),
    *("mrr", "median_rank", "ndcg@10", "ece", "distinct_top5", "seconds", "peak_mb"),
    # Beyond the agreed ones: what a row needs to be made again.
    *("target", "train_pairs", "train_photos", "fingerprint", "code", "config"),
    *("auc", "queries", "rmse_low", "rmse_high", "r@5_low", "r@5_high", "best", "status", "key"),
    *("tau_c_low", "tau_c_high", "law_files", "captioned_photos"),
)
# What a person wants to see; the file has the rest.
COLUMNS_TO_SHOW: Final = (
    *("matcher", "track", "gallery", "rmse", "mae", "skill", "tau_c", "r@1", "r@5", "r@10", "ece", "best"),
    *("seconds", "weights"),
)
TEXTS: Final = ("matcher", "track", "best")
# Beside all figures it fits no terminal; pages, notebooks and files have it.
NOT_IN_TERMINALS: Final = "weights"
# What a narrow terminal does without, in this order; texts may be wrapped to so many signs.
LESS_IMPORTANT: Final = ("seconds", "mae", "ece", "track", "gallery", "r@10", "r@1")
WRAP_WIDTH: Final = 24
DECIMALS: Final = {"mse": 4, "seconds": 1, "peak_mb": 0, "gallery": 0, "median_rank": 0}
SHARES: Final = ("r@1", "r@5", "r@10")  # shown as per cent, as the literature does
SPLITS: Final = {
    "folds": "every photo once, by models that have not seen it",
    "70/30": "30 % of the photos, as the student projects measured",
    "strict": "neither photo nor caption was seen",
    "test": "the photos of test_queries.csv, by a model of all others",
    "captioned": "all judged photos, by a model of other photos with captions alone, as in the literature",
    "russian": "photos that people asked for in Russian, by models that have not seen them",
    "english": "the same photos, asked for in English",
}
# How a note goes on that begins with a split.
MODELS_HAD_SEEN: Final = "models had seen neither the photos nor the answers that they are asked for,"


@dataclass(frozen=True)
class Comparison:
    """One row a matcher, and the notes that a reader of the table must know. A notebook shows it as a table.

    `sources` say what it was made with, such as the weights of encoders; pages have them at their end.
    """

    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    # What its charts draw beside the figures of the first split.
    lines: tuple[ReferenceLine, ...] = ()

    def recommendation(self) -> str:
        """Say in plain words which matcher of the first split to use; empty where nothing was run."""
        return recommendation(self._rows_of(self._first_split()), self.chance())

    def answer(self) -> list[str]:
        """Return the recommendation, and of which split it is where a table has several."""
        text = self.recommendation()
        several = len(self.parts()) > 1
        return [f"{text} These are figures of {self._first_split()}." if several else text] if text else []

    def row_to_use(self) -> Mapping[str, Value] | None:
        """Return the row of the matcher that is recommended, or None."""
        return row_to_use(self._rows_of(self._first_split()), self.chance())

    def plot(self, split: str | None = None, theme: str = "light") -> Chart:
        """Draw the rows of a split, by default of the first, with intervals, and lines of chance, people and others.

        A notebook shows the chart, by `theme="dark"` on a dark ground; `save("chart.svg")` and `save("chart.png")`
        write it.
        """
        first = self._first_split()
        names = dict.fromkeys(str(row.get("split") or "") for row in self.rows)
        if split not in {None, *names} and split in ("light", "dark"):
            raise SettingError(f"{shown(split)} is no split: write plot(theme={split!r}).")
        if split is not None and set(names) <= {""}:
            raise SettingError(f"split={shown(split)}: these rows are of one split, which has no name.")
        split = first if split is None else check_choice("split", split, names)
        # Chance hangs on the gallery of a split, people on its pairs, and what others published on both.
        lines = self.lines if split == first else ()
        chart = overview(self._rows_of(split), lines, SPLITS.get(split, ""))
        if chart is None:
            raise DataError("There is nothing to draw: no matcher was run. The table says why.")
        return replace(chart, theme=theme)

    def _first_split(self) -> str:
        there = [str(row.get("split") or "") for row in self.rows if was_run(row)]
        return next((split for split in SPLITS if split in there), there[0] if there else "")

    def _rows_of(self, split: str) -> list[Mapping[str, Value]]:
        return [row for row in self.rows if str(row.get("split") or "") == split]

    def chance(self) -> float | None:
        """Return the R@5 of photos in random order, in galleries of the first split; None where that is not known."""
        return next((one.value for one in self.lines if (one.measure, one.label) == ("r@5", CHANCE)), None)

    def cells(self) -> list[list[str]]:
        """Return what `COLUMNS_TO_SHOW` names of each row, as text."""
        return [[cell_text(column, row.get(column)) for column in COLUMNS_TO_SHOW] for row in self.rows]

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: int) -> Mapping[str, Value]:
        return self.rows[place]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a table of pandas, with the columns of `compare.csv` that they have."""
        return pd.DataFrame(list(self.rows))

    def __repr__(self) -> str:
        names = dict.fromkeys(str(row.get("matcher")) for row in self.rows)
        return f"Comparison({len(self.rows)} row{'s' * (len(self.rows) != 1)}: {', '.join(names)})"

    def __str__(self) -> str:
        return self.as_text(get_terminal_size((120, 24)).columns)

    def as_text(self, width: int = 160) -> str:
        """Return the table as a terminal of that width shows it; by default, a width that has room for every column."""
        Console(file=(text := io.StringIO()), width=width, color_system=None).print(self)
        return text.getvalue().rstrip("\n")

    def parts(self) -> dict[str, list[Mapping[str, Value]]]:
        """Return the rows of each split that were run, by its title."""
        parts: dict[str, list[Mapping[str, Value]]] = {}
        for row in self.rows:
            if was_run(row):
                split = str(row.get("split") or "")
                parts.setdefault(f"{split}: {SPLITS[split]}" if split in SPLITS else split, []).append(row)
        return parts

    def not_run(self) -> list[str]:
        """Say which models were not run, and why."""
        rows = [row for row in self.rows if not was_run(row)]
        return list(dict.fromkeys(f"{row.get('matcher')}: {row['status']}" for row in rows))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[object]:
        from rich.table import Table
        from rich.text import Text

        columns = self._columns_that_fit(options.max_width)
        for title, rows in self.parts().items():
            table = Table(safe_box=True, title=title or None, title_justify="left")
            for column in columns:
                table.add_column(
                    column, justify="left" if column in TEXTS else "right", no_wrap=column not in TEXTS
                )
            for row in rows:
                # As text: a file name in square brackets is no markup.
                table.add_row(*(Text(cell_text(column, row.get(column))) for column in columns))
            yield table
        if missing_columns := [one for one in self._for_terminals() if one not in columns]:
            yield Text(f"Not shown for want of width: {', '.join(missing_columns)}.")
        yield from map(Text, (*self.answer(), *self._random(), *self._notes(columns)))

    def _notes(self, columns: Sequence[str] = COLUMNS_TO_SHOW) -> list[str]:
        return [*self.not_run(), *legends(self.rows, columns), *self.notes, *self.sources]

    def _used(self) -> list[str]:
        return [
            column
            for column, cells in zip(COLUMNS_TO_SHOW, zip(*self.cells(), strict=True), strict=True)
            if any(cells) or column == "matcher"
        ]

    def _for_terminals(self) -> list[str]:
        return [column for column in self._used() if column != NOT_IN_TERMINALS]

    def _random(self) -> list[str]:
        """Say which matchers see with random weights: nobody may take their figures for those of trained ones."""
        names = dict.fromkeys(
            str(row.get("matcher"))
            for row in self.rows
            if was_run(row) and sees_at_random(row.get("weights"))
        )
        return [f"With random weights: {', '.join(names)}."] if names else []

    def _columns_that_fit(self, width: int) -> list[str]:
        """Drop columns until the rest fits; a figure is shown whole or not at all."""
        widths = {
            name: max(len(name), *(len(cell) for cell in column))
            for name, column in zip(COLUMNS_TO_SHOW, zip(*self.cells(), strict=True), strict=True)
        }
        for name in TEXTS:
            widths[name] = min(widths[name], WRAP_WIDTH)
        columns = self._for_terminals()
        for name in LESS_IMPORTANT:
            # Each column has two blanks and a line, and the table one more line.
            if sum(widths[column] + 3 for column in columns) + 1 <= width:
                break
            if name in columns:
                columns.remove(name)
        return columns

    def _repr_html_(self) -> str:
        columns = self._used()
        tables = [
            html_table(
                ([cell_text(column, row.get(column)) for column in columns] for row in rows), columns, title
            )
            for title, rows in self.parts().items()
        ]
        first = "".join(f"<p><strong>{html.escape(text)}</strong></p>" for text in self.answer())
        return first + "".join(tables) + html_lines(self._notes())


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
        writer.writerow({column: _csv_text(row.get(column)) for column in COLUMNS})
    with FileLock(f"{file}.lock"):
        check_header(file)
        before = file.stat().st_size if file.exists() else 0
        try:
            with file.open("a", encoding="utf-8", newline="") as stream:
                stream.write(("" if before else ",".join(COLUMNS) + "\n") + text.getvalue())
        except OSError:
            # Half a row, on a full disk, would be in the way of the next run.
            os.truncate(file, before)
            raise


def check_header(file: Path) -> None:
    """Raise if rows cannot be appended to this file; call it before long work, too."""
    advice = "Move it away, or choose another folder with --output."
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a table of results ({error}). {advice}") from error
    if not text:
        return
    header = next(csv.reader([text.splitlines()[0]]), [])
    if tuple(header) != COLUMNS:
        differ = sorted(set(header) ^ set(COLUMNS))
        what = f"{len(differ)} columns differ, as {differ[0]!r}" if differ else "their order differs"
        raise DataError(f"{file} has other columns than this version writes: {what}. {advice}")
    if not text.endswith("\n"):
        raise DataError(f"{file} ends in the middle of a row. Mend it. {advice}")


def _csv_text(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    # numpy's floats are floats, but their repr is not a number.
    return repr(float(value)) if isinstance(value, float) else str(value)


def cell_text(column: str, value: Value) -> str:
    """Return a cell as a person reads it: shares in per cent, and so many decimals as the column deserves."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        if column in SHARES:
            return f"{100 * value:.1f}"
        if column == "gallery" and not value.is_integer():
            return f"{value:,.1f}"  # folds need not be of one size: it is a mean
        return f"{value:,.{DECIMALS.get(column, 3)}f}"
    return f"{value:,}" if isinstance(value, int) else value
