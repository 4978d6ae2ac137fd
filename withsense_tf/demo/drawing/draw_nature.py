"""Draw places in the open: beach, park, mountain, snow, forest, lake, desert."""

from __future__ import annotations

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, crop, shade, vary
from withsense_tf.demo.drawing.draw_scenery import broadleaf, cactus, fir, paint_hills, palm, ridge
from withsense_tf.demo.drawing.stage import Stage


def beach(stage: Stage) -> None:
    """Paint the beach."""
    stage.paint_sky()
    if stage.rng.random() < 0.5:
        headland = ridge(stage, stage.horizon, 0.09 * stage.height, 60)
        paint_hills(stage, headland, (104, 122, 126), 0.45 + 0.4 * (stage.light == "fog"))
    shore = stage.row(stage.uniform(0.34, 0.42))
    stage.paint_water(stage.horizon, shore + 8, vary(stage.rng, (34, 112, 148), 8))
    water = stage.pixels.copy()
    stage.paint_ground(shore - 10, (226, 200, 150), (212, 184, 132), "grain", 7.0, 40)
    # The line where the sea ends winds; wet sand is darker, and foam lies on it.
    x = np.arange(stage.width)
    edge = shore + 4 * np.sin(x / stage.uniform(20, 40) + stage.uniform(0, 6)) + 2 * np.sin(x / 11.0)
    rows = np.arange(stage.height, dtype=np.float32)[:, None]
    sea = np.clip(edge[None, :] - rows, 0, 1)[:, :, None].astype(np.float32)
    wet = np.exp(-np.clip(rows - edge[None, :], 0, None) / 9)[:, :, None].astype(np.float32)
    sand = stage.pixels * (1 - 0.34 * wet)
    foam = np.exp(-(((rows - edge[None, :]) / 2.0) ** 2)) + 0.55 * np.exp(
        -(((rows - edge[None, :] + 13) / 1.5) ** 2)
    )
    start = round(stage.horizon)
    coast = (water * sea + sand * (1 - sea))[start:]
    stage.pixels[start:] = (
        coast + (238 - coast) * np.clip(foam[start:, :, None], 0, 1).astype(np.float32) * 0.85
    )
    stage.ground, stage.water = shore + 12, (stage.horizon, shore)
    if stage.rng.random() < 0.45:
        layer = stage.layer()
        left = stage.rng.random() < 0.5
        palm(
            Brush(
                layer,
                stage.width * (0.04 if left else 0.96),
                stage.row(0.56),
                0.125 * stage.unit,
                1 if left else -1,
            ),
            stage.rng,
        )
        stage.paste(layer)


def park(stage: Stage) -> None:
    """Paint the park."""
    stage.paint_sky()
    bushes = ridge(stage, stage.horizon + 4, 0.12 * stage.height, 24, jag=0.3)
    paint_hills(stage, bushes, (70, 104, 66), stage.far_haze())
    stage.paint_ground(stage.horizon + 2, (84, 138, 50), (112, 158, 62), "blades", 15.0, 34)
    if stage.rng.random() < 0.5:
        _path(stage)
    layer = stage.layer()
    for _ in range(int(stage.rng.integers(3, 7))):
        x, scale = stage.uniform(-0.02, 1.02) * stage.width, stage.uniform(0.055, 0.10) * stage.unit
        tree = Brush(layer, x, stage.horizon + 7 + stage.uniform(-2, 3), scale)
        broadleaf(tree, stage.rng, vary(stage.rng, (66, 110, 50), 9))
    stage.paste(layer, 0.1, stage.far_haze())
    if stage.rng.random() < 0.4:
        layer = stage.layer()
        x = 0.02 if stage.rng.random() < 0.5 else 0.97
        broadleaf(Brush(layer, x * stage.width, stage.row(0.3), 0.19 * stage.unit), stage.rng)
        stage.paste(layer, 0.12)


