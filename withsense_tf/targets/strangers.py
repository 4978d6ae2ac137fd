"""Photos beside captions of other photos that nothing says belong to them: pairs that hardly ever fit."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.common.words import without_marks
from withsense_tf.data.caption_ids import owners_of
from withsense_tf.data.dataset import Dataset

# A random swap mends nearly every clash at once. Where so many rounds on end mend none, the set is too small.
IDLE_ROUNDS: Final = 20
MOST_ROUNDS: Final = 200


def strangers(
    data: Dataset,
    photos: np.ndarray,
    captions: np.ndarray,
    rng: np.random.Generator,
    besides: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return a table of photo and caption: each of `photos` beside one of `captions`, which are as many, shuffled.

    No photo stands beside its own caption, one of a copy of it, or one of the same words as these have; no pair comes
    twice, and none is among those of `besides`. Where such a pair cannot be made, its place stays empty.
    """
    clashes = _Clashes(data, photos, captions, besides)
    at = np.arange(len(captions))
    fewest, idle = len(at) + 1, 0
    for _ in range(MOST_ROUNDS):
        clash = clashes.at(at)
        idle = 0 if clash.sum() < fewest else idle + 1
        fewest = min(fewest, int(clash.sum()))
        if not fewest or idle == IDLE_ROUNDS:
            break
        for one in np.flatnonzero(clash):
            other = rng.integers(len(at))
            at[one], at[other] = at[other], at[one]
    keep = ~clashes.at(at)
    return pd.DataFrame({"photo": photos[keep], "caption": captions[at[keep]]}, dtype="str")


class _Clashes:
    """What says of photos and captions, each with a number, which of them may match, or must not stand together."""

    def __init__(
        self, data: Dataset, photos: np.ndarray, captions: np.ndarray, besides: pd.DataFrame | None
    ) -> None:
        table = data.captions
        text_by_caption = {
            caption: without_marks(text)
            for caption, text in zip(table["caption"], table["text"], strict=True)
        }
        groups = data.groups
        own_groups = table["photo"].map(groups)
        is_here = own_groups.notna().to_numpy()
        group_of_photo = pd.Series(photos, dtype="str").map(groups)
        group_of_caption = owners_of(pd.Series(captions, dtype="str")).map(groups)
        texts = pd.Series([text_by_caption.get(caption) for caption in captions], dtype="str")
        own_texts = table["caption"].map(text_by_caption)
        codes = pd.factorize(pd.concat([texts, own_texts[is_here]], ignore_index=True))
        self._texts = len(codes[1]) + 1
        self._text = codes[0][: len(texts)]
        group_codes = pd.factorize(
            pd.concat([group_of_photo, group_of_caption, own_groups[is_here]], ignore_index=True)
        )[0]
        self._group, self._owner = group_codes[: len(photos)], group_codes[len(photos) : 2 * len(photos)]
        # What the photo's group says itself.
        self._own = np.unique(group_codes[2 * len(photos) :] * self._texts + codes[0][len(texts) :])
        self._pair_codes(photos, captions, besides)

    def _pair_codes(self, photos: np.ndarray, captions: np.ndarray, besides: pd.DataFrame | None) -> None:
        empty = pd.DataFrame({"photo": [], "caption": []}, dtype="str")
        others = empty if besides is None else besides
        photo = pd.factorize(np.concatenate([photos, others["photo"].to_numpy(object)]))[0]
        caption, names = pd.factorize(np.concatenate([captions, others["caption"].to_numpy(object)]))
        self._captions = len(names)
        self._photo, self._caption = photo[: len(photos)], caption[: len(captions)]
        self._besides = photo[len(photos) :] * self._captions + caption[len(captions) :]

    def at(self, order: np.ndarray) -> np.ndarray:
        """Return which photos may match the caption at their place in this order, or had it before, (photos,)."""
        text = self._text[order]
        is_own = (self._group == self._owner[order]) | (
            (text >= 0) & np.isin(self._group * self._texts + text, self._own)
        )
        pair = self._photo * self._captions + self._caption[order]
        is_first = np.zeros(len(pair), bool)
        is_first[np.unique(pair, return_index=True)[1]] = True
        return np.asarray(is_own | ~is_first | np.isin(pair, self._besides))
