"""Draw things: what is driven, sailed, flown, kicked, held or sat on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, Colour, Point, mix, shade, vary
from withsense_tf.demo.drawing.colours import PAINT

GLASS: Colour = (92, 118, 136)
RUBBER: Colour = (28, 28, 30)
STEEL: Colour = (176, 180, 186)


def draw_thing(brush: Brush, kind: str, colour: str, action: str, rng: np.random.Generator) -> None:
    """Draw one thing."""
    paint = vary(rng, PAINT[colour], 7.0) if colour else STEEL
    if kind in _MOVING:
        _MOVING[kind](brush, paint, action)
    else:
        _STILL[kind](brush, paint)


def _wheel(brush: Brush, x: float, radius: float) -> None:
    brush.ellipse((x, radius), radius, radius, RUBBER)
    brush.ellipse((x, radius), radius * 0.55, radius * 0.55, STEEL)
    brush.ellipse((x, radius), radius * 0.2, radius * 0.2, (70, 70, 74))


def _car(brush: Brush, paint: Colour, action: str) -> None:
    brush.polygon([(-1.15, 0.85), (-0.8, 1.42), (0.55, 1.42), (1.1, 0.85)], shade(paint, 0.9))
    brush.polygon([(-0.98, 0.88), (-0.7, 1.32), (-0.14, 1.32), (-0.14, 0.88)], GLASS)
    brush.polygon([(-0.02, 0.88), (-0.02, 1.32), (0.48, 1.32), (0.9, 0.88)], shade(GLASS, 1.1))
    body = [(-1.95, 0.3), (-1.98, 0.7), (-1.75, 0.92), (1.15, 0.92), (1.85, 0.76), (2.0, 0.55), (1.98, 0.3)]
    brush.polygon(body, paint)
    brush.polygon([(-1.97, 0.3), (-1.97, 0.46), (1.99, 0.46), (1.98, 0.3)], shade(paint, 0.68))
    brush.line([(-1.75, 0.9), (1.15, 0.9)], 0.04, shade(paint, 1.35))
    brush.line([(-0.08, 0.42), (-0.08, 0.9)], 0.025, shade(paint, 0.6))
    brush.line([(0.05, 0.78), (0.22, 0.78)], 0.05, shade(paint, 0.55))
    for x in (-1.22, 1.22):
        brush.ellipse((x, 0.34), 0.43, 0.43, shade(paint, 0.35))
        _wheel(brush, x, 0.35)
    brush.ellipse((1.88, 0.62), 0.12, 0.09, (255, 246, 200))
    brush.ellipse((-1.92, 0.66), 0.08, 0.1, (190, 40, 36))
    if action == "drive":  # a driver at the wheel, and lines of speed behind
        brush.ellipse((0.28, 1.1), 0.13, 0.16, (196, 150, 118))
        for y in (0.3, 0.6, 0.9):
            brush.line([(-2.2 - y * 0.2, y), (-2.9 - y * 0.3, y)], 0.05, (226, 226, 224))


def _bus(brush: Brush, paint: Colour, action: str) -> None:
    brush.polygon([(-3.1, 0.4), (-3.1, 2.6), (-2.95, 2.78), (2.95, 2.78), (3.15, 2.5), (3.2, 0.4)], paint)
    brush.polygon([(-3.1, 0.4), (-3.1, 0.62), (3.2, 0.62), (3.2, 0.4)], shade(paint, 0.6))
    brush.polygon([(-3.05, 2.6), (-2.95, 2.78), (2.95, 2.78), (3.1, 2.6)], shade(paint, 1.3))
    for i in range(6):
        x = -2.9 + i * 0.87
        brush.polygon(
            [(x, 1.5), (x, 2.35), (x + 0.74, 2.35), (x + 0.74, 1.5)], shade(GLASS, 0.9 + 0.05 * (i % 3))
        )
        if action == "drive":
            brush.ellipse((x + 0.37, 1.66), 0.15, 0.18, (150, 116, 96))
    brush.polygon([(2.4, 1.3), (2.4, 2.4), (3.08, 2.4), (3.15, 1.3)], shade(GLASS, 1.15))
    brush.polygon([(1.7, 0.6), (1.7, 1.4), (2.25, 1.4), (2.25, 0.6)], shade(paint, 0.75))
    for x in (-1.9, 1.1):
        brush.ellipse((x, 0.45), 0.55, 0.55, shade(paint, 0.35))
        _wheel(brush, x, 0.46)
    brush.ellipse((3.12, 0.85), 0.1, 0.14, (255, 246, 200))
    if action == "drive":
        for y in (0.5, 1.1, 1.7):
            brush.line([(-3.4, y), (-4.4 - y * 0.2, y)], 0.07, (226, 226, 224))


def _bicycle(brush: Brush, paint: Colour) -> None:
    back, front, pedal = (-0.52, 0.34), (0.52, 0.34), (-0.05, 0.32)
    for wheel in (back, front):
        brush.ring(wheel, 0.34, 0.05, RUBBER)
        for i in range(4):
            t = math.pi * (i / 4 + 0.1)
            a = (wheel[0] + 0.3 * math.cos(t), wheel[1] + 0.3 * math.sin(t))
            b = (wheel[0] - 0.3 * math.cos(t), wheel[1] - 0.3 * math.sin(t))
            brush.line([a, b], 0.008, STEEL)
    for a, b in (
        (back, pedal),
        (back, (-0.17, 0.7)),
        (pedal, (-0.2, 0.78)),
        (pedal, (0.4, 0.68)),
        ((-0.17, 0.7), (0.4, 0.7)),
        (front, (0.38, 0.84)),
    ):
        brush.limb(a, b, 0.075, 0.075, paint)
    brush.limb((-0.32, 0.84), (-0.1, 0.84), 0.07, 0.05, (36, 32, 30))
    brush.limb((0.38, 0.9), (0.52, 0.96), 0.045, 0.045, (50, 50, 54))
    brush.ellipse(pedal, 0.09, 0.09, (60, 60, 64))


def _boat(brush: Brush, paint: Colour, action: str) -> None:
    brush.polygon([(-1.7, 0.75), (-1.35, 0.0), (1.3, 0.0), (2.0, 0.85)], paint)
    brush.polygon([(-1.7, 0.75), (-1.66, 0.62), (1.84, 0.68), (2.0, 0.85)], shade(paint, 1.3))
    brush.polygon([(-1.45, 0.2), (-1.35, 0.0), (1.3, 0.0), (1.45, 0.2)], shade(paint, 0.6))
    brush.polygon([(-1.0, 0.74), (-1.0, 1.15), (0.0, 1.15), (0.25, 0.76)], (232, 228, 216))
    brush.polygon([(-0.85, 0.85), (-0.85, 1.06), (-0.4, 1.06), (-0.4, 0.85)], GLASS)
    brush.line([(0.3, 0.75), (0.3, 3.7)], 0.08, (120, 90, 60))
    if action == "sail":
        brush.polygon([(0.22, 3.55), (0.22, 1.1), (-1.5, 1.15)], (246, 242, 230))
        brush.polygon([(0.38, 3.4), (0.4, 1.05), (1.85, 1.0)], (230, 226, 214))
        brush.line([(0.22, 2.2), (-0.72, 2.24)], 0.07, paint)
    else:  # moored: sails down, fenders out
        brush.limb((0.25, 1.3), (-1.2, 1.32), 0.16, 0.12, (226, 220, 206))
        for x in (-0.8, 0.2, 1.0):
            brush.ellipse((x, 0.35), 0.1, 0.18, (240, 240, 236))


def _ball(brush: Brush, paint: Colour, action: str) -> None:
    r = 0.2
    y = r if action != "bounce" else r + 0.55
    brush.ellipse((0, y), r, r, paint)
    for turn in (0, 60, 120):
        brush.ellipse((0.0, y), r * 0.97, r * 0.22, shade(paint, 0.72), turn + 20)
    brush.ellipse((0, y), r * 0.36, r * 0.36, shade(paint, 1.5))
    brush.ellipse((-0.06, y + 0.08), 0.05, 0.04, shade(paint, 1.8), 40)
    if action == "bounce":
        for x in (-0.16, 0.0, 0.16):
            brush.line([(x, 0.16), (x, 0.42)], 0.018, (232, 232, 230))


def _hot_air_balloon(brush: Brush, paint: Colour) -> None:
    brush.ellipse((0, 0.35), 0.82, 0.9, paint)
    brush.polygon([(-0.76, 0.06), (-0.2, -0.82), (0.2, -0.82), (0.76, 0.06)], paint)
    for rx, light in ((0.56, 1.28), (0.24, 0.8)):
        brush.ellipse((0, 0.35), rx, 0.9, shade(paint, light))
        brush.polygon(
            [(-rx * 0.93, 0.06), (-rx * 0.25, -0.82), (rx * 0.25, -0.82), (rx * 0.93, 0.06)],
            shade(paint, light),
        )
    for x in (-0.16, 0.16):
        brush.line([(x, -0.82), (x * 0.8, -1.12)], 0.025, (90, 74, 60))
    brush.polygon([(-0.18, -1.08), (0.18, -1.08), (0.15, -1.36), (-0.15, -1.36)], (134, 92, 52))


def _kite(brush: Brush, paint: Colour) -> None:
    brush.polygon([(0, 0.62), (0.42, 0.1), (0, -0.62), (-0.42, 0.1)], paint)
    brush.polygon([(0, 0.62), (0.42, 0.1), (0, -0.62)], shade(paint, 0.78))
    brush.line([(-0.42, 0.1), (0.42, 0.1)], 0.03, shade(paint, 0.5))
    tail: list[Point] = [(0.07 * math.sin(i * 1.1), -0.62 - i * 0.1) for i in range(9)]
    brush.line(tail, 0.03, shade(paint, 0.6))
    for i in (2, 4, 6, 8):
        x, y = tail[i]
        brush.polygon(
            [(x - 0.1, y + 0.06), (x + 0.1, y - 0.06), (x + 0.1, y + 0.06), (x - 0.1, y - 0.06)],
            mix(paint, (255, 255, 255), 0.3),
        )


def _shade_roof(brush: Brush, paint: Colour, centre: Point, radius: float, rise: float) -> None:
    x, y = centre
    steps = 9
    rim = [(x - radius + 2 * radius * i / steps, y) for i in range(steps + 1)]
    arc = [
        (x + radius * math.cos(math.pi * i / 16), y + rise * math.sin(math.pi * i / 16)) for i in range(17)
    ]
    brush.polygon([*arc, (x - radius, y)], paint)
    for i in range(1, steps, 2):
        a, b = rim[i][0], rim[i + 1][0]
        brush.polygon(
            [(x + (a - x) * 0.1, y + rise * 0.99), (a, y), (b, y), (x + (b - x) * 0.1, y + rise * 0.99)],
            shade(paint, 0.78),
        )
    for i in range(steps):
        brush.ellipse(((rim[i][0] + rim[i + 1][0]) / 2, y), radius / steps, radius * 0.08, shade(paint, 0.9))
    brush.line([(x, y + rise), (x, y + rise * 1.2)], 0.04, (70, 66, 64))


def _umbrella(brush: Brush, paint: Colour) -> None:
    brush.line([(0, -0.1), (0, 0.95)], 0.035, (60, 56, 54))
    _shade_roof(brush, paint, (0, 0.55), 0.72, 0.42)


def _parasol(brush: Brush, paint: Colour) -> None:
    brush.line([(0, 0.0), (0.12, 1.9)], 0.06, (228, 222, 208))
    _shade_roof(brush, paint, (0.1, 1.55), 1.25, 0.62)
    brush.limb((-0.75, 0.07), (0.85, 0.07), 0.13, 0.13, mix(paint, (250, 246, 236), 0.55))  # a towel below


def _balloon(brush: Brush, paint: Colour) -> None:
    brush.ellipse((0, 0.3), 0.25, 0.31, paint)
    brush.polygon([(-0.05, -0.05), (0.05, -0.05), (0, 0.02)], shade(paint, 0.8))
    brush.ellipse((-0.08, 0.42), 0.06, 0.09, shade(paint, 1.6), 20)


def _bench(brush: Brush, paint: Colour) -> None:
    for x in (-0.7, 0.7):
        brush.limb((x, 0.0), (x, 0.88), 0.07, 0.06, (52, 50, 50))
        brush.limb((x + 0.1, 0.0), (x + 0.1, 0.4), 0.07, 0.06, (52, 50, 50))
    for y in (0.56, 0.7, 0.84):
        brush.limb((-0.85, y), (0.85, y), 0.1, 0.1, shade(paint, 0.94))
    brush.limb((-0.88, 0.42), (0.88, 0.42), 0.1, 0.1, paint)
    brush.limb((-0.86, 0.35), (0.92, 0.35), 0.06, 0.06, shade(paint, 0.65))


def _tent(brush: Brush, paint: Colour) -> None:
    brush.polygon([(-1.5, 0), (-0.55, 1.45), (0.9, 1.38), (1.8, 0)], shade(paint, 0.82))
    brush.polygon([(-1.5, 0), (-0.55, 1.45), (0.4, 0)], paint)
    brush.polygon([(-0.85, 0), (-0.55, 1.15), (-0.1, 0)], (40, 36, 36))
    brush.polygon([(-0.1, 0), (-0.55, 1.15), (0.12, 0.0)], shade(paint, 1.25))
    brush.line([(-0.55, 1.45), (0.9, 1.38)], 0.05, shade(paint, 1.4))
    for a, b in (((-0.55, 1.45), (-2.0, 0)), ((0.9, 1.38), (2.25, 0))):
        brush.line([a, b], 0.025, (226, 220, 204))


def _skis(brush: Brush, paint: Colour) -> None:
    for y, light in ((0.06, 0.8), (0.0, 1.0)):
        brush.limb((-0.8, y + 0.02), (0.85, y - 0.02), 0.05, 0.04, shade(paint, 0.45 * light))
        brush.limb((0.85, y - 0.02), (1.0, y + 0.08), 0.045, 0.035, shade(paint, 0.45 * light))


_MOVING: dict[str, Callable[[Brush, Colour, str], None]] = {
    "car": _car, "bus": _bus, "boat": _boat, "ball": _ball,
}  # fmt: skip
_STILL: dict[str, Callable[[Brush, Colour], None]] = {
    "bicycle": _bicycle, "hot-air balloon": _hot_air_balloon, "kite": _kite, "umbrella": _umbrella,
    "parasol": _parasol, "balloon": _balloon, "bench": _bench, "tent": _tent, "skis": _skis,
}  # fmt: skip
