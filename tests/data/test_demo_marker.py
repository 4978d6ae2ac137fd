from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.data.demo_marker import FILE, read_marker, write_marker


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    (tmp_path / "train_images").mkdir()
    (tmp_path / "train_images/a.jpg").write_bytes(b"a")
    write_marker(tmp_path, seed=3, train=20, test=5, version=7)
    return tmp_path


def test_a_mark_says_which_set_it_is_and_that_nobody_touched_it(marked: Path) -> None:
    marker = read_marker(marked)
    assert marker is not None
    assert (marker.seed, marker.train, marker.test, marker.version, marker.untouched) == (3, 20, 5, 7, True)
    assert marker.name == "demo (synthetic, seed 3)"


def test_the_mark_notices_every_change_but_what_a_system_leaves(marked: Path) -> None:
    before = read_marker(marked)
    (marked / "train_images/.DS_Store").write_bytes(b"x")  # looking at a folder does not change it
    assert read_marker(marked) == before
    for change in (
        lambda photo: photo.write_bytes(b"b"),
        lambda photo: photo.rename(photo.with_name("b.jpg")),
    ):
        change(marked / "train_images/a.jpg")
        marker = read_marker(marked)
        assert marker is not None
        assert not marker.untouched
        assert marker.name.startswith("altered demo")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"seed": 1}', '{"seed": "x", "train": 1, "test": 1, "version": 1}']
)
def test_a_damaged_mark_is_none(marked: Path, content: str) -> None:
    (marked / FILE).write_text(content)
    assert read_marker(marked) is None
