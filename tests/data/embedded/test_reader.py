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
    listed,
    packet,
    record,
    resource,
    save,
    segment,
    tiff_block,
    titled,
)

from withsense_tf.data.embedded.file_words import MOST_SIGNS
from withsense_tf.data.pictures.photo_file import inspect_photo

# Pillow warns of damaged tags itself.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
UTF8 = record(90, b"\x1b%G", part=1)


def texts(path: Path) -> dict[str, str]:
    """Return what a file says, by where; nothing of it may be lost."""
    found = inspect_photo(path, decode=True).file_texts
    assert found.unread == ()
    return {text.where: text.text for text in found.texts}


def lost(path: Path) -> set[str]:
    return {where for where, _ in inspect_photo(path, decode=True).file_texts.unread}


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


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_xmp_is_read_in_every_format(tmp_path: Path, name: str) -> None:
    assert texts(save(tmp_path / name, xmp=titled(CAPTION))) == {"XMP description": CAPTION}


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


def test_a_photo_that_says_nothing_says_nothing(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp"):
        assert texts(save(tmp_path / name)) == {}


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
