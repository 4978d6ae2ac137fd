"""Pictures of any mode -> plain ones, and plain ones -> sRGB."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image, ImageCms

# Modes that can be resized and turned into RGB as they are.
PLAIN_MODES: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})


def plain_mode(image: Image.Image) -> Image.Image:
    """Bring modes that cannot be resized well (palettes, deep greyscale, bits) into one that can."""
    if image.mode.startswith("I") or image.mode == "F":
        return _shallow(image)
    if "transparency" in image.info or image.mode in ("PA", "La", "RGBa"):
        return image.convert("RGBA")
    return image if image.mode in PLAIN_MODES else image.convert("RGB")


def _shallow(image: Image.Image) -> Image.Image:
    """Scale deep greyscale to 8 bits; Pillow's own conversion would clip everything above 255 to white.

    16-bit files have their range in the format. 32-bit and floating-point ones do not say theirs, so it is the
    smallest usual one that holds their brightest value.
    """
    deep = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    brightest = float(deep.max(initial=0.0))
    usual: list[float] = [255.0, 65_535.0, brightest]
    if image.mode.startswith("I;16"):
        usual = [65_535.0]
    elif image.mode == "F":
        usual = [1.0, 255.0, brightest]
    top = next(value for value in usual if value >= brightest)
    return Image.fromarray(np.clip(deep * (255.0 / top), 0, 255).round().astype(np.uint8))


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Turn a plain picture into RGB as its colour profile means it, on white where it is transparent."""
    if image.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                srgb = ImageCms.createProfile("sRGB")
                converted_image = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
                if converted_image is not None:
                    return converted_image
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that is broken, or of another kind than the photo: the plain conversion follows
    return image.convert("RGB")
