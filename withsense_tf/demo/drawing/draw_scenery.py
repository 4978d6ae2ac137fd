"""Draw what stands around: trees, hills, houses, lamps, stalls. None of it is ever named in a caption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from withsense_tf.demo.drawing.canvas import Array, Brush, Colour, Point, crop, mix, shade, smooth_noise, vary
from withsense_tf.demo.drawing.stage import Stage

WALLS: tuple[Colour, ...] = (
    (196, 176, 150), (172, 132, 110), (206, 196, 178), (150, 146, 142), (182, 152, 120), (160, 118, 98),
)  # fmt: skip
ROOFS: tuple[Colour, ...] = ((142, 84, 66), (104, 84, 78), (120, 96, 84))


@dataclass(frozen=True, eq=False)
class Ridge:
    """The outline of hills: the row of the crest in each column, over a foot at row `base`, `rise` pixels high."""

    crest: Array
    base: float
    rise: float
    jagged: bool


def ridge(stage: Stage, base: float, rise: float, cell: float, jag: float = 0.0) -> Ridge:
    """Draw the outline of hills about `cell` pixels wide; `jag` sharpens it."""
    w = stage.width
    line = smooth_noise(stage.rng, 4, w + 8, cell)[1, 4 : w + 4]
    if jag:
        line = line + jag * smooth_noise(stage.rng, 4, w + 8, cell / 4)[1, 4 : w + 4]
    line = (line - line.min()) / max(float(np.ptp(line)), 1e-6)
    return Ridge(base - rise * (0.35 + 0.65 * line), base, rise, bool(jag))


def paint_hills(stage: Stage, hills: Ridge, colour: Colour, haze: float, snow: float = 0.0) -> None:
    """Paint hills over the pixels; snow lies on that share of their height."""
    crest = hills.crest
    rows = np.arange(stage.height, dtype=np.float32)[:, None]
    mask = (np.clip(rows - crest[None, :], 0, 1) * (rows < hills.base + 2))[:, :, None]
    body = np.broadcast_to(np.asarray(colour, dtype=np.float32), stage.pixels.shape)
    rough = crop("cloud", stage.rng, stage.height, stage.width, 0.55)
    light = 1 + 0.10 * rough + 0.25 * np.gradient(crest)[None, :] * (0.5 if hills.jagged else 0.2)
    body = body * light[:, :, None]
    if snow:
        depth = (rows - crest[None, :]) / (snow * hills.rise) + 0.25 * rough
        cap = np.clip(1.6 - 1.6 * depth, 0, 1)[:, :, None]
        white = np.asarray((240, 244, 250), dtype=np.float32) * np.clip(light, 0.7, 1.05)[:, :, None]
        body = body + (white - body) * cap
    from_sky = np.asarray((198, 206, 216), dtype=np.float32)
    body = body * (1 - haze) + from_sky * haze
    stage.pixels = stage.pixels * (1 - mask) + body * mask


def broadleaf(brush: Brush, rng: np.random.Generator, leaf: Colour = (62, 108, 48)) -> None:
    """Draw a round tree about five metres high."""
    brush.limb((0, 0), (0.1, 2.4), 0.45, 0.3, (84, 64, 46))
    for i in range(13):
        spot = (float(rng.normal(0.1, 0.75)), 3.2 + float(rng.normal(0, 0.6)))
        tone = 0.72 + 0.035 * i + float(rng.uniform(-0.05, 0.05))
        brush.ellipse(spot, float(rng.uniform(0.55, 0.95)), float(rng.uniform(0.45, 0.75)), shade(leaf, tone))


def fir(brush: Brush) -> None:
    """Draw a fir about four metres high, with snow on its branches."""
    brush.limb((0, 0), (0, 0.8), 0.25, 0.22, (80, 60, 46))
    for i in range(4):
        y, half = 0.5 + i * 0.85, 1.15 - i * 0.25
        green = shade((44, 84, 58), 0.85 + 0.06 * i)
        brush.polygon([(-half, y), (0, y + 1.5), (half, y)], green)
        brush.polygon([(-half * 0.72, y + 0.35), (0, y + 1.5), (half * 0.3, y + 0.5)], (236, 241, 247))


def palm(brush: Brush, rng: np.random.Generator) -> None:
    """Draw a palm that leans."""
    lean = float(rng.uniform(0.3, 1.0))
    top: Point = (lean, 4.6)
    brush.limb((0, 0), (lean * 0.4, 2.3), 0.36, 0.28, (128, 100, 70))
    brush.limb((lean * 0.4, 2.3), top, 0.28, 0.2, (138, 110, 78))
    for i in range(8):
        side = -1 if i % 2 else 1
        drop = 0.9 - 0.42 * i
        bend = (top[0] + side * 0.95, top[1] + drop * 0.4 + 0.5)
        end = (top[0] + side * 1.75, top[1] + drop * 0.6 - 0.35)
        brush.limb(top, bend, 0.16, 0.3, shade((56, 112, 52), 0.8 + 0.05 * i))
        brush.limb(bend, end, 0.3, 0.06, shade((56, 112, 52), 0.85 + 0.05 * i))


def cactus(brush: Brush, rng: np.random.Generator) -> None:
    """Draw a cactus with two arms."""
    green = vary(rng, (74, 112, 66), 6)
    brush.limb((0, 0), (0, 2.4), 0.42, 0.38, green)
    for side, y in ((-1, 1.0), (1, 1.35)):
        brush.limb((0, y), (side * 0.62, y + 0.05), 0.26, 0.26, shade(green, 0.9))
        brush.limb((side * 0.62, y + 0.05), (side * 0.62, y + 0.8), 0.26, 0.22, shade(green, 0.95))


def house(
    stage: Stage, layer: Image.Image, x: float, base: float, width: float, height: float, roof: str
) -> None:
    """Draw a house front: walls, windows in rows, lit at night, a door or shop; `roof` is flat, gable or tower."""
    rng = stage.rng
    wall = vary(rng, WALLS[int(rng.integers(len(WALLS)))], 8)
    brush = Brush(layer, x, base, 1.0)
    brush.polygon([(0, 0), (0, height), (width, height), (width, 0)], wall)
    brush.polygon([(width * 0.93, 0), (width * 0.93, height), (width, height), (width, 0)], shade(wall, 0.8))
    tile = ROOFS[int(rng.integers(len(ROOFS)))]
    if roof != "flat":
        peak = height + width * (0.42 if roof == "gable" else 1.1)
        brush.polygon([(-2, height), (width / 2, peak), (width + 2, height)], tile)
    else:
        brush.polygon(
            [(-2, height), (-2, height + 4), (width + 2, height + 4), (width + 2, height)], shade(wall, 0.7)
        )
    _windows(stage, brush, Brush(stage.glow, x, base, 1.0), (width, height), wall)
    door = width * float(rng.uniform(0.15, 0.6))
    brush.polygon([(door, 0), (door, 19), (door + 11, 19), (door + 11, 0)], (78, 62, 54))


def _windows(stage: Stage, brush: Brush, lamp: Brush, size: tuple[float, float], wall: Colour) -> None:
    """Draw rows of windows on a front of that width and height; at night some are lit."""
    rng, (width, height) = stage.rng, size
    columns, rows = max(2, int(width / 17)), max(1, int((height - 22) / 23))
    for i in range(columns):
        for j in range(rows):
            x, y = width * (i + 0.26) / columns, 26 + j * 23
            far = x + width * 0.5 / columns
            frame = [(x - 1, y - 1), (x - 1, y + 14), (far + 1, y + 14), (far + 1, y - 1)]
            pane = [(x, y), (x, y + 13), (far, y + 13), (far, y)]
            brush.polygon(frame, shade(wall, 1.25))
            brush.polygon(pane, shade((76, 92, 108), float(rng.uniform(0.7, 1.15))))
            if stage.light == "night" and rng.random() < 0.55:
                lamp.polygon(pane, vary(rng, (246, 206, 122), 12))


def street_lamp(stage: Stage, layer: Image.Image, x: float, base: float, scale: float) -> None:
    """Draw a street lamp, lit at night."""
    brush = Brush(layer, x, base, scale)
    brush.limb((0, 0), (0, 3.6), 0.14, 0.09, (58, 58, 62))
    brush.limb((0, 3.6), (0.5, 3.75), 0.08, 0.08, (58, 58, 62))
    brush.limb((0.4, 3.7), (0.75, 3.7), 0.18, 0.14, (206, 204, 196))
    if stage.light == "night":
        glow = Brush(stage.glow, x, base, scale)
        glow.ellipse((0.6, 3.62), 0.2, 0.14, (255, 232, 170))


def stall(stage: Stage, layer: Image.Image, x: float, base: float, scale: float) -> None:
    """Draw a market stall with a striped canvas roof in dull colours."""
    brush = Brush(layer, x, base, scale)
    cloth = mix(vary(stage.rng, (150, 110, 100), 22), (160, 150, 136), 0.4)
    for side in (-1.1, 1.1):
        brush.limb((side, 0), (side, 2.0), 0.09, 0.09, (104, 84, 62))
    brush.polygon([(-1.1, 0), (-1.1, 0.85), (1.1, 0.85), (1.1, 0)], (128, 104, 76))
    for i in range(14):
        fruit = mix(vary(stage.rng, (150, 120, 70), 30), (130, 116, 92), 0.3)
        brush.ellipse((-0.95 + i * 0.146, 0.92 + 0.06 * (i % 2)), 0.11, 0.1, fruit)
    for i in range(6):
        a = -1.3 + i * 2.6 / 6
        colour = cloth if i % 2 else (222, 216, 204)
        brush.polygon([(a * 0.85, 2.5), (a, 1.9), (a + 2.6 / 6, 1.9), ((a + 2.6 / 6) * 0.85, 2.5)], colour)
