"""The same query, asked of several matchers: what each of them found, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.evaluation.outcome import Outcome, Rankings
from withsense_tf.evaluation.page.run_sheets import SheetQuery, Thumbnails, sheet_query
from withsense_tf.evaluation.row_status import BASELINE

QUERIES: Final = 3
MATCHERS: Final = 5


@dataclass(frozen=True)
class WallQuery:
    """A query, and what each matcher found for it, the matcher that finds most in all first."""

    text: str
    found_by: tuple[tuple[str, SheetQuery], ...]


def wall_of(outcomes: Sequence[Outcome], thumbnails: Thumbnails) -> list[WallQuery]:
    """Return the queries on which the matchers differ most; nothing where fewer than two ranked the same queries."""
    rankings = _comparable(outcomes)
    if len(rankings) < 2:
        return []
    _, first = rankings[0]
    ranks = np.array([one.per_query.rank for _, one in rankings])
    # By the ratio of places: the first beside the tenth is more than the fiftieth beside the sixtieth.
    spread = np.log1p(ranks.max(axis=0)) - np.log1p(ranks.min(axis=0))
    is_shown = np.isin(first.caption, list(thumbnails.texts))
    order = [at for at in np.argsort(-spread, kind="stable") if is_shown[at] and spread[at] > 0]
    _, of_another_photo = np.unique(first.per_query.photo[order], return_index=True)
    return [
        WallQuery(
            str(first.text[at]),
            tuple((label, sheet_query(one, int(at), thumbnails)) for label, one in rankings),
        )
        for at in (order[place] for place in sorted(of_another_photo)[:QUERIES])
    ]


def _comparable(outcomes: Sequence[Outcome]) -> list[tuple[str, Rankings]]:
    """Return the rankings of the same queries as most finds the best: the best ones, and the worst beside them."""
    some = [
        (outcome.label, outcome.rankings)
        for outcome in outcomes
        if outcome.rankings is not None
        and len(outcome.rankings.text)
        and outcome.about.get("track") != BASELINE
    ]
    some.sort(key=lambda one: -float(one[1].per_query.hit(5).mean()))
    alike = [one for one in some if np.array_equal(one[1].text, some[0][1].text)]
    return alike if len(alike) <= MATCHERS else [*alike[: MATCHERS - 1], alike[-1]]
