"""One photo file: look at it (is it a photo, what is odd about it?) and read it upright as RGB."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from withsense_tf.common.limits import read_bytes
from withsense_tf.data.embedded.file_words import NOTHING, Embedded
from withsense_tf.data.embedded.reader import embedded_texts
from withsense_tf.data.pictures.colour_modes import plain_mode, to_srgb
from withsense_tf.data.pictures.look_cache import SMALLER, WHOLE, LookCache
from withsense_tf.data.pictures.looks import SIDE, look_of
from withsense_tf.data.pictures.patches import LONG, SHORT
from withsense_tf.errors import DataError
from withsense_tf.file_access import words_of

# Where Pillow refuses by itself (from half of it on, it warns); the largest camera has 151 megapixels.
MOST_PIXELS: Final = 178_956_970
# Decoding a JPEG at a reduced size averages blocks of pixels; from twice the size wanted, resizing hides that.
REDUCED_TO: Final = 2.0
# For a look, a JPEG need not be decoded with a shorter side of more than this: the longer one is as long as patches
# ask for then.
LOOK_SIDE: Final = 160
ORIENTATION: Final = 0x0112  # the EXIF tag for "which way is up"
# Larger than any camera's file; a film that lies among the photos must not be read into memory.
MOST_BYTES: Final = 1 << 30
# Formats that hold photos. Pillow knows more, among them some that start other programs (EPS).
FORMATS: Final = ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "JPEG2000")
SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".gif", ".tif", ".tiff", ".webp", ".bmp"}
    | {".avif", ".jp2", ".j2k", ".heic", ".heif", ".raw", ".dng", ".cr2", ".nef", ".arw"}
)
# What operating systems leave beside photos.
LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
# Why a photo is not shown whose file has other bytes than those that were judged.
CHANGED: Final = "the file is not the one that was indexed or loaded"
# How files of the common formats start: JPEG, PNG, GIF, TIFF (two byte orders) and WebP.
SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
ANIMATIONS: Final = frozenset(
    {"GIF", "PNG", "WEBP", "AVIF"}
)  # an MPO or TIFF with two pictures does not move
GREY_MODES: Final = frozenset({"1", "L", "LA", "La", "I", "F"})


class PhotoError(DataError):
    """A file cannot be used as a photo; `kind` is one of the kinds in `problems.KINDS`."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True)
class PhotoFacts:
    """What a usable photo file says of itself; width and height are those of the upright photo."""

    width: int
    height: int
    digest: str
    oddities: tuple[str, ...] = ()
    file_texts: Embedded = NOTHING
    look: str = ""  # where it was decoded: see `data.looks`


def inspect_photo(path: Path, decode: bool = False, cache: LookCache | None = None) -> PhotoFacts:
    """Look at the file's header, or with `decode` at every pixel; raise PhotoError if it is no usable photo.

    A truncated photo has a good header: only `decode` finds it. What `decode` finds good, `read_photo` reads. A file
    whose look is in the `cache` was decoded before, and is not decoded again.
    """
    content = _bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    look = cache.find(digest, WHOLE) if decode and cache is not None else None
    with _damage("the file breaks inside its header"), _open(content) as image:
        if decode and look is None:
            # First of all: asking a PNG for its EXIF data decodes it too, and would hide that it cannot be.
            _load(image)
        texts = embedded_texts(image, content)
        oddities = _oddities(image, content)
        turned = _orientation(image) in (5, 6, 7, 8)  # these swap the sides
        width, height = reversed(image.size) if turned else image.size
        if decode and look is None:
            look = _upright(image).look()
            if cache is not None:
                cache.add(digest, WHOLE, look)
                if not is_reducible(image, LOOK_SIDE):
                    cache.add(digest, SMALLER, look)
    return PhotoFacts(width, height, digest, oddities, texts, look or "")


def read_photo(
    path: Path, size: tuple[int, int] | None = None, reduced: bool = True, digest: str | None = None
) -> np.ndarray:
    """Read a photo upright as sRGB: uint8, (height, width, 3), resized to `size` (height, width) if given.

    Greyscale, CMYK, 16-bit, palette and transparent photos become RGB (on white), other colour spaces sRGB; of
    an animation the first frame is taken. Resizing squashes: the whole photo is kept, its proportions are not.
    With `reduced`, a JPEG with far more pixels than needed is decoded at 1/2, 1/4 or 1/8 of its size, many times
    faster; the pixels then differ from the full path's by less than two levels of 255 in the mean. With a
    `digest`, a file with another content is an error.
    """
    enough = round(REDUCED_TO * max(size)) if size is not None and reduced else None
    with open_upright(path, enough, digest) as photo:
        return photo.pixels(size)


