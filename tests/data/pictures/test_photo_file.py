from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from withsense_tf.data.pictures.photo_file import (
    MOST_PIXELS,
    PhotoError,
    inspect_photo,
    open_upright,
    read_photo,
)

RED = (200, 30, 30)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in chunks)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=95, **options)
    return stream.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "photo.jpg"


def noise(width: int = 64, height: int = 48) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8))


def test_a_plain_photo_has_no_oddities(file: Path) -> None:
    file.write_bytes(jpeg(noise()))
    facts = inspect_photo(file, decode=True)
    assert (facts.width, facts.height, facts.oddities) == (64, 48, ())


def test_equal_files_have_equal_digests_and_others_have_not(tmp_path: Path) -> None:
    for name, image in (("a", noise()), ("b", noise()), ("c", noise(65))):
        (tmp_path / name).write_bytes(jpeg(image))
    a, b, c = (inspect_photo(tmp_path / name).digest for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "photo_empty"),
        (b"<html>not found</html>", "photo_not_image"),
        (png_header(40_000, 40_000), "photo_too_large"),
    ],
    ids=["empty", "web page", "bomb"],
)
def test_an_unusable_file_says_why_from_its_header(file: Path, content: bytes, kind: str) -> None:
    file.write_bytes(content)
    with pytest.raises(PhotoError) as caught:
        inspect_photo(file)
    assert caught.value.kind == kind


def test_the_pixel_limit_holds_where_pillows_own_is_switched_off(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    file.write_bytes(png_header(40_000, MOST_PIXELS // 40_000 + 1))
    with pytest.raises(PhotoError, match="pixels"):
        inspect_photo(file)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_photo_is_found_by_decoding(file: Path, share: float) -> None:
    content = jpeg(noise())
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(PhotoError) as caught:
        inspect_photo(file, decode=True)
    assert caught.value.kind == "photo_truncated"
    with pytest.raises(PhotoError):
        read_photo(file)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_loads_upright(file: Path, orientation: int) -> None:
    # What the camera saw: a red left half, in a photo 64 wide and 32 high.
    seen = np.full((32, 64, 3), 255, np.uint8)
    seen[:, :32] = RED
    seen[:8, :8] = 0  # and a black upper left corner, so that every turn and flip looks different
    # Undo each EXIF instruction (rows and columns as the standard numbers them) to get what is stored.
    stored = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen.transpose(1, 0, 2),
        6: np.rot90(seen, 1),
        7: np.rot90(seen.transpose(1, 0, 2), 2),
        8: np.rot90(seen, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    file.write_bytes(jpeg(Image.fromarray(np.ascontiguousarray(stored)), exif=exif, subsampling=0))
    assert np.abs(read_photo(file).astype(int) - seen).mean() < 6
    facts = inspect_photo(file)
    assert (facts.width, facts.height) == (64, 32)
    assert facts.oddities == (() if orientation == 1 else ("photo_rotated",))


def test_greyscale_loads_as_three_equal_channels(file: Path) -> None:
    file.write_bytes(jpeg(Image.new("L", (16, 8), 120)))
    assert inspect_photo(file).oddities == ("photo_grey",)
    assert read_photo(file).shape == (8, 16, 3)
    assert np.unique(read_photo(file)).tolist() == [120]


def test_cmyk_loads_in_its_true_colour(file: Path) -> None:
    file.write_bytes(jpeg(Image.new("CMYK", (16, 16), (0, 255, 255, 0))))
    assert inspect_photo(file).oddities == ("photo_cmyk",)
    red, green, blue = read_photo(file)[8, 8]
    assert red > 230
    assert max(green, blue) < 25


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_greyscale_keeps_its_brightness(file: Path, form: str) -> None:
    # Pillow alone clips everything above 255 of 65,535 to white.
    Image.fromarray(np.full((8, 8), 32_768, np.uint16)).save(file, form)
    assert set(inspect_photo(file).oddities) == {"photo_grey", "photo_16bit"}
    assert np.unique(read_photo(file)).tolist() == [128]


def test_16_bit_colour_is_noticed(file: Path) -> None:
    # Pillow does not write 16-bit colour, so this writes the PNG chunks: one 2 x 1 photo, red and green.
    head = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    row = b"\0" + struct.pack(">6H", 65_535, 0, 0, 0, 65_535, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(row)), (b"IEND", b""))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in chunks))
    assert inspect_photo(file, decode=True).oddities == ("photo_16bit",)
    assert read_photo(file).tolist() == [[[255, 0, 0], [0, 255, 0]]]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_loaded(file: Path, form: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, (0, 0, 200))]
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=100)
    assert inspect_photo(file).oddities == ("photo_animated",)
    assert np.abs(read_photo(file)[8, 8].astype(int) - RED).max() < 12


