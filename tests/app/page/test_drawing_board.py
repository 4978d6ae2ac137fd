"""What every page knows of its reader."""

from __future__ import annotations

import hashlib

import pytest
from starlette.testclient import TestClient

from withsense_tf.app.page.drawing_board import HTMX, asset_bytes, url

# Of htmx.org 2.0.3 as its authors publish it: the package that brings it along changed nothing.
PUBLISHED = "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"


def test_htmx_is_the_file_that_its_authors_published() -> None:
    assert hashlib.sha256(asset_bytes(HTMX)).hexdigest() == PUBLISHED


@pytest.mark.parametrize(("wish", "language"), [("ru-RU", "ru"), ("en", "en"), ("fr", "en")])
def test_a_page_is_in_the_language_of_the_browser(client: TestClient, wish: str, language: str) -> None:
    answer = client.get("/", headers={"accept-language": wish})
    assert f'<html lang="{language}"' in answer.text


def test_a_choice_counts_more_than_the_browser(client: TestClient) -> None:
    answer = client.get(
        "/", headers={"accept-language": "en", "cookie": "withsense_language=ru; withsense_theme=dark"}
    )
    assert '<html lang="ru" data-theme="dark">' in answer.text


@pytest.mark.closed
def test_a_cookie_that_names_no_country_leaves_the_strictest_rule(client: TestClient) -> None:
    for country in ("", "A", "<b>", "AAA"):
        answer = client.get(
            "/search?q=a+plain+red+wall&minimum=0", headers={"cookie": f"withsense_country={country}"}
        )
        assert "unavailable in your country" in answer.text


def test_a_part_is_sent_without_the_page_around_it(client: TestClient) -> None:
    answer = client.get("/search?q=a+plain+red+wall&minimum=0", headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["vary"]


def test_an_address_leaves_out_what_has_no_value() -> None:
    assert url("/photo/a b", q="") == "/photo/a%20b"


def test_the_foot_says_how_many_photos_are_searched(client: TestClient) -> None:
    for country in ("AA", "BB"):
        text = client.get("/", headers={"cookie": f"withsense_country={country}"}).text
        assert "8 photos are searched here" in text
