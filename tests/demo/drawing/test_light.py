from __future__ import annotations

import numpy as np
import pytest
from stages import stage

from withsense_tf.demo.drawing.light import COLOURFUL, TINTS, develop, veil, weather
from withsense_tf.demo.drawing.stage import SKY


def lit(light: str) -> np.ndarray:
    """Return a grey stage with a red strip under a light."""
    scene = stage(light)
    scene.pixels[:] = 120
    scene.pixels[:, :20] = (180, 60, 60)
    weather(scene, (70, 80))
    return scene.pixels


def test_every_light_has_a_sky_a_tint_and_a_colourfulness() -> None:
    assert set(SKY) == set(TINTS) == set(COLOURFUL)


def test_the_night_is_dark_and_bright_where_the_lamp_is() -> None:
    night = lit("night")
    assert night.mean() < 0.8 * lit("sunny").mean()
    assert night[80, 70].mean() > 1.3 * night[0, 139].mean()


def test_a_sunset_is_red_and_rain_takes_colour_away() -> None:
    sunset, rain, sunny = (lit(light)[50, 100:] for light in ("sunset", "rain", "sunny"))
    assert (sunset[:, 0] > sunset[:, 2]).all()
    strip = {light: lit(light)[:, :20].mean(axis=(0, 1)) for light in ("rain", "sunny")}
    assert np.ptp(strip["rain"]) < np.ptp(strip["sunny"])
    assert rain.mean() != sunny.mean()


def test_fog_hides_what_is_far_and_falling_snow_whitens_the_ground() -> None:
    for light, row in (("fog", 30), ("snowfall", 95)):
        scene = stage(light)
        veil(scene)
        assert scene.pixels[row].mean() > 60
    clear = stage("sunny")
    veil(clear)
    assert not clear.pixels.any()
    room = stage("fog")
    room.sky = False
    veil(room)
    assert not room.pixels.any()


def test_a_photo_has_sensor_noise_and_more_of_it_at_night() -> None:
    spread = {}
    for light in ("sunny", "night"):
        scene = stage(light)
        scene.pixels[:] = 120
        photo = np.asarray(develop(scene), dtype=float)
        assert photo.shape == (100, 140, 3)
        spread[light] = np.diff(photo, axis=1).std()
    assert spread["night"] > 1.3 * spread["sunny"] > 1


@pytest.mark.parametrize("light", ["rain", "snowfall"])
def test_drops_and_flakes_are_brighter_than_the_rest(light: str) -> None:
    pixels = lit(light)
    assert pixels.max() > pixels.mean() + 40