def _path(stage: Stage) -> None:
    start = round(stage.horizon) + 6
    rows = np.arange(start, stage.height, dtype=np.float32)[:, None]
    t = (rows - start) / (stage.height - start)
    middle = stage.width * (stage.uniform(0.3, 0.7) + (stage.uniform(-0.3, 0.3)) * t + 0.06 * np.sin(t * 5))
    x = np.arange(stage.width, dtype=np.float32)[None, :]
    inside = np.clip((4 + 0.11 * stage.width * t - np.abs(x - middle)) / 3, 0, 1)[:, :, None]
    gravel = (
        np.asarray((198, 182, 150), dtype=np.float32)
        + 8 * crop("grain", stage.rng, len(rows), stage.width)[:, :, None]
    )
    stage.pixels[start:] += (gravel - stage.pixels[start:]) * inside


def mountain(stage: Stage) -> None:
    """Paint the mountain."""
    stage.paint_sky()
    haze = stage.far_haze()
    peaks = ridge(stage, stage.horizon, 0.44 * stage.height, 70, jag=0.35)
    paint_hills(stage, peaks, (112, 116, 130), min(0.75, haze + 0.16), snow=0.5)
    foothills = ridge(stage, stage.horizon + 3, 0.24 * stage.height, 46, jag=0.4)
    paint_hills(stage, foothills, (104, 100, 96), haze * 0.7)
    stage.paint_ground(stage.horizon + 1, (128, 124, 84), (136, 124, 104), "cloud", 12.0, 34, 0.8)
    layer = stage.layer()
    for _ in range(int(stage.rng.integers(4, 9))):
        y = stage.row(stage.uniform(0.08, 0.8))
        size = 4 + (y - stage.horizon) * 0.11
        brush = Brush(layer, stage.uniform(0, 1) * stage.width, y, size)
        gray = vary(stage.rng, (128, 124, 120), 8)
        brush.polygon([(-1, 0), (-0.7, 0.7), (0.1, 1.0), (0.8, 0.6), (1.1, 0)], gray)
        brush.polygon([(0.1, 1.0), (0.8, 0.6), (1.1, 0), (0.3, 0)], shade(gray, 0.72))
    stage.paste(layer, 0.1)


def snow(stage: Stage) -> None:
    """Paint a snowy slope."""
    stage.paint_sky()
    haze = stage.far_haze()
    peaks = ridge(stage, stage.horizon, 0.26 * stage.height, 60, jag=0.3)
    paint_hills(stage, peaks, (132, 142, 160), min(0.6, haze + 0.1), snow=0.9)
    slope = stage.uniform(-0.07, 0.07)
    stage.paint_ground(stage.horizon - 1, (234, 239, 246), (214, 224, 238), "cloud", 4.0, 16, 0.6)
    layer = stage.layer()
    for i in range(int(stage.rng.integers(5, 10))):
        x = stage.uniform(-0.02, 1.02)
        far = i < 4
        base = stage.horizon + (7 if far else 16) + slope * (x - 0.5) * 40
        fir(Brush(layer, x * stage.width, base, (0.07 if far else 0.11) * stage.unit))
    stage.paste(layer, 0.06, haze)


