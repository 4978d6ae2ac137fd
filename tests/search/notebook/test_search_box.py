from __future__ import annotations

import sys

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.search.hits import Hits
from withsense_tf.search.notebook.search_box import search_box


def test_each_query_is_asked_anew_and_its_answer_drawn() -> None:
    asked = []

    def ask(text: str, k: int) -> Hits:
        asked.append((text, k))
        return Hits(text, message="Nothing fits.")

    words, message, sheet = search_box(ask, 3).children
    words.value = " a dog "
    assert asked == [("a dog", 3)]
    assert bytes(sheet.value).startswith(b"\x89PNG")
    assert sheet.layout.display is None
    words.value = ""
    assert (asked, sheet.layout.display, message.value) == ([("a dog", 3)], "none", "")


@pytest.mark.closed
def test_where_the_law_forbids_the_query_the_notice_stands_and_no_picture() -> None:
    words, message, sheet = search_box(lambda text, k: Hits(text, notice="Unavailable.")).children
    words.value = "a child"
    assert message.value == "Unavailable."
    assert (sheet.layout.display, bytes(sheet.value)) == ("none", b"")


def test_what_goes_wrong_is_said_in_the_box() -> None:
    def ask(text: str, k: int) -> Hits:
        raise SettingError("Say it shorter.")

    words, message, _ = search_box(ask).children
    words.value = "a dog"
    assert message.value == "Say it shorter."


def test_without_ipywidgets_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(SettingError, match=r'pip install "\.\[notebook\]" in a clone'):
        search_box(lambda text, k: Hits(text))
