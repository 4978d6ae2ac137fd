from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from withsense_tf.data.pictures.exif import exif_facts, iso_day

PARIS = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (48.0, 51.0, 24.0),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (2.0, 21.0, 3.0),
}


def exif(
    camera: dict[int, object] | None = None,
    shot: dict[int, object] | None = None,
    place: dict[int, object] | None = None,
) -> Image.Exif:
    """Return EXIF data with these tags in its three parts."""
    tags = Image.Exif()
    tags.update(camera or {})
    tags[IFD.Exif] = shot or {}
    tags[IFD.GPSInfo] = place or {}
    return tags


def save(folder: Path, tags: Image.Exif | bytes, name: str = "a.jpg") -> Path:
    path = folder / name
    if path.suffix == ".tif" and isinstance(tags, Image.Exif):
        # Pillow writes a TIFF from tags alone that were read from a file.
        content, tags = tags.tobytes(), Image.Exif()
        tags.load(content)
    Image.new("RGB", (8, 6), "red").save(path, exif=tags)
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_a_photo_of_any_common_format_says_how_it_was_taken(tmp_path: Path, name: str) -> None:
    tags = exif(
        {Base.Make: "NIKON CORPORATION", Base.Model: "NIKON D90", Base.Artist: "Ann Lee"},
        {Base.DateTimeOriginal: "2009:05:01 10:20:30", Base.ISOSpeedRatings: 400, Base.FocalLength: 35.5},
        PARIS,
    )
    assert exif_facts(save(tmp_path, tags, name)) == {
        "camera": "NIKON D90",
        "date": "2009-05-01",
        "author": "Ann Lee",
        "iso": 400.0,
        "focal_length": 35.5,
        "latitude": 48.856667,
        "longitude": 2.350833,
    }


@pytest.mark.parametrize(
    ("maker", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("OLYMPUS IMAGING CORP.  ", "E-M10", "OLYMPUS E-M10"),
        ("EASTMAN KODAK COMPANY", "KODAK DC240 ZOOM", "KODAK DC240 ZOOM"),
        ("Konica Minolta Camera, Inc.", "DiMAGE Z3", "Konica Minolta DiMAGE Z3"),
        ("SONY", "", "SONY"),
        ("", "X100", "X100"),
    ],
)
def test_a_camera_has_the_name_that_people_call_it_by(
    tmp_path: Path, maker: str, model: str, camera: str
) -> None:
    assert exif_facts(save(tmp_path, exif({Base.Make: maker, Base.Model: model}))) == {"camera": camera}


def test_a_name_in_cyrillic_is_read_as_utf8(tmp_path: Path) -> None:
    assert exif_facts(save(tmp_path, exif({Base.Artist: "Анна Ли".encode()}))) == {"author": "Анна Ли"}


def test_an_author_may_stand_where_windows_writes_it(tmp_path: Path) -> None:
    tags = exif({Base.XPAuthor: "Анна\0".encode("utf-16-le")})
    assert exif_facts(save(tmp_path, tags)) == {"author": "Анна"}


def test_the_south_and_the_west_are_below_zero(tmp_path: Path) -> None:
    place = PARIS | {GPS.GPSLatitudeRef: "S", GPS.GPSLongitudeRef: "W"}
    facts = exif_facts(save(tmp_path, exif(place=place)))
    assert facts == {"latitude": -48.856667, "longitude": -2.350833}


@pytest.mark.parametrize(
    "place",
    [
        {GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (91.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (48.0, 51.0)},
    ],
    ids=["no fix", "beyond the pole", "no seconds"],
)
def test_a_place_that_makes_no_sense_is_none(tmp_path: Path, place: dict[int, object]) -> None:
    assert exif_facts(save(tmp_path, exif(place=PARIS | place))) == {}


@pytest.mark.parametrize(
    "written", ["0000:00:00 00:00:00", "2009:13:01 00:00:00", "    :  :     :  :  ", "May"]
)
def test_a_date_that_is_none_is_no_fact(tmp_path: Path, written: str) -> None:
    tags = exif({Base.Model: "X100"}, {Base.DateTimeOriginal: written})
    assert exif_facts(save(tmp_path, tags)) == {"camera": "X100"}


def test_a_speed_of_zero_is_no_fact(tmp_path: Path) -> None:
    assert exif_facts(save(tmp_path, exif(shot={Base.ISOSpeedRatings: 0}))) == {}


def test_a_photo_without_exif_has_no_facts(tmp_path: Path) -> None:
    assert exif_facts(save(tmp_path, b"")) == {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("content", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0rubbish"])
def test_damaged_exif_gives_no_facts(tmp_path: Path, content: bytes) -> None:
    assert exif_facts(save(tmp_path, content)) == {}


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"no photo"])
def test_a_file_that_is_no_photo_gives_no_facts(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert exif_facts(path) == {}


def test_a_file_that_is_not_there_gives_no_facts(tmp_path: Path) -> None:
    assert exif_facts(tmp_path / "a.jpg") == {}


@pytest.mark.filterwarnings("ignore")
@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_no_damaged_byte_ever_stops_anything(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    tags = exif(
        {Base.Make: "Canon", Base.Artist: "Ann"}, {Base.DateTimeOriginal: "2009:05:01 10:20:30"}, PARIS
    )
    path = save(tmp_path_factory.mktemp("damaged"), tags)
    content = bytearray(path.read_bytes())
    content[min(at, len(content) - 1)] = byte
    path.write_bytes(content)
    assert exif_facts(path).keys() <= {
        "camera",
        "author",
        "date",
        "iso",
        "focal_length",
        "latitude",
        "longitude",
    }


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    day = iso_day(text)
    assert day is None or len(day) == 10
