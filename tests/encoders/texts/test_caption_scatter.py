from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from withsense_tf.encoders.texts import caption_scatter
from withsense_tf.encoders.texts.caption_scatter import Scatter, ScatterSum, TextColumns, photo_blocks

RNG = np.random.default_rng(0)
WORDS = RNG.random((23, 5)).astype(np.float32) * (RNG.random((23, 5)) < 0.5)
VECTORS = RNG.normal(size=(23, 3)).astype(np.float32)
ALL = np.hstack([WORDS, VECTORS]).astype(np.float64)
LABEL = np.array([0, 1, 2, 3, 4, 5, 6, 0, 0, 1, 3, 3, 3, 6, 6, 5, 2, 2, 2, 2, 4, 1, 0])


def scatter() -> Scatter:
    sums = ScatterSum(8)
    for rows, photo in photo_blocks(LABEL):
        sums.add(TextColumns(csr_matrix(WORDS[rows]), VECTORS[rows]), photo)
    return sums.scatter()


@pytest.mark.parametrize("block", [1, 3, 100])
def test_sums_over_blocks_are_the_covariances_of_photos_and_within_photos(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caption_scatter, "BLOCK", block)
    photos = np.stack([ALL[at == LABEL].mean(axis=0) for at in range(7)])
    within = ALL - photos[LABEL]
    made = scatter()
    np.testing.assert_allclose(made.between, np.cov(photos.T, bias=True), atol=1e-6)
    np.testing.assert_allclose(made.within, within.T @ within / len(ALL), atol=1e-6)
    np.testing.assert_allclose(made.mean, ALL.mean(axis=0), atol=1e-6)


def test_a_block_has_all_captions_of_its_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption_scatter, "BLOCK", 3)
    blocks = list(photo_blocks(LABEL))
    assert [sorted(set(LABEL[rows])) for rows, _ in blocks] == [[0, 1, 2], [3, 4, 5], [6]]
    assert sorted(np.concatenate([rows for rows, _ in blocks])) == list(range(23))
    assert all(photo.min() == 0 for _, photo in blocks)
