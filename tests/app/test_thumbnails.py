from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.thumbnails import JPEG, WEBP, PhotoFile, PictureCache


def save(path: Path, width: int = 400, height: int = 300, **more: object) -> PhotoFile:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (200, 30, 30)
    Image.fromarray(pixels).save(path, **more)
    return PhotoFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.fixture
def thumbnails(tmp_path: Path) -> PictureCache:
    return PictureCache(tmp_path / "thumbnails")


@pytest.mark.parametrize(("kind", "name"), [(WEBP, "WEBP"), (JPEG, "JPEG")])
def test_a_picture_has_the_width_and_kind_that_were_asked_for(
    thumbnails: PictureCache, tmp_path: Path, kind: str, name: str
) -> None:
    picture = opened(thumbnails.picture(save(tmp_path / "a.png"), 160, kind))
    assert (picture.format, picture.size) == (name, (160, 120))


@pytest.mark.closed
def test_a_picture_is_upright_and_says_nothing_of_its_file(thumbnails: PictureCache, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a xylophone"
    content = thumbnails.picture(save(tmp_path / "a.jpg", exif=exif, comment=b"velocipede"), 160, JPEG)
    picture = opened(content)
    assert picture.size == (160, 213)
    assert not picture.getexif()
    assert b"xylophone" not in content
    assert b"velocipede" not in content
    # What was left is at the top now.
    assert picture.getpixel((80, 20))[0] > 150 > picture.getpixel((80, 190))[0]


def test_a_picture_is_made_once(thumbnails: PictureCache, tmp_path: Path) -> None:
    file = save(tmp_path / "a.png")
    first = thumbnails.picture(file, 160, WEBP)
    file.path.unlink()
    assert thumbnails.picture(file, 160, WEBP) == first


@pytest.mark.closed
def test_another_picture_under_the_name_is_not_shown(thumbnails: PictureCache, tmp_path: Path) -> None:
    file = save(tmp_path / "a.png")
    save(tmp_path / "a.png", width=200)
    with pytest.raises(ProblemError, match="not the one that was indexed"):
        thumbnails.picture(file, 160, WEBP)
    assert not list(thumbnails.folder.rglob("*.webp"))


def test_a_small_photo_is_not_made_larger(thumbnails: PictureCache, tmp_path: Path) -> None:
    assert opened(thumbnails.picture(save(tmp_path / "a.png", 30, 20), 640, WEBP)).size == (30, 20)


@pytest.mark.parametrize("kind", [WEBP, JPEG])
def test_a_photo_that_is_too_high_for_its_kind_is_made_smaller(
    thumbnails: PictureCache, tmp_path: Path, kind: str
) -> None:
    file = save(tmp_path / "a.png", 2, 70_000)
    assert opened(thumbnails.picture(file, 640, kind)).size == (1, 16_383)


def test_the_tag_tells_kinds_and_widths_apart(thumbnails: PictureCache, tmp_path: Path) -> None:
    file = save(tmp_path / "a.png")
    answers = [thumbnails.answer(file, width, accept, "") for width in (160, 320) for accept in (WEBP, "*/*")]
    tags = {answer.headers["etag"] for answer in answers}
    assert len(tags) == 4
    again = thumbnails.answer(file, 150, WEBP, f'"x", W/{answers[0].headers["etag"]}')
    assert (again.status_code, again.body) == (304, b"")
