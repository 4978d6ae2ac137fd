"""Of which photos figures are: a run keeps a few digests of their files, so that another place knows them again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome

# Enough to tell a share to a few hundredths, and a few lines in a file.
MOST: Final = 100


def measured_photos(outcomes: Iterable[Outcome], data: Dataset) -> tuple[str, ...]:
    """Return the lowest digests of the photos that were asked about: a sample that nobody chose, the same each time."""
    names: set[str] = set()
    for outcome in outcomes:
        if outcome.answers is not None:
            names.update(map(str, outcome.answers.photo))
        if outcome.rankings is not None:
            names.update(map(str, outcome.rankings.per_query.photo))
    content = data.content
    return tuple(sorted(set(content[content.index.isin(names)].astype(str)))[:MOST])
