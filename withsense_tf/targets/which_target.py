"""Which target data have: what people said of pairs, or, where nobody judged, whether a caption is the photo's own.

Here it is decided, for training, for comparisons and for reports alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.data.caption_ids import owners_of
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import may_be_judged
from withsense_tf.targets.caption_pairs import OTHERS, OWN_AGAINST_OTHERS, caption_pairs, lone_photos

NOBODY_JUDGED: Final = (
    "Nobody judged these photos: the target is whether a caption is the photo's own. Fit figures say how well own "
    "captions are told from others', not how well people think they fit. R@5 means what it always means."
)
ALL_EQUAL: Final = "All targets are equal, so fit cannot be measured."
# How the note on photos begins of which, beside a query that is theirs, no caption is left.
SINGLE_CAPTION: Final = "Photos with a single caption"
# Settings of a comparison that say what to make of judgements.
OF_JUDGES: Final = ("expert", "crowd", "expert_weight", "own_weight", "balanced")


def nobody_judged(data: Dataset) -> bool:
    """Return whether a data set has no judgement that could be learned from."""
    return data.experts.empty and data.crowd.empty


def measured_by_captions(data: Dataset) -> bool:
    """Return whether figures of a data set are by captions: its folder has no file of judgements.

    Judgements that are damaged, or that the law withholds, are no reason to measure something else in silence.
    """
    return nobody_judged(data) and not may_be_judged(data.folder)


def equal_caption_pairs(data: Dataset, seed: int = 0, photos: Collection[str] | None = None) -> Pairs:
    """Return caption pairs of one weight, one own to so many others: figures count each pair once, as models learn it.

    With the weights of training for use, own captions would be rarer to those who learn than to those who measure, and
    a number that is right for the former would be wrong for the latter.
    """
    return caption_pairs(data, OTHERS, 1 / (1 + OTHERS), seed, photos)


def is_by_captions(target: object) -> bool:
    """Return whether a target, as pairs and rows name it, is that of caption pairs.

    >>> is_by_captions("own against others' captions (1 to 3, own share 0.25, seed 0)")
    True
    """
    return str(target or "").startswith(OWN_AGAINST_OTHERS)


def notes_on_target(pairs: Pairs) -> tuple[str, ...]:
    """Say what pairs are that nobody judged, or all alike, and of how many photos no caption is left to be read."""
    notes = (NOBODY_JUDGED,) if is_by_captions(pairs.definition) else ()
    if len(pairs) and np.ptp(pairs.target) < 1e-12:
        notes = (*notes, ALL_EQUAL)
    photos, lone = set(pairs.table["photo"]), lone_photos(pairs.data.captions)
    few = len(photos & lone)
    if not few:
        return notes
    return (
        *notes,
        f"{SINGLE_CAPTION}: {few:,} of {len(photos):,}. Where it is the query, nothing of the photo is left to read, "
        "so no photo's captions are read: a matcher that reads captions beside pixels then has its pixels alone, and "
        "one that reads captions alone has nothing to go by.",
    )


def has_none_to_read(data: Dataset, queries: Iterable[str]) -> bool:
    """Return whether these queries, by their ids, are captions, and each of them is all that was said of its photo."""
    owners = set(owners_of(pd.Series(list(queries), dtype="str")))
    return bool(owners) and owners <= lone_photos(data.captions)
