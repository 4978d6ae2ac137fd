from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.gallery import Gallery
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.passing_store import PassingStore
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError


def test_it_gives_the_vectors_of_a_store_and_keeps_none(
    gallery: Gallery, patches: PhotoEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = pickle.loads(pickle.dumps(PassingStore()))
    for _ in range(2):
        vectors = store.vectors_of(patches, gallery.content[:5], gallery.paths[:5])
        expected = VectorStore().vectors_of(patches, gallery.content[:5], gallery.paths[:5])
        np.testing.assert_array_equal(vectors, expected)
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_another_content_by_now_is_an_error(gallery: Gallery, patches: PhotoEncoder) -> None:
    with pytest.raises(DataError, match="not the one that was indexed"):
        PassingStore().vectors_of(patches, ["0" * 64], gallery.paths[:1])
