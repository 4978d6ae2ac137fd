"""The texts of EXIF data, or of a TIFF file, which is built alike.

A reader of our own, because it must tell what cannot be read from what is not there. Notes of camera makers are passed
over: no person types them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, OTHER, Finder
from withsense_tf.data.embedded.iptc_texts import photoshop_texts, record_texts
from withsense_tf.data.embedded.xmp_texts import xmp_texts

Order = Literal["little", "big"]
TAGS: Final = {
    0x010D: ("EXIF DocumentName", OTHER),
    0x010E: ("EXIF ImageDescription", DESCRIPTION),
    0x011D: ("EXIF PageName", OTHER),
    0x013B: ("EXIF Artist", OTHER),
    0x8298: ("EXIF Copyright", OTHER),
    0x9C9B: ("EXIF XPTitle", DESCRIPTION),
    0x9C9C: ("EXIF XPComment", DESCRIPTION),
    0x9C9D: ("EXIF XPAuthor", OTHER),
    0x9C9E: ("EXIF XPKeywords", KEYWORD),
    0x9C9F: ("EXIF XPSubject", DESCRIPTION),
    0x9286: ("EXIF UserComment", DESCRIPTION),
    0xA430: ("EXIF CameraOwnerName", OTHER),
    0xA436: ("EXIF ImageTitle", DESCRIPTION),
    0xA437: ("EXIF Photographer", OTHER),
    0xA438: ("EXIF ImageEditor", OTHER),
}
WINDOWS: Final = range(0x9C9B, 0x9CA0)  # these are UTF-16
COMMENT, SUB_TABLE, XMP, IPTC, PHOTOSHOP = 0x9286, 0x8769, 0x02BC, 0x83BB, 0x8649
READ_TAGS: Final = frozenset({*TAGS, SUB_TABLE, XMP, IPTC, PHOTOSHOP})
BYTES: Final = frozenset({1, 2, 6, 7, 129})
SIZES: Final = {**dict.fromkeys(BYTES, 1), 3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
CUT_OFF: Final = "it is cut off or damaged"


def exif_texts(block: bytes, finder: Finder) -> None:
    """Find the texts of a block that begins as a TIFF file does."""
    if not any(block):
        return
    try:
        tiff = _Tiff.of(block)
        first = tiff.number(*((8, 8) if tiff.big else (4, 4)))
        tables = [first]
        for at, table in enumerate(tables):
            for tag, kind, count, raw in tiff.entries(table):
                if raw is None:
                    finder.lose(TAGS[tag][0] if tag in TAGS else "EXIF", CUT_OFF)
                elif tag == SUB_TABLE:
                    # Once, and from the first table alone: else a file could send us round and round.
                    tables += (
                        [int.from_bytes(raw[: SIZES[kind]], tiff.order)] if at == 0 and count == 1 else []
                    )
                elif tag == XMP:
                    xmp_texts(raw, finder)
                elif tag == IPTC:
                    record_texts(_straight(raw), finder)
                elif tag == PHOTOSHOP:
                    photoshop_texts(raw, finder)
                else:
                    _add(tiff, tag, kind, raw, finder)
    except (struct.error, ValueError, KeyError, IndexError):
        finder.lose("EXIF", CUT_OFF)


@dataclass(frozen=True)
class _Tiff:
    block: bytes
    sign: str
    big: bool

    @classmethod
    def of(cls, block: bytes) -> _Tiff:
        sign = {b"II": "<", b"MM": ">"}[block[:2]]
        kind = struct.unpack_from(f"{sign}H", block, 2)[0]
        if kind not in (42, 43):
            raise ValueError(f"no TIFF of kind {kind}")
        return cls(block, sign, kind == 43)

    @property
    def order(self) -> Order:
        return "little" if self.sign == "<" else "big"

    def number(self, at: int, size: int) -> int:
        part = self.block[at : at + size]
        if at < 0 or len(part) < size:
            raise ValueError("beyond the end")
        return int.from_bytes(part, self.order)

    def entries(self, table: int) -> Iterator[tuple[int, int, int, bytes | None]]:
        """Yield tag, type, count and bytes of each entry that is asked for; None for bytes beyond the end."""
        width = 8 if self.big else 4
        head = 8 if self.big else 2
        for n in range(self.number(table, head)):
            at = table + head + n * (4 + 2 * width)
            tag = self.number(at, 2)
            if tag not in READ_TAGS:
                self.number(at + 4 + width, width)  # the entry itself must be there
                continue
            kind, count = self.number(at + 2, 2), self.number(at + 4, width)
            length = SIZES[kind] * count
            start = at + 4 + width if length <= width else self.number(at + 4 + width, width)
            raw = self.block[start : start + length]
            yield tag, kind, count, raw if len(raw) == length else None


def _add(tiff: _Tiff, tag: int, kind: int, raw: bytes, finder: Finder) -> None:
    where, what = TAGS[tag]
    if tag in WINDOWS:
        # Windows writes UTF-16 in its own order into any file; numbers of two bytes come in the file's.
        finder.add(where, what, utf16(raw, "big" if kind == 3 and tiff.sign == ">" else "little"))
    elif kind not in BYTES:
        finder.lose(where, "it holds numbers where a text belongs")
    elif tag == COMMENT:
        finder.add(where, what, _comment(raw, tiff.order))
    else:
        finder.add(where, what, raw)


def _comment(raw: bytes, order: Order) -> str | bytes | None:
    """Decode a comment by the eight bytes before it that name its alphabet."""
    charset, rest = raw[:8], raw[8:]
    if charset == b"UNICODE\0":
        return utf16(rest, order, either=True)
    if charset == b"JIS\0\0\0\0\0":
        try:
            return rest.strip(b"\0").decode("iso2022_jp")
        except UnicodeDecodeError:
            return None
    return rest if charset in (b"ASCII\0\0\0", bytes(8)) else raw


def utf16(raw: bytes, order: Order, either: bool = False) -> str | None:
    """Decode UTF-16, up to its zero; with `either`, in the order that gives the more common letters."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        order, raw, either = ("little" if raw[:1] == b"\xff" else "big"), raw[2:], False
    if len(raw) % 2:
        if raw[-1:] != b"\0":
            return None
        raw = raw[:-1]
    orders: list[Order] = [order]
    if either:
        orders.append("big" if order == "little" else "little")
    read = [text for one in orders if (text := _in_order(raw, one)) is not None]
    # Below are Latin, Greek and Cyrillic letters; the wrong order makes rare signs of them.
    return max(read, key=lambda text: sum(sign < "\u0530" for sign in text) / max(1, len(text)), default=None)


def _in_order(raw: bytes, order: Order) -> str | None:
    try:
        return raw.decode("utf-16-le" if order == "little" else "utf-16-be").replace("\0", " ")
    except UnicodeDecodeError:
        return None


def _straight(raw: bytes) -> bytes:
    """Return IPTC data as bytes: some programs write it as numbers, the other way round."""
    if raw[:1] == b"\x1c" or raw[3:4] != b"\x1c":
        return raw
    return b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
