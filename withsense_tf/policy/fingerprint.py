"""Photos -> perceptual hashes, and groups of near-duplicates: the same photo resized, recompressed or brightened."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.data.photo_file import PhotoError, read_photo
from withsense_tf.terminal import track

SIDE: Final = 32  # the photo is looked at this small, and the lowest 8 x 8 frequencies are kept
KEPT: Final = 8
# Of 64 bits. Measured on 1,000 photos: copies that are recompressed (quality 30), halved, brightened or greyed
# differ by 0 to 6, other photos by 12 or more. A crop by 3 % differs by 6 to 20: most crops are not caught.
NEAR: Final = 6


def perceptual_hashes(paths: Sequence[Path]) -> np.ndarray:
    """Return a 64-bit hash a photo, uint64, (photos,); 0 for a photo that cannot be read."""

    def one(path: Path) -> int:
        try:
            return perceptual_hash(read_photo(path, (SIDE, SIDE)))
        except PhotoError:
            return 0

    with ThreadPoolExecutor() as pool:
        found = list(track(pool.map(one, paths), len(paths), "Hashing photos"))
    return np.array(found, dtype=np.uint64)


def perceptual_hash(pixels: np.ndarray) -> int:
    """Hash a small photo, (32, 32, 3), by which of its low frequencies are stronger than their median."""
    from scipy.fft import dctn

    grey = pixels.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    low = dctn(grey, norm="ortho")[:KEPT, :KEPT].ravel()
    # The first one is the mean brightness: a brightened copy is still the same photo.
    bits = low > np.median(low[1:])
    bits[0] = True  # so that no photo has the hash 0
    return int(np.packbits(bits).view(">u8")[0])


def near_duplicates(hashes: np.ndarray, most_bits: int = NEAR) -> np.ndarray:
    """Label photos so that those whose hashes differ by at most `most_bits` share a label, (photos,).

    Hashes that differ in few bits agree fully in one of `most_bits + 1` pieces, so only those are compared. A
    photo with the hash 0 (unreadable) is its own.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    readable = np.flatnonzero(hashes)
    edges = np.linspace(0, 64, most_bits + 2).astype(int)
    for start, stop in pairwise(edges):
        piece = (hashes[readable] >> np.uint64(start)) & np.uint64((1 << int(stop - start)) - 1)
        order = readable[np.argsort(piece, kind="stable")]
        cuts = np.flatnonzero(np.diff(np.sort(piece, kind="stable"))) + 1
        for group in np.split(order, cuts):
            # Row by row: memory stays flat where very many photos share a piece.
            for at, photo in enumerate(group[:-1]):
                others = group[at + 1 :]
                near = others[np.bitwise_count(hashes[photo] ^ hashes[others]) <= most_bits]
                left.append(np.full(len(near), photo))
                right.append(near)
    i, j = np.concatenate(left), np.concatenate(right)
    links = coo_array((np.ones(len(i)), (i, j)), shape=(len(hashes), len(hashes)))
    return np.asarray(connected_components(links, directed=False)[1])
