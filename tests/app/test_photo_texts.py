from __future__ import annotations

import pytest

from withsense_tf.app.photo_texts import caption_text, image_path
from withsense_tf.app.uploads.index_writing import caption_id
from withsense_tf.index.brought import author


def test_the_id_of_a_caption_says_who_said_it() -> None:
    assert author(caption_id("a #by.jpg", "Ann Lee")) == "Ann Lee"
    assert author("a.jpg#3") is None


def test_a_picture_is_asked_for_in_the_country_of_its_answer() -> None:
    assert image_path("x", "DE") == "/api/v1/photos/x/image?country=DE"
    assert image_path("x", None) == "/api/v1/photos/x/image"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A man at the water 's edge .", "A man at the water's edge."),
        ("It does n't rain ; they 're out : run !", "It doesn't rain; they're out: run!"),
        ("He ’s there at 5 .", "He’s there at 5."),
        ("A cat :) in 's-Hertogenbosch ...", "A cat :) in 's-Hertogenbosch..."),
        ("Music of the 80 's , 'sweet' it is", "Music of the 80's, 'sweet' it is"),
    ],
)
def test_marks_that_data_sets_set_apart_join_their_words(text: str, told: str) -> None:
    assert caption_text(text) == told
