"""Draw animals, side on: trunk, legs with a joint, neck, head and tail."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, Colour, Point, mix, shade, vary
from withsense_tf.demo.drawing.colours import PAINT


@dataclass(frozen=True)
class Frame:
    """Sizes of a four-legged animal in metres."""

    length: float
    leg: float
    trunk: float  # thickness
    neck: float
    limb: float  # thickness of a leg


FRAMES: dict[str, Frame] = {
    "dog": Frame(0.62, 0.36, 0.27, 0.18, 0.095),
    "cat": Frame(0.44, 0.22, 0.19, 0.07, 0.07),
    "horse": Frame(1.45, 0.92, 0.60, 0.62, 0.17),
    "cow": Frame(1.55, 0.66, 0.74, 0.22, 0.18),
    "sheep": Frame(0.86, 0.34, 0.56, 0.10, 0.10),
}
# Upper and lower angles of: far hind, near hind, far fore, near fore leg. 0 hangs down, forwards is positive.
GAITS: dict[str, tuple[tuple[float, float], ...]] = {
    "stand": ((-6, 4), (5, -8), (4, 0), (-4, 0)),
    "walk": ((22, -8), (-20, -30), (-18, -26), (26, 8)),
    "run": ((-52, -80), (-34, -66), (58, 34), (72, 58)),
    "jump": ((-48, -62), (-34, -50), (52, -30), (64, -18)),
    "graze": ((-6, 4), (6, -6), (16, 6), (-10, -4)),
    "sit": ((80, -60), (84, -64), (2, 0), (8, 2)),
    "lie": ((78, 92), (84, 98), (84, 92), (88, 98)),
}


def draw_animal(brush: Brush, kind: str, colour: str, action: str, rng: np.random.Generator) -> None:
    """Draw one animal (or a flock)."""
    coat = vary(rng, PAINT[colour], 8.0)
    if kind == "bird":
        _bird(brush, coat, action, rng)
        return
    if kind == "flock":
        _flock(brush, coat, rng)
        return
    frame = FRAMES[kind]
    lift = {"jump": 0.34, "run": 0.06, "lie": -0.72, "sit": 0.0}.get(action, 0.0) * frame.leg
    back = {"sit": 38.0, "jump": 20.0, "run": 4.0}.get(action, 0.0) + float(rng.normal(0, 1.5))
    legs = frame.leg * 0.96 + lift
    t = math.radians(back)
    hips: Point = (
        -frame.length / 2 * math.cos(t),
        legs + frame.trunk * 0.4 - (frame.leg * 0.62 if action == "sit" else 0.0),
    )
    chest = (hips[0] + frame.length * math.cos(t), hips[1] + frame.length * math.sin(t))
    if action == "lie":
        hips, chest = (hips[0], frame.trunk * 0.5), (chest[0], frame.trunk * 0.52)
    gait = GAITS.get(action, GAITS["stand"])
    for i, (root, near) in enumerate(((hips, False), (hips, True), (chest, False), (chest, True))):
        _leg(brush, frame, kind, root, gait[i], shade(coat, 1.0 if near else 0.74), rng)
    _tail(brush, frame, kind, hips, action, coat)
    _trunk(brush, frame, kind, hips, chest, coat, rng)
    _HEADS[kind](brush, chest, action, coat)


def _leg(
    brush: Brush,
    frame: Frame,
    kind: str,
    root: Point,
    bones: tuple[float, float],
    coat: Colour,
    rng: np.random.Generator,
) -> None:
    upper, lower = (math.radians(angle + float(rng.normal(0, 4))) for angle in bones)
    start = (root[0], root[1] - frame.trunk * 0.25)
    half = (frame.leg + frame.trunk * 0.12) / 2
    knee = (start[0] + half * math.sin(upper), start[1] - half * math.cos(upper))
    foot = (knee[0] + half * math.sin(lower), knee[1] - half * math.cos(lower))
    dark = (50, 44, 42) if kind == "sheep" else coat
    brush.limb(start, knee, frame.limb * 2.0, frame.limb * 0.95, dark)
    brush.limb(knee, foot, frame.limb * 0.9, frame.limb * 0.62, dark)
    brush.ellipse(
        foot, frame.limb * 0.62, frame.limb * 0.4, shade(dark, 0.6 if kind in ("horse", "cow") else 0.92)
    )


def _trunk(
    brush: Brush, frame: Frame, kind: str, hips: Point, chest: Point, coat: Colour, rng: np.random.Generator
) -> None:
    thick = frame.trunk
    if kind == "sheep":
        for x in np.linspace(hips[0], chest[0], 6):
            for y in (-0.22, 0.12, 0.34):
                spot = (float(x) + float(rng.normal(0, 0.02)), hips[1] + y * thick)
                brush.ellipse(spot, thick * 0.3, thick * 0.28, shade(coat, 1.0 if y > 0 else 0.86))
        return
    middle = ((hips[0] + chest[0]) / 2, (hips[1] + chest[1]) / 2)
    rump, belly, breast = {
        "dog": (0.88, 0.80, 1.08), "cat": (1.0, 0.92, 0.92), "horse": (1.08, 0.94, 1.06), "cow": (0.98, 1.06, 1.0),
    }[kind]  # fmt: skip
    turn = math.degrees(math.atan2(chest[1] - hips[1], chest[0] - hips[0]))
    brush.limb(hips, middle, thick * rump * 0.94, thick * belly, coat)
    brush.limb(middle, chest, thick * belly, thick * breast * 0.96, coat)
    brush.ellipse(hips, thick * 0.58, thick * rump * 0.52, coat, turn + 12)
    brush.ellipse((chest[0], chest[1] - thick * 0.02), thick * 0.54, thick * breast * 0.53, coat, turn - 16)
    low = (middle[0], middle[1] - thick * belly * 0.36)
    brush.ellipse(low, frame.length * 0.4, thick * 0.11, shade(coat, 0.8), turn)
    high = (middle[0], middle[1] + thick * belly * 0.36)
    brush.ellipse(high, frame.length * 0.42, thick * 0.06, shade(coat, 1.1), turn)
    if kind == "cow":
        patch = (70, 60, 56) if sum(coat) > 500 else mix(coat, (236, 230, 222), 0.8)
        for _ in range(3):
            spot = (middle[0] + float(rng.normal(0, 0.32)), middle[1] + float(rng.normal(0, 0.12)))
            brush.ellipse(spot, 0.13, 0.1, patch, float(rng.uniform(0, 90)))
        brush.ellipse((hips[0] + 0.25, hips[1] - thick * 0.5), 0.15, 0.1, (226, 168, 160))


def _tail(brush: Brush, frame: Frame, kind: str, hips: Point, action: str, coat: Colour) -> None:
    x, y, size = hips[0] - frame.trunk * 0.42, hips[1] + frame.trunk * 0.2, frame.length
    if kind == "dog":
        brush.limb(
            (x, y), (x - size * 0.3, y + size * (0.36 if action != "lie" else 0.05)), 0.075, 0.04, coat
        )
    elif kind == "cat":
        curve = [(x, y), (x - 0.14, y + 0.08), (x - 0.16, y + 0.26), (x - 0.08, y + 0.36)]
        if action in ("lie", "sit"):
            curve = [(x, y - 0.1), (x - 0.16, y - 0.16), (x - 0.28, y - 0.12)]
        for a, b in pairwise(curve):
            brush.limb(a, b, 0.06, 0.055, coat)
    elif kind == "horse":
        sweep = 0.45 if action == "run" else 0.12
        brush.limb((x, y), (x - sweep, y - 0.55 + sweep), 0.13, 0.07, shade(coat, 0.55))
    elif kind == "cow":
        brush.line([(x, y), (x - 0.08, y - 0.6)], 0.05, shade(coat, 0.8))
        brush.ellipse((x - 0.09, y - 0.66), 0.06, 0.1, (44, 36, 32))


def _eye(brush: Brush, spot: Point, size: float) -> None:
    brush.ellipse(spot, size, size, (16, 14, 14))


def _dog_head(brush: Brush, chest: Point, action: str, coat: Colour) -> None:
    up = 0.5 if action == "lie" else 1.0
    x, y = chest[0] + 0.15, chest[1] + (FRAMES["dog"].neck + 0.1) * up
    brush.limb(chest, (x, y), 0.21, 0.17, coat)
    brush.ellipse((x + 0.03, y + 0.03), 0.135, 0.12, coat)
    brush.limb((x + 0.08, y), (x + 0.23, y - 0.03), 0.13, 0.09, shade(coat, 1.06))
    brush.ellipse((x + 0.265, y - 0.01), 0.035, 0.03, (20, 18, 18))
    brush.limb((x - 0.04, y + 0.09), (x - 0.1, y - 0.1), 0.09, 0.07, shade(coat, 0.7))
    _eye(brush, (x + 0.08, y + 0.06), 0.02)
    brush.line([(chest[0] + 0.0, chest[1] + 0.13), (chest[0] + 0.15, chest[1] + 0.02)], 0.035, (60, 54, 52))


def _cat_head(brush: Brush, chest: Point, action: str, coat: Colour) -> None:
    x, y = chest[0] + 0.1, chest[1] + (0.16 if action != "lie" else 0.08)
    brush.limb(chest, (x, y), 0.16, 0.14, coat)
    for side in (-0.075, 0.075):
        ear = [(x + side - 0.055, y + 0.07), (x + side * 1.35, y + 0.225), (x + side + 0.055, y + 0.07)]
        brush.polygon(ear, shade(coat, 0.85))
    brush.ellipse((x, y), 0.135, 0.118, shade(coat, 1.04))
    for side in (-0.05, 0.05):
        brush.ellipse((x + side, y + 0.02), 0.024, 0.028, (168, 196, 60))
        _eye(brush, (x + side, y + 0.02), 0.012)
    brush.ellipse((x, y - 0.035), 0.02, 0.014, (210, 120, 120))
    for side in (-1, 1):
        brush.line([(x + side * 0.03, y - 0.05), (x + side * 0.2, y - 0.03)], 0.008, (220, 220, 220))


def _horse_head(brush: Brush, chest: Point, action: str, coat: Colour) -> None:
    mane = shade(coat, 0.5)
    turn = math.radians(-38 if action == "graze" else 42 if action == "run" else 58)
    base = (chest[0] + 0.05, chest[1] + 0.1)
    poll = (
        base[0] + (FRAMES["horse"].neck + 0.1) * math.cos(turn),
        base[1] + (FRAMES["horse"].neck + 0.1) * math.sin(turn),
    )
    brush.limb((base[0] - 0.1, base[1] + 0.14), (poll[0] - 0.07, poll[1] + 0.05), 0.2, 0.14, mane)
    brush.limb((base[0] - 0.12, base[1] - 0.04), poll, 0.56, 0.25, coat)
    nose = (poll[0] + 0.34, poll[1] - 0.26) if action != "graze" else (poll[0] + 0.12, poll[1] - 0.32)
    brush.limb(poll, nose, 0.25, 0.16, shade(coat, 1.04))
    brush.polygon(
        [(poll[0] - 0.1, poll[1] + 0.08), (poll[0] - 0.04, poll[1] + 0.3), (poll[0] + 0.06, poll[1] + 0.1)],
        coat,
    )
    _eye(brush, (poll[0] + 0.1, poll[1] - 0.01), 0.03)


def _cow_head(brush: Brush, chest: Point, action: str, coat: Colour) -> None:
    down = action == "graze"
    x, y = chest[0] + (0.38 if not down else 0.34), chest[1] + (0.2 if not down else -0.52)
    brush.limb(chest, (x, y), 0.5, 0.32, shade(coat, 0.95))
    brush.limb((x, y), (x + 0.24, y - 0.14), 0.32, 0.24, coat)
    brush.ellipse((x + 0.28, y - 0.17), 0.12, 0.1, (222, 178, 168))
    for side in (-0.08, 0.12):
        brush.limb((x + side, y + 0.14), (x + side + 0.03, y + 0.32), 0.06, 0.03, (232, 224, 204))
    brush.limb((x - 0.1, y + 0.06), (x - 0.26, y + 0.06), 0.12, 0.06, shade(coat, 0.8))
    _eye(brush, (x + 0.08, y + 0.04), 0.03)


def _sheep_head(brush: Brush, chest: Point, action: str, coat: Colour) -> None:
    face = (58, 50, 48) if sum(coat) > 400 else (126, 118, 112)
    x, y = chest[0] + 0.34, chest[1] + (0.16 if action != "graze" else -0.28)
    brush.limb((chest[0] + 0.12, chest[1]), (x, y), 0.26, 0.22, face)
    brush.limb((x, y), (x + 0.13, y - 0.1), 0.21, 0.15, face)
    brush.limb((x - 0.04, y + 0.07), (x - 0.18, y + 0.02), 0.08, 0.05, shade(face, 0.8))
    brush.ellipse((x - 0.03, y + 0.13), 0.13, 0.09, coat)
    _eye(brush, (x + 0.06, y + 0.03), 0.022)


_HEADS: dict[str, Callable[[Brush, Point, str, Colour], None]] = {
    "dog": _dog_head, "cat": _cat_head, "horse": _horse_head, "cow": _cow_head, "sheep": _sheep_head,
}  # fmt: skip


def _bird(brush: Brush, coat: Colour, action: str, rng: np.random.Generator) -> None:
    if action == "fly":
        _wings(brush, (0.0, 0.0), 0.62, coat, float(rng.uniform(0.25, 0.7)))
        return
    for x in (-0.03, 0.05):
        brush.line([(x, 0.0), (x, 0.16)], 0.025, (222, 140, 40))
    brush.limb((-0.3, 0.2), (-0.05, 0.26), 0.06, 0.2, shade(coat, 0.7))
    brush.ellipse((0.0, 0.27), 0.22, 0.14, coat, 14)
    brush.ellipse((-0.04, 0.28), 0.17, 0.08, shade(coat, 0.78), 10)
    brush.limb((0.14, 0.34), (0.18, 0.46), 0.12, 0.1, coat)
    brush.ellipse((0.19, 0.47), 0.085, 0.08, coat)
    brush.polygon([(0.26, 0.5), (0.38, 0.45), (0.26, 0.43)], (232, 150, 40))
    _eye(brush, (0.21, 0.49), 0.018)


def _wings(brush: Brush, at: Point, span: float, coat: Colour, beat: float) -> None:
    x, y = at
    for side, light in ((-1, 0.8), (1, 1.0)):
        tip = (x + side * span, y + span * beat * 0.7)
        bend = (x + side * span * 0.5, y + span * beat)
        brush.polygon(
            [
                (x - 0.1 * span, y),
                bend,
                tip,
                (x + side * span * 0.45, y + span * beat * 0.45),
                (x + 0.12 * span, y),
            ],
            shade(coat, light),
        )
    brush.ellipse((x, y), span * 0.3, span * 0.1, shade(coat, 0.92), 8)
    brush.polygon(
        [(x + span * 0.28, y + 0.06 * span), (x + span * 0.44, y), (x + span * 0.28, y)], (230, 150, 40)
    )


def _flock(brush: Brush, coat: Colour, rng: np.random.Generator) -> None:
    for i in range(int(rng.integers(5, 8))):
        spot = (float(rng.uniform(-0.95, 0.95)), float(rng.uniform(-0.5, 0.5)) + 0.12 * (i % 3))
        _wings(brush, spot, float(rng.uniform(0.24, 0.34)), coat, float(rng.uniform(0.3, 0.8)))
