"""Pictures with as much to see in them as photos have, and what users make of them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a picture of soft and of small things; another seed is another picture."""
    rng = np.random.default_rng(seed)
    width, height = size
    pixels = np.zeros((height, width, 3))
    for cells, strength in ((4, 70), (9, 60), (20, 50), (45, 40)):
        small = rng.integers(0, 255, (cells * 3 // 4, cells, 3), dtype=np.uint8)
        layer = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC), float)
        pixels += (layer - 127) / 127 * strength
    return Image.fromarray((127 + pixels).clip(0, 255).astype(np.uint8))


def collage_of(pictures: Sequence[Image.Image], gap: int = 6) -> Image.Image:
    """Put pictures of one size side by side, with a white gap around each."""
    width, height = pictures[0].size
    whole = Image.new("RGB", (len(pictures) * (width + gap) + gap, height + 2 * gap), "white")
    for at, picture in enumerate(pictures):
        whole.paste(picture, (gap + at * (width + gap), gap))
    return whole


def windows() -> list[bytes]:
    """Return three parts of a wide scene, as PNG: each is a copy of the one beside it, the first not of the last."""
    wide, files = scene(0, (520, 240)), []
    for left in (0, 100, 200):
        wide.crop((left, 0, left + 320, 240)).save(stream := io.BytesIO(), "PNG")
        files.append(stream.getvalue())
    return files


def grey_of(picture: Image.Image, long: int) -> np.ndarray:
    """Return a picture in grey, its longer side of that length."""
    scale = long / max(picture.size)
    width, height = (round(side * scale) for side in picture.size)
    return np.asarray(picture.convert("L").resize((width, height), Image.Resampling.BILINEAR))
