"""Draw places made by people: street, stadium, harbour, square."""

from __future__ import annotations

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, vary
from withsense_tf.demo.drawing.draw_scenery import house, stall, street_lamp
from withsense_tf.demo.drawing.stage import Stage


def street(stage: Stage) -> None:
    """Paint the street."""
    stage.paint_sky()
    layer, x = stage.layer(), -stage.uniform(4, 30)
    while x < stage.width:
        wide = stage.uniform(44, 82)
        house(
            stage,
            layer,
            x,
            stage.horizon + 14,
            wide,
            stage.uniform(0.3, 0.56) * stage.height,
            "flat",
        )
        x += wide
    stage.paste(layer, 0.07, stage.far_haze() * 0.75)
    kerb = stage.row(0.24)
    stage.paint_ground(stage.horizon + 13, (150, 146, 140), (160, 156, 150), "paving", 7.0, 30, 0.3)
    stage.paint_ground(kerb, (78, 79, 83), (68, 69, 74), "grain", 6.0, 40, 0.3)
    near = stage.row(0.82)
    layer = stage.layer()
    brush = Brush(layer, 0, 0, 1.0)
    brush.line([(0, -kerb), (stage.width, -kerb)], 3, (190, 188, 182))
    dash, middle = 0.13 * stage.width, stage.row(0.5)
    for i in range(-1, 9):
        a = i * dash + stage.uniform(0, 4)
        brush.polygon(
            [
                (a, -middle),
                (a + dash * 0.5, -middle),
                (a + dash * 0.44, -middle - 4),
                (a - dash * 0.06, -middle - 4),
            ],
            (222, 220, 212),
        )
    brush.polygon(
        [(0, -near), (stage.width, -near), (stage.width, -stage.height), (0, -stage.height)], (158, 154, 147)
    )
    brush.line([(0, -near), (stage.width, -near)], 4, (196, 193, 186))
    for _ in range(2):
        street_lamp(stage, layer, stage.uniform(0.02, 0.98) * stage.width, kerb - 2, 0.115 * stage.unit)
    stage.paste(layer, 0.04)
    stage.ground = kerb


