"""Pairs -> pairs in which every photo and every caption has as many likely matches as non-matches."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Pairs, check_pairs
from withsense_tf.errors import DataError, check_seed, check_share
from withsense_tf.targets.blend import with_text_and_path
from withsense_tf.targets.strangers import strangers


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
    open_photos = np.array(list(photos.elements()), dtype=object)
    open_captions = rng.permutation(np.array(list(captions.elements()), dtype=object))
    assumed_pairs = strangers(pairs.data, open_photos, open_captions, rng, besides=table).assign(
        target=0.0, weight=assumed_weight, source="assumed"
    )
    judged_pairs = pd.concat([matches, others.iloc[chosen_rows]], ignore_index=True)
    definition = f"{pairs.definition}, balanced (from {threshold:g}, assumed {assumed_weight:g}, seed {seed})"
    assumed_table = with_text_and_path(pairs.data, assumed_pairs)
    return Pairs(pairs.data, pd.concat([judged_pairs, assumed_table], ignore_index=True), definition)
