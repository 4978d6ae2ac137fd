"""What captions say of a child -> photos to learn from, each with the share of its captions that do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.errors import DataError
from withsense_tf.policy.photo_decisions import caption_verdicts, restricts

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.policy.law import Law

# Fewer photos of a kind say too little of it.
FEWEST: Final = 10
# A photo shows a child beyond doubt where more of its captions say so than not.
MOST_SAY: Final = 0.5


@dataclass(frozen=True, eq=False)
class JudgeExamples:
    """Photos with captions, one of each group of copies, and the share of their captions that speak of a child."""

    content: tuple[str, ...]
    paths: tuple[Path, ...]
    share: np.ndarray

    @property
    def child(self) -> np.ndarray:
        """Return which photos show a child beyond doubt."""
        return np.asarray(self.share > MOST_SAY)

    @property
    def clear(self) -> np.ndarray:
        """Return the photos of which most captions speak of a child, or none does."""
        return np.asarray(self.child | (self.share == 0))


def judge_examples(data: Dataset, law: Law, parts: Collection[str] = ("train", "corpus")) -> JudgeExamples:
    """Return the photos of these parts that have captions, judged under the strictest rule.

    A person's decision on a photo counts as all captions. Copies of photos of other parts are left out.
    """
    table = caption_verdicts(data, law.texts(law.countries.strictest().age_limit))
    table = table[table["counts"].to_numpy(bool)]
    says = [restricts(verdict) for verdict in table["verdict"]]
    shares = table.assign(says=says).groupby("photo")["says"].mean()
    photos = data.photos.drop_duplicates("photo")
    groups = data.groups
    others = set(groups[photos.loc[~photos["part"].isin(parts), "photo"]])
    mine = photos[photos["part"].isin(parts) & photos["photo"].isin(shares.index)]
    group = mine["photo"].map(groups)
    mine = mine[~group.isin(others) & ~group.duplicated()]
    share = shares[mine["photo"]].to_numpy(float, copy=True)
    for at, (photo, digest) in enumerate(zip(mine["photo"], mine["digest"], strict=True)):
        override = law.ownership.human_decisions.of(photo, digest)
        if override is not None:
            share[at] = float(override.decision == "restrict")
    examples = JudgeExamples(tuple(mine["digest"]), tuple(map(Path, mine["path"])), share)
    kinds = int(examples.child.sum()), int((share == 0).sum())
    if min(kinds) < FEWEST:
        raise DataError(
            f"{data.folder} has {kinds[0]} photos of which most captions speak of a child, {kinds[1]} of which none "
            f"does. A judge learns from at least {FEWEST} of both kinds: take more captioned photos."
        )
    return examples
