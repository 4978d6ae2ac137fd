from __future__ import annotations

import struct
from pathlib import Path

import pytest
from quick import at_once
from words_in_files import (
    CAPTION,
    exif,
    lost,
    record,
    save,
    segment,
    texts,
    tiff_block,
)

from withsense_tf.data.embedded.exif_texts import exif_texts
from withsense_tf.data.embedded.file_words import MOST_SIGNS, Finder

# Pillow warns of damaged tags itself.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
UTF8 = record(90, b"\x1b%G", part=1)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_exif_texts_are_read_in_every_format(tmp_path: Path, name: str) -> None:
    tags = {0x010E: CAPTION, 0x9C9B: "Лето\0".encode("utf-16-le"), 0x013B: "Ann Lee"}
    path = save(tmp_path / name, exif_data=exif(tags, b"ASCII\0\0\0a comment"))
    assert texts(path) == {
        "EXIF ImageDescription": CAPTION,
        "EXIF XPTitle": "Лето",
        "EXIF Artist": "Ann Lee",
        "EXIF UserComment": "a comment",
    }


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be"])
def test_a_comment_in_utf16_is_read_in_whichever_order(tmp_path: Path, order: str, written: str) -> None:
    comment = b"UNICODE\0" + "Собаки на пляже".encode(written)
    sub = tiff_block(order, 0x9286, 7, len(comment), comment)
    # One table that has the comment, as if it were the first.
    path = save(tmp_path / "a.jpg", segment(0xE1, b"Exif\0\0" + sub))
    assert texts(path) == {"EXIF UserComment": "Собаки на пляже"}


def test_one_accent_is_read_whatever_wrote_it(tmp_path: Path) -> None:
    block = tiff_block("<", 0x8298, 2, 16, b"\xa9 2010 Ren\xe9 Roy\0")
    assert texts(save(tmp_path / "a.jpg", segment(0xE1, b"Exif\0\0" + block))) == {
        "EXIF Copyright": "© 2010 René Roy"
    }


@pytest.mark.closed
@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [
        (0x010E, 2, "Девочка на пляже".encode("cp1251")),
        (0x010E, 2, b"A " + "девочка".encode("koi8-r")),
        (0x010E, 2, "Dogs \ufffd\ufffd".encode()),
        (0x010E, 2, b"????? ?? ?????\0"),
        (0x010E, 2, b"a" * (MOST_SIGNS + 1)),
        (0x010E, 12, b"\1" * 64),
        (0x9C9C, 1, b"g\0i\0r"),
        (0x9C9C, 1, "a dog ".encode("utf-16-le") + b"\x00\xd8 \0"),
        (0x9286, 7, b"UNICODE\0" + b"\xd8\xd8\xd8\xd8"),
        (0x9286, 7, b"JIS\0\0\0\0\0" + b"\x1b$B\x80\x80"),
        (0x9286, 7, bytes(8) + "девочка".encode("cp1251")),
    ],
)
def test_a_text_that_cannot_be_decoded_is_told_as_unread(
    tmp_path: Path, tag: int, kind: int, value: bytes
) -> None:
    sizes = {12: 8}
    block = tiff_block("<", tag, kind, len(value) // sizes.get(kind, 1), value)
    (where,) = lost(save(tmp_path / "a.jpg", segment(0xE1, b"Exif\0\0" + block)))
    assert where.startswith("EXIF ")


@pytest.mark.closed
@pytest.mark.parametrize(
    "block",
    [
        b"rubbish",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"II*\0\xff\xff\xff\xff",
        tiff_block("<", 0x010E, 2, 4000, b"Dogs\0"),
        tiff_block(">", 0x8769, 4, 1, b"\0\0\xff\xff"),
        tiff_block(">", 0x8769, 99, 1, b"\0\0\xff\xff"),
    ],
)
def test_exif_that_is_cut_off_is_told_as_unread(tmp_path: Path, block: bytes) -> None:
    assert lost(save(tmp_path / "a.jpg", segment(0xE1, b"Exif\0\0" + block)))


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_camera_makers_keep_for_themselves_is_passed_over(tmp_path: Path, order: str) -> None:
    for note in (b"\xff" * 100, b"child", b""):
        block = tiff_block(order, 0x927C, 7, 10_000, note)
        assert texts(save(tmp_path / "a.jpg", segment(0xE1, b"Exif\0\0" + block))) == {}


@pytest.mark.closed
def test_thousands_of_entries_for_the_same_bytes_are_read_in_time_and_held_against_the_photo() -> None:
    entry = struct.pack("<HHII", 0x10E, 2, 60_000, 8)
    block = b"II*\0" + struct.pack("<IH", 8, 5_000) + entry * 5_000 + bytes(4)
    finder = Finder()
    with at_once():
        exif_texts(block, finder)
    assert ("EXIF ImageDescription", "there is too much of it") in finder.result().unread
