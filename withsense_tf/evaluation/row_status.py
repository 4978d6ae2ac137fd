"""What a result row says of itself: whether its model was run, and whether it saw with random weights."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from withsense_tf.encoders.base import RANDOM_WEIGHTS

# Any other status says why a model was not run.
RUN: Final = "ok"
MISTAKE: Final = "not run: a mistake: "
# The track of rows that look at neither photo nor text in earnest, or at one of them alone.
BASELINE: Final = "baseline"
CAPTION_ASSISTED: Final = "caption-assisted"
TRACKS: Final = (BASELINE, "image-only", CAPTION_ASSISTED)
# Half of fewer may as well be a third or two thirds.
ENOUGH_PHOTOS: Final = 50
SECONDS_LEGEND: Final = (
    "seconds: what all trainings and answers of a row took, added up, with the photos encoded before. Processes work "
    "side by side, so the sum may be more than the run took. What models share counts for the first that needs it, in "
    "each process that makes it. They say nothing of how good a model is."
)
MARKS_LEGEND: Final = (
    "best: best of its kind and split; in brackets: not significantly worse. Caption-assisted rows are a kind, all "
    "others with baselines another. A row alone of its kind has no mark, and by R@5 none that finds no more than "
    "chance. Which to use, the recommendation says."
)


def status_of(row: Mapping[str, object]) -> str:
    """Return a row's status; rows of before statuses were written were all run."""
    return str(row.get("status", RUN))


def was_run(row: Mapping[str, object]) -> bool:
    """Return whether the model of a row was run."""
    return status_of(row) == RUN


def is_broken(row: Mapping[str, object]) -> bool:
    """Return whether the model of a row has a mistake."""
    return status_of(row).startswith(MISTAKE)


def mistakes_in(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """Say of each model that has a mistake what that is, once for all splits in which it is the same.

    >>> mistakes_in([{"matcher": "mine", "split": split, "status": f"{MISTAKE}it is torn"} for split in ("a", "b")])
    ['mine (a, b): it is torn']
    """
    splits: dict[tuple[str, str], list[str]] = {}
    for row in filter(is_broken, rows):
        mistake = status_of(row).removeprefix(MISTAKE)
        splits.setdefault((str(row.get("matcher")), mistake), []).append(str(row.get("split")))
    return [f"{matcher} ({', '.join(some)}): {mistake}" for (matcher, mistake), some in splits.items()]


def sees_at_random(weights: object) -> bool:
    """Return whether weights, as a row names them, are random ones, some or all."""
    return RANDOM_WEIGHTS in str(weights or "")


def number(row: Mapping[str, object], name: str) -> float | None:
    """Return a figure of a row; None where it was not measured."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def settings_in(row: Mapping[str, object]) -> dict[str, Any]:
    """Return the settings of a row's matcher; none where they cannot be read."""
    try:
        settings = json.loads(str(row.get("config") or "{}"))
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}


def beats_chance(row: Mapping[str, object], chance: float | None) -> bool:
    """Return whether a row finds more than chance does, by the lower end of its interval where it has one.

    `chance` is the R@5 of photos in random order. What is not above it is neither recommended nor marked.
    """
    if chance is None:
        return True
    low = number(row, "r@5_low")
    least = number(row, "r@5") if low is None else low
    return least is not None and least > chance


def legends(rows: Sequence[Mapping[str, object]], columns: Collection[str]) -> list[str]:
    """Return what `best` and `seconds` say, of those that `columns` show and in which some row has anything."""
    texts = {"best": MARKS_LEGEND, "seconds": SECONDS_LEGEND}
    shown_texts = {column: text for column, text in texts.items() if column in columns}
    return [text for column, text in shown_texts.items() if any(row.get(column) for row in rows)]
