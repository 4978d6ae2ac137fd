from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.uploads.photo_kinds import check_photo, end_of, kind_of

MOST = 100_000


def photo(kind: str, **more: object) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **more)
    return stream.getvalue()


PHOTOS = {
    "JPEG": photo("JPEG"),
    "progressive": photo("JPEG", progressive=True),
    "PNG": photo("PNG"),
    "WebP": photo("WEBP"),
    "lossless WebP": photo("WEBP", lossless=True),
}


def refused(tmp_path: Path, content: bytes, most_pixels: int = MOST) -> tuple[int, str]:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ProblemError) as problem:
        check_photo(tmp_path / "file", most_pixels)
    return problem.value.status, problem.value.kind


def bomb(side: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that says it has many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_is_taken(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_bytes(PHOTOS[kind])
    name, facts = check_photo(tmp_path / "file", MOST)
    assert (name in kind or name == "JPEG", facts.width, facts.height) == (True, 60, 40)


@pytest.mark.parametrize("kind", PHOTOS)
def test_the_end_of_a_photo_is_found(kind: str) -> None:
    content = PHOTOS[kind]
    assert end_of(kind_of(content) or "", content + b"more") == len(content)


@pytest.mark.closed
@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("more", [b"PK\x03\x04 a zip", b"<script>alert(1)</script>", b"\xff\xd8\xff another"])
def test_a_photo_with_something_behind_it_is_refused(tmp_path: Path, kind: str, more: bytes) -> None:
    assert refused(tmp_path, PHOTOS[kind] + more) == (415, "two_kinds")


@pytest.mark.closed
@pytest.mark.parametrize("comment", [b"%PDF-1.4", b"<ScRiPt>", b"<html>", b"<?php system(1)"])
def test_a_photo_that_begins_as_something_else_too_is_refused(tmp_path: Path, comment: bytes) -> None:
    assert refused(tmp_path, photo("JPEG", comment=comment)) == (415, "two_kinds")


@pytest.mark.closed
@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_photo_that_breaks_off_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    status, _ = refused(tmp_path, PHOTOS[kind][: int(len(PHOTOS[kind]) * share)])
    assert status in (415, 422)


@pytest.mark.parametrize(
    ("content", "words"), [(bomb(), f"more than {MOST:,} pixels"), (b"", "the file has zero bytes")]
)
def test_a_refusal_says_what_the_server_takes_and_what_the_file_lacks(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ProblemError, match=words):
        check_photo(tmp_path / "file", MOST)


@pytest.mark.closed
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    assert refused(tmp_path, bomb())[0] == 413
    assert refused(tmp_path, bomb(1_000)) == (413, "too_many_pixels")
    assert refused(tmp_path, PHOTOS["PNG"], 2_000) == (413, "too_many_pixels")


@pytest.mark.closed
@pytest.mark.parametrize(
    "content",
    [b"GIF89a" + b"\0" * 50, b"<svg xmlns='x'/>", b"II*\0" + b"\0" * 50, b"RIFF\0\0\0\0WAVE", b"\0" * 9],
)
def test_what_is_no_photo_of_a_kind_that_is_taken_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) == (415, "no_photo")


@pytest.mark.closed
def test_a_photo_told_in_steps_without_end_is_refused(tmp_path: Path) -> None:
    content = PHOTOS["progressive"]
    scan = content.index(b"\xff\xda")
    end = content.index(b"\xff", scan + 14)
    many = content[:scan] + content[scan:end] * 300 + content[end:]
    assert refused(tmp_path, many)[0] == 422


@pytest.mark.closed
@given(st.data())
def test_a_damaged_photo_is_taken_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(sorted(PHOTOS.values()))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(content)
    with suppress(ProblemError):
        _, facts = check_photo(file, MOST)
        assert facts.width * facts.height <= MOST
