from __future__ import annotations

import unicodedata

from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup

LOOKUP = PhotoLookup(
    ["a.jpg", "in/b.JPG", "out/b.jpg", "in/deep/c.png", "é.jpg", "two/x.jpg", "two/x.png", "odd\\name.jpg"]
)


def test_the_whole_path_comes_first_then_the_folder_of_the_table_then_the_name() -> None:
    assert LOOKUP.photos_named("in/b.JPG") == ("in/b.JPG",)
    assert LOOKUP.photos_named("b.jpg", "out") == ("out/b.jpg",)
    assert LOOKUP.photos_named("b.JPG", "in/texts") == ("in/b.JPG", "out/b.jpg")
    assert LOOKUP.photos_named("b.jpg") == ("in/b.JPG", "out/b.jpg")
    assert LOOKUP.photos_named("c") == ("in/deep/c.png",)
    assert LOOKUP.photos_named("../deep/c.png", "in/texts") == ("in/deep/c.png",)
    assert LOOKUP.photos_named("odd\\name.jpg") == ("odd\\name.jpg",)


def test_of_an_address_the_last_part_is_the_name() -> None:
    assert LOOKUP.photos_named("https://example.org/full/c.png?width=300") == ("in/deep/c.png",)
    assert LOOKUP.photos_named("http://[broken/c%2Epng") == ("in/deep/c.png",)


def test_another_folder_or_ending_is_another_photo() -> None:
    assert LOOKUP.photos_named("else/c.png") == ()
    assert LOOKUP.photos_named("c.jpg") == ()
    assert LOOKUP.photos_named("") == LOOKUP.photos_named("/") == LOOKUP.photos_named("x" * 10_000) == ()


def test_names_are_compared_however_their_accents_are_written() -> None:
    assert LOOKUP.photos_named(unicodedata.normalize("NFD", "É.jpg")) == ("é.jpg",)


def test_a_side_car_is_of_one_file_or_of_all_with_its_stem() -> None:
    assert LOOKUP.of_side_car("two/x.png.txt") == ["two/x.png"]
    assert LOOKUP.of_side_car("two/X.txt") == ["two/x.jpg", "two/x.png"]
    assert LOOKUP.of_side_car("x.txt") == []
    # Texts may have a folder of their own.
    assert LOOKUP.of_side_car("texts/c.txt") == ["in/deep/c.png"]
    assert LOOKUP.of_side_car("texts/b.txt") == LOOKUP.of_side_car("in/c.txt") == []


def test_a_file_may_speak_of_the_photos_below_it_or_of_all() -> None:
    assert LOOKUP.below("in") == ["in/b.JPG", "in/deep/c.png"]
    assert LOOKUP.below("annotations") == LOOKUP.below("") == LOOKUP.names
    assert LOOKUP.beside("in") == ["in/b.JPG"]
