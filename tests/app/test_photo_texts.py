from __future__ import annotations

from withsense_tf.app.photo_texts import image_path
from withsense_tf.app.uploads.index_writing import caption_id
from withsense_tf.index.brought import author


def test_the_id_of_a_caption_says_who_said_it() -> None:
    assert author(caption_id("a #by.jpg", "Ann Lee")) == "Ann Lee"
    assert author("a.jpg#3") is None


def test_a_picture_is_asked_for_in_the_country_of_its_answer() -> None:
    assert image_path("x", "DE") == "/api/v1/photos/x/image?country=DE"
    assert image_path("x", None) == "/api/v1/photos/x/image"
