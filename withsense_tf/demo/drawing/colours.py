"""What the nameable colours look like, and the colours nobody names (skin, hair, trousers)."""

from __future__ import annotations

from withsense_tf.demo.drawing.canvas import Colour

# Far enough apart that two names are not confused after haze, dusk or JPEG.
PAINT: dict[str, Colour] = {
    "red": (206, 28, 34), "orange": (240, 128, 20), "yellow": (246, 214, 40), "green": (34, 142, 58),
    "blue": (32, 84, 200), "purple": (120, 44, 156), "pink": (244, 130, 178), "white": (242, 242, 238),
    "black": (30, 30, 34), "brown": (112, 68, 34), "gray": (134, 136, 140), "tan": (208, 166, 108),
}  # fmt: skip
SKIN: tuple[Colour, ...] = ((240, 204, 176), (222, 176, 142), (188, 136, 100), (134, 90, 62), (92, 60, 44))
HAIR: tuple[Colour, ...] = ((36, 28, 24), (70, 46, 30), (122, 82, 46), (196, 158, 96))
# Dull on purpose: captions never name trousers, so they must not look like a nameable coat.
TROUSERS: tuple[Colour, ...] = ((58, 64, 82), (82, 82, 86), (96, 90, 80), (50, 54, 58), (112, 108, 98))
OLD_HAIR: Colour = (214, 214, 216)
