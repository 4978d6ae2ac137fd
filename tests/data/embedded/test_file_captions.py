from __future__ import annotations

import pytest

from withsense_tf.data.embedded.file_captions import MOST_FILES, captions_in_files, is_phrase
from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, OTHER, Embedded, Text

DOGS = "Two dogs run along a beach"


def words(*texts: tuple[str, str]) -> Embedded:
    return Embedded(tuple(Text("here", kind, text) for kind, text in texts))


def captions(**files: Embedded) -> dict[str, list[str]]:
    return captions_in_files(files, {photo: photo for photo in files}, {"known": [DOGS.upper() + "!"]})


@pytest.mark.parametrize("text", [DOGS, "my son's 7th birthday party", "собаки бегут по пляжу"])
def test_what_people_say_is_a_phrase(text: str) -> None:
    assert is_phrase(text)


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA",
        "Created with GIMP",
        "a dog",
        "Photo by Ann Lee Roy",
        "see www.example.com for more",
        "",
        "12 34 56 78 90 12 34 ab cd ef",
        "word " * 1_000,
    ],
)
def test_what_machines_write_is_none(text: str) -> None:
    assert not is_phrase(text)


def test_only_descriptions_are_captions_and_those_that_are_there_are_not_doubled() -> None:
    told = captions(
        a=words((DESCRIPTION, DOGS), (OTHER, "A cat sleeps on the bed"), (DESCRIPTION, DOGS + ".")),
        b=words((OTHER, DOGS)),
        known=words((DESCRIPTION, DOGS)),
    )
    assert told == {"a": [DOGS]}


def test_keywords_are_one_caption_more_where_a_description_says_what_of() -> None:
    assert captions(a=words((DESCRIPTION, DOGS), (KEYWORD, "dog"), (KEYWORD, "sea"))) == {
        "a": [DOGS, "dog, sea"]
    }
    assert captions(a=words((KEYWORD, "dog"), (KEYWORD, "sea"))) == {}


def test_a_text_of_many_files_is_a_stamp() -> None:
    for count, photos in ((MOST_FILES, MOST_FILES), (MOST_FILES + 1, 0)):
        assert len(captions(**{f"p{n}": words((DESCRIPTION, DOGS)) for n in range(count)})) == photos
