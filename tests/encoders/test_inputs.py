from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.encoders.inputs import check_texts, photo_files
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import KindError


@pytest.mark.parametrize("wrong", [5, None, [5], ["a dog", None], "a dog"])
def test_what_is_no_list_of_texts_is_refused_by_every_encoder_of_texts(wrong: object) -> None:
    tfidf = Tfidf().fit(["a dog runs", "a cat"])
    for take in (tfidf.encode, Tfidf().fit, lambda texts: check_texts("encode", texts)):
        with pytest.raises(
            KindError, match=r"expects a list of texts, got|Expected a list of texts, got one"
        ):
            take(wrong)


def test_texts_may_stand_in_any_list_and_a_method_keeps_its_name() -> None:
    for texts in (("a dog",), np.array(["a dog"]), {"a dog": 1}.keys(), iter(["a dog"])):
        check_texts("encode", texts)
    assert Tfidf.encode.__name__ == "encode"


@pytest.mark.parametrize("wrong", [5, None, [5], "a.jpg", Path("a.jpg")])
def test_what_is_no_list_of_files_is_refused(wrong: object) -> None:
    with pytest.raises(KindError, match="encode expects a list of photo files"):
        SceneNet().encode(wrong)  # type: ignore[arg-type]  # that is what is tried


def test_names_of_files_are_as_good_as_paths() -> None:
    assert photo_files("encode", ["a.jpg", Path("b.jpg")]) == [Path("a.jpg"), Path("b.jpg")]
