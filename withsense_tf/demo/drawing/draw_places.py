"""Draw the twelve places: sky, ground and scenery of each; subjects come later."""

from __future__ import annotations

from collections.abc import Callable

from withsense_tf.demo.drawing.draw_nature import beach, desert, forest, lake, mountain, park, snow
from withsense_tf.demo.drawing.draw_rooms import living_room
from withsense_tf.demo.drawing.draw_towns import harbour, square, stadium, street
from withsense_tf.demo.drawing.stage import Stage

# Share of the height at which the horizon lies, before the camera is tilted a little.
HORIZONS = {
    "beach": 0.36, "park": 0.42, "street": 0.46, "mountain": 0.50, "snow": 0.40, "forest": 0.44,
    "lake": 0.36, "desert": 0.44, "stadium": 0.40, "room": 0.52, "harbour": 0.36, "square": 0.45,
}  # fmt: skip


def paint_place(stage: Stage, place: str) -> None:
    """Paint the background of a place on the stage."""
    _PLACES[place](stage)


_PLACES: dict[str, Callable[[Stage], None]] = {
    "beach": beach, "park": park, "street": street, "mountain": mountain, "snow": snow, "forest": forest,
    "lake": lake, "desert": desert, "stadium": stadium, "room": living_room, "harbour": harbour, "square": square,
}  # fmt: skip
