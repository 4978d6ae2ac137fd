"""What a photo file says of how it was taken: the EXIF tags that a photographer would search by.

Cameras and programs write these tags loosely, so each is read by itself: one that makes no sense gives no fact.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from withsense_tf.data.pictures.photo_file import FORMATS

Facts = dict[str, str | float]
Tags = Mapping[int, Any]

# Words of a maker's name that are no part of a camera's.
COMPANY: Final = frozenset(
    {"ag", "camera", "co", "company", "computer", "corp", "corporation", "digital", "electronics", "gmbh"}
    | {
        "imaging",
        "inc",
        "international",
        "limited",
        "ltd",
        "optical",
        "techwin",
        "technologies",
        "technology",
    }
)
DAY: Final = re.compile(r"([0-9]{4})[:/.-]([0-9]{2})[:/.-]([0-9]{2})(?![0-9])")


def exif_facts(path: Path) -> Facts:
    """Return camera, date, author, iso, focal_length, latitude and longitude, as far as the file says them.

    Only the header is read. A file that cannot be opened, or whose tags are damaged, has no facts.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            exif = _tags(image)
            camera, shot, place = dict(exif), dict(exif.get_ifd(IFD.Exif)), dict(exif.get_ifd(IFD.GPSInfo))
    except Exception:  # a damaged file can make a decoder raise anything
        return {}
    readers: dict[str, Callable[[], str | float | None]] = {
        "camera": lambda: _camera(_text(camera.get(Base.Make)), _text(camera.get(Base.Model))),
        "date": lambda: iso_day(_text(shot.get(Base.DateTimeOriginal))),
        "author": lambda: _text(camera.get(Base.Artist)) or _utf16(camera.get(Base.XPAuthor)),
        "iso": lambda: _positive(shot.get(Base.ISOSpeedRatings)),
        "focal_length": lambda: _positive(shot.get(Base.FocalLength)),
        "latitude": lambda: _degrees(place, GPS.GPSLatitude, GPS.GPSLatitudeRef, 90),
        "longitude": lambda: _degrees(place, GPS.GPSLongitude, GPS.GPSLongitudeRef, 180),
    }
    facts: Facts = {}
    for name, read in readers.items():
        try:
            value = read()
        except Exception:  # a tag may hold anything where a number or a text belongs
            continue
        if value is not None and value != "":
            facts[name] = value
    # A camera that does not know where it is writes 0, 0; and half a place is none.
    if not (facts.get("latitude") or facts.get("longitude")) or not {"latitude", "longitude"} <= facts.keys():
        facts.pop("latitude", None)
        facts.pop("longitude", None)
    return facts


def iso_day(text: str) -> str | None:
    """Return the day that a text begins with as ISO 8601 has it, or None if there is no such day.

    >>> iso_day("2009:05:01 10:20:30"), iso_day("0000:00:00 00:00:00")
    ('2009-05-01', None)
    """
    match = DAY.match(text)
    try:
        return date(*(int(part) for part in match.groups())).isoformat() if match else None
    except ValueError:
        return None


def _tags(image: Image.Image) -> Image.Exif:
    if image.format == "TIFF":
        return image.getexif()
    # Not `getexif`: of a PNG without tags it would decode every pixel to look behind them.
    exif = Image.Exif()
    exif.load(image.info.get("exif", b""))
    return exif


def _text(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    # The standard knows ASCII alone; who writes more mostly writes UTF-8, which is read as Latin-1.
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return _plain(text)


def _utf16(value: object) -> str:
    content = bytes(value) if isinstance(value, bytes | tuple) else b""
    return _plain(content.decode("utf-16-le", errors="ignore"))


def _plain(text: str) -> str:
    """Return a text up to its zero byte, without signs that cannot be shown and doubled blanks."""
    visible = "".join(sign if sign.isprintable() else " " for sign in text.split("\0")[0])
    return " ".join(visible.split())


def _camera(maker: str, model: str) -> str:
    """Return the name that people call a camera by: the maker once, without the company's form."""
    own = [word for word in re.split(r"[\s,.]+", maker) if word and word.casefold() not in COMPANY]
    first = model.casefold().split()[:1]
    named = any(word.casefold() in first for word in own)
    return model if named else " ".join([*own, model]).strip()


def _positive(value: object) -> float | None:
    number = float(value[0] if isinstance(value, tuple) else value)  # type: ignore[arg-type]  # what is no number is caught
    return round(number, 2) if math.isfinite(number) and number > 0 else None


def _degrees(place: Tags, tag: int, side: int, most: int) -> float | None:
    degrees, minutes, seconds = (float(part) for part in place[tag])
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= most:  # not a number either
        return None
    # To a tenth of a metre; more is the noise of fractions.
    return round(-value if _text(place[side]).upper() in ("S", "W") else value, 6)
