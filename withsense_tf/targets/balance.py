"""Pairs -> pairs in which every photo and every caption has as many likely matches as non-matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from withsense_tf.data.caption_ids import owner_of
from withsense_tf.data.dataset import Pairs, check_pairs
from withsense_tf.errors import DataError, check_seed, check_share
from withsense_tf.targets.blend import with_text_and_path

# A random swap mends nearly every clash at once; a set that still has some after so many rounds is too small.
ROUNDS = 200


def balance(pairs: Pairs, threshold: float = 0.5, assumed_weight: float = 0.5, seed: int = 0) -> Pairs:
    """Return the matches (target at least `threshold`), and for each photo and caption as many non-matches.

    Judged non-matches come first, in random order, as long as their photo and caption still lack some. The rest
    are photos beside captions that nobody judged them with: a random pair hardly ever fits. Those have the
    target 0, the weight `assumed_weight` and the source "assumed". In a set so small that no such pair is left,
    some places stay empty.
    """
    check_pairs("balance", pairs)
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
    chosen_rows = []
    for row in rng.permutation(len(others)):
        photo, caption = others["photo"].iat[row], others["caption"].iat[row]
        if photos[photo] > 0 and captions[caption] > 0:
            photos[photo] -= 1
            captions[caption] -= 1
            chosen_rows.append(row)
    assumed_pairs = _assume_pairs(photos, captions, _unlikely(pairs), rng).assign(
        target=0.0, weight=assumed_weight, source="assumed"
    )
    judged_pairs = pd.concat([matches, others.iloc[chosen_rows]], ignore_index=True)
    definition = f"{pairs.definition}, balanced (from {threshold:g}, assumed {assumed_weight:g}, seed {seed})"
    assumed_table = with_text_and_path(pairs.data, assumed_pairs)
    return Pairs(pairs.data, pd.concat([judged_pairs, assumed_table], ignore_index=True), definition)


def _unlikely(pairs: Pairs) -> Callable[[str, str], bool]:
    """Return a predicate: whether a pair was never judged and nothing says that it matches.

    The same photo may lie in the folder under two names, or as a copy, and two photos may have a caption of the same
    words.
    """
    table, captions, group = pairs.table, pairs.data.captions, pairs.data.groups
    judged_pairs = set(zip(table["photo"], table["caption"], strict=True))
    words = dict(zip(captions["caption"], captions["text"].str.casefold(), strict=True))
    own = {
        (group.get(photo), text)
        for photo, text in zip(captions["photo"], captions["text"].str.casefold(), strict=True)
    }

    def unlikely(photo: str, caption: str) -> bool:
        same = group.get(owner_of(caption)) == group[photo]
        return (
            not same
            and (photo, caption) not in judged_pairs
            and (group[photo], words.get(caption)) not in own
        )

    return unlikely


def _assume_pairs(
    photos: Counter[str],
    captions: Counter[str],
    unlikely: Callable[[str, str], bool],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Fill the places that photos and captions have left with pairs that hardly match."""
    open_photos = np.array(list(photos.elements()), dtype=object)
    open_captions = rng.permutation(np.array(list(captions.elements()), dtype=object))
    for _ in range(ROUNDS):
        clash = _clashes(open_photos, open_captions, unlikely)
        if not clash.any():
            break
        for at in np.flatnonzero(clash):
            other = rng.integers(len(open_captions))
            open_captions[at], open_captions[other] = open_captions[other], open_captions[at]
    keep = ~_clashes(open_photos, open_captions, unlikely)
    return pd.DataFrame({"photo": open_photos[keep], "caption": open_captions[keep]}, dtype="str")


def _clashes(photos: np.ndarray, captions: np.ndarray, unlikely: Callable[[str, str], bool]) -> np.ndarray:
    """Return which pairs may match, were judged, or come a second time, bool (pairs,)."""
    earlier: set[tuple[str, str]] = set()
    marks = np.zeros(len(photos), dtype=bool)
    for at, pair in enumerate(zip(photos, captions, strict=True)):
        marks[at] = pair in earlier or not unlikely(*pair)
        earlier.add(pair)
    return marks
