"""Patches of photos -> which photos are crops of each other, and which are part of another one, as of a collage.

Photos that share patches come into question; they are compared where these lie alike. Of patches, those are compared
that agree fully in a piece of their signs, whose length grows with the number of patches: so twice as many photos take
about twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from withsense_tf.data.pictures.patches import BEYOND, REACH, RECORD, STEPS
from withsense_tf.data.pictures.photo_pyramid import SMALLEST

# Patches are alike where they differ in fewer signs of 63: by chance one pair of 100,000 does. What a pair says is how
# many fewer these are. Photos share a picture where what their pairs say comes to `ENOUGH`; two alone say less.
ALIKE: Final = 12
SAYS: Final = 16
ENOUGH: Final = 22
# Photos come into question by two patches, or by one that differs in no more than a few signs.
CLOSE: Final = 8
CLOSEST: Final = 3
# Pieces of signs begin at every fourth one, and have at least so many.
PIECES: Final = tuple(range(1, 64, 4))
PIECE: Final = 14
# A piece that so many patches have, as of plain edges, tells nothing apart.
COMMON: Final = 200
BLOCK: Final = 1 << 22
# Pairs lie alike where one tells the place of the other: to so many pixels, and this share of how far they are apart.
PIXELS: Final = 2.0
SHARE_OFF: Final = 0.10
TIMES_OFF: Final = 1.3
# Photos are copies where they have more than this share of each other in common, as crops by a fifth of both sides and
# in a wide border do; a part of another photo is what has it but for the other's share.
IN_COMMON: Final = 0.57
# Of the patches that should be seen in the other photo, pairs have at least this share, or things that are drawn alike
# stand in both. Those should be seen that lie inside it and are not much smaller than the smallest.
IN_SIGHT: Final = 0.25
SMALL: Final = 1.5 * SMALLEST
# In copies, pairs lie in more than this share of the width and height that those patches lie in: of two collages that
# have half their photos in common, none is a copy.
SPREAD: Final = 0.5
# What pairs lie around is at least this share of the smaller photo, or it is but a stamp or a sign in it.
COVER: Final = 0.01


class Patches(NamedTuple):
    """Patches of photos, RECORD, (patches,); the place of the photo of each; height and width of each photo."""

    records: np.ndarray
    owner: np.ndarray
    shape: np.ndarray

    def of(self, photo: int) -> np.ndarray:
        """Return the patches of one photo: photos come in their order."""
        first, last = np.searchsorted(self.owner, (photo, photo + 1))
        return self.records[first:last]


class Shares(NamedTuple):
    """Pairs of places of photos: `copies` of each other, and `parts`, each with the photo that it is part of."""

    copies: np.ndarray
    parts: np.ndarray


def parse_patches(texts: Sequence[bytes]) -> Patches:
    """Return the patches of photos as `patches_of` gives them; what is empty has none."""
    shape = np.array([tuple(text[:2]) if text else (0, 0) for text in texts], np.float64).reshape(-1, 2)
    records = np.frombuffer(b"".join(text[2:] for text in texts), RECORD)
    counts = [max(0, len(text) - 2) // RECORD.itemsize for text in texts]
    return Patches(records, np.repeat(np.arange(len(texts)), counts), shape)


def shared_patches(patches: Patches, new: np.ndarray) -> Shares:
    """Return photos that are copies or part of each other, where one of them is a `new` one, bool (photos,)."""
    pairs: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for one, other in _candidates(patches, new):
        relation = _relation(patches, one, other)
        if relation is not None:
            is_copy, swap = relation
            pairs[is_copy].append((other, one) if swap else (one, other))
    copies, parts = (np.array(pairs[kind], np.int64).reshape(-1, 2).T for kind in (True, False))
    return Shares(copies, parts)


def _candidates(patches: Patches, new: np.ndarray) -> list[tuple[int, int]]:
    """Return pairs of photos that share enough patches to be compared."""
    signs = patches.records["signs"].astype(np.uint64)
    bits = int(np.clip(np.log2(max(2, len(signs))) + 1, PIECE, 30))
    is_new = new[patches.owner]
    links = [np.zeros((3, 0), np.int64)]
    for start in PIECES:
        # A piece that does not end before the last sign goes on with the first.
        key = ((signs << np.uint64(start)) | (signs >> np.uint64(64 - start))) >> np.uint64(64 - bits)
        for left, right in _equal(key.astype(np.int64), is_new):
            differ = np.bitwise_count(signs[left] ^ signs[right])
            good = (differ <= CLOSE) & (patches.owner[left] != patches.owner[right])
            links.append(np.stack([left[good], right[good], differ[good]]))
    left, right, differ = np.unique(np.concatenate(links, axis=1), axis=1)
    owners = np.sort(np.stack([patches.owner[left], patches.owner[right]]), axis=0)
    pairs, place, counts = np.unique(owners, axis=1, return_inverse=True, return_counts=True)
    closest = np.full(pairs.shape[1], SAYS)
    np.minimum.at(closest, place.ravel(), differ)
    in_question = (counts >= 2) | (closest <= CLOSEST)
    return [(int(one), int(other)) for one, other in pairs[:, in_question].T]


def _equal(keys: np.ndarray, is_new: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield places of equal keys, of which the left one is new and each pair comes once."""
    rare_keys = np.zeros(1 << int(keys.max(initial=0)).bit_length(), bool)
    rare_keys[keys[is_new]] = True
    place = np.flatnonzero(rare_keys[keys])
    order = place[np.argsort(keys[place], kind="stable")]
    keys_in_order = keys[order]
    first = np.flatnonzero(np.diff(keys_in_order, prepend=-1))
    run = np.diff(first, append=len(keys_in_order))
    run_of, last = np.repeat(run, run), np.repeat(first + run, run)
    left = np.flatnonzero(run_of <= COMMON)
    after = last[left] - left - 1
    for start, stop, within in blocks_of_runs(after, BLOCK):
        some, counts = left[start:stop], after[start:stop]
        ones = np.repeat(some, counts)
        others = ones + 1 + within
        one, other = order[ones], order[others]
        keep = is_new[one] | is_new[other]
        yield one[keep], other[keep]


