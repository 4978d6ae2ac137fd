"""The texts of the page."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest

from withsense_tf.app.answers import CaptionText
from withsense_tf.app.page.wording import (
    LABELS,
    LANGUAGES,
    OWN_LABELS,
    language_of,
    plural,
    table,
    wording_of,
)

PAGE = files("withsense_tf.app.page")
USED = re.compile(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""")


def templates() -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in PAGE.joinpath("templates").iterdir()
        if file.name.endswith(".html")
    }


def test_every_text_is_there_in_every_language() -> None:
    for name, forms in table().items():
        assert set(forms) == set(LANGUAGES), name
        assert all(text.strip() for text in forms.values()), name


def test_the_languages_of_a_text_take_the_same_values() -> None:
    for name, forms in table().items():
        values = [{field for _, field, *_ in Formatter().parse(text) if field} for text in forms.values()]
        assert values[0] == values[1], name


def test_a_text_with_forms_has_as_many_as_its_language() -> None:
    for name, forms in table().items():
        if any("|" in text for text in forms.values()):
            assert [forms[language].count("|") for language in LANGUAGES] == [1, 2], name


def test_templates_use_texts_that_are_there() -> None:
    names = {(file, name) for file, text in templates().items() for name in USED.findall(text)}
    assert len(names) > 100
    assert not [one for one in names if one[1] not in table()]


def test_no_template_holds_a_script_or_a_style_that_would_not_run() -> None:
    for file, text in templates().items():
        assert not re.search(r"\son[a-z]+=|\sstyle=|<style|javascript:|hx-on|https?://", text), file
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), file


def test_no_file_of_the_page_asks_another_server() -> None:
    for file in PAGE.joinpath("static").iterdir():
        found = re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8"))
        assert not set(found) - {"http://www.w3.org/2000/svg"}, file.name


@pytest.mark.parametrize(
    ("accept", "language"),
    [("ru", "ru"), ("en-GB,ru;q=0.5", "en"), ("", "en"), ("ru;q=0, en", "en"), ("ru;q=x,de", "en")],
)
def test_the_browser_says_which_language_is_read(accept: str, language: str) -> None:
    assert language_of(accept) == language


def test_russian_nouns_follow_their_numbers() -> None:
    assert [wording_of("ru")("found", count=count).split()[-1] for count in (1, 2, 5, 12, 31)] == [
        "результат", "результата", "результатов", "результатов", "результат",
    ]  # fmt: skip
    assert plural("en", 0) == 1


def test_every_label_of_a_field_is_a_text_of_the_table() -> None:
    assert not {*LABELS.values(), *OWN_LABELS} - set(table())


def test_every_field_that_people_fill_in_has_a_label() -> None:
    shown_fields = {
        name
        for text in templates().values()
        for tag in re.findall(r"<(?:input|select|button)[^>]*\bname=[^>]*>", text)
        for name in re.findall(r'\bname="(\w+)"', tag)
        if 'type="hidden"' not in tag
    }
    # The kind of a file that is exported stands on a button, and comes as it should be.
    assert shown_fields - {"kind"} <= {*LABELS, *OWN_LABELS}


def test_captions_in_the_pages_language_come_first_and_lists_of_keywords_last() -> None:
    texts = ["dog, ball, grass", "A dog", "Собака", "Пёс"]
    captions = [CaptionText(text=text, by=None) for text in texts]
    orders = {name: [one.text for one in wording_of(name).own_captions(captions)] for name in LANGUAGES}
    assert orders == {
        "en": ["A dog", "Собака", "Пёс", "dog, ball, grass"],
        "ru": ["Собака", "Пёс", "A dog", "dog, ball, grass"],
    }


@pytest.mark.parametrize("photo", ["column capital.jpg", "column a beside column b.jpg"])
def test_a_caption_of_a_photo_that_is_called_like_a_column_is_shown_whole(photo: str) -> None:
    text = "A girl of five . She runs on grass"
    assert wording_of("en").origin(f"{photo}#0", photo) == ""
    assert wording_of("en").fact(f"{photo}#0", photo, text) == text


def test_a_column_beside_a_caption_is_told_as_a_column() -> None:
    where = "column camera beside a.jpg#0"
    assert wording_of("en").origin(where, "a.jpg") == "Column camera"
    assert wording_of("en").fact(where, "a.jpg", "camera . Canon R6") == "Canon R6"
