"""A photo that users of the tests send."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def png_of(seed: int, note: str = "") -> bytes:
    """Return a small photo as PNG, of which none is like another; its file may say something."""
    small = np.random.default_rng(1_000 + seed).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    stream = io.BytesIO()
    exif = Image.Exif()
    if note:
        exif[0x010E] = note
    Image.fromarray(small).resize((48, 32), Image.Resampling.BICUBIC).save(stream, "PNG", exif=exif)
    return stream.getvalue()


PNG = png_of(0)
