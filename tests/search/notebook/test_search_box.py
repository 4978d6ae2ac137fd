from __future__ import annotations

import sys

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.search.hits import Hits
from withsense_tf.search.notebook.search_box import search_box


def test_each_query_is_asked_anew_and_its_answer_drawn() -> None:
    asked = []

    def ask(text: str, k: int, minimum: float | None) -> Hits:
        asked.append((text, k, minimum))
        return Hits(text, message="Nothing fits.")

    words, nearest, message, sheet = search_box(ask, 3).children
    words.value = " a dog "
    assert asked == [("a dog", 3, None)]
    assert bytes(sheet.value).startswith(b"\x89PNG")
    assert sheet.layout.display is None
    nearest.value = True
    assert asked[1:] == [("a dog", 3, 0)]
    words.value = ""
    assert (len(asked), sheet.layout.display, message.value) == (2, "none", "")


def test_an_answer_advises_what_the_box_has(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(Hits, "_repr_png_", lambda hits: drawn.append(hits.message) or b"")
    box = search_box(lambda text, k, minimum: Hits(text, message="None found; nearest with minimum=0."))
    words, nearest, *_ = box.children
    words.value = "a dog"
    assert drawn == [f"None found; nearest with “{nearest.description}”."]


def test_a_number_of_photos_that_no_search_takes_is_refused_at_once() -> None:
    with pytest.raises(SettingError, match="k must be a whole number"):
        search_box(lambda text, k, minimum: Hits(text), "a")


@pytest.mark.closed
def test_where_the_law_forbids_the_query_the_notice_stands_and_no_picture() -> None:
    words, _, message, sheet = search_box(lambda text, k, minimum: Hits(text, notice="Unavailable.")).children
    words.value = "a child"
    assert message.value == "Unavailable."
    assert (sheet.layout.display, bytes(sheet.value)) == ("none", b"")


def test_what_goes_wrong_is_said_in_the_box() -> None:
    def ask(text: str, k: int, minimum: float | None) -> Hits:
        raise SettingError("Say it shorter.")

    words, _, message, _ = search_box(ask).children
    words.value = "a dog"
    assert message.value == "Say it shorter."


def test_without_ipywidgets_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(SettingError, match=r'pip install "\.\[notebook\]" in a clone'):
        search_box(lambda text, k, minimum: Hits(text))
