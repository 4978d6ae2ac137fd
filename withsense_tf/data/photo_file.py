"""One photo file: look at it (is it a photo, what is odd about it?) and read it upright as RGB."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from withsense_tf.errors import DataError

# Where Pillow refuses by itself (from half of it on, it warns); the largest camera has 151 megapixels.
MOST_PIXELS: Final = 178_956_970
ORIENTATION: Final = 0x0112  # the EXIF tag for "which way is up"
# How files of the common formats start: JPEG, PNG, GIF, TIFF (two byte orders) and WebP.
SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
GREY_MODES: Final = frozenset({"1", "L", "LA", "La", "I", "F"})
MODES_WITH_ALPHA: Final = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


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


def inspect_photo(path: Path, decode: bool = False) -> PhotoFacts:
    """Look at the file's header, or with `decode` at every pixel; raise PhotoError if it is no usable photo.

    A truncated photo has a good header: only `decode` finds it.
    """
    content = _bytes(path)
    with _open(content) as image:
        oddities = _oddities(image, content)
        # ImageOps.exif_transpose swaps the sides of orientations 5 to 8.
        turned = image.getexif().get(ORIENTATION) in (5, 6, 7, 8)
        width, height = reversed(image.size) if turned else image.size
        if decode:
            _load(image)
    return PhotoFacts(width, height, hashlib.sha256(content).hexdigest(), oddities)


def read_photo(path: Path, size: tuple[int, int] | None = None) -> np.ndarray:
    """Read a photo upright as RGB: uint8, (height, width, 3), resized to `size` (height, width) if given.

    Greyscale, CMYK, 16-bit, palette and transparent photos become RGB (on white); of an animation the first
    frame is taken. Resizing squashes: the whole photo is kept, its proportions are not.
    """
    with _open(_bytes(path)) as image:
        _load(image)
        upright = ImageOps.exif_transpose(image)
        rgb = _to_rgb(upright)
        if size is not None and rgb.size != (size[1], size[0]):
            rgb = rgb.resize((size[1], size[0]), Image.Resampling.BILINEAR, reducing_gap=3.0)
        return np.asarray(rgb, dtype=np.uint8)


def _bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PhotoError("row_photo_missing", f"cannot read {path.name}: {error.strerror}") from error
    if not content:
        raise PhotoError("photo_empty", "the file has zero bytes")
    return content


def _open(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError:
        raise PhotoError("photo_too_large", f"more than {MOST_PIXELS:,} pixels") from None
    except Exception as error:
        # A hostile header can make a decoder raise anything; one bad photo must never stop a job.
        if content.startswith(SIGNATURES):
            raise PhotoError("photo_truncated", "the file ends or breaks inside its header") from error
        reason = "Pillow knows no image format that starts like this"
        raise PhotoError("photo_not_image", reason) from error
    if image.width * image.height > MOST_PIXELS:
        raise PhotoError(
            "photo_too_large", f"{image.width} x {image.height} is more than {MOST_PIXELS:,} pixels"
        )
    return image


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:
        # Decoders raise OSError, SyntaxError, ValueError, struct.error and more for damaged data.
        raise PhotoError("photo_truncated", f"decoding stopped: {error}") from error


def _oddities(image: Image.Image, content: bytes) -> tuple[str, ...]:
    found = []
    if image.mode in GREY_MODES or image.mode.startswith("I;16"):
        found.append("photo_grey")
    if image.mode == "CMYK":
        found.append("photo_cmyk")
    if _is_16bit(image, content):
        found.append("photo_16bit")
    if getattr(image, "n_frames", 1) > 1:
        found.append("photo_animated")
    if image.getexif().get(ORIENTATION, 1) not in (0, 1):
        found.append("photo_rotated")
    return tuple(found)


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


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_grey_to_rgb(image)
    if image.mode in MODES_WITH_ALPHA or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _deep_grey_to_rgb(image: Image.Image) -> Image.Image:
    """Scale deep greyscale to 8 bits; Pillow's own conversion would clip everything above 255 to white."""
    deep = np.asarray(image).astype(np.float64)
    top = 65535.0 if image.mode.startswith("I") else max(1.0, float(np.nanmax(deep)))
    grey = np.clip(np.nan_to_num(deep) / top * 255.0, 0, 255)
    return Image.fromarray(grey.round().astype(np.uint8)).convert("RGB")
