from __future__ import annotations

import numpy as np
import pytest
from drawn_people import GREEN, needs_faces, person
from PIL import Image

from withsense_tf.data.pictures.photo_file import UprightPhoto
from withsense_tf.encoders.faces import face_finder
from withsense_tf.encoders.faces.face_finder import Face, FaceFinder
from withsense_tf.errors import DataError, WeightsMissingError


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder().load()


def faces_in(finder: FaceFinder, image: Image.Image) -> list[Face]:
    return finder(UprightPhoto(image, None))


@needs_faces
def test_a_drawn_face_is_found_where_it_was_drawn_and_once(finder: FaceFinder) -> None:
    (face,) = faces_in(finder, person())
    assert face.x == pytest.approx(200, abs=10)
    assert face.y == pytest.approx(145, abs=20)
    assert face.side == pytest.approx(115, abs=25)
    assert 0.5 <= face.sure <= 1


@needs_faces
def test_the_largest_of_several_faces_comes_first(finder: FaceFinder) -> None:
    image = person(width=700, left=350)
    small = person(scale=0.5, width=200)
    image.paste(small.crop((40, 0, 160, 150)), (40, 0))
    large, little = faces_in(finder, image)
    assert large.x == pytest.approx(550, abs=15)
    assert little.x == pytest.approx(100, abs=15)
    assert large.side > 1.5 * little.side


@needs_faces
def test_where_nobody_is_no_face_is_found(finder: FaceFinder) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    for image in (Image.new("RGB", (300, 200), GREEN), Image.fromarray(noise), Image.new("L", (1, 40))):
        assert faces_in(finder, image) == []


@needs_faces
def test_another_network_than_that_of_then_is_an_error() -> None:
    state = FaceFinder(0.6).to_state()
    assert FaceFinder.from_state(dict(state)).sure == 0.6
    with pytest.raises(DataError, match="train and save anew"):
        FaceFinder.from_state(state | {"identity": "blazeface of long ago"})


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_finder, "PACKAGE", "no-such-package-of-faces")
    with pytest.raises(WeightsMissingError, match=r"\.\[faces\]"):
        FaceFinder().load()