@dataclass(frozen=True)
class UprightPhoto:
    """A decoded photo, turned upright, in a mode that can be resized; its colours are not sRGB yet."""

    image: Image.Image
    profile: bytes | None

    def pixels(
        self,
        size: tuple[int, int] | None = None,
        box: tuple[float, float, float, float] | None = None,
        resample: Image.Resampling = Image.Resampling.BILINEAR,
    ) -> np.ndarray:
        """Return the part in `box` (left, top, right, bottom) as sRGB, uint8, (height, width, 3)."""
        with _damage("it cannot be turned into RGB"):
            return np.asarray(self._resize(size, box, resample), dtype=np.uint8)

    def look(self) -> str:
        """Return what copies of the photo are found by."""
        with _damage("it cannot be turned into grey"):
            scale = LONG / max(self.image.size)
            size = [max(SHORT, round(side * scale)) for side in self.image.size]
            factor = min(side // small for side, small in zip(self.image.size, size, strict=True))
            image = self.image.reduce(factor) if factor > 1 else self.image
            # Other colours than sRGB's are hardly another grey.
            image = image if image.mode in ("L", "RGB") else to_srgb(image, self.profile)
            grey = image.convert("L").resize((size[0], size[1]), Image.Resampling.BILINEAR)
            square = grey.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
            return look_of(np.asarray(square), np.asarray(grey))

    def _resize(
        self,
        size: tuple[int, int] | None,
        box: tuple[float, float, float, float] | None,
        resample: Image.Resampling,
    ) -> Image.Image:
        image = self.image
        if size is not None and (box is not None or image.size != (size[1], size[0])):
            # Before the colours are turned into sRGB: fewer pixels, less work and memory.
            image = image.resize((size[1], size[0]), resample, box, reducing_gap=3.0)
        return to_srgb(image, self.profile)


@contextmanager
def open_upright(path: Path, enough: int | None = None, digest: str | None = None) -> Iterator[UprightPhoto]:
    """Decode a photo and turn it upright; a JPEG at a reduced size if both sides still have `enough` pixels.

    Whoever shows a photo gives the `digest` that it was judged under: what is decoded are the very bytes that are
    compared, so no other picture can be shown under its name.
    """
    content = _bytes(path)
    with _damage("the file breaks inside its header"), _open(content) as image:
        if enough is not None and is_reducible(image, enough):
            image.draft(None, (enough, enough))
        photo = _upright(image)
        # Not before: of what is no photo at all, that is to be said.
        if digest is not None and hashlib.sha256(content).hexdigest() != digest:
            raise PhotoError("photo_changed", CHANGED)
        yield photo


def is_reducible(image: Image.Image, enough: int) -> bool:
    """Return whether a photo can be decoded at half its size or less and still have `enough` pixels a side."""
    return image.format in ("JPEG", "MPO") and min(image.size) >= 2 * enough


def digest_of(path: Path) -> str:
    """Return the digest of a file's content, by which a photo is known."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def has_digest(path: Path, digest: str) -> bool:
    """Return whether a file is there with the content of that digest."""
    try:
        return digest_of(path) == digest
    except OSError:
        return False


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PhotoError("photo_too_large", f"the file has more than {MOST_BYTES:,} bytes")
        content = read_bytes(path)
    except OSError as error:
        raise PhotoError("row_photo_missing", f"cannot read {path.name}: {words_of(error)}") from error
    if not content:
        raise PhotoError("photo_empty", "the file has zero bytes")
    return content


@contextmanager
def _damage(what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into a PhotoError: a damaged file can make it raise anything."""
    try:
        yield
    except (PhotoError, MemoryError):
        raise
    except Exception as error:
        raise PhotoError("photo_truncated", f"{what}: {error}") from error


def _open(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise PhotoError("photo_too_large", f"more than {MOST_PIXELS:,} pixels") from None
    except Exception as error:
        if content.startswith(SIGNATURES):
            raise PhotoError("photo_truncated", "the file ends or breaks inside its header") from error
        reason = f"it starts like none of {', '.join(FORMATS)}"
        raise PhotoError("photo_not_image", reason) from error
    if image.width * image.height > MOST_PIXELS:
        raise PhotoError(
            "photo_too_large", f"{image.width} x {image.height} is more than {MOST_PIXELS:,} pixels"
        )
    return image


def _orientation(image: Image.Image) -> int:
    """Return which way is up; a photo with broken EXIF data is taken as it is."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:
        return 1


def _frames(image: Image.Image) -> int:
    """Count the frames; damage behind the first one does no harm, since only that is read."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:
        return 1


def _oddities(image: Image.Image, content: bytes) -> tuple[str, ...]:
    kinds = []
    if image.mode in GREY_MODES or image.mode.startswith("I;16"):
        kinds.append("photo_grey")
    if image.mode == "CMYK":
        kinds.append("photo_cmyk")
    if _is_16bit(image, content):
        kinds.append("photo_16bit")
    if image.format in ANIMATIONS and _frames(image) > 1:
        kinds.append("photo_animated")
    if 2 <= _orientation(image) <= 8:
        kinds.append("photo_rotated")
    return tuple(kinds)


def _is_16bit(image: Image.Image, content: bytes) -> bool:
    if image.mode.startswith("I;16"):
        return True
    if image.format == "PNG":
        # Byte 24 of a PNG is its bit depth; Pillow opens 16-bit colour as plain RGB.
        return content[24] == 16
    if image.format == "TIFF":
        bits = image.getexif().get(258)  # the TIFF tag BitsPerSample
        return 16 in bits if isinstance(bits, tuple) else bits == 16
    return False


def _load(image: Image.Image) -> None:
    with _damage("decoding stopped"):
        image.load()


def _upright(image: Image.Image) -> UprightPhoto:
    _load(image)
    with _damage("it cannot be turned into RGB"):
        profile = image.info.get("icc_profile")
        if 2 <= _orientation(image) <= 8:
            image = ImageOps.exif_transpose(image)
        return UprightPhoto(plain_mode(image), profile)