def test_transparency_becomes_white(file: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    assert np.unique(read_photo(file)).tolist() == [255]


def test_floating_point_greyscale_is_scaled_by_its_brightest_value(file: Path) -> None:
    deep = np.zeros((8, 8), np.float32)
    deep[:, 4:] = 500.0
    Image.fromarray(deep).save(file, "TIFF")
    assert np.unique(read_photo(file)).tolist() == [0, 255]


def test_32_bit_greyscale_is_scaled_by_the_smallest_usual_range(file: Path) -> None:
    for value, expected in ((200, 200), (32_768, 128), (1_000_000, 255)):
        Image.fromarray(np.full((4, 4), value, np.int32)).save(file, "TIFF")
        assert np.unique(read_photo(file)).tolist() == [expected]


def test_values_that_are_no_numbers_do_not_blacken_the_photo(file: Path) -> None:
    deep = np.full((4, 4), 100.0, np.float32)
    deep[0, 0], deep[0, 1] = np.inf, np.nan
    Image.fromarray(deep).save(file, "TIFF")
    assert read_photo(file)[2, 2].tolist() == [100, 100, 100]


def test_a_palette_with_transparency_becomes_white_where_it_is_clear(file: Path) -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([10, 200, 30, 0, 0, 0])
    picture.putpixel((0, 0), 1)
    picture.save(file, "PNG", transparency=1)
    assert read_photo(file)[0, 0].tolist() == [255, 255, 255]
    assert read_photo(file)[2, 2].tolist() == [10, 200, 30]


def test_another_colour_space_is_turned_into_srgb(file: Path) -> None:
    # In a space with red and green swapped, a photo that looks red is stored as green.
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    profile = bytearray(swapped)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    text = profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    Image.new("RGB", (8, 8), (0, 255, 0)).save(file, "PNG", icc_profile=bytes(text))
    assert read_photo(file)[4, 4, 0] > 200 > 60 > read_photo(file)[4, 4, 1]
    Image.new("RGB", (8, 8), (0, 255, 0)).save(file, "PNG", icc_profile=b"broken")
    assert read_photo(file)[4, 4].tolist() == [0, 255, 0]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says what it stumbles over
def test_broken_exif_data_leave_a_photo_as_it_is(file: Path) -> None:
    file.write_bytes(jpeg(noise(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken"))
    assert read_photo(file).shape == (48, 64, 3)
    assert inspect_photo(file, decode=True).oddities == ()


def test_formats_that_start_other_programs_are_no_photos(file: Path) -> None:
    noise().save(file, "EPS")
    with pytest.raises(PhotoError) as caught:
        inspect_photo(file)
    assert caught.value.kind == "photo_not_image"


def test_a_film_is_not_read_into_memory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.data.pictures.photo_file.MOST_BYTES", 100)
    file.write_bytes(bytes(101))
    with pytest.raises(PhotoError) as caught:
        inspect_photo(file)
    assert caught.value.kind == "photo_too_large"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says what it stumbles over
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
@pytest.mark.slow
def test_random_damage_never_raises_anything_but_photo_error(file: Path, form: str) -> None:
    rng = np.random.default_rng(0)
    stream = io.BytesIO()
    frames = [noise(), noise(64, 48).rotate(180)]
    options = (
        {"save_all": True, "append_images": frames[1:]} if form in ("GIF", "PNG", "WEBP", "TIFF") else {}
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    frames[0].save(stream, form, **options, **({"exif": exif} if form not in ("GIF", "BMP") else {}))
    whole = np.frombuffer(stream.getvalue(), np.uint8)
    good = 0
    for _ in range(150):
        damaged = whole.copy()
        # Headers break in more ways than pixels, so half of the damage goes there.
        for _ in range(int(rng.integers(1, 6))):
            damaged[rng.integers(0, len(whole) if rng.random() < 0.5 else 200)] = rng.integers(0, 256)
        file.write_bytes(damaged.tobytes())
        try:
            inspect_photo(file, decode=True)
        except PhotoError:
            continue
        good += 1
        read_photo(file, (8, 8))  # what was found good can be read
    assert good > 0


def test_damage_inside_a_png_is_found(file: Path) -> None:
    stream = io.BytesIO()
    noise().save(stream, "PNG")
    whole = bytearray(stream.getvalue())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(whole)
    with pytest.raises(PhotoError) as caught:
        inspect_photo(file, decode=True)
    assert caught.value.kind == "photo_truncated"


def test_an_animation_that_is_damaged_behind_its_first_frame_is_read(file: Path) -> None:
    stream = io.BytesIO()
    frames = [noise().quantize(16), noise().rotate(90).quantize(16)]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    file.write_bytes(stream.getvalue()[:-400])
    inspect_photo(file, decode=True)
    assert read_photo(file).shape == (48, 64, 3)


def test_resizing_takes_height_first_and_keeps_the_whole_photo(file: Path) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 40:] = 255
    file.write_bytes(jpeg(Image.fromarray(pixels), subsampling=0))
    small = read_photo(file, size=(10, 30))
    assert small.shape == (10, 30, 3)
    assert small[:, :13].max() < 40
    assert small[:, 17:].min() > 215


def test_a_folder_in_place_of_a_photo_is_an_error_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="cannot read"):
        inspect_photo(tmp_path)


@pytest.fixture(scope="module")
def detailed() -> Image.Image:
    """Return a photo of 6 megapixels with smooth shapes, sharp edges and noise."""
    rng = np.random.default_rng(0)
    shapes = Image.fromarray(rng.integers(0, 255, (20, 30, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize((3000, 2000), Image.Resampling.BICUBIC)).astype(np.int16)
    tiles = Image.fromarray(rng.integers(0, 2, (40, 60), dtype=np.uint8) * 60)
    sharp = np.asarray(tiles.resize((3000, 2000), Image.Resampling.NEAREST))[:, :, None]
    noisy = smooth + sharp - 30 + rng.integers(-12, 13, smooth.shape, dtype=np.int16)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def large(detailed: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    detailed.save(path, quality=92)
    return path


@pytest.mark.parametrize("size", [(224, 224), (300, 300), (64, 64), (200, 350), (96, 32)])
def test_a_large_jpeg_read_at_a_reduced_size_looks_the_same(large: Path, size: tuple[int, int]) -> None:
    full, quick = (read_photo(large, size, reduced=part).astype(int) for part in (False, True))
    assert quick.shape == (*size, 3)
    assert 0 < np.abs(full - quick).mean() < 2


def test_of_a_large_jpeg_fewer_pixels_are_decoded_but_enough(large: Path) -> None:
    with open_upright(large, 448) as photo:
        assert photo.image.size == (750, 500)
    with open_upright(large) as photo:
        assert photo.image.size == (3000, 2000)


@pytest.mark.parametrize("size", [(448, 448), (1000, 1000), None])
def test_a_jpeg_that_is_not_far_too_large_is_read_whole(
    file: Path, detailed: Image.Image, size: tuple[int, int] | None
) -> None:
    file.write_bytes(jpeg(detailed.resize((1000, 700))))
    full, quick = (read_photo(file, size, reduced=part) for part in (False, True))
    np.testing.assert_array_equal(full, quick)


def test_a_large_png_is_read_whole(tmp_path: Path, detailed: Image.Image) -> None:
    detailed.resize((1200, 800)).save(tmp_path / "large.png", compress_level=1)
    full, quick = (read_photo(tmp_path / "large.png", (64, 64), reduced=part) for part in (False, True))
    np.testing.assert_array_equal(full, quick)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_large_turned_jpeg_comes_out_upright(file: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = np.full((1200, 1800, 3), 255, np.uint8)
    pixels[:, :900] = RED
    pixels[:300, :300] = 0
    file.write_bytes(jpeg(Image.fromarray(pixels), exif=exif))
    full, quick = (read_photo(file, (40, 60), reduced=part).astype(int) for part in (False, True))
    assert np.abs(full - quick).mean() < 2


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_large_jpegs_of_other_modes_are_reduced_too(file: Path, detailed: Image.Image, mode: str) -> None:
    file.write_bytes(jpeg(detailed.resize((1500, 1000)).convert(mode)))
    full, quick = (read_photo(file, (64, 64), reduced=part).astype(int) for part in (False, True))
    assert np.abs(full - quick).mean() < 2


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_large_jpeg_that_is_truncated_is_found_at_a_reduced_size_too(
    file: Path, large: Path, share: float
) -> None:
    content = large.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(PhotoError) as caught:
        read_photo(file, (64, 64))
    assert caught.value.kind == "photo_truncated"
