from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from withsense_tf.policy.fingerprint import NEAR, near_duplicates, perceptual_hashes


def pattern(seed: int) -> Image.Image:
    """Return a photo-like picture: a few large soft blobs."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    first = pattern(0)
    pictures = {
        "first.png": first,
        "small.jpg": first.resize((120, 90)),
        "bright.jpg": ImageEnhance.Brightness(first).enhance(1.15),
        "grey.jpg": first.convert("L"),
        "other.png": pattern(1),
        "third.png": pattern(2),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name)
    (tmp_path / "broken.jpg").write_bytes(b"")
    (tmp_path / "empty.jpg").write_bytes(b"")
    return [tmp_path / name for name in (*pictures, "broken.jpg", "empty.jpg")]


def test_copies_share_a_label_and_other_photos_do_not(files: list[Path]) -> None:
    labels = near_duplicates(perceptual_hashes(files))
    assert len(set(labels[:4])) == 1
    assert len(set(labels[3:])) == 5  # the unreadable ones are no copies of each other


def test_near_means_what_comparing_all_pairs_says() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(1, 2**63, 40, dtype=np.uint64)
    near = base ^ (np.uint64(1) << rng.integers(0, 63, 40).astype(np.uint64))
    far = base ^ rng.integers(1, 2**20, 40, dtype=np.uint64)
    hashes = np.concatenate([base, near, far])
    labels = near_duplicates(hashes)
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    assert (labels[:, None] == labels[None, :])[apart <= NEAR].all()
    # Those that share a label are linked by a chain of near ones.
    for label in np.unique(labels):
        group = np.flatnonzero(labels == label)
        if len(group) > 1:
            assert (apart[np.ix_(group, group)] + 99 * np.eye(len(group), dtype=int)).min(
                axis=1
            ).max() <= NEAR


def test_no_photos_have_no_labels() -> None:
    assert len(near_duplicates(np.zeros(0, np.uint64))) == 0
