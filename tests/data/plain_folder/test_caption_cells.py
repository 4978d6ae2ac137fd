from __future__ import annotations

import pytest

from withsense_tf.data.plain_folder.caption_cells import caption_of, holds_captions, says_caption


@pytest.mark.parametrize(
    "text",
    [
        "dog",
        "A dog",
        "Собака бежит",
        "я и ты",
        "1girl, smile",
        "An old man, 90, laughs",
        "Men with a phone camera",
    ],
)
def test_what_a_person_says_is_a_caption(text: str) -> None:
    assert caption_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "n/a",
        "untitled",
        "IMG_0001.jpg",
        "0 0.5 0.5 0.1",
        "DSC 0012",
        "no",
        "Photo by Ann",
        "Olympus digital camera",
        "©",
        "Без названия",
    ],
)
def test_what_programs_write_is_none(text: str) -> None:
    assert caption_of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "None",
        "null",
        "NA",
        "n/a",
        "NaN",
        "<NA>",
        "#N/A",
        "N. A.",
        "(no caption)",
        "Untitled",
        "нет",
        "Нет описания",
        "---",
    ],
)
def test_what_stands_where_nobody_said_anything_is_no_caption_even_where_a_user_names_the_column(
    text: str,
) -> None:
    assert caption_of(text, asked_for=True) == ""
    assert caption_of(f"{text} of the dogs", asked_for=True) == f"{text} of the dogs" or not text.isalpha()


def test_a_column_that_a_user_names_needs_letters_alone() -> None:
    assert caption_of("DSC 0012", asked_for=True) == "DSC 0012"
    assert caption_of("12", asked_for=True) == ""


def test_columns_are_told_by_name_and_by_what_is_in_them() -> None:
    phrases = ["Two dogs on a beach", "A lake in the snow", "A red car on a road"]
    assert holds_captions("column_2", phrases)
    assert not holds_captions("column_2", ["one of the few"] * 20)
    assert not holds_captions("photographer", phrases)
    assert not holds_captions("title", ["IMG_1.jpg", "IMG_2.jpg"])
    assert says_caption("imageCaption")
    assert not says_caption("caption_id")