def forest(stage: Stage) -> None:
    """Paint the forest."""
    stage.paint_sky()
    wood = np.asarray((60, 88, 52), dtype=np.float32)
    rows = round(stage.horizon) + 10
    leaves = crop("cloud", stage.rng, rows, stage.width, 0.7)[:, :, None]
    through = np.clip(leaves - 0.9, 0, 1)
    back = wood * (1 + 0.34 * leaves)
    fog = 0.55 if stage.light == "fog" else 0.1
    stage.pixels[:rows] = (back * (1 - fog) + 205 * fog) * (1 - through) + stage.pixels[:rows] * through
    stage.paint_ground(stage.horizon + 6, (96, 82, 50), (74, 94, 46), "cloud", 14.0, 46, 0.9)
    for depth, count in ((0.0, 9), (0.09, 6), (0.24, 3)):
        layer = stage.layer()
        for _ in range(count):
            x = stage.uniform(-0.02, 1.02)
            if depth > 0.2 and 0.18 < x < 0.82:  # near trunks stand at the sides, out of the subjects' way
                x = x * 0.25 if x < 0.5 else 1 - (1 - x) * 0.25
            brush = Brush(layer, x * stage.width, stage.row(0.1 + depth), (0.05 + 0.42 * depth) * stage.unit)
            bark = vary(stage.rng, (88, 70, 52), 7)
            brush.limb((0, 0), (stage.uniform(-0.3, 0.3), 9), 0.7, 0.45, bark)
            brush.limb((0.16, 0), (0.2, 9), 0.2, 0.12, shade(bark, 0.7))
        stage.paste(layer, 0.14, max(0.0, (0.7 if stage.light == "fog" else 0.25) - depth * 2))
    crown = (
        crop("cloud", stage.rng, stage.height, stage.width, 0.45)
        + 1.6
        - 6.5 * np.linspace(0, 1, stage.height)[:, None]
    )[:, :, None]
    cover = np.clip(crown, 0, 1).astype(np.float32)
    leaf = wood * (0.95 + 0.3 * crop("grain", stage.rng, stage.height, stage.width)[:, :, None])
    stage.pixels = np.asarray(stage.pixels * (1 - cover) + leaf * cover, dtype=np.float32)


def lake(stage: Stage) -> None:
    """Paint the lake."""
    stage.paint_sky()
    haze = stage.far_haze()
    far_bank = ridge(stage, stage.horizon, 0.2 * stage.height, 80)
    paint_hills(stage, far_bank, (84, 112, 100), min(0.8, haze + 0.25))
    reeds = ridge(stage, stage.horizon + 2, 0.09 * stage.height, 14, jag=0.5)
    paint_hills(stage, reeds, (54, 88, 54), haze)
    shore = stage.row(stage.uniform(0.38, 0.46))
    above = stage.pixels.copy()
    stage.paint_water(stage.horizon + 1, shore + 4, (58, 100, 118))
    a, b = round(stage.horizon) + 2, round(shore)
    mirror = above[np.clip(2 * a - np.arange(a, b), 0, a - 1)]
    stage.pixels[a:b] = stage.pixels[a:b] * 0.5 + mirror * 0.5
    stage.paint_ground(shore, (92, 132, 58), (122, 134, 74), "blades", 14.0, 34)
    layer = stage.layer()
    for _ in range(26):
        brush = Brush(
            layer, stage.uniform(0, 1) ** 0.8 * stage.width, shore + stage.uniform(0, 5), 0.05 * stage.unit
        )
        brush.limb(
            (0, 0),
            (stage.uniform(-0.3, 0.3), stage.uniform(0.7, 1.6)),
            0.1,
            0.03,
            vary(stage.rng, (104, 122, 54), 10),
        )
    stage.paste(layer)
    stage.ground = shore + 7


def desert(stage: Stage) -> None:
    """Paint the desert."""
    stage.paint_sky()
    rocks = ridge(stage, stage.horizon, 0.17 * stage.height, 66, jag=0.12)
    paint_hills(stage, rocks, (184, 112, 76), 0.2)
    dunes = ridge(stage, stage.horizon + 6, 0.08 * stage.height, 90)
    paint_hills(stage, dunes, (222, 164, 98), 0.05)
    stage.paint_ground(stage.horizon + 4, (222, 160, 92), (204, 138, 76), "ripples", 10.0, 12, 0.7)
    layer = stage.layer()
    for _ in range(int(stage.rng.integers(2, 5))):
        x, t = stage.uniform(0, 1), stage.uniform(0.04, 0.22)
        cactus(Brush(layer, x * stage.width, stage.row(t), (0.05 + 0.2 * t) * stage.unit), stage.rng)
    stage.paste(layer, 0.08)
