"""A small stage to draw on, and what was drawn."""

from __future__ import annotations

import numpy as np
from PIL import Image

from withsense_tf.demo.drawing.canvas import SUPERSAMPLE, Brush
from withsense_tf.demo.drawing.stage import Stage


def stage(light: str = "sunny", seed: int = 0) -> Stage:
    """Return an empty stage whose horizon lies at row 40 of 100."""
    return Stage(np.random.default_rng(seed), 140, 100, light, 40.0)


def brush(scale: float = 20.0, facing: int = 1, tilt: float = 0.0) -> Brush:
    """Return a brush that stands at the middle of the lower edge of a layer of 140 x 100 pixels."""
    return Brush(Image.new("RGBA", (140 * SUPERSAMPLE, 100 * SUPERSAMPLE)), 70, 99, scale, facing, tilt)


def drawn(layer: Image.Image) -> tuple[float, float, float, float]:
    """Return the box of what was drawn on a layer, in pixels of the photo: left, top, right, bottom."""
    box = layer.getbbox()
    assert box is not None
    left, top, right, bottom = (side / SUPERSAMPLE for side in box)
    return left, top, right, bottom
