"""Looks -> which photos are copies of each other, and which are shown within another one.

Copies are photos that were resized, recompressed, brightened, turned, mirrored, framed, or cropped. A collage shows the
photos that it is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.machine import usable_cores
from withsense_tf.common.terminal import track, waiting
from withsense_tf.data.pictures.look_cache import SMALLER, LookCache, look_cache
from withsense_tf.data.pictures.looks import (
    TURNS,
    WORDS,
    Frames,
    frames_of,
    patches_in,
    turn_frames,
    unpack_bits,
)
from withsense_tf.data.pictures.patch_matches import Shares, blocks_of_runs, shared_patches
from withsense_tf.data.pictures.photo_file import LOOK_SIDE, PhotoError, digest_of, open_upright

# Two frames are near where at most this share of the signs differ that are sure in both, not counting the first few:
# photos that share fewer than these have too little to go by, and are not near. Measured on 6,926 photos: see
# experiments/RESULTS.md.
SHARE: Final = 0.12
FREE: Final = 24
# So many pairs of frames are compared each with each. Of more, only those that agree fully in one of some pieces of
# the 64 lowest frequencies: `ROUNDS` times these are divided into pieces of `PIECE` bits, by chance.
FEW: Final = 1 << 22
ROUNDS: Final = 5
PIECE: Final = 12
# Of the 64 lowest signs, copies differ in no more.
LOWEST: Final = 16
BLOCK: Final = 1 << 22

Pairs = tuple[np.ndarray, np.ndarray]


def read_look(path: Path, digest: str | None = None, look: str = "", cache: LookCache | None = None) -> str:
    """Return the look of a photo file; raise PhotoError if it cannot be read, or has not the content of a `digest`.

    One that is known already, or is in the `cache`, is not made anew: a file of this content was decoded before.
    """
    content = ""
    with suppress(OSError):
        content = digest_of(path)
        if digest in (None, content):
            known = look or (cache.find(content, SMALLER) if cache is not None else None)
            if known is not None:
                return known
    # So that no look is kept under the digest of what the file was a moment ago.
    with open_upright(path, LOOK_SIDE, digest or content or None) as photo:
        look = photo.look()
    if cache is not None and content:
        cache.add(content, SMALLER, look)
    return look


def read_looks(paths: Sequence[Path]) -> list[str]:
    """Return the look of each photo file; an empty one for a photo that cannot be read."""

    def one(path: Path) -> str:
        try:
            return read_look(path, cache=cache)
        except PhotoError:
            return ""

    with look_cache() as cache, ThreadPoolExecutor(usable_cores()) as pool:
        return list(track(pool.map(one, paths), len(paths), "Looking for copies"))


def near_duplicates(looks: Sequence[str]) -> np.ndarray:
    """Label photos so that copies share a label, (photos,); a photo with an empty look is its own."""
    return connect(len(looks), relations(looks).copies)


def relations(looks: Sequence[str], new: Collection[int] | None = None) -> Shares:
    """Return pairs of places of photos that are copies, enough of them to link all that are, and parts of others.

    With `new`, places of photos, only pairs that one of these is in: of others it is known already.
    """
    # One look is compared once; who has it is a copy of the first who has it.
    first: dict[str, int] = {}
    for at, look in enumerate(looks):
        first.setdefault(look, at)
    places = np.array(list(first.values()), np.int64)
    is_new = np.array([new is None or at in new for at in range(len(looks))], bool)
    distinct = np.zeros(len(looks), bool)
    distinct[[first[look] for look, some in zip(looks, is_new, strict=True) if some]] = True
    with waiting("Comparing photos with each other"):
        by_patches = shared_patches(patches_in([looks[at] for at in places]), distinct[places])
        by_frames = np.stack(near_pairs(looks, new))
    return Shares(np.concatenate([by_frames, places[by_patches.copies]], axis=1), places[by_patches.parts])


def connect(count: int, pairs: Pairs | np.ndarray) -> np.ndarray:
    """Label `count` things so that those that a chain of pairs links share a label, (count,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = pairs
    links = coo_array((np.ones(len(left)), (left, right)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])


def near_pairs(looks: Sequence[str], new: Collection[int] | None = None) -> Pairs:
    """Return pairs of places of photos whose frames are near, enough of them to link all that are.

    With `new`, places of photos, only pairs that one of these is in: of others it is known already.
    """
    first: dict[str, int] = {}
    same = [(first.setdefault(look, at), at) for at, look in enumerate(looks) if look]
    distinct = list(first.values())
    unknown = None if new is None else {first[looks[at]] for at in new if looks[at]}
    places = [at for at, one in enumerate(distinct) if unknown is None or one in unknown]
    left, right = _compare([looks[at] for at in distinct], np.array(places, np.int64))
    place = np.array(distinct, np.int64)
    twins = np.array([pair for pair in same if pair[0] != pair[1]], np.int64).reshape(-1, 2)
    return np.concatenate([place[left], twins[:, 0]]), np.concatenate([place[right], twins[:, 1]])


def near_to(look: str, looks: Sequence[str], within: bool = False) -> np.ndarray:
    """Return the places of the photos that a photo is a copy of, in order; with `within`, of those it shows, too."""
    is_new = np.arange(len(looks) + 1) == len(looks)
    copies, parts = shared_patches(patches_in([*looks, look]), is_new)
    by_patches = [copies[copies != len(looks)], *([parts[0][parts[0] != len(looks)]] if within else [])]
    own, others = frames_of([look]), frames_of(looks)
    # The one is turned, not the many.
    turns = [turn_frames(own, turn) for turn in TURNS]
    near_frames = [_near(one, others, *_each(one, others))[1] for one in turns]
    by_frames = others.owner[np.concatenate(near_frames)]
    return np.unique(np.concatenate([by_frames, *by_patches]))


def shown_in(looks: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """Return the places of the other photos that show one of some photos, as collages do, in order."""
    is_new = np.arange(len(others) + len(looks)) >= len(others)
    parts, wholes = shared_patches(patches_in([*others, *looks]), is_new).parts
    return np.unique(wholes[(parts >= len(others)) & (wholes < len(others))])


def _compare(looks: Sequence[str], places: np.ndarray) -> Pairs:
    """Return pairs of places of different looks that are near each other, one of them a chosen one."""
    frames = frames_of(looks)
    own = np.isin(frames.owner, places)
    new_frames = Frames(*(part[own] for part in frames))
    pairs = [np.zeros((2, 0), np.int64)]
    for turn in TURNS:
        others = turn_frames(new_frames, turn)
        few = len(frames.owner) * len(new_frames.owner) <= FEW
        for rows, columns in [_each(frames, others)] if few else _alike(frames, others):
            # Of two that are asked for, each turn finds the pair from both sides, or the turn back does.
            once = (frames.owner[rows] < new_frames.owner[columns]) | ~own[rows]
            near = _near(frames, others, rows[once], columns[once])
            pairs.append(np.stack([frames.owner[near[0]], new_frames.owner[near[1]]]))
    left, right = np.unique(np.concatenate(pairs, axis=1), axis=1)
    return left, right


def _each(frames: Frames, others: Frames) -> Pairs:
    """Return the frames that differ in few of the lowest signs, each compared with each."""
    pairs = [np.zeros((2, 0), np.int64)]
    step = max(1, BLOCK // max(1, len(others.signs)))
    for start in range(0, len(frames.signs), step):
        rows = slice(start, start + step)
        both = frames.sure[rows, :1] & others.sure[:, 0]
        apart = (frames.signs[rows, :1] ^ others.signs[:, 0]) & both
        row, column = np.nonzero(np.bitwise_count(apart) <= LOWEST)
        pairs.append(np.stack([row + start, column]))
    rows_found, columns = np.concatenate(pairs, axis=1)
    return rows_found, columns


def _alike(frames: Frames, others: Frames) -> Iterator[Pairs]:
    """Yield the frames that agree in one of the pieces of their lowest signs."""
    bits = [unpack_bits(one.signs[:, :1]) for one in (frames, others)]
    rng = np.random.default_rng(0)
    for _ in range(ROUNDS):
        # The first bit is the mean's, and says nothing.
        order = 1 + rng.permutation(bits[0].shape[1] - 1)
        for piece in order[: len(order) // PIECE * PIECE].reshape(-1, PIECE):
            left, right = (one[:, piece] @ (1 << np.arange(PIECE)) for one in bits)
            yield from _equal(left, right)


def _equal(left: np.ndarray, right: np.ndarray) -> Iterator[Pairs]:
    """Yield the places of equal numbers on both sides, some at a time."""
    order = np.argsort(left, kind="stable")
    starts = np.searchsorted(left[order], right, "left")
    counts = np.searchsorted(left[order], right, "right") - starts
    for first, last, within in blocks_of_runs(counts, BLOCK):
        some = counts[first:last]
        yield order[np.repeat(starts[first:last], some) + within], np.repeat(np.arange(first, last), some)


def _near(frames: Frames, others: Frames, rows: np.ndarray, columns: np.ndarray) -> Pairs:
    """Return those of the pairs of frames that are near each other."""
    for words in (slice(0, 1), slice(0, WORDS)):
        both = frames.sure[rows, words] & others.sure[columns, words]
        differ = np.bitwise_count((frames.signs[rows, words] ^ others.signs[columns, words]) & both)
        shared = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        near = differ.sum(axis=1) <= (LOWEST if words.stop == 1 else SHARE * (shared - FREE))
        rows, columns = rows[near], columns[near]
    return rows, columns