def stadium(stage: Stage) -> None:
    """Paint the stadium."""
    top = stage.horizon - 0.02 * stage.height
    stage.paint_sky()
    rise = round(0.27 * stage.height)
    a = max(0, round(top) - rise)
    rows = round(top) - a
    # The crowd: one specimen of colour every three pixels, in rows of seats.
    seats = stage.rng.integers(40, 205, (rows // 4 + 1, stage.width // 3 + 1, 3)).astype(np.float32)
    crowd = np.repeat(np.repeat(seats, 4, axis=0), 3, axis=1)[:rows, : stage.width]
    crowd = crowd * 0.45 + crowd.mean(axis=2, keepdims=True) * 0.45
    crowd[::4] *= 0.55
    stage.pixels[a : a + rows] = crowd
    stage.paint_ground(top, (66, 134, 52), (76, 146, 60), "blades", 8.0, 40, 0.3)
    start = round(top)
    away = (stage.height - stage.horizon + 6) / (np.arange(start, stage.height) - stage.horizon + 10)
    stripe = (np.floor(away * 2.1 + stage.uniform(0, 2)) % 2)[:, None, None]
    stage.pixels[start:] *= (0.9 + 0.2 * stripe).astype(np.float32)
    layer = stage.layer()
    brush = Brush(layer, 0, 0, 1.0)
    brush.polygon([(0, -top), (stage.width, -top), (stage.width, -top - 8), (0, -top - 8)], (72, 84, 104))
    for i in range(7):
        brush.polygon(
            [
                (i * 56 + 4, -top - 1),
                (i * 56 + 48, -top - 1),
                (i * 56 + 48, -top - 7),
                (i * 56 + 4, -top - 7),
            ],
            vary(stage.rng, (150, 156, 164), 18),
        )
    brush.line([(0, -top - 16), (stage.width, -top - 16)], 2.5, (236, 240, 236))
    x = stage.uniform(0.1, 0.7) * stage.width
    goal = Brush(layer, x, top + 16, 0.11 * stage.unit)
    goal.line([(0, 0), (0, 1.7), (3.0, 1.7), (3.0, 0)], 0.1, (244, 244, 244))
    for i in range(1, 8):
        goal.line([(i * 0.375, 0), (i * 0.375, 1.7)], 0.015, (210, 214, 214))
    slant = stage.uniform(-30, 30)
    brush.line(
        [(stage.width * 0.5 + slant, -top - 16), (stage.width * 0.5 - slant * 4, -stage.height)],
        4,
        (232, 238, 232),
    )
    stage.paste(layer, 0.04)
    if stage.light == "night":
        for share in (0.12, 0.88):
            glow = Brush(stage.glow, share * stage.width, a, 1.0)
            for i in range(6):
                glow.ellipse((-7 + 7 * (i % 3), 8 + 7 * (i // 3)), 2.6, 2.6, (255, 252, 232))
    stage.ground = top + 0.14 * stage.height


def harbour(stage: Stage) -> None:
    """Paint the harbour."""
    stage.paint_sky()
    layer, x = stage.layer(), -stage.uniform(0, 20)
    while x < stage.width:
        wide = stage.uniform(26, 60)
        if stage.rng.random() < 0.7:
            house(
                stage,
                layer,
                x,
                stage.horizon + 3,
                wide,
                stage.uniform(0.08, 0.2) * stage.height,
                "gable",
            )
        x += wide
    crane = Brush(
        layer,
        stage.uniform(0.1, 0.9) * stage.width,
        stage.horizon + 3,
        0.05 * stage.unit,
        1 if stage.rng.random() < 0.5 else -1,
    )
    for a, b in (
        ((0, 0), (0, 5.5)),
        ((-1.5, 5.2), (4.5, 5.8)),
        ((0, 6.4), (4.3, 5.8)),
        ((0, 6.4), (-1.4, 5.2)),
        ((4, 5.7), (4, 3.4)),
    ):
        crane.line([a, b], 0.22, (96, 92, 92))
    stage.paste(layer, 0.06, stage.far_haze())
    quay = stage.row(stage.uniform(0.4, 0.48))
    stage.paint_water(stage.horizon + 3, quay, (40, 84, 104))
    stage.paint_ground(quay, (146, 142, 136), (134, 130, 126), "paving", 9.0, 22, 0.5)
    layer = stage.layer()
    brush = Brush(layer, 0, 0, 1.0)
    brush.line([(0, -quay), (stage.width, -quay)], 6, (104, 98, 92))
    for i in range(5):  # masts of boats that lie behind, and bollards on the quay
        mast = Brush(layer, stage.uniform(0, 1) * stage.width, stage.horizon + 8, 0.05 * stage.unit)
        mast.line([(0, 0), (0, stage.uniform(2.5, 4.5))], 0.12, (186, 184, 178))
        mast.polygon([(-0.9, 0), (-1.2, 0.5), (1.3, 0.5), (1.0, 0)], (206, 204, 198))
        post = Brush(layer, (i + 0.5) / 5 * stage.width, quay + 4, 0.09 * stage.unit)
        post.limb((0, 0), (0, 0.5), 0.3, 0.34, (66, 64, 66))
    stage.paste(layer, 0.05)
    stage.ground, stage.water = quay + 8, (stage.horizon + 6, quay - 4)


def square(stage: Stage) -> None:
    """Paint the square."""
    stage.paint_sky()
    layer, x = stage.layer(), -stage.uniform(4, 24)
    tower = int(stage.rng.integers(1, 5))
    for i in range(9):
        wide = stage.uniform(34, 54) * (0.7 if i == tower else 1)
        tall = stage.uniform(0.2, 0.3) * stage.height * (1.5 if i == tower else 1)
        house(
            stage,
            layer,
            x,
            stage.horizon + 12,
            wide,
            tall,
            "tower" if i == tower else "gable",
        )
        x += wide
    stage.paste(layer, 0.07, stage.far_haze() * 0.75)
    stage.paint_ground(stage.horizon + 10, (168, 152, 132), (154, 140, 124), "paving", 13.0, 74, 0.5)
    layer = stage.layer()
    for i in range(3):
        spot = (0.12 + 0.36 * i + stage.uniform(-0.08, 0.08)) * stage.width
        stall(stage, layer, spot, stage.horizon + 20, 0.105 * stage.unit)
    stage.paste(layer, 0.06, stage.far_haze() * 0.4)