def blocks_of_runs(counts: np.ndarray, most: int) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the first and last of runs of so many members, about `most` at a time, and each member's place in its run.

    >>> [(first, last, within.tolist()) for first, last, within in blocks_of_runs(np.array([2, 0, 3]), 4)]
    [(0, 2, [0, 1]), (2, 3, [0, 1, 2])]
    """
    ends = np.cumsum(counts)
    cuts = np.searchsorted(ends, np.arange(most, counts.sum(), most)).tolist()
    for first, last in pairwise(sorted({0, *cuts, len(counts)})):
        some = counts[first:last]
        yield first, last, np.arange(some.sum()) - np.repeat(np.cumsum(some) - some, some)


def _relation(patches: Patches, one: int, other: int) -> tuple[bool, bool] | None:
    """Return whether photos are copies and, if not, whether the other is part of the one; None where they are not."""
    left, right = patches.of(one), patches.of(other)
    differ = np.bitwise_count(left["signs"][:, None] ^ right["signs"])
    at, to = np.nonzero(differ < ALIKE)
    pairs = _agreeing(left[at], right[to], SAYS - differ[at, to].astype(np.int64), (at, to))
    if not len(pairs):
        return None
    shapes = patches.shape[one], patches.shape[other]
    overlay = _laid(left[at[pairs]], right[to[pairs]])
    shares = _in_common(overlay, *shapes)
    inside = [_inside(overlay, left, shapes[1]), _inside(overlay.back(), right, shapes[0])]
    pairs_of = [left[at[pairs]], right[to[pairs]]]
    smaller = 0 if shares[0] >= shares[1] else 1
    cover = np.prod(_extent(pairs_of[smaller]) / shapes[smaller][::-1])
    if len(pairs) < IN_SIGHT * min(map(len, inside)) or cover < COVER:
        return None
    if min(shares) > IN_COMMON:
        ends = zip(pairs_of, inside, strict=True)
        spread = min(float((_extent(some) / np.maximum(_extent(every), 1)).min()) for some, every in ends)
        return (True, False) if spread > SPREAD else None
    return (False, smaller == 1) if max(shares) > IN_COMMON else None


class _Overlay(NamedTuple):
    """How one photo lies on another one: turned, so many times as large, and moved."""

    turn: np.ndarray
    times: float
    offset: np.ndarray

    def back(self) -> _Overlay:
        """Return how the other one lies on the one."""
        return _Overlay(self.turn.T, 1 / self.times, -(self.offset @ self.turn) / self.times)

    def places(self, places: np.ndarray) -> np.ndarray:
        """Return where places of the one photo are in the other one."""
        there: np.ndarray = self.times * places @ self.turn.T + self.offset
        return there


def _laid(left: np.ndarray, right: np.ndarray) -> _Overlay:
    """Return how pairs of patches lay one photo on the other."""
    turn = _turns(right)[0].T @ _turns(left)[0]
    starts, ends = _places(left) @ turn.T, _places(right)
    times = float(np.median(_sizes(right) / _sizes(left)))
    spread = float(np.square(starts - starts.mean(axis=0)).sum())
    if len(left) > 2 and spread > 0:
        times = float(((starts - starts.mean(axis=0)) * (ends - ends.mean(axis=0))).sum() / spread)
    return _Overlay(turn, times, (ends - times * starts).mean(axis=0))


def _in_common(overlay: _Overlay, shape: np.ndarray, other_shape: np.ndarray) -> tuple[float, float]:
    """Return what share of each photo the two have in common."""
    corners = overlay.places(np.array([(0.0, 0.0), shape[::-1]]))
    low = np.maximum(corners.min(axis=0), 0)
    high = np.minimum(corners.max(axis=0), other_shape[::-1])
    area = float(np.prod(np.maximum(high - low, 0)))
    return area / float(overlay.times**2 * np.prod(shape)), area / float(np.prod(other_shape))


def _inside(overlay: _Overlay, records: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Return the patches of a photo that should be seen in the other one, of that shape."""
    places, sizes = overlay.places(_places(records)), overlay.times * _sizes(records)
    reach = (REACH * (1 - BEYOND) * sizes)[:, None]
    inside = ((places > reach) & (places + reach < shape[::-1] - 1)).all(axis=1)
    return records[inside & (sizes > SMALL)]


