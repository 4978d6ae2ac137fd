from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from words_in_files import (
    CAPTION,
    exif,
    iptc,
    lost,
    record,
    save,
    segment,
    texts,
    titled,
)

from withsense_tf.data.pictures.photo_file import inspect_photo

# Pillow warns of damaged tags itself.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
UTF8 = record(90, b"\x1b%G", part=1)


def test_every_comment_of_a_jpeg_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", segment(0xFE, b"a first one"), segment(0xFE, b"a second one"))
    found = inspect_photo(path).file_texts
    assert [text.text for text in found.texts] == ["a first one", "a second one"]


def test_comments_and_xmp_of_a_gif_are_read_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 200)]
    frames[0].save(path, save_all=True, append_images=frames[1:], comment=b"before")
    late = (
        b"!\xfe\x05later\0"
        + b"!\xff\x0bXMP DataXMP"
        + titled(CAPTION)
        + b"\1"
        + bytes(range(255, -1, -1))
        + b"\0"
    )
    path.write_bytes(path.read_bytes().removesuffix(b";") + late + b";")
    found = inspect_photo(path, decode=True).file_texts
    assert [text.text for text in found.texts] == [CAPTION, "before", "later"]


def test_texts_of_a_png_are_read_before_and_behind_its_pixels(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", Title="Dogs", Comment="a longer text that is compressed", Software="GIMP")
    content = path.read_bytes()
    data = b"tEXtDescription\0" + CAPTION.encode()
    late = (len(data) - 4).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")
    path.write_bytes(content[:-12] + late + content[-12:])
    for decode in (False, True):
        found = inspect_photo(path, decode).file_texts
        assert {text.where: text.text for text in found.texts} == {
            "PNG Title": "Dogs",
            "PNG Comment": "a longer text that is compressed",
            "PNG Description": CAPTION,
        }


def test_a_photo_that_says_nothing_says_nothing(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp"):
        assert texts(save(tmp_path / name)) == {}


@pytest.mark.closed
def test_a_text_that_grows_when_it_is_unpacked_is_told_as_unread(tmp_path: Path) -> None:
    assert lost(save(tmp_path / "a.png", Comment="dogs " * 50_000)) == {"PNG Comment"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 1400), byte=st.integers(0, 255))
def test_no_damaged_byte_ever_stops_anything(tmp_path: Path, at: int, byte: int) -> None:
    from io import BytesIO

    from withsense_tf.data.embedded.reader import embedded_texts

    path = tmp_path / "a.jpg"
    if not path.exists():
        tags = {0x010E: CAPTION, 0x9C9B: "Лето\0".encode("utf-16-le")}
        save(
            path, iptc(UTF8, record(120, b"dogs")), exif_data=exif(tags, b"UNICODE\0a\0"), xmp=titled("dogs")
        )
    content = bytearray(path.read_bytes())
    with Image.open(BytesIO(content)) as image:
        # What Pillow has parted is damaged, so that it need not open what is no JPEG any more.
        image.applist = [(name, _damaged(part, at, byte)) for name, part in image.applist]
        embedded_texts(image, bytes(content))


def _damaged(part: bytes, at: int, byte: int) -> bytes:
    return part[: at % len(part)] + bytes([byte]) + part[at % len(part) + 1 :]
