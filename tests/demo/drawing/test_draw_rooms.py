from __future__ import annotations

import numpy as np
from stages import stage

from withsense_tf.demo.drawing.draw_rooms import living_room


def test_a_room_has_no_sky_and_wooden_floor_and_a_lamp_at_night() -> None:
    for light, glows in (("sunny", False), ("night", True)):
        room = stage(light)
        living_room(room)
        assert not room.sky
        red, green, blue = room.pixels[92:].mean(axis=(0, 1))
        assert red > green > blue
        assert bool(np.asarray(room.glow)[:, :, 3].any()) == glows
