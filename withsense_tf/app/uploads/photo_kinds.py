"""Is a file that somebody sends a photo, whole, and nothing besides? Files that are two things at once are refused."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from withsense_tf.app.request_problems import ProblemError
from withsense_tf.data.pictures.photo_file import PhotoError, PhotoFacts, inspect_photo

JPEG_START, PNG_START, RIFF, WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"
ENDINGS: Final = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp"}
# Programs that guess what a file is look at its first signs.
LOOKED_AT: Final = 1024
FOREIGN: Final = (b"%pdf-", b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"<?xml", b"#!/")
# A JPEG that is told in very many steps takes hours to decode; programs write some ten.
MOST_SCANS: Final = 100
# Signs that say that more pictures stand behind the first: cameras write previews and second lenses so.
MORE_PICTURES: Final = b"MPF\0"
ADVICE: Final = "Send a photo as JPEG, PNG or WebP, as a camera or a photo program saves it."
STATUS: Final = {"photo_too_large": 413, "photo_not_image": 415, "photo_empty": 415}


def kind_of(head: bytes) -> str | None:
    """Return the kind of photo that a file begins as, whatever its name says; None for others.

    >>> kind_of(b"\\xff\\xd8\\xff\\xe0"), kind_of(b"GIF89a")
    ('JPEG', None)
    """
    if head.startswith(JPEG_START):
        return "JPEG"
    if head.startswith(PNG_START):
        return "PNG"
    return "WebP" if head[:4] == RIFF and head[8:12] == WEBP else None


def check_photo(path: Path, most_pixels: int) -> tuple[str, PhotoFacts]:
    """Return the kind of a photo file and what it says of itself; raise the problem of one that is not taken."""
    content = path.read_bytes()
    if not content:
        raise unusable("photo_empty", "the file has zero bytes")
    kind = kind_of(content[:LOOKED_AT])
    if kind is None:
        raise ProblemError(415, "no_photo", "The file is no photo of a kind that is taken.", ADVICE)
    head = content[:LOOKED_AT].lower()
    if any(sign in head for sign in FOREIGN):
        raise ProblemError(415, "two_kinds", "The file begins as a photo and as something else.", ADVICE)
    if content[end_of(kind, content) :].strip(b"\0"):
        raise ProblemError(
            415, "two_kinds", "Behind the end of the photo the file goes on with something else.", ADVICE
        )
    try:
        # Its head first: what it says of its size is held against the limit before any of it is decoded.
        head_facts = inspect_photo(path)
        if head_facts.width * head_facts.height > most_pixels:
            raise ProblemError(
                413, "too_many_pixels",
                f"The photo has {head_facts.width:,} x {head_facts.height:,} pixels, and {most_pixels:,} is the most.",
                "Send it smaller.",
            )  # fmt: skip
        return kind, inspect_photo(path, decode=True)
    except PhotoError as error:
        # What can be read at all is more than what is taken.
        is_large = error.kind == "photo_too_large"
        reason = f"more than {most_pixels:,} pixels" if is_large else error.reason
        raise unusable(error.kind, reason) from error


def unusable(kind: str, reason: str) -> ProblemError:
    """Return the problem of a photo that cannot be used, by the kind of its damage and the reason."""
    return ProblemError(
        STATUS.get(kind, 422), kind, f"The photo cannot be used: {reason.removesuffix('.')}.", ADVICE
    )


def end_of(kind: str, content: bytes) -> int:
    """Return where a photo ends in its file; raise the problem of one that has no end."""
    try:
        return _ENDS[kind](content)
    except (struct.error, IndexError, ValueError):
        raise ProblemError(
            422, "photo_truncated", "The photo breaks off before its end.", "Send the whole file."
        ) from None


def _end_of_jpeg(content: bytes) -> int:
    end, more = _end_of_picture(content, 0)
    while more:
        start = content.find(JPEG_START, end)
        if start < 0 or content[end:start].strip(b"\0"):
            break
        end, _ = _end_of_picture(content, start)
    return end


def _end_of_picture(content: bytes, start: int) -> tuple[int, bool]:
    """Return where a JPEG's first picture ends, and whether it says that more follow."""
    at, scans, more = start + 2, 0, False
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # they may be filled up
            at += 1
        elif marker == 0xD9:
            return at + 2, more
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            more = more or (marker == 0xE2 and content.startswith(MORE_PICTURES, at + 4))
            at += 2 + int(length)
            if marker == 0xDA:
                scans += 1
                if scans > MOST_SCANS:
                    raise ValueError("too many scans")
                at = _end_of_scan(content, at)


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the next marker stands that is no part of a scan's data."""
    while True:
        at = content.index(b"\xff", at)
        following = content[at + 1]
        if following != 0x00 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _end_of_png(content: bytes) -> int:
    at = len(PNG_START)
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        at += 12 + int(length)
        if at > len(content):
            raise ValueError("it breaks off")
        if name == b"IEND":
            return at


def _end_of_webp(content: bytes) -> int:
    (length,) = struct.unpack_from("<I", content, 4)
    end = 8 + int(length) + int(length) % 2
    if end > len(content) + int(length) % 2:
        raise ValueError("it breaks off")
    return end


_ENDS: Final[dict[str, Callable[[bytes], int]]] = {
    "JPEG": _end_of_jpeg,
    "PNG": _end_of_png,
    "WebP": _end_of_webp,
}
