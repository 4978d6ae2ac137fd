from __future__ import annotations

import json
from pathlib import Path

import pytest

from withsense_tf.data.demo_marker import FILE, DemoSizes, read_marker, write_marker


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    (tmp_path / "train_images").mkdir()
    (tmp_path / "train_images/a.jpg").write_bytes(b"a")
    write_marker(tmp_path, seed=3, sizes=DemoSizes(20, 5, 30), version=7)
    return tmp_path


def test_a_mark_says_which_set_it_is_and_that_nobody_touched_it(marked: Path) -> None:
    marker = read_marker(marked)
    assert marker is not None
    assert (marker.seed, marker.sizes, marker.version, marker.untouched) == (3, DemoSizes(20, 5, 30), 7, True)
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


def test_a_mark_of_before_there_were_captioned_photos_still_says_that_a_set_is_drawn(marked: Path) -> None:
    facts = json.loads((marked / FILE).read_text())
    del facts["captioned"]
    (marked / FILE).write_text(json.dumps(facts))
    marker = read_marker(marked)
    assert marker is not None
    assert marker.sizes == DemoSizes(20, 5, 0)
