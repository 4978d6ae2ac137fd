"""A photo that is dropped or chosen, in a real browser: the page says that it is looked at, and asks what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from uploads_of_tests import png_of

pytestmark = pytest.mark.slow

Visit = Callable[..., Any]
ASKED = "/search?q=a+plain+red+wall&minimum=0"


def test_a_photo_that_is_chosen_is_what_is_looked_for(visit: Visit, app_base: Path) -> None:
    page = visit("/")
    page.locator("#by-photo").set_input_files(next((app_base / "photos").glob("look-0-*.png")))
    page.locator("#results .like").wait_for()
    page.locator("#results .tile .open").first.wait_for()
    assert page.locator("[data-own-photo]").get_attribute("src").startswith("blob:")


def test_words_and_filters_that_come_after_a_photo_go_with_it(visit: Visit, app_base: Path) -> None:
    page = visit("/")
    page.locator("#by-photo").set_input_files(next((app_base / "photos").glob("look-0-*.png")))
    page.locator("#results .tile .open").first.wait_for()
    page.locator("#q").press_sequentially("a blue board")
    page.locator("#results .like", has_text="and “a blue board”").wait_for()
    assert page.locator("#results [data-own-photo]").count() == 1
    # Who types goes on typing.
    assert page.evaluate("document.activeElement.id") == "q"
    before = page.locator("#results .fit").count()
    page.locator("#filters summary").click()
    page.locator(".swatch.green").click()
    # In Python, since the page lets nothing be evaluated in it.
    for _ in range(200):
        if page.locator("#results .fit").count() < before:
            break
        page.wait_for_timeout(50)
    assert page.locator("#results .fit").count() < before
    assert page.locator("#results [data-own-photo]").count() == 1


def test_a_file_that_is_no_photo_is_told_what_is_taken(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    (tmp_path / "mine.heic").write_bytes(b"\0\0\0 ftypheic")
    page.locator("#by-photo").set_input_files(tmp_path / "mine.heic")
    page.locator("#not-taken", has_text="JPEG, PNG or WebP").wait_for()
    assert page.locator("[data-own-photo]").count() == 0


def test_while_an_own_photo_is_looked_at_the_page_says_so_and_asks_what_it_shows(
    visit: Visit, app_base: Path
) -> None:
    page = visit(ASKED, width=360)
    waiting: list[Any] = []
    page.route("**/by-photo", lambda route: waiting.append(route))
    page.evaluate("window.scrollTo(0, 900)")
    page.locator("#by-photo").set_input_files(next((app_base / "photos").glob("look-0-*.png")))
    page.locator("#results[aria-busy=true] .like").wait_for()
    assert page.locator("#results .tile").count() == 0
    assert page.locator("[data-own-photo]").get_attribute("src").startswith("blob:")
    assert page.locator("#results [data-looking]").inner_text() == "Looking at the photo…"
    assert page.locator("#status").inner_text() == "Looking at the photo…"
    assert page.locator("#results [name=says]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    waiting[0].continue_()
    page.locator("#results[aria-busy=false] .tile .open").first.wait_for()
    assert "result" in page.locator("#status").inner_text()
    under = "document.querySelector('.bar').getBoundingClientRect().bottom"
    assert page.evaluate(f"document.querySelector('#results .like').getBoundingClientRect().top >= {under}")


def test_what_is_typed_of_an_own_photo_outlives_a_refusal_and_is_asked_with(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("/")
    waiting: list[Any] = []
    page.route("**/by-photo", lambda route: waiting.append(route))
    (tmp_path / "mine.png").write_bytes(png_of(77))
    page.locator("#by-photo").set_input_files(tmp_path / "mine.png")
    page.locator("#results [name=says]").fill("A wall of many")
    waiting[0].continue_()
    page.locator(".withheld-page").wait_for()
    page.keyboard.type(" colours.")
    page.keyboard.press("Enter")
    page.locator("#results[aria-busy=true] .like").wait_for()
    waiting[1].continue_()
    page.locator("#results .tile .open").first.wait_for()
