from __future__ import annotations

import pytest

from withsense_tf.data.folder.photo_names import PhotoNames

NAMES = PhotoNames(
    files={
        "train": frozenset({"a.jpg", "b.jpg"}),
        "test": frozenset({"t.jpg"}),
        "corpus": frozenset({"c.jpg"}),
    },
    test=frozenset({"t.jpg", "b.jpg"}),
    usable={"train": frozenset({"a.jpg"}), "test": frozenset({"t.jpg"}), "corpus": frozenset()},
)


@pytest.mark.parametrize(
    ("photo", "part"),
    [
        ("a.jpg", "train"),
        ("b.jpg", "test"),
        ("t.jpg", "test"),
        ("c.jpg", "corpus"),
        ("elsewhere.jpg", "corpus"),
    ],
)
def test_what_is_named_as_a_test_photo_is_one_wherever_it_lies(photo: str, part: str) -> None:
    assert NAMES.part(photo) == part


def test_a_file_that_cannot_be_used_is_known_all_the_same() -> None:
    assert NAMES.known("c.jpg")
    assert "c.jpg" not in NAMES.usable_names
    assert not NAMES.known("elsewhere.jpg")
