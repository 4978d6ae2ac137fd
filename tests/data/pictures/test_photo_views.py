from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from withsense_tf.data.pictures.photo_batches import PhotoBatches
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
from withsense_tf.data.pictures.photo_views import VIEWS, boxes, check_views, read_views
from withsense_tf.errors import SettingError


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Return a photo of 90 x 30 whose thirds are red, green and blue, with noise."""
    pixels = np.zeros((30, 90, 3), np.uint8)
    for third in range(3):
        pixels[:, third * 30 : third * 30 + 30, third] = 250
    pixels ^= np.random.default_rng(0).integers(0, 4, pixels.shape, dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    return tmp_path / "wide.png"


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_every_box_lies_inside_the_photo(width: int, height: int) -> None:
    for left, top, right, bottom in boxes(width, height):
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_squares_are_squares_at_both_ends_and_in_the_middle(width: int, height: int) -> None:
    _, *squares, _, inner = boxes(width, height)
    side = min(width, height)
    assert all(b[2] - b[0] == b[3] - b[1] == side for b in squares)
    middle, first, last = squares
    assert first[:2] == (0, 0)
    assert last[2:] == (width, height)
    assert [2 * m for m in middle] == [f + g for f, g in zip(first, last, strict=True)]
    assert inner[2] - inner[0] == pytest.approx(0.75 * side)


@pytest.mark.parametrize("views", VIEWS)
def test_there_are_as_many_looks_as_asked_for(wide: Path, views: int) -> None:
    looks = read_views(wide, (16, 24), views)
    assert looks.shape == (views, 16, 24, 3)
    assert looks.dtype == np.uint8


@pytest.mark.parametrize("views", [2, 4, 12])
def test_every_second_look_is_the_mirror_image_of_the_one_before(wide: Path, views: int) -> None:
    looks = read_views(wide, (16, 24), views)
    np.testing.assert_array_equal(looks[1::2], looks[::2, :, ::-1])
    assert (looks[1::2] != looks[::2]).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("views", VIEWS)
def test_the_first_look_is_the_whole_photo(wide: Path, views: int) -> None:
    np.testing.assert_array_equal(read_views(wide, (16, 24), views)[0], read_photo(wide, (16, 24)))


def test_fewer_looks_are_the_first_of_many(wide: Path) -> None:
    many = read_views(wide, (16, 16), 12)
    for views in (2, 4):
        np.testing.assert_array_equal(read_views(wide, (16, 16), views), many[:views])


def test_squares_show_the_middle_and_both_ends(wide: Path) -> None:
    middle, first, last = read_views(wide, (8, 8), 12)[2:8:2]
    for channel, look in ((1, middle), (0, first), (2, last)):
        # Away from the edge, where the next third shines in.
        assert look[:, 2:-2, channel].min() > 200
        assert np.delete(look[:, 2:-2], channel, axis=2).max() < 50


def test_close_ups_show_the_middle_of_the_photo_and_of_the_square(tmp_path: Path) -> None:
    pixels = np.zeros((80, 160, 3), np.uint8)
    pixels[10:70, 20:140] = 255  # three quarters of each side
    Image.fromarray(pixels).save(tmp_path / "framed.png")
    looks = read_views(tmp_path / "framed.png", (30, 30), 12)
    # Away from the edge, where the frame shines in.
    assert looks[8][2:-2, 2:-2].min() == 255
    assert looks[10][2:-2, 2:-2].min() == 255
    assert looks[0].min() == looks[2].min() == 0


def test_an_upright_photo_has_its_squares_above_and_below(tmp_path: Path) -> None:
    pixels = np.zeros((60, 30, 3), np.uint8)
    pixels[:30] = 200
    exif = Image.Exif()
    exif[0x0112] = 3  # it stands on its head
    Image.fromarray(np.ascontiguousarray(pixels[::-1, ::-1])).save(tmp_path / "tall.png", exif=exif)
    looks = read_views(tmp_path / "tall.png", (8, 8), 12)
    assert looks[4].mean() > 190
    assert looks[6].mean() < 10


def test_looks_at_a_large_jpeg_are_like_those_at_all_its_pixels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shapes = Image.fromarray(rng.integers(0, 255, (10, 15, 3), dtype=np.uint8))
    smooth = shapes.resize((2400, 1600), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "large.jpg", quality=95)
    smooth.save(tmp_path / "large.png", compress_level=1)
    jpeg, png = (read_views(tmp_path / f"large.{form}", (64, 64), 12) for form in ("jpg", "png"))
    assert np.abs(jpeg.astype(int) - png).mean(axis=(1, 2, 3)).max() < 2


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1), (3, 2)])
def test_the_smallest_photos_have_all_looks(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, (9, 8, 7)).save(tmp_path / "dot.png")
    assert np.unique(read_views(tmp_path / "dot.png", (4, 4), 12).reshape(-1, 3), axis=0).tolist() == [
        [9, 8, 7]
    ]


def test_a_damaged_photo_is_a_photo_error_for_every_number_of_looks(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff damaged")
    for views in VIEWS:
        with pytest.raises(PhotoError):
            read_views(tmp_path / "bad.jpg", (4, 4), views)


def test_batches_hold_the_looks_of_each_photo_and_step_over_bad_ones(folder: Path) -> None:
    paths = sorted((folder / "train_images").iterdir())
    paths[1].write_bytes(b"")
    batches = PhotoBatches(paths, (8, 12), batch_size=4, views=4)
    found = list(batches)
    assert [batch.pixels.shape for batch in found] == [(4, 4, 8, 12, 3), (1, 4, 8, 12, 3)]
    assert np.concatenate([batch.rows for batch in found]).tolist() == [0, 2, 3, 4, 5]
    np.testing.assert_array_equal(found[1].pixels[0], read_views(paths[5], (8, 12), 4))
    assert list(batches.bad) == [1]


@pytest.mark.parametrize("views", [0, 3, 13, -1, "2", None])
def test_other_numbers_of_looks_are_refused(wide: Path, views: object) -> None:
    with pytest.raises(SettingError, match="1, 2, 4, 12"):
        check_views(views)
    with pytest.raises(SettingError, match="1, 2, 4, 12"):
        PhotoBatches([wide], (8, 8), views=views)
