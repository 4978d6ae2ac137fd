from __future__ import annotations

import hashlib

import pytest

from withsense_tf.data.flickr8k import _test_names, name_hash, published_test_photos


def test_a_name_on_the_list_of_hashes_is_a_test_photo_and_another_is_none() -> None:
    hashes = _test_names()
    assert len(hashes) == 1_000
    assert hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()[:16] == "3e55a8b35033afda"
    assert all(len(one) == len(name_hash("a.jpg")) for one in hashes)
    assert name_hash("a.jpg") == hashlib.sha256(b"a.jpg").hexdigest()[:8]
    assert published_test_photos(["a.jpg", "b.jpg", "a.jpg"]) == []


def test_a_photo_of_a_plain_folder_is_known_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.data.flickr8k._test_names", lambda: frozenset([name_hash("a.jpg")]))
    assert published_test_photos(["Images/a.jpg", "a.jpg/b.jpg"]) == ["Images/a.jpg"]
