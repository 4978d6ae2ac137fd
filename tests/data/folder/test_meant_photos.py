"""What a damaged table may say of a child restricts the photo, wherever it stands and however the photo is named."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from quick import at_once

from withsense_tf.common.limits import read_bytes
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.folder.meant_photos import MeantPhotos
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.policy.current_policy import Policy

pytestmark = pytest.mark.closed
HEADER = "image,query_id,query_text\n"
CHILD = "bb.jpg,bb.jpg#1,A small child plays\n"
ROWS = (
    "aa.jpg,aa.jpg#1,A man walks\n"
    f"bb.jpg,bb.jpg#0,A dog runs\n{CHILD}"
    "cc.jpg,cc.jpg#0,A dog sleeps\ncc.jpg,cc.jpg#1,A red car\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder of three photos; each has a caption that speaks of no child."""
    (tmp_path / "train_images").mkdir()
    for seed, name in enumerate(("aa.jpg", "bb.jpg", "cc.jpg")):
        small = np.random.default_rng(seed).integers(0, 255, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(small).resize((64, 64), 0).save(tmp_path / "train_images" / name)
    rows = [f"{name}.jpg,{name}.jpg#0,A beach in the sun\n" for name in ("aa", "bb", "cc")]
    (tmp_path / "train_dataset.csv").write_text(HEADER + "".join(rows))
    return tmp_path


def restricted(root: Path) -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        gate = Policy.default().gate(load_dataset(root))
    return {name for name in gate.data.photos["photo"] if gate.decisions[name].restricted}


@pytest.mark.parametrize(
    "row",
    [
        "photos/bb.jpg,photos/bb.jpg#1,A small child plays\n",
        "C:\\photos\\bb.jpg,C:\\photos\\bb.jpg#1,A small child plays\n",
        "https://x.org/i/bb.jpg?s=1,https://x.org/i/bb.jpg?s=1#1,A small child plays\n",
        "%62b.jpg,%62b.jpg#1,A small child plays\n",
        "(bb.jpg),(bb.jpg)#1,A small child plays\n",
        "b\u00adb.jpg,b\u00adb.jpg#1,A small child plays\n",
        "bb copy.jpg,bb copy.jpg#1,A small child plays\n",
        "bb.jpg@1,bb.jpg@1,A small child plays\n",
        "bb.jpg,A small child plays,bb.jpg#1\n",
        "A small child plays,bb.jpg#1,bb.jpg\n",
        "A small child plays,bb.jpg,bb.jpg#1\n",
        "bb.jpg#1,A small child plays,bb.jpg\n",
        "bb.jpg,bb.jpg#1,\u200b\n",
    ],
)
@pytest.mark.slow
def test_a_row_restricts_the_photo_that_it_may_mean_in_whichever_field_the_text_stands(
    root: Path, row: str
) -> None:
    (root / "captions.csv").write_text(HEADER + ROWS.replace(CHILD, row))
    assert restricted(root) == {"bb.jpg"}


@pytest.mark.parametrize("header", ["image,query_text,query_id", "query_text,query_id,image"])
def test_a_table_whose_columns_have_each_others_names_hides_no_child(root: Path, header: str) -> None:
    (root / "captions.csv").write_text(f"{header}\n{ROWS}")
    assert restricted(root) == {"bb.jpg"}


def test_a_column_that_nobody_expects_speaks_of_the_photo_too(root: Path) -> None:
    (root / "captions.csv").write_text(
        "image,query_id,query_text,more\naa.jpg,aa.jpg#1,A man,yes\nbb.jpg,bb.jpg#1,A ball,a small child\n"
    )
    assert restricted(root) == {"bb.jpg"}


def test_an_open_quote_does_not_hand_a_caption_to_the_photo_below(root: Path) -> None:
    (root / "captions.csv").write_text(
        "query_text,image,query_id\nA man,aa.jpg,aa.jpg#1\n"
        '"A small child,bb.jpg,bb.jpg#1\nA car",cc.jpg,cc.jpg#1\n'
    )
    assert "bb.jpg" in restricted(root)


def test_a_photo_that_stands_in_another_column_of_the_facts_is_meant(root: Path) -> None:
    (root / "photos.csv").write_text("image,title\nA small child,bb.jpg\n")
    assert restricted(root) == {"bb.jpg"}


def test_captions_that_are_a_header_alone_cannot_be_read(root: Path) -> None:
    (root / "captions.csv").write_text(HEADER)
    assert restricted(root) == {"aa.jpg", "bb.jpg", "cc.jpg"}


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize("name", ["captions.csv", "photos.csv"])
def test_a_pipe_or_a_device_in_the_place_of_a_table_keeps_nobody_waiting(
    root: Path, name: str, kind: str
) -> None:
    if kind == "pipe":
        os.mkfifo(root / name)
    else:
        (root / name).symlink_to("/dev/zero")
    assert restricted(root) == {"aa.jpg", "bb.jpg", "cc.jpg"}


def test_a_pipe_in_the_place_of_a_photo_or_a_law_is_an_error(tmp_path: Path) -> None:
    from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
    from withsense_tf.policy.overrides import load_overrides

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PhotoError, match="a pipe or a device"):
        read_photo(tmp_path / "pipe")
    with pytest.raises(DataError, match="a pipe or a device"):
        load_overrides(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"four")
    with pytest.raises(OSError, match="more than 3 bytes"):
        read_bytes(tmp_path / "file", 3)


def test_a_line_of_blanks_is_read_in_time() -> None:
    with at_once():
        found = MeantPhotos(["x.jpg"]).in_line(f"x.jpg#1{' ' * 300_000}.{chr(9) * 300_000}a text")
    assert found == ({"x.jpg"}, True)
