"""Draw the room: wall, window, floor boards, furniture."""

from __future__ import annotations

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, Colour, crop, shade, vary
from withsense_tf.demo.drawing.stage import SKY, Stage

WALLPAPERS: tuple[Colour, ...] = ((206, 196, 176), (186, 196, 190), (202, 186, 182), (190, 192, 204))


def living_room(stage: Stage) -> None:
    """Paint a living room; the light outside is seen through its window."""
    rng, w, h = stage.rng, stage.width, stage.height
    wall = vary(rng, WALLPAPERS[int(rng.integers(len(WALLPAPERS)))], 5)
    floor = stage.horizon + 0.1 * h
    stage.pixels[:] = np.asarray(wall, dtype=np.float32) * (1 + 0.02 * crop("grain", rng, h, w)[:, :, None])
    stripe = ((np.arange(w) // 9) % 2)[None, :, None] * 5.0
    stage.pixels += np.asarray(stripe, dtype=np.float32)
    stage.paint_ground(floor, (156, 112, 74), (140, 98, 62), "blades", 8.0, 12, 0.3)
    layer = stage.layer()
    brush = Brush(layer, 0, 0, 1.0)
    brush.polygon([(0, -floor - 1), (w, -floor - 1), (w, -floor + 5), (0, -floor + 5)], (232, 228, 220))
    stage.paste(layer, 0.0)
    layer = stage.layer()
    flip = bool(rng.random() < 0.5)
    _window(stage, (0.1 if flip else 0.6) * w + float(rng.uniform(-8, 8)))
    _sofa(stage, (0.66 if flip else 0.3) * w + float(rng.uniform(-20, 20)), floor + 0.06 * h)
    _picture(stage, (0.62 if flip else 0.16) * w + float(rng.uniform(-10, 10)))
    rug = Brush(layer, w * float(rng.uniform(0.4, 0.6)), floor + 0.26 * h, 1.0)
    cloth = vary(rng, (150, 136, 120), 12)
    rug.ellipse((0, 0), 0.36 * w, 0.1 * h, cloth)
    rug.ellipse((0, 0), 0.32 * w, 0.084 * h, shade(cloth, 1.2))
    rug.ellipse((0, 0), 0.28 * w, 0.07 * h, cloth)
    stage.paste(layer, 0.08)
    stage.ground, stage.sky = floor + 0.11 * h, False


def _window(stage: Stage, x: float) -> None:
    layer, h = stage.layer(), stage.height
    wide, tall, low = 0.28 * stage.unit, 0.32 * stage.unit, stage.horizon - 0.03 * h
    brush = Brush(layer, x, low, 1.0)
    brush.polygon([(-5, -4), (-5, tall + 4), (wide + 5, tall + 4), (wide + 5, -4)], (240, 238, 232))
    top, bottom = SKY[stage.light]
    brush.polygon([(0, 0), (0, tall), (wide, tall), (wide, 0)], bottom)
    brush.polygon([(0, tall * 0.5), (0, tall), (wide, tall), (wide, tall * 0.5)], top)
    if stage.light == "sunny":
        brush.ellipse((wide * 0.4, tall * 0.05), wide * 0.38, tall * 0.2, (92, 136, 74))
    brush.line([(wide / 2, 0), (wide / 2, tall)], 3, (240, 238, 232))
    brush.line([(0, tall * 0.52), (wide, tall * 0.52)], 3, (240, 238, 232))
    curtain = vary(stage.rng, (178, 160, 146), 10)
    for side in (-12.0, wide + 1):
        brush.polygon([(side, -10), (side + 2, tall + 8), (side + 12, tall + 8), (side + 11, -10)], curtain)
        brush.line([(side + 5, -10), (side + 6, tall + 8)], 1.5, shade(curtain, 0.8))
    stage.paste(layer, 0.02)
    if stage.light == "night":
        lamp = Brush(
            stage.glow,
            x - 0.1 * stage.unit if x > stage.width * 0.3 else x + 0.48 * stage.unit,
            stage.horizon + 0.06 * h,
            1.0,
        )
        s = 0.05 * stage.unit
        lamp.polygon([(-s, s * 2), (-s * 0.6, s * 3.6), (s * 0.6, s * 3.6), (s, s * 2)], (255, 226, 160))
        lamp.line([(0, s * 2), (0, -s)], 2.5, (96, 78, 56))


def _sofa(stage: Stage, x: float, base: float) -> None:
    layer = stage.layer()
    brush = Brush(layer, x, base, 0.17 * stage.unit)
    cloth = vary(stage.rng, (122, 112, 108), 12)
    brush.limb((-0.9, 0.85), (0.9, 0.85), 0.5, 0.5, cloth)
    brush.polygon([(-1.15, 0.1), (-1.15, 0.85), (1.15, 0.85), (1.15, 0.1)], cloth)
    brush.limb((-0.85, 0.5), (0.85, 0.5), 0.3, 0.3, shade(cloth, 1.18))
    for side in (-1.15, 1.15):
        brush.limb((side, 0.2), (side, 0.66), 0.34, 0.36, shade(cloth, 0.85))
    brush.line([(0, 0.4), (0, 1.0)], 0.03, shade(cloth, 0.7))
    stage.paste(layer, 0.07)


def _picture(stage: Stage, x: float) -> None:
    layer = stage.layer()
    brush = Brush(layer, x, stage.horizon - 0.16 * stage.height, 1.0)
    s = 0.09 * stage.unit
    brush.polygon([(0, 0), (0, s * 1.2), (s * 1.7, s * 1.2), (s * 1.7, 0)], (86, 66, 48))
    brush.polygon(
        [(3, 3), (3, s * 1.2 - 3), (s * 1.7 - 3, s * 1.2 - 3), (s * 1.7 - 3, 3)],
        vary(stage.rng, (176, 180, 172), 12),
    )
    brush.polygon([(3, 3), (s * 0.7, s * 0.8), (s * 1.7 - 3, 3)], (124, 134, 126))
    stage.paste(layer, 0.03)
