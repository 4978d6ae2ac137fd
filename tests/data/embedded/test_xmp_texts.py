from __future__ import annotations

from pathlib import Path

import pytest
from words_in_files import (
    CAPTION,
    listed,
    lost,
    packet,
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


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_xmp_is_read_in_every_format(tmp_path: Path, name: str) -> None:
    assert texts(save(tmp_path / name, xmp=titled(CAPTION))) == {"XMP description": CAPTION}


def test_xmp_says_who_and_what_is_shown_and_not_what_programs_did(tmp_path: Path) -> None:
    inner = (
        listed("dc:subject", "beach", "dog")
        + listed("lr:hierarchicalSubject", "animals|dogs")
        + listed("Iptc4xmpExt:PersonInImage", "Ann")
        + listed("Iptc4xmpExt:ModelAge", "7", "41")
        + "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag><rdf:li mwg-rs:Name='Ben' "
        "mwg-rs:Type='Face'/></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
        "<plus:MinorModelAgeDisclosure>http://ns.useplus.org/ldf/vocab/AG-A15</plus:MinorModelAgeDisclosure>"
        "<mine:children>2</mine:children><mine:kids>0</mine:kids><xmpMM:DocumentID>child</xmpMM:DocumentID>"
    )
    path = save(tmp_path / "a.jpg", xmp=packet(inner, "crs:Look='Baby skin' photoshop:Headline='Dogs'"))
    said = [(text.kind, text.text) for text in inspect_photo(path).file_texts.texts]
    assert said == [
        ("description", "Dogs"),
        ("keyword", "beach"),
        ("keyword", "dog"),
        ("keyword", "animals, dogs"),
        ("other", "Person In Image . Ann"),
        ("other", "Model Age . age 7"),
        ("other", "Model Age . age 41"),
        ("other", "Name . Ben"),
        ("other", "Type . Face"),
        ("other", "age 15"),
        ("other", "children"),
    ]


def test_xmp_that_goes_on_in_further_segments_is_put_together(tmp_path: Path) -> None:
    block = titled(CAPTION)
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32
    parts = [
        segment(0xE1, head + len(block).to_bytes(4, "big") + at.to_bytes(4, "big") + block[at : at + 300])
        for at in range(0, len(block), 300)
    ]
    assert texts(save(tmp_path / "a.jpg", *parts)) == {"XMP description": CAPTION}


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


@pytest.mark.closed
@pytest.mark.parametrize(
    "block",
    [
        LAUGHS,
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>',
        titled(CAPTION)[:-60],
        titled(CAPTION).replace(b"Two dogs", b"Two \xc4\xe5 dogs"),
        b"<a xmlns='urn:a'>" * 5_000,
        b"no xml at all",
        titled(CAPTION).replace(b"Two dogs", b"Two \0 dogs"),
    ],
    ids=["laughs", "outside", "cut off", "not UTF-8", "nested", "no XML", "zero byte"],
)
def test_hostile_xmp_is_told_as_unread(tmp_path: Path, block: bytes) -> None:
    path = save(tmp_path / "a.jpg", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + block[:65_000]))
    assert lost(path) == {"XMP"}


@pytest.mark.closed
def test_xmp_of_many_megabytes_is_told_as_unread_at_once(tmp_path: Path) -> None:
    assert lost(save(tmp_path / "a.tif", xmp=titled("dogs " * (2 << 20)))) == {"XMP"}
