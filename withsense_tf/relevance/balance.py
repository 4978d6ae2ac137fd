"""Pairs -> pairs in which every photo and every caption has as many likely matches as non-matches."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Pairs
from withsense_tf.errors import DataError, check_seed, check_share
from withsense_tf.relevance.blend import with_text_and_path

# A random swap mends nearly every clash at once; a set that still has some after so many rounds is too small.
ROUNDS = 200


def balance(pairs: Pairs, threshold: float = 0.5, assumed_weight: float = 0.5, seed: int = 0) -> Pairs:
    """Return the matches (target at least `threshold`), and for each photo and caption as many non-matches.

    Judged non-matches come first, in random order, as long as their photo and caption still lack some. The rest
    are photos beside captions that nobody judged them with: a random pair hardly ever fits. Those have the
    target 0, the weight `assumed_weight` and the source "assumed". In a set so small that no such pair is left,
    some places stay empty.
    """
    check_share("threshold", threshold)
    check_share("assumed_weight", assumed_weight)
    rng = np.random.default_rng(check_seed(seed))
    table = pairs.table
    is_match = table["target"] >= threshold
    matches, others = table[is_match], table[~is_match]
    if matches.empty:
        raise DataError(
            f"None of the {len(table)} pairs has a target of at least {threshold}: nothing to balance."
        )
    photos, captions = Counter(matches["photo"]), Counter(matches["caption"])
    chosen = []
    for row in rng.permutation(len(others)):
        photo, caption = others["photo"].iat[row], others["caption"].iat[row]
        if photos[photo] > 0 and captions[caption] > 0:
            photos[photo] -= 1
            captions[caption] -= 1
            chosen.append(row)
    assumed = _assumed(photos, captions, table, rng).assign(
        target=0.0, weight=assumed_weight, source="assumed"
    )
    judged = pd.concat([matches, others.iloc[chosen]], ignore_index=True)
    added = with_text_and_path(pairs.data, assumed)
    return Pairs(pairs.data, pd.concat([judged, added], ignore_index=True), f"{pairs.definition}, balanced")


def _assumed(
    photos: Counter[str], captions: Counter[str], judged: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Fill the places that photos and captions have left with pairs that nobody judged."""
    left = np.array(list(photos.elements()), dtype=object)
    right = rng.permutation(np.array(list(captions.elements()), dtype=object))
    taken = set(zip(judged["photo"], judged["caption"], strict=True))
    for _ in range(ROUNDS):
        clash = _clashes(left, right, taken)
        if not clash.any():
            break
        for at in np.flatnonzero(clash):
            other = rng.integers(len(right))
            right[at], right[other] = right[other], right[at]
    keep = ~_clashes(left, right, taken)
    return pd.DataFrame({"photo": left[keep], "caption": right[keep]}, dtype="str")


def _clashes(photos: np.ndarray, captions: np.ndarray, taken: set[tuple[str, str]]) -> np.ndarray:
    """Mark pairs that were judged, are a photo with its own caption, or come a second time."""
    seen: set[tuple[str, str]] = set()
    marks = np.zeros(len(photos), dtype=bool)
    for at, pair in enumerate(zip(photos, captions, strict=True)):
        marks[at] = pair in taken or pair in seen or pair[1].rsplit("#", 1)[0] == pair[0]
        seen.add(pair)
    return marks
