"""Photos with a person drawn so plainly that a network of faces takes the face for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from withsense_tf.encoders.faces.face_finder import PACKAGE
from withsense_tf.encoders.weights.package_files import package_version

needs_faces = pytest.mark.skipif(
    package_version(PACKAGE) is None, reason="faces need 'withsense_tf[faces]', which is not installed"
)
Colour = tuple[int, int, int]
SKIN: Colour = (224, 180, 150)
GREEN: Colour = (120, 150, 120)


def person(
    coat: Colour = (60, 60, 140), behind: Colour = GREEN, scale: float = 1.0, left: int = 0, width: int = 400
) -> Image.Image:
    """Draw a person; at scale 1 the face's middle is at (200, 140), its width 100, moved right by `left`."""
    image = Image.new("RGB", (width, 300), behind)
    draw = ImageDraw.Draw(image)

    def at(*numbers: int) -> list[float]:
        return [number * scale + left * (place % 2 == 0) for place, number in enumerate(numbers)]

    draw.rectangle(at(110, 220, 290, 300), fill=coat)
    draw.ellipse(at(150, 70, 250, 210), fill=SKIN)
    draw.pieslice(at(145, 55, 255, 175), 180, 360, fill=(70, 45, 30))
    for x in (178, 222):
        draw.ellipse(at(x - 11, 125, x + 11, 137), fill="white")
        draw.ellipse(at(x - 5, 126, x + 5, 136), fill=(40, 30, 20))
        draw.line(at(x - 14, 115, x + 14, 113), fill=(60, 40, 30), width=max(1, round(4 * scale)))
    draw.polygon(at(200, 135, 190, 165, 210, 165), fill=(200, 150, 120))
    draw.ellipse(at(178, 178, 222, 192), fill=(170, 70, 70))
    return image


def save_person(path: Path, **drawing: Colour | float) -> Path:
    """Write such a photo to a file."""
    person(**drawing).save(path)  # type: ignore[arg-type]  # each is what `person` takes under its name
    return path
