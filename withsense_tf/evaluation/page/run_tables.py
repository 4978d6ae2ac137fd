"""Result rows -> the tables of a run's page: texts with intervals and marks, and never two tracks in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from withsense_tf.evaluation.result_table import SHARES, Value
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED, number, settings_in, status_of, was_run
from withsense_tf.targets.which_target import is_by_captions

Row = Mapping[str, Value]

FINGERPRINT: Final = re.compile(r"\s*\b[0-9a-f]{12}\b")
PAIRS_FIT: Final = "How well pairs fit"
BY_CAPTIONS: Final = "How well own captions are told from others'"
LOOKING: Final = "Sees photos and queries only"
READING: Final = "Reads the photos' own captions too"
# Column -> heading, digits, and the columns that hold its interval.
Column = tuple[str, str, int, tuple[str, str] | None]
FIT: Final[tuple[Column, ...]] = (
    ("rmse", "RMSE ↓", 3, ("rmse_low", "rmse_high")),
    ("mse", "MSE ↓", 4, None),
    ("mae", "MAE ↓", 3, None),
    ("skill", "skill ↑", 3, None),
    ("tau_c", "tau c ↑", 3, ("tau_c_low", "tau_c_high")),
    ("tau_b", "tau b ↑", 3, None),
    ("auc", "AUC ↑", 3, None),
    ("ece", "ECE ↓", 3, None),
)
SEARCH: Final[tuple[Column, ...]] = (
    ("gallery", "gallery", 0, None),
    ("r@1", "R@1, % ↑", 1, None),
    ("r@5", "R@5, % ↑", 1, ("r@5_low", "r@5_high")),
    ("r@10", "R@10, % ↑", 1, None),
    ("mrr", "MRR ↑", 3, None),
    ("median_rank", "median rank ↓", 1, None),
    ("ndcg@10", "nDCG @10 ↑", 3, None),
    ("distinct_top5", "different top 5", 1, None),
)
EFFORT: Final[tuple[Column, ...]] = (("seconds", "seconds", 1, None), ("peak_mb", "MB", 0, None))
IN_ALL: Final = (
    (PAIRS_FIT, FIT),
    ("How well the right photo is found", SEARCH),
    ("Effort", EFFORT),
)
SHORT: Final = ("rmse", "skill", "tau_c", "ece", "gallery", "r@1", "r@5", "r@10")
IN_SHORT: Final = tuple(
    (title, tuple(column for column in columns if column[0] in SHORT)) for title, columns in IN_ALL[:2]
)


@dataclass(frozen=True)
class Cell:
    """A figure as text, its interval, and its mark: "best", "near" (not significantly worse), or nothing."""

    text: str
    interval: str = ""
    mark: str = ""


@dataclass(frozen=True)
class MatcherLine:
    """A matcher's line: its name, what is worth knowing of it, and its cells, or why it was not run."""

    name: str
    about: str
    cells: tuple[Cell, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """One track of one split: what holds for all its lines (`about`), and headings over so many columns (`groups`)."""

    title: str
    track: str
    about: str
    groups: tuple[tuple[str, int], ...]
    headings: tuple[str, ...]
    lines: tuple[MatcherLine, ...]


def tables_of(rows: Sequence[Row], title: str, in_all: bool) -> list[Table]:
    """Make a table a track from the rows of one split, with all figures or the most telling ones."""
    tables = []
    for track, reads in ((LOOKING, False), (READING, True)):
        members = [row for row in rows if (row.get("track") == CAPTION_ASSISTED) == reads]
        if members:
            tables.append(_table(members, f"{title}. {track}", track, IN_ALL if in_all else IN_SHORT))
    return tables


def linear_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of linear models on concatenated vectors that ranked photos."""
    return [
        row
        for row in rows
        if settings_in(row).get("class") == "ConcatLinear" and number(row, "distinct_top5") is not None
    ]


def _table(
    rows: Sequence[Row], title: str, track: str, groups: Sequence[tuple[str, tuple[Column, ...]]]
) -> Table:
    ran = [row for row in rows if was_run(row)]
    used_groups = [
        (name, [column for column in columns if any(number(row, column[0]) is not None for row in ran)])
        for name, columns in groups
    ]
    columns = [column for _, some in used_groups for column in some]
    counts = list(dict.fromkeys(_counts(row) for row in ran))
    lessons = list(dict.fromkeys(map(_lesson, ran)))
    alike = len(counts) == 1
    return Table(
        title,
        track,
        "; ".join(one[0] for one in (counts, lessons) if len(one) == 1 and one[0]),
        tuple((_group_title(name, ran), len(some)) for name, some in used_groups if some),
        tuple(heading for _, heading, _, _ in columns),
        tuple(
            _line(row, columns, "" if alike else _counts(row), _lesson(row) if len(lessons) > 1 else "")
            for row in rows
        ),
    )


def _group_title(name: str, rows: Sequence[Row]) -> str:
    by_captions = any(is_by_captions(row.get("target")) for row in rows)
    return BY_CAPTIONS if name == PAIRS_FIT and by_captions else name


def _counts(row: Row) -> str:
    counts = {what: row.get(what) for what in ("pairs", "photos", "queries")}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if isinstance(count, int))


def _lesson(row: Row) -> str:
    pairs, captioned = row.get("train_pairs"), row.get("captioned_photos")
    if not isinstance(pairs, int) or not pairs:
        return ""
    beside = f" and {captioned:,} captioned photos" if isinstance(captioned, int) and captioned else " alone"
    return f"learned from {pairs:,} pairs{beside}"


def _line(row: Row, columns: Sequence[Column], counts: str, lesson: str) -> MatcherLine:
    name, status = str(row.get("matcher", "")), status_of(row)
    if not was_run(row):
        return MatcherLine(name, "", reason=status)
    # The page names every file's fingerprint further down.
    weights = FINGERPRINT.sub("", str(row.get("weights") or ""))
    about = "; ".join(part for part in (weights, counts, lesson) if part)
    marks = {mark.strip("()"): "near" if mark.startswith("(") else "best" for mark in _words(row.get("best"))}
    return MatcherLine(name, about, tuple(_cell(row, column, marks) for column in columns))


def _words(text: Value) -> list[str]:
    return text.split() if isinstance(text, str) else []


def _cell(row: Row, column: Column, marks: Mapping[str, str]) -> Cell:
    name, _, digits, ends = column
    value = number(row, name)
    if value is None:
        return Cell("")
    scale = 100 if name in SHARES else 1
    interval_ends = [number(row, end) for end in ends or ()]
    known_ends = [end * scale for end in interval_ends if end is not None]
    # A dash before a minus sign is hard to read.
    between = "–" if min(known_ends, default=0) >= 0 else " to "
    interval = between.join(f"{end:.{digits}f}" for end in known_ends) if None not in interval_ends else ""
    # Folds need not be of one size: a gallery's size is then a mean.
    is_mean = name == "gallery" and not value.is_integer()
    digits = 1 if is_mean else digits
    # A figure that rounds to zero has no sign.
    return Cell(f"{round(value * scale, digits) + 0.0:,.{digits}f}", interval, marks.get(name, ""))
