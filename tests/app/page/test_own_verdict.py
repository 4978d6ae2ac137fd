"""Who brought a withheld photo is told what of their own words withholds it, and what happens next."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from app_places import Place
from starlette.testclient import TestClient
from uploads_of_tests import png_of

NEXT = "Those who review here see it in their list"


@pytest.fixture
def bring(place: Place, new_client: Callable[..., TestClient]) -> Callable[..., str]:
    """Return what brings a photo, and returns the page that answers."""
    client = new_client(place.settings(country="BB"))

    def bring(content: bytes, text: str, name: str = "b.png", **headers: Any) -> str:
        sent = {"photo": (name, content, "image/png")}
        answer = client.post("/add", files=sent, data={"text": text}, headers=headers).text
        return re.sub(r"(?s)<footer.*", "", answer)

    return bring


def test_the_words_that_withhold_it_are_marked_with_the_rule(bring: Callable[..., str]) -> None:
    answer = bring(png_of(72), "A toddler at a wall.")
    assert "<p>A <mark>toddler</mark> at a wall.</p>" in answer
    assert NEXT in answer
    russian = bring(png_of(73), "A toddler at a wall.", **{"accept-language": "ru"})
    assert "<mark>toddler</mark>" in russian
    assert "<span>ребёнок</span>: " in russian
    assert "Проверяющие видят его" in russian


def test_the_name_of_the_file_counts_as_own_words(bring: Callable[..., str]) -> None:
    assert "<mark>toddler</mark>" in bring(png_of(72), "A striped wall.", name="toddler at home.png")


@pytest.mark.closed
def test_of_another_photo_that_it_looks_like_nothing_is_told(
    bring: Callable[..., str], still_place: Place
) -> None:
    file = next(still_place.photos.glob("look-6-*.png"))
    answer = bring(file.read_bytes(), "A striped wall.")
    assert "The law withholds this photo." in answer
    assert NEXT in answer
    assert "<mark>" not in answer
    assert not any(word in answer for word in ("duplicate", "toddler", "zebulon"))


def test_of_what_is_found_nothing_more_is_said(bring: Callable[..., str]) -> None:
    answer = bring(png_of(71), "A striped blue wall.")
    assert "The photo can be found now." in answer
    assert NEXT not in answer
