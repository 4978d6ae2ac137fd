from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from scenes import collage_of, scene

from withsense_tf.common import terminal
from withsense_tf.data.pictures import near_duplicates as module
from withsense_tf.data.pictures.looks import TURNS, Frames, frames_of, turn_frames
from withsense_tf.data.pictures.near_duplicates import (
    connect,
    near_duplicates,
    near_pairs,
    near_to,
    read_look,
    read_looks,
    shown_in,
)
from withsense_tf.data.pictures.photo_file import inspect_photo


def test_a_log_file_is_told_that_photos_are_compared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_TO_FIRST_LINE", 0.01)
    compare = module.near_pairs

    def compare_slowly(*asked: Any) -> Any:
        time.sleep(0.3)
        return compare(*asked)

    monkeypatch.setattr(module, "near_pairs", compare_slowly)
    near_duplicates(["", ""])
    assert capsys.readouterr().err.startswith("Comparing photos with each other: 0:00:0")


def pattern(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a photo-like picture: large soft blobs and some sharp things."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y, side = rng.integers(0, 280), rng.integers(0, 200), rng.integers(10, 60)
        draw.rectangle((x, y, x + side, y + side // 2), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return picture.resize(size)


def written(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    ImageDraw.Draw(copy).text((10, 220), "Summer at the lake", fill="white")
    return copy


def framed(picture: Image.Image, sides: tuple[float, float, float, float], colour: str) -> Image.Image:
    width, height = picture.size
    left, top, right, bottom = sides
    edges = (round(width * left), round(height * top), round(width * right), round(height * bottom))
    return ImageOps.expand(picture, edges, colour)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "the same": lambda picture: picture,
    "half size": lambda picture: picture.resize((160, 120)),
    "squashed": lambda picture: picture.resize((200, 200)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.15),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "grey": lambda picture: picture.convert("L"),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)),
    "written upon": written,
    "cropped by 2 %": lambda picture: picture.crop((3, 2, 317, 238)),
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "turned by 90": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned by 180": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
    "turned by 270": lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
    "transposed": lambda picture: picture.transpose(Image.Transpose.TRANSPOSE),
    "transversed": lambda picture: picture.transpose(Image.Transpose.TRANSVERSE),
    "white border": lambda picture: framed(picture, (0.05, 0.05, 0.05, 0.05), "white"),
    "black border": lambda picture: framed(picture, (0.1, 0.1, 0.1, 0.1), "black"),
    "uneven border": lambda picture: framed(picture, (0.0, 0.03, 0.1, 0.07), "olive"),
    "letterbox": lambda picture: framed(picture, (0.0, 0.1, 0.0, 0.1), "black"),
    "border and mirrored": lambda picture: ImageOps.mirror(framed(picture, (0.05,) * 4, "white")),
}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("others")
    for seed in range(1, 25):
        pattern(seed).save(folder / f"{seed}.png")
    return read_looks(sorted(folder.iterdir()))


@pytest.mark.closed
@pytest.mark.parametrize("way", COPIES)
@pytest.mark.slow
def test_a_copy_is_known_as_one_and_no_other_photo_is(way: str, others: list[str], tmp_path: Path) -> None:
    pattern(0).save(tmp_path / "photo.png")
    COPIES[way](pattern(0)).save(tmp_path / "copy.jpg", quality=60)
    looks = [read_look(tmp_path / "photo.png"), read_look(tmp_path / "copy.jpg"), *others]
    labels = near_duplicates(looks)
    assert labels[0] == labels[1]
    assert len(set(labels)) == len(looks) - 1
    assert near_to(looks[1], [looks[0], *others]).tolist() == [0]


@pytest.mark.closed
def test_a_photo_that_exif_turns_is_a_copy_of_the_upright_one_and_of_the_same_pixels(tmp_path: Path) -> None:
    picture = pattern(3)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture.save(tmp_path / f"{orientation}.jpg", exif=exif, quality=80)
    picture.save(tmp_path / "photo.png")
    assert len(set(near_duplicates(read_looks(sorted(tmp_path.iterdir()))))) == 1


@pytest.mark.closed
def test_plain_photos_and_unreadable_ones_are_copies_of_nothing(tmp_path: Path) -> None:
    for colour in ("red", "white", "black", "#777777"):
        Image.new("RGB", (200, 150), colour).save(tmp_path / f"{colour}.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    (tmp_path / "empty.jpg").write_bytes(b"")
    looks = read_looks(sorted(tmp_path.iterdir()))
    assert set(looks) == {""}
    assert len(set(near_duplicates(looks))) == len(looks)


def test_a_look_is_nearly_the_same_whether_a_photo_is_decoded_whole_or_at_a_reduced_size(
    tmp_path: Path,
) -> None:
    pattern(5, (1600, 1200)).save(tmp_path / "large.jpg", quality=90)
    whole, reduced = inspect_photo(tmp_path / "large.jpg", True).look, read_look(tmp_path / "large.jpg")
    one, other = frames_of([whole]), frames_of([reduced])
    assert np.bitwise_count((one.signs ^ other.signs) & one.sure & other.sure).sum() <= 2


def drawn(rng: np.random.Generator, count: int) -> Frames:
    sure = rng.integers(0, 2**64, (count, 4), dtype=np.uint64) | rng.integers(
        0, 2**64, (count, 4), dtype=np.uint64
    )
    return Frames(rng.integers(0, 2**64, (count, 4), dtype=np.uint64) & sure, sure, np.arange(count))


def told(frames: Frames) -> list[str]:
    words = np.hstack([frames.signs, frames.sure]).astype(">u8")
    return [row.tobytes().hex() for row in words]


def flipped(frames: Frames, bits: int, rng: np.random.Generator) -> Frames:
    signs = frames.signs.copy()
    for row in signs:
        for bit in rng.choice(256, bits, replace=False):
            row[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return Frames(signs & frames.sure, frames.sure, frames.owner)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.slow
def test_many_photos_are_compared_as_few_are(
    turn: tuple[bool, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    frames = drawn(rng, 60)
    looks = [*told(frames), *told(flipped(turn_frames(frames, turn), 12, rng))]
    few = near_duplicates(looks)
    assert few[:60].tolist() == few[60:].tolist()
    assert len(set(few)) == 60
    monkeypatch.setattr(module, "FEW", 0)
    assert near_duplicates(looks).tolist() == few.tolist()
    monkeypatch.setattr(module, "BLOCK", 7)
    assert near_duplicates(looks).tolist() == few.tolist()


def test_new_photos_are_compared_with_all_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    frames = drawn(rng, 40)
    looks = [*told(frames), *told(flipped(frames, 9, rng)), *told(frames)[:2]]
    for few in (module.FEW, 0):
        monkeypatch.setattr(module, "FEW", few)
        everything, some = (
            {tuple(sorted(pair)) for pair in zip(*(part.tolist() for part in found), strict=True)}
            for found in (near_pairs(looks), near_pairs(looks, [5, 46]))
        )
        assert some == {(0, 80), (1, 81), (5, 45), (6, 46)}
        assert some < everything


def test_very_many_of_one_look_need_no_comparing() -> None:
    looks = told(drawn(np.random.default_rng(2), 2)) * 50_000
    left, right = near_pairs(looks)
    assert len(left) == len(right) == 100_000 - 2
    assert len(set(connect(len(looks), (left, right)))) == 2


def test_no_photos_have_no_labels() -> None:
    assert len(near_duplicates([])) == 0
    assert near_to("", ["", ""]).tolist() == []


def test_what_shows_one_of_some_photos_is_known_and_neither_what_it_shows_nor_a_copy_is(
    tmp_path: Path,
) -> None:
    page = collage_of([scene(0), scene(1)])
    for at, picture in enumerate(
        (scene(0), page, ImageOps.mirror(page), scene(2), collage_of([scene(2), scene(1)]))
    ):
        picture.save(tmp_path / f"{at}.png")
    one, *others = read_looks(sorted(tmp_path.glob("*.png")))
    assert shown_in([one], [*others, ""]).tolist() == [0, 1]
    assert shown_in([one, others[2]], others).tolist() == [0, 1, 3]
    assert shown_in([""], others).tolist() == shown_in([one], []).tolist() == []
    assert shown_in([others[0]], [one]).tolist() == []
