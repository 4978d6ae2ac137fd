from __future__ import annotations

import pytest

from withsense_tf.data.embedded.file_captions import (
    MOST_FILES,
    captions_in_files,
    in_one_caption,
    is_phrase,
    say_what_is_shown,
)
from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, OTHER, Embedded, Text

DOGS = "Two dogs run along a beach"


def words(*texts: tuple[str, str]) -> Embedded:
    return Embedded(tuple(Text("here", kind, text) for kind, text in texts))


def captions(**files: Embedded) -> dict[str, list[str]]:
    return captions_in_files(files, {photo: photo for photo in files}, {"known": [DOGS.upper() + "!"]})


@pytest.mark.parametrize(
    "text",
    [
        DOGS,
        "my son's 7th birthday party",
        "собаки бегут по пляжу",
        "Two women look at a digital camera .",
        "a digital camera on a table .",
        "A salad made with beans and corn",
        "A runner taken by surprise at the finish",
        "people before an adobe building",
    ],
)
def test_what_people_say_is_a_phrase(text: str) -> None:
    assert is_phrase(text)


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA",
        "KODAK EASYSHARE digital still camera",
        "Created with GIMP",
        "This image was created with a good program",
        "taken with my new phone camera",
        "a dog",
        "Photo by Ann Lee Roy",
        "lovely portrait photographed by ann",
        "family album scanned by ScanCafe",
        "old slides scanned with Epson",
        "family portrait taken on film",
        "Portraits captured by school photography",
        "our family portrait made with love",
        "saved from Adobe Bridge",
        "resized in adobe camera raw",
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
        "a": [DOGS, "dog; sea"]
    }
    assert captions(a=words((KEYWORD, "dog"), (KEYWORD, "sea"))) == {}


def test_keywords_alone_are_a_caption_where_they_say_what_is_shown_of_few_files() -> None:
    told = words(*((KEYWORD, text) for text in ("dog", "beach", "sunset")))
    assert captions(a=told) == {"a": ["dog; beach; sunset"]}
    assert captions(**{f"p{n}": told for n in range(MOST_FILES + 1)}) == {}


def test_a_text_of_many_files_is_a_stamp() -> None:
    for count, photos in ((MOST_FILES, MOST_FILES), (MOST_FILES + 1, 0)):
        assert len(captions(**{f"p{n}": words((DESCRIPTION, DOGS)) for n in range(count)})) == photos


@pytest.mark.parametrize(
    "keywords",
    [
        ["dogs", "beach", "sunset"],
        ["Bride", "church", "flowers", "Whitby"],
        ["dog breeds", "snow"],
        ["женщины", "море", "закат"],
    ],
)
def test_known_words_of_which_one_names_who_is_there_describe_a_photo(keywords: list[str]) -> None:
    assert say_what_is_shown(keywords)


@pytest.mark.closed
@pytest.mark.parametrize(
    "keywords",
    [
        [],
        ["dog", "beach"],
        ["holding", "hands", "eating", "cream"],
        ["young", "man", "hand", "fishing"],
        ["little", "dogs", "grass", "garden"],
        ["маленькая", "собака", "трава", "сад"],
        ["man", "lapsi", "ranta", "leikki", "hiekka"],
        ["hund", "strand", "kjfdg"],
    ],
)
def test_what_names_nobody_or_somebody_small_or_is_not_known_describes_nothing(keywords: list[str]) -> None:
    assert not say_what_is_shown(keywords)


def test_only_a_phrase_or_a_number_is_read_together_with_the_keywords_beside_it() -> None:
    assert in_one_caption(["shed", "rocks", "friends", "five"]) == "shed; rocks; friends; five"
    assert in_one_caption(["sea", "on dad's", "shoulders", "Emma", "9", "sea"]) == (
        "sea, on dad's, shoulders; Emma, 9"
    )
