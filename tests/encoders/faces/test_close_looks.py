from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import MeanColour
from drawn_people import needs_faces, person, save_person

from withsense_tf.data.pictures.photo_file import UprightPhoto, digest_of
from withsense_tf.encoders.faces.close_looks import CloseLooks, look_at
from withsense_tf.encoders.faces.face_finder import Face, FaceFinder


@needs_faces
def test_each_photo_has_the_vectors_of_its_looks_and_one_that_changed_or_is_none_has_no_answer(
    tmp_path: Path, mean_colour: MeanColour
) -> None:
    paths = [
        save_person(tmp_path / "red.png", coat=(220, 20, 20)),
        tmp_path / "plain.png",
        tmp_path / "bad.png",
    ]
    person().crop((0, 0, 90, 90)).save(paths[1])
    paths[2].write_bytes(b"no photo")
    content = [digest_of(path) for path in paths]
    looks = CloseLooks(FaceFinder())
    red, plain, bad = looks.stream(mean_colour, content, paths)
    assert red is not None
    assert plain is not None
    assert (red.shape, plain.shape, bad) == ((1, mean_colour.width), (0, mean_colour.width), None)
    (changed,) = looks.stream(mean_colour, ["0" * 64], paths[:1])
    assert changed is None


@pytest.mark.parametrize("x", [0.0, 200.0, 399.0])
@pytest.mark.parametrize("side", [20.0, 350.0])
def test_a_look_is_a_square_inside_the_photo_with_the_face_in_it(x: float, side: float) -> None:
    photo = UprightPhoto(person(), None)
    left, top, right, bottom = look_at(Face(x, 150, side, 0.9), photo)
    assert right - left == pytest.approx(bottom - top)
    assert 0 <= left <= x <= right <= 400
    assert 0 <= top <= 150 <= bottom <= 300


def test_looks_are_known_by_the_finder_that_found_them() -> None:
    assert FaceFinder(0.7).identity in CloseLooks(FaceFinder(0.7)).identity
    assert CloseLooks(FaceFinder(0.7)).identity != CloseLooks(FaceFinder()).identity


def test_nothing_to_look_at_is_no_error(mean_colour: MeanColour) -> None:
    if FaceFinder().identity.count("not available"):
        pytest.skip("faces need 'withsense_tf[faces]', which is not installed")
    assert np.array(list(CloseLooks(FaceFinder()).stream(mean_colour, [], []))).size == 0
