from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.canvas import TILE, crop, mix, plane, shade, smooth_noise, tile, vary


@pytest.mark.parametrize("name", ["cloud", "grain", "blades", "ripples"])
def test_a_texture_repeats_without_a_seam_and_has_mean_0_and_spread_1(name: str) -> None:
    texture = tile(name)
    assert texture.shape == (TILE, TILE)
    assert abs(texture.mean()) < 1e-3
    assert texture.std() == pytest.approx(1, abs=1e-3)
    steps = np.abs(np.diff(texture, axis=0))
    assert np.abs(texture[0] - texture[-1]).mean() < 1.5 * steps.mean()
    assert tile(name) is texture


def test_noise_has_blobs_of_the_size_that_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    fine, coarse = (np.abs(np.diff(smooth_noise(rng, 64, 64, cell))).mean() for cell in (4, 16))
    assert fine > 2 * coarse


def test_a_texture_on_the_ground_fades_towards_the_horizon() -> None:
    ground = plane("grain", np.random.default_rng(0), 200, 100, 50.0, 55)
    assert ground.shape == (145, 100)
    assert ground[:10].std() < 0.5 * ground[-10:].std()
    assert crop("grain", np.random.default_rng(0), 7, 9).shape == (7, 9)


def test_colours_are_darkened_lightened_and_mixed_within_bounds() -> None:
    assert shade((100, 50, 0), 2.0) == (255, 255, 255)
    assert mix((0, 0, 0), (10, 20, 30), 0.5) == (5, 10, 15)
    rng = np.random.default_rng(0)
    colours = [vary(rng, (250, 5, 128), 40) for _ in range(50)]
    assert all(0 <= part <= 255 for colour in colours for part in colour)
    assert len(set(colours)) > 40


def test_a_brush_draws_in_metres_upwards_from_where_it_stands() -> None:
    tool = brush(scale=20)
    tool.polygon([(0, 0), (0, 2), (1, 2), (1, 0)], (255, 0, 0))
    assert drawn(tool.layer) == pytest.approx((70, 59, 90, 99), abs=1)


def test_a_brush_that_faces_the_other_way_draws_the_mirror_image_and_a_tilt_turns_it() -> None:
    shape = [(0, 0), (0, 2), (1, 2), (1, 0)]
    left, lying = brush(facing=-1), brush(tilt=90)
    left.polygon(shape, (255, 0, 0))
    lying.polygon(shape, (255, 0, 0))
    assert drawn(left.layer) == pytest.approx((50, 59, 70, 99), abs=1)
    box = drawn(lying.layer)
    assert box[2] - box[0] == pytest.approx(40, abs=1)


def test_ellipses_limbs_lines_and_rings_are_as_wide_as_they_are_told() -> None:
    for draw, width in (
        (lambda tool: tool.ellipse((0, 2), 1.0, 0.5, (9, 9, 9)), 40),
        (lambda tool: tool.ring((0, 2), 1.0, 0.1, (9, 9, 9)), 40),
        (lambda tool: tool.limb((-0.5, 2), (0.5, 2), 0.4, 0.4, (9, 9, 9)), 28),
        (lambda tool: tool.line([(-1, 1), (1, 1)], 0.1, (9, 9, 9)), 40),
    ):
        tool = brush(scale=20)
        draw(tool)
        left, _, right, _ = drawn(tool.layer)
        assert right - left == pytest.approx(width, abs=2)
