"""Which matcher is best? A few sentences from the rows of a run's main split, for the top of its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from withsense_tf.evaluation.page.recommendation import is_marked
from withsense_tf.evaluation.page.run_tables import Row
from withsense_tf.evaluation.row_status import (
    BASELINE,
    CAPTION_ASSISTED,
    beats_chance,
    number,
    sees_at_random,
    was_run,
)

TRACKS: Final = (
    ("Of those that see photos and queries only", False),
    ("Of those that read the photos' own captions too", True),
)
# Where a photo's only caption is the query, nothing is there to be read.
NONE_TO_READ: Final = (
    "Of those that would read the photos' own captions too (here no photo has a second one to read)"
)
# From this share of the others on, a run has told next to nothing apart.
NEARLY_ALL: Final = 0.75


def best_sentences(rows: Sequence[Row], chance: float | None, none_to_read: bool = False) -> list[str]:
    """Say, a paragraph a track, which row is best by R@5 and by RMSE, and which are not significantly worse.

    `chance` is the R@5 of photos in random order, None where nothing was ranked; `none_to_read` says that no
    photo has another caption than the query.
    """
    ran = [row for row in rows if was_run(row)]
    constants = [
        value for row in ran if row.get("track") == BASELINE and (value := number(row, "rmse")) is not None
    ]
    paragraphs = []
    for who, reads in TRACKS:
        members = [row for row in ran if (row.get("track") == CAPTION_ASSISTED) == reads]
        # What answers without looking is there to be beaten.
        if any(row.get("track") != BASELINE for row in members):
            parts = [
                *_by_recall(members, chance),
                *_by_error(members, min(constants, default=None)),
                *_too_few(members),
            ]
            if parts:
                paragraphs.append(f"{NONE_TO_READ if reads and none_to_read else who}, {_sentences(parts)}")
    return paragraphs


def _by_recall(rows: Sequence[Row], chance: float | None) -> list[str]:
    def sentence(best: str, row: Row) -> str:
        no_better = _no_better(not beats_chance(row, chance))
        beside = "" if chance is None else f" (chance: {100 * chance:.1f} %{no_better})"
        share = 100 * (number(row, "r@5") or 0.0)
        return (
            f"the best by R@5 {best}, with the right photo among the first five for {share:.1f} % of the "
            f"queries{beside}."
        )

    return _by(rows, "r@5", True, sentence)


def _by_error(rows: Sequence[Row], constant: float | None) -> list[str]:
    # All targets are equal: there is no fit to measure.
    if constant == 0:
        return []

    def sentence(best: str, row: Row) -> str:
        error = number(row, "rmse") or 0.0
        beside = "" if constant is None else f" (the constant: {constant:.3f}{_no_better(error >= constant)})"
        return f"the best by RMSE {best}, with {error:.3f}{beside}."

    return _by(rows, "rmse", False, sentence)


def _by(
    rows: Sequence[Row], measure: str, higher_is_better: bool, sentence: Callable[[str, Row], str]
) -> list[str]:
    """Return a sentence on the best rows by a measure and one on those near them; none where no row has it."""
    best = _best(rows, measure, higher_is_better)
    if not best:
        return []
    return [sentence(_are(best), best[0]), _near(rows, best, measure)]


def _no_better(holds: bool) -> str:
    return ", so it is no better" if holds else ""


def _best(rows: Sequence[Row], measure: str, higher_is_better: bool) -> list[Row]:
    candidates = [row for row in rows if row.get("track") != BASELINE and number(row, measure) is not None]
    figures = [number(row, measure) or 0.0 for row in candidates]
    top = (max if higher_is_better else min)(figures, default=0.0)
    return [row for row, figure in zip(candidates, figures, strict=True) if figure == top]


def _near(rows: Sequence[Row], best: Sequence[Row], measure: str) -> str:
    others = _others(rows, best, measure)
    if not others:
        return "There is no other to hold against it." if len(best) == 1 else "There are no others."
    if not any(is_marked(row, measure) for row in rows):
        return "Whether others are significantly worse was not tested: there are too few photos."
    near = [row for row in others if is_marked(row, measure)]
    if not near:
        return (
            "All others are significantly worse." if len(others) > 1 else "The other is significantly worse."
        )
    return f"Not significantly worse: {', '.join(map(_name, near))}."


def _others(rows: Sequence[Row], best: Sequence[Row], measure: str) -> list[Row]:
    return [row for row in rows if not any(row is one for one in best) and number(row, measure) is not None]


def _too_few(rows: Sequence[Row]) -> list[str]:
    """Warn where hardly any row is told from the best, by whichever measure tells most apart."""
    shares = []
    for measure, higher in (("r@5", True), ("rmse", False)):
        others = _others(rows, _best(rows, measure, higher), measure)
        if len(others) > 1 and any(is_marked(row, measure) for row in rows):
            shares.append(sum(is_marked(row, measure) for row in others) / len(others))
    if not shares or min(shares) < NEARLY_ALL:
        return []
    photos = max((number(row, "photos") or 0.0 for row in rows), default=0.0)
    few = f"{photos:,.0f} test photos are" if photos else "The test photos are"
    return [
        f"{few} too few to tell these matchers apart: nearly all are not significantly worse than the best."
    ]


def _sentences(parts: Sequence[str]) -> str:
    first, *more = parts
    return " ".join([first, *(part[0].upper() + part[1:] for part in more)])


def _are(rows: Sequence[Row]) -> str:
    return f"{'is' if len(rows) == 1 else 'are'} {' and '.join(map(_name, rows))}"


def _name(row: Row) -> str:
    random = " (random weights)" if sees_at_random(row.get("weights")) else ""
    # Names have commas of their own.
    return f"“{row.get('matcher')}”{random}"
