from __future__ import annotations

from conftest import MeanColour

from withsense_tf.encoders.faces.close_looks import CloseLooks
from withsense_tf.encoders.faces.face_finder import FaceFinder
from withsense_tf.matchers.judges.learn_judge import eyes_of


def test_the_card_names_the_finder_of_faces_only_where_faces_are_looked_at() -> None:
    looks = CloseLooks(FaceFinder())
    assert eyes_of([MeanColour()], None) == ["mean colour"]
    assert eyes_of([MeanColour()], looks) == ["mean colour", looks.identity]