def _extent(records: np.ndarray) -> np.ndarray:
    """Return how wide and high the field is that patches lie in."""
    return np.asarray(np.ptp(_places(records), axis=0) if len(records) else np.zeros(2))


def _places(records: np.ndarray) -> np.ndarray:
    return np.stack([records["across"], records["down"]], axis=1).astype(np.float64)


def _sizes(records: np.ndarray) -> np.ndarray:
    sizes: np.ndarray = np.exp2(records["size"] / STEPS)
    return sizes


def _turns(records: np.ndarray) -> np.ndarray:
    """Return how a step across and one down lie in the patch as it was turned, (patches, 2, 2)."""
    left_right, upside_down, swap = ((records["turn"] >> bit) & 1 for bit in range(3))
    turns = np.zeros((len(records), 2, 2))
    turns[:, 0, 0], turns[:, 1, 1] = 1.0 - 2.0 * left_right, 1.0 - 2.0 * upside_down
    return np.where(swap[:, None, None] == 1, turns[:, ::-1], turns)


def _agreeing(
    left: np.ndarray, right: np.ndarray, says: np.ndarray, place: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return the pairs of patches that lie alike in both photos, those that say most together; none if too little."""
    if says.sum() < ENOUGH:
        return np.zeros(0, np.int64)
    turn = np.einsum("nji,njk->nik", _turns(right), _turns(left))
    times = _sizes(right) / _sizes(left)
    ends = _places(right)
    steps = times[:, None] * np.einsum("nij,nj->ni", turn, _places(left))
    # Each pair (rows) says where the left patch of each (columns) would be.
    guess = times[:, None, None] * np.einsum("hij,kj->hki", turn, _places(left)) + (ends - steps)[:, None]
    off = np.abs(guess - ends).max(axis=2)
    apart = np.abs(ends[:, None] - ends).max(axis=2)
    alike = (off < PIXELS + SHARE_OFF * apart) & (turn[:, None] == turn).all(axis=(2, 3))
    alike &= np.abs(np.log(times[:, None] / times)) < np.log(TIMES_OFF)
    # A patch counts once: where it has several pairs, the first, which says most.
    order = np.argsort(-says, kind="stable")
    best = np.zeros(0, np.int64)
    for row in np.argsort(-(alike @ says), kind="stable")[:5]:
        pairs = order[alike[row, order]]
        for side in place:
            pairs = pairs[np.sort(np.unique(side[pairs], return_index=True)[1])]
        if says[pairs].sum() > says[best].sum():
            best = pairs
    return best if says[best].sum() >= ENOUGH else best[:0]
