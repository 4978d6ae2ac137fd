"""The texts of IPTC data, and of the Photoshop resources that hold them in a JPEG."""

from __future__ import annotations

from typing import Final

from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, OTHER, Finder, decode
from withsense_tf.data.embedded.xmp_texts import xmp_texts

NAMES: Final = {
    5: ("ObjectName", DESCRIPTION),
    25: ("Keywords", KEYWORD),
    40: ("SpecialInstructions", OTHER),
    80: ("By-line", OTHER),
    105: ("Headline", DESCRIPTION),
    116: ("CopyrightNotice", OTHER),
    120: ("Caption-Abstract", DESCRIPTION),
    122: ("Writer-Editor", OTHER),
}
# Versions, dates, urgencies and pictures: these hold no words.
SILENT: Final = frozenset(
    {0, 3, 8, 10, 30, 35, 37, 38, 42, 47, 50, 55, 60, 62, 63, 70, 75, 125, 130, 131, 135, 150}
)
SILENT_FROM: Final = 151  # sounds and previews
MARK: Final = 0x1C
UTF8: Final = b"\x1b%G"
RESOURCES: Final = (b"8BIM", b"AgHg", b"DCSR", b"PHUT", b"MeSa")
OF_IPTC, OF_XMP = 0x0404, 0x0424
CUT_OFF: Final = "it is cut off or damaged"


def photoshop_texts(block: bytes, finder: Finder) -> None:
    """Find the texts in a row of Photoshop resources."""
    at = 0
    while block[at : at + 4] in RESOURCES:
        code = int.from_bytes(block[at + 4 : at + 6], "big")
        # A name with its length before it, filled up to an even number of bytes.
        name_at = at + 6
        start = name_at + 1 + block[name_at] if name_at < len(block) else name_at + 1
        start += (start - name_at) % 2
        size = int.from_bytes(block[start : start + 4], "big")
        data = block[start + 4 : start + 4 + size]
        if len(block) < start + 4 or len(data) < size:
            finder.lose("IPTC", CUT_OFF)
        if code == OF_IPTC:
            record_texts(data, finder)
        elif code == OF_XMP:
            xmp_texts(data, finder)
        at = start + 4 + size + size % 2
    if block[at:].strip(b"\0"):
        finder.lose("IPTC", CUT_OFF)


def record_texts(block: bytes, finder: Finder) -> None:
    """Find the texts of IPTC records."""
    at, utf8 = 0, False
    while block[at : at + 1] == bytes([MARK]):
        record, number = block[at + 1 : at + 2], block[at + 2 : at + 3]
        size, at = int.from_bytes(block[at + 3 : at + 5], "big"), at + 5
        if size & 0x8000:  # the size of the size
            width, at = size & 0x7FFF, at + (size & 0x7FFF)
            size = int.from_bytes(block[at - width : at], "big") if width <= 4 else len(block) + 1
        value, at = block[at : at + size], at + size
        if at > len(block):
            finder.lose("IPTC", CUT_OFF)
            return
        if (record, number) == (b"\x01", b"\x5a"):
            utf8 = value == UTF8
        if record == b"\x02" and number[0] not in SILENT and number[0] < SILENT_FROM:
            name, kind = NAMES.get(number[0], (f"2:{number[0]}", OTHER))
            text = decode(value)
            if utf8 and text is not None:
                text = _strict(value)
            finder.add(f"IPTC {name}", kind, text)
    if block[at:].strip(b"\0"):
        finder.lose("IPTC", CUT_OFF)


def _strict(value: bytes) -> str | None:
    try:
        return value.replace(b"\0", b" ").decode("utf-8")
    except UnicodeDecodeError:
        return None
