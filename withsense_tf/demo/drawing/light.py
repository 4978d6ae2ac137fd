"""Lay light and weather over a finished picture: dusk, darkness, rain, fog, snow, and what a lens and a sensor add."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from withsense_tf.demo.drawing.canvas import SUPERSAMPLE, Array, crop, smooth_noise
from withsense_tf.demo.drawing.stage import Stage

# Each light multiplies red, green and blue...
TINTS: dict[str, tuple[float, float, float]] = {
    "sunny": (1.05, 1.03, 0.98), "cloudy": (0.90, 0.91, 0.93), "sunset": (1.02, 0.85, 0.76),
    "night": (0.40, 0.45, 0.62), "rain": (0.87, 0.90, 0.93), "fog": (1.0, 1.01, 1.02), "snowfall": (0.93, 0.95, 0.99),
}  # fmt: skip
# ... and keeps this share of the colourfulness.
COLOURFUL = {
    "sunny": 1.08,
    "cloudy": 0.88,
    "sunset": 1.0,
    "night": 0.9,
    "rain": 0.82,
    "fog": 0.86,
    "snowfall": 0.9,
}
SENSOR_NOISE = {"night": 5.5}  # grey levels; elsewhere BRIGHT_NOISE: little light makes more noise
BRIGHT_NOISE = 3.0


def veil(stage: Stage) -> None:
    """Hide the far parts in fog or falling snow, and whiten the ground; call it before the subjects are drawn."""
    if stage.light == "snowfall" and stage.snow_settles:
        _settle(stage)
    strength = {"fog": 0.62, "snowfall": 0.35, "rain": 0.22}.get(stage.light, 0.0)
    if not strength or not stage.sky:
        return
    rows = np.arange(stage.height, dtype=np.float32)
    below = np.clip((rows - stage.horizon) / (stage.height - stage.horizon), 0, 1)
    share = (strength * np.exp(-2.4 * below))[:, None, None]
    share = share * (1 + 0.12 * smooth_noise(stage.rng, stage.height, stage.width, 60))[:, :, None]
    colour = np.asarray((216, 220, 224) if stage.light != "rain" else (150, 158, 166), dtype=np.float32)
    stage.pixels = stage.pixels + (colour - stage.pixels) * np.clip(share, 0, 0.92)


def _settle(stage: Stage) -> None:
    start = min(stage.height - 2, round(stage.horizon) + 10)
    patches = crop("cloud", stage.rng, stage.height - start, stage.width)
    cover = np.clip(patches * 0.35 + 0.45, 0, 0.82)[:, :, None]
    stage.pixels[start:] += (232 - stage.pixels[start:]) * cover


def weather(stage: Stage, focus: tuple[float, float]) -> None:
    """Tint everything, and let it rain or snow; lamplight falls around the pixel `focus`."""
    pixels = stage.pixels
    gray = pixels.mean(axis=2, keepdims=True)
    pixels = gray + (pixels - gray) * COLOURFUL[stage.light]
    if stage.light == "night":
        pixels = pixels * _lamplight(stage, focus)
    else:
        pixels = pixels * np.asarray(TINTS[stage.light], dtype=np.float32)
    if stage.light == "sunset":
        fall = np.linspace(1.06, 0.84, stage.height, dtype=np.float32)[:, None, None]
        pixels = pixels * fall + np.asarray((16, 4, 0), dtype=np.float32)
    if stage.light == "fog" and stage.sky:
        pixels = pixels + (222 - pixels) * 0.16
    stage.pixels = np.asarray(pixels, dtype=np.float32)
    _lamps(stage)
    if stage.light == "rain":
        _rain(stage)
    elif stage.light == "snowfall":
        _snow(stage)


def _lamplight(stage: Stage, focus: tuple[float, float]) -> Array:
    """Return the darkness, with a warm pool of light (a lamp, or a flash) around the subjects."""
    y, x = np.ogrid[0 : stage.height, 0 : stage.width]
    reach = 0.62 if stage.sky else 0.8
    away = ((x - focus[0]) / (reach * stage.width)) ** 2 + ((y - focus[1]) / (0.55 * stage.height)) ** 2
    pool = np.exp(-1.5 * away).astype(np.float32)[:, :, None]
    dark = np.asarray(TINTS["night"], dtype=np.float32)
    if not stage.sky:  # indoors the lamp lights the whole room
        dark = np.asarray((0.62, 0.52, 0.42), dtype=np.float32)
    return np.asarray(dark + pool * np.asarray((0.50, 0.40, 0.20), dtype=np.float32), dtype=np.float32)


def _lamps(stage: Stage) -> None:
    if stage.light != "night":
        return
    small = stage.glow.reduce(SUPERSAMPLE)
    sharp = np.asarray(small, dtype=np.float32)
    halo = np.asarray(small.filter(ImageFilter.GaussianBlur(5)), dtype=np.float32)
    for layer, strength in ((halo, 0.55), (sharp, 1.0)):
        alpha = layer[:, :, 3:] * np.float32(strength / 255)
        stage.pixels = stage.pixels * (1 - alpha) + layer[:, :, :3] * alpha


def _rain(stage: Stage) -> None:
    rng = stage.rng
    layer = Image.new("L", (stage.width, stage.height))
    pen = ImageDraw.Draw(layer)
    lean = float(rng.uniform(-0.3, 0.3))
    count = 190
    xs, ys = rng.uniform(-20, stage.width + 20, count), rng.uniform(-20, stage.height, count)
    for x, y, length, bright in zip(
        xs, ys, rng.uniform(9, 24, count), rng.integers(70, 150, count), strict=True
    ):
        pen.line((x, y, x + lean * length, y + length), fill=int(bright))
    drops = np.asarray(layer.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)[
        :, :, None
    ] / np.float32(255)
    stage.pixels = stage.pixels + (226 - stage.pixels) * drops
    # Wet ground mirrors the sky in patches.
    start = min(stage.height - 2, round(stage.ground))
    wet = np.clip(smooth_noise(rng, stage.height - start, stage.width, 40) - 0.4, 0, 1)[:, :, None]
    stage.pixels[start:] += (168 - stage.pixels[start:]) * wet * 0.22


def _snow(stage: Stage) -> None:
    rng = stage.rng
    layer = Image.new("L", (stage.width * 2, stage.height * 2))
    pen = ImageDraw.Draw(layer)
    count = 330
    xs, ys = rng.uniform(0, stage.width * 2, count), rng.uniform(0, stage.height * 2, count)
    sizes = 1.0 + 2.6 * rng.random(count) ** 2.5  # many small flakes, few large ones
    for x, y, size in zip(xs.tolist(), ys.tolist(), sizes.tolist(), strict=True):
        pen.ellipse((x - size, y - size, x + size, y + size), fill=235)
    flakes = np.asarray(layer.reduce(2), dtype=np.float32)[:, :, None] / np.float32(255)
    stage.pixels += (250 - stage.pixels) * flakes * 0.92


def develop(stage: Stage) -> Image.Image:
    """Return the photo: exposure, vignette and sensor noise, as 8-bit RGB."""
    rng, h, w = stage.rng, stage.height, stage.width
    y, x = np.ogrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    vignette = 1 - float(rng.uniform(0.04, 0.2)) * ((x**2 + y**2) / 2)
    exposure = float(rng.uniform(0.93, 1.07))
    balance = rng.normal(1.0, 0.012, 3)
    noise = rng.standard_normal((h, w, 1), dtype=np.float32) * SENSOR_NOISE.get(stage.light, BRIGHT_NOISE)
    grain = rng.standard_normal((h // 2 + 1, w // 2 + 1, 3), dtype=np.float32) * 1.6
    coarse = np.repeat(np.repeat(grain, 2, axis=0), 2, axis=1)[:h, :w]
    out = stage.pixels * (vignette[:, :, None] * exposure * balance).astype(np.float32) + noise + coarse
    return Image.fromarray(np.clip(out, 0, 255).astype(np.uint8), "RGB")
