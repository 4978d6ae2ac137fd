from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from words_in_files import (
    CAPTION,
    iptc,
    lost,
    record,
    resource,
    save,
    segment,
    texts,
)

# Pillow warns of damaged tags itself.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
UTF8 = record(90, b"\x1b%G", part=1)


def test_iptc_texts_of_a_jpeg_are_read(tmp_path: Path) -> None:
    told = {5: "Лето", 25: "beach", 105: "Dogs", 120: CAPTION, 40: "hold"}
    path = save(tmp_path / "a.jpg", iptc(UTF8, *(record(n, text.encode()) for n, text in told.items())))
    assert texts(path) == {
        "IPTC ObjectName": "Лето",
        "IPTC Keywords": "beach",
        "IPTC Headline": "Dogs",
        "IPTC Caption-Abstract": CAPTION,
        "IPTC SpecialInstructions": "hold",
    }


def test_iptc_of_a_tiff_is_read_even_where_it_was_written_as_numbers(tmp_path: Path) -> None:
    block = record(120, CAPTION.encode())
    block += bytes(-len(block) % 4)
    path = tmp_path / "a.tif"
    Image.new("RGB", (8, 8)).save(path, tiffinfo={0x83BB: block})
    assert texts(path) == {"IPTC Caption-Abstract": CAPTION}


@pytest.mark.closed
@pytest.mark.parametrize(
    "data",
    [
        resource(record(120, CAPTION.encode())[:-4]),
        resource(record(120, CAPTION.encode()))[:-8],
        resource(record(120, "девочка".encode("cp1251"))),
        resource(UTF8 + record(120, b"ni\xf1a")),
        resource(bytes([0x1C, 2, 120, 0xFF, 0xFF]) + b"girl"),
        b"no resource",
        resource(b"no record"),
    ],
)
def test_iptc_that_is_cut_off_or_not_decoded_is_told_as_unread(tmp_path: Path, data: bytes) -> None:
    assert lost(save(tmp_path / "a.jpg", segment(0xED, b"Photoshop 3.0\0" + data)))
