"""Pairs -> training and test side, by photo, by folds, or strictly, with a report of what both sides share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from withsense_tf.data.caption_ids import owners_of
from withsense_tf.data.dataset import Pairs, check_pairs
from withsense_tf.errors import DataError, check_seed, check_share, check_whole


@dataclass(frozen=True, repr=False)
class SplitReport:
    """How the pairs were divided, and what the two sides share."""

    train_pairs: int
    test_pairs: int
    dropped_pairs: int
    train_photos: int
    test_photos: int
    shared_photos: int
    train_captions: int
    test_captions: int
    shared_captions: int
    test_pairs_with_shared_caption: int
    photos_with_copies: int = 0

    def __repr__(self) -> str:
        return f"SplitReport({self})"

    def __str__(self) -> str:
        share = self.test_pairs_with_shared_caption / max(1, self.test_pairs)
        left_out = f", {self.dropped_pairs:,} left out" if self.dropped_pairs else ""
        copies = (
            f"; copies of others, on their side: {self.photos_with_copies:,}"
            if self.photos_with_copies
            else ""
        )
        return (
            f"{self.train_pairs:,} training and {self.test_pairs:,} test pairs{left_out}; "
            f"{self.train_photos:,} and {self.test_photos:,} photos, {self.shared_photos:,} on both sides; "
            f"{self.train_captions:,} and {self.test_captions:,} captions, {self.shared_captions:,} on both sides "
            f"({share:.0%} of the test pairs have one of those){copies}"
        )


@dataclass(frozen=True, repr=False)
class Split:
    """The two sides of a split. It unpacks: `train, test = split_by_photo(pairs)`."""

    train: Pairs
    test: Pairs
    report: SplitReport

    def __repr__(self) -> str:
        return f"Split({self.report})"

    def __iter__(self) -> Iterator[Pairs]:
        return iter((self.train, self.test))


@dataclass(frozen=True, eq=False, repr=False)
class DrawnPairs(Pairs, ABC):
    """Pairs that nobody judged: drawn of what belongs to their photos, and drawn anew for each side of a split."""

    @abstractmethod
    def side(self, rows: np.ndarray) -> Pairs:
        """Return pairs of the photos at these positions, drawn of what belongs to these photos alone."""


def split_by_photo(pairs: Pairs, test_share: float = 0.3, seed: int = 0) -> Split:
    """Split so that no photo is on both sides (scikit-learn's GroupShuffleSplit, as the students did).

    Captions of judged pairs may be on both sides: on the real folder nearly every test caption was seen in training.
    Caption pairs (`ws.caption_pairs`) are drawn anew for each side, of captions of its own photos alone: else a text
    that was learned as another photo's own would tell the target. Copies count as one photo.
    """
    from sklearn.model_selection import GroupShuffleSplit

    check_pairs("split_by_photo", pairs)
    check_share("test_share", test_share)
    check_seed(seed)
    _at_least(pairs.group, 2, "photos")
    splitter = GroupShuffleSplit(n_splits=1, test_size=test_share, random_state=seed)
    try:
        train, test = next(splitter.split(pairs.table, groups=pairs.group))
    except ValueError as error:
        raise DataError(f"{pairs!r} is too small for test_share={test_share}: {error}") from error
    return _split(pairs, train, test)


def folds_by_photo(pairs: Pairs, folds: int = 10, seed: int = 0) -> tuple[Split, ...]:
    """Divide the photos into `folds` shuffled parts of equal size; each is the test side once.

    Caption pairs are drawn anew for each side, as `split_by_photo` says.
    """
    check_pairs("folds_by_photo", pairs)
    check_whole("folds", folds, 2)
    check_seed(seed)
    photos = np.unique(pairs.group)
    _at_least(photos, folds, "photos")
    order = np.random.default_rng(seed).permutation(photos)
    in_test = [np.isin(pairs.group, part) for part in np.array_split(order, folds)]
    return tuple(_split(pairs, np.flatnonzero(~test), np.flatnonzero(test)) for test in in_test)


def split_strict(pairs: Pairs, test_share: float = 0.3, seed: int = 0) -> Split:
    """Split so that neither a photo nor a caption (nor its text, nor its owner) is on both sides.

    A caption goes to the side of the photo that owns it, and captions of the same words stay together. Pairs
    of a training photo with a test caption, or the reverse, are left out: with 30 % of the photos in the test
    side that is about 42 % of the pairs. Of caption pairs, which are drawn anew for each side, none is.
    """
    check_pairs("split_strict", pairs)
    check_share("test_share", test_share)
    check_seed(seed)
    photo_side, caption_side = _connect(pairs)
    groups = np.unique(np.concatenate([photo_side, caption_side]))
    _at_least(groups, 2, "groups of photos that share no caption")
    order = np.random.default_rng(seed).permutation(groups)
    test_groups = order[: min(len(groups) - 1, max(1, round(test_share * len(groups))))]
    photo_in_test, caption_in_test = np.isin(photo_side, test_groups), np.isin(caption_side, test_groups)
    train = np.flatnonzero(~photo_in_test & ~caption_in_test)
    test = np.flatnonzero(photo_in_test & caption_in_test)
    return _split(pairs, train, test)


def _connect(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Label each pair's photo, and the owner of its caption, so that what must stay together is equal."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    table = pairs.table
    owners = owners_of(table["caption"])
    # A node for each group of copies (a photo's name where the photo is not in the folder), one for each text.
    owner_node = owners.map(pairs.data.groups).fillna("name:" + owners)
    text_node = "text:" + table["text"].str.casefold()
    nodes, codes = np.unique(
        np.concatenate([pairs.group, owner_node.to_numpy(str), text_node.to_numpy(str)]),
        return_inverse=True,
    )
    photo, owner, text = codes.reshape(3, -1)
    links = coo_array((np.ones(len(owner)), (owner, text)), shape=(len(nodes), len(nodes)))
    _, label = connected_components(links, directed=False)
    return label[photo], label[owner]


def _split(pairs: Pairs, train: np.ndarray, test: np.ndarray) -> Split:
    if not len(train) or not len(test):
        side = "training" if not len(train) else "test"
        raise DataError(f"The {side} side of the split is empty: {pairs!r} is too small for this split.")
    take = pairs.side if isinstance(pairs, DrawnPairs) else pairs.take
    left, right = take(train), take(test)
    shared_photos = len(np.intersect1d(left.group, right.group))
    copies = pairs.table["photo"].nunique() - len(np.unique(pairs.group))
    report = _report(left.table, right.table, len(pairs), shared_photos, copies)
    return Split(left, right, report)


def _report(
    train: pd.DataFrame, test: pd.DataFrame, total: int, shared_photos: int, copies: int
) -> SplitReport:
    both_captions = set(train["caption"]) & set(test["caption"])
    return SplitReport(
        train_pairs=len(train),
        test_pairs=len(test),
        # Drawn anew, a few more may find room than before.
        dropped_pairs=max(0, total - len(train) - len(test)),
        train_photos=train["photo"].nunique(),
        test_photos=test["photo"].nunique(),
        shared_photos=shared_photos,
        train_captions=train["caption"].nunique(),
        test_captions=test["caption"].nunique(),
        shared_captions=len(both_captions),
        test_pairs_with_shared_caption=int(test["caption"].isin(both_captions).sum()),
        photos_with_copies=copies,
    )


def _at_least(groups: np.ndarray, count: int, what: str) -> None:
    group_count = len(np.unique(groups))
    if group_count < count:
        raise DataError(f"This split needs at least {count} {what}, got {group_count}.")
