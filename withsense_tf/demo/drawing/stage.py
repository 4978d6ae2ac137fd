"""The stage a photo is built on: pixels, horizon, where one may stand, and layers for shapes and for lamps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from withsense_tf.demo.drawing.canvas import SUPERSAMPLE, Array, Brush, Colour, crop, plane, smooth_noise

# Colour of the sky above and at the horizon. Night is lighter than it looks: light.py darkens everything.
SKY: dict[str, tuple[Colour, Colour]] = {
    "sunny": ((62, 134, 216), (186, 220, 244)),
    "cloudy": ((142, 152, 164), (206, 210, 214)),
    "sunset": ((112, 92, 150), (255, 184, 110)),
    "night": ((30, 42, 92), (78, 92, 148)),
    "rain": ((92, 100, 112), (150, 158, 164)),
    "fog": ((200, 206, 210), (220, 222, 224)),
    "snowfall": ((170, 178, 190), (216, 220, 226)),
}


@dataclass
class Stage:
    """A photo in the making; painters change it in place."""

    rng: np.random.Generator
    width: int
    height: int
    light: str
    horizon: float  # row of the horizon
    pixels: Array = field(init=False)
    ground: float = field(init=False)  # highest row where feet may stand
    water: tuple[float, float] | None = field(init=False, default=None)  # rows where boats may float
    sky: bool = field(init=False, default=True)
    glow: Image.Image = field(init=False)  # lamps and stars: added after darkness
    snow_settles: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        """Start black, with no lamps."""
        self.pixels = np.zeros((self.height, self.width, 3), dtype=np.float32)
        self.ground = self.horizon + 0.12 * self.height
        self.glow = self.layer()

    @property
    def unit(self) -> float:
        """Return the length that sizes are shares of; portrait photos are narrow, so their subjects are smaller."""
        return min(self.height, 0.97 * self.width)

    def row(self, share: float) -> float:
        """Return the row that lies `share` of the way from the horizon to the lower edge."""
        return self.horizon + share * (self.height - self.horizon)

    def uniform(self, low: float, high: float) -> float:
        """Return a random number between two bounds."""
        return float(self.rng.uniform(low, high))

    def layer(self) -> Image.Image:
        """Return a clear layer to draw shapes on."""
        return Image.new("RGBA", (self.width * SUPERSAMPLE, self.height * SUPERSAMPLE))

    def paste(self, layer: Image.Image, texture: float = 0.05, haze: float = 0.0) -> None:
        """Lay a layer of shapes over the pixels, with some texture, and hazy if it is far."""
        box = layer.getbbox()
        if box is None:
            return
        # Only the part that is drawn on, widened to whole pixels of the photo.
        left, top = box[0] // SUPERSAMPLE, box[1] // SUPERSAMPLE
        right, low = -(-box[2] // SUPERSAMPLE), -(-box[3] // SUPERSAMPLE)
        s = SUPERSAMPLE
        part = layer.crop((left * s, top * s, right * s, low * s))
        small = np.asarray(part.reduce(s), dtype=np.float32)
        alpha = small[:, :, 3:] * np.float32(1 / 255)
        colour = small[:, :, :3]
        if texture:
            colour = colour * (
                1 + texture * crop("cloud", self.rng, low - top, right - left, 0.6)[:, :, None]
            )
        if haze:
            colour = colour * (1 - haze) + np.asarray((200, 206, 212), dtype=np.float32) * haze
        under = self.pixels[top:low, left:right]
        under += (colour - under) * alpha

    def far_haze(self) -> float:
        """Return how hazy far things are in this light."""
        return {"fog": 0.55, "snowfall": 0.4, "rain": 0.4}.get(self.light, 0.14)

    def paint_sky(self) -> None:
        """Fill the sky with a gradient and, by light, clouds, a sun or a moon with stars."""
        rows = max(2, min(self.height, round(self.horizon) + 2))
        top, low = (np.asarray(colour, dtype=np.float32) for colour in SKY[self.light])
        t = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None] ** 0.85
        sky = np.broadcast_to(top + (low - top) * t, (rows, self.width, 3)).copy()
        cover = {"sunny": 0.9, "cloudy": -0.3, "sunset": 0.5, "night": 1.1, "rain": -0.6}.get(
            self.light, -0.4
        )
        cloud = np.clip((crop("cloud", self.rng, rows, self.width, 1.6) - cover) * 0.9, 0, 1)[:, :, None]
        cloud_colours = {
            "sunny": (250, 251, 253),
            "sunset": (236, 136, 116),
            "night": (92, 102, 140),
            "rain": (120, 128, 138),
        }
        colour = np.asarray(cloud_colours.get(self.light, (222, 225, 229)), dtype=np.float32)
        strength = 0.35 if self.light in ("fog", "snowfall") else 0.8
        self.pixels[:rows] = sky + (colour - sky) * cloud * strength
        self._sun_or_moon(rows)

    def _sun_or_moon(self, rows: int) -> None:
        x = float(self.rng.uniform(0.1, 0.9)) * self.width
        if self.light == "sunset":
            y, size = rows * float(self.rng.uniform(0.72, 0.9)), 0.055 * self.height
            self._halo(x, y, rows, (255, 214, 130), 0.3 * self.width)
            layer = self.layer()
            Brush(layer, x, y, 1.0).ellipse((0, 0), size, size, (255, 240, 190))
            self.paste(layer, texture=0.0)
        elif self.light == "sunny" and self.rng.random() < 0.35:
            y = rows * float(self.rng.uniform(0.1, 0.3))
            self._halo(x, y, rows, (255, 255, 240), 0.16 * self.width)
        elif self.light == "night":
            y = rows * float(self.rng.uniform(0.14, 0.4))
            Brush(self.glow, x, y, 1.0).ellipse(
                (0, 0), 0.04 * self.height, 0.04 * self.height, (238, 236, 214)
            )
            for _ in range(40):
                spot = (float(self.rng.uniform(0, self.width)), -float(self.rng.uniform(0, rows * 0.8)))
                size = float(self.rng.uniform(0.4, 0.9))
                Brush(self.glow, 0, 0, 1.0).ellipse(spot, size, size, (214, 220, 240))

    def _halo(self, x: float, y: float, rows: int, colour: Colour, reach: float) -> None:
        gy, gx = np.ogrid[0:rows, 0 : self.width]
        near = np.exp(-(((gx - x) ** 2 + (gy - y) ** 2) / reach**2)).astype(np.float32)[:, :, None]
        self.pixels[:rows] += (np.asarray(colour, dtype=np.float32) - self.pixels[:rows]) * near * 0.85

    def paint_ground(
        self,
        top: float,
        base: Colour,
        other: Colour,
        texture: str,
        strength: float = 16.0,
        fine: float = 26.0,
        patches: float = 0.5,
    ) -> None:
        """Fill everything below row `top` with ground: two colours in patches, and a texture in perspective."""
        start = max(0, min(self.height - 2, round(top)))
        rows = self.height - start
        near = np.asarray(base, dtype=np.float32)
        far = np.asarray(other, dtype=np.float32)
        share = np.clip(0.5 + patches * smooth_noise(self.rng, rows, self.width, 34), 0, 1)[:, :, None]
        grain = plane(
            texture, self.rng, self.height, self.width, min(self.horizon, start - 1.0), start, fine
        )[:, :, None]
        self.pixels[start:] = near + (far - near) * share + strength * grain

    def paint_water(self, top: float, low: float, base: Colour) -> None:
        """Fill rows `top`..`low` with water that mirrors some of the sky and glitters."""
        a, b = round(top), round(low)
        rows = b - a
        colour = np.asarray(base, dtype=np.float32)
        mirror = np.asarray(SKY[self.light][1], dtype=np.float32)
        depth = np.linspace(0.55, 0.12, rows, dtype=np.float32)[:, None, None]
        wave = plane("ripples", self.rng, self.height, self.width, top - 6, a, 14.0)[:rows, :, None]
        self.pixels[a:b] = colour + (mirror - colour) * depth + wave * (13.0 if self.light != "fog" else 7.0)
        self.water = (top, low)
