"""What the first page and the page of two models offer to begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from app_places import Place
from small_index import item_of, new_index
from starlette.testclient import TestClient

from withsense_tf.app.answers import ExamplesAnswer
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy

LONG = "Собака лежит у стены, и больше на этом снимке нет решительно ничего, о чём стоило бы сказать ."


@pytest.fixture
def client_of(
    still_place: Place,
    new_client: Callable[..., TestClient],
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    tmp_path: Path,
) -> Callable[[list[list[str]]], TestClient]:
    """Return what opens a client of an index of photos with such captions."""

    def open_client(captions: list[list[str]]) -> TestClient:
        items = [item_of(tmp_path, f"{at}.png", at, texts=texts) for at, texts in enumerate(captions)]
        new_index(
            tmp_path / "index", fitted("hybrid"), items, store, Policy.of_files(still_place.law)
        ).close()
        return new_client(still_place.settings(index=tmp_path / "index"))

    return open_client


def page(client: TestClient, path: str, language: str) -> str:
    return client.get(path, headers={"cookie": f"withsense_country=BB; withsense_language={language}"}).text


def links(client: TestClient, language: str) -> list[str]:
    tiles = page(client, "/", language).partition('class="grid examples"')[2]
    return [unescape(one) for one in re.findall(r'class="open" href="([^"]+)"', tiles)]


def offers(client: TestClient, language: str) -> list[str]:
    text = page(client, "/", language)
    return sorted(re.findall(r'class="query"[^>]*>([^<]+)', text))


@pytest.mark.parametrize(
    ("captions", "russian", "english"),
    [
        (
            [["A striped blue board .", "Красная стена ."], ["Синяя доска .", "A blue board ."]],
            ["красная стена", "синяя доска"],
            ["a blue board", "a striped blue board"],
        ),
        # Who can be shown nothing of their own is shown what works.
        (
            [["A striped blue board ."], ["A blue board ."]],
            ["a blue board", "a striped blue board"],
            ["a blue board", "a striped blue board"],
        ),
        # What may be asked of any photos, where the index has it.
        ([["A blue board ."], [LONG]], ["собака"], ["a blue board"]),
    ],
)
def test_what_is_offered_is_in_the_language_of_the_page_where_the_index_answers_that(
    client_of: Callable[..., TestClient], captions: list[list[str]], russian: list[str], english: list[str]
) -> None:
    client = client_of(captions)
    assert offers(client, "ru") == russian
    assert offers(client, "en") == english
    for language in ("ru", "en"):
        chips = re.findall(r'class="chip" href="[^"]+">([^<]+)', page(client, "/models", language))
        assert sorted(chips) == offers(client, language)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_whoever_follows_an_example_is_shown_a_photo(client: TestClient, language: str) -> None:
    paths = links(client, language)
    assert paths
    for path in paths:
        text = page(client, path, language)
        assert 'class="fit ' in text, path
        assert "data-weak" not in text, path


def test_a_query_that_the_index_does_not_answer_well_is_no_example(
    client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The matcher finds nothing red in what it sees of the first photo.
    client = client_of([["A plain red wall ."], ["A blue board ."]])
    name = "withsense_tf.app.page.example_searches"
    monkeypatch.setattr(f"{name}.general_queries", lambda _: ["красный дирижабль", "a striped zeppelin"])
    assert offers(client, "ru") == offers(client, "en") == ["a blue board"]


def test_a_caption_that_finds_another_photo_than_its_own_is_no_example(
    client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of([["A blue board ."], ["A striped blue board ."]])
    captions = ExamplesAnswer(queries=["striped blue board", "a striped blue board"])
    name = "withsense_tf.app.page.example_searches"
    monkeypatch.setattr(f"{name}.query_examples", lambda *_: captions)
    monkeypatch.setattr(f"{name}.general_queries", lambda _: [])
    assert client.get("/api/v1/search?q=striped+blue+board&country=BB").json()["places"]
    assert offers(client, "en") == ["a striped blue board"]


def test_who_reads_aloud_is_told_the_language_of_an_example(client_of: Callable[..., TestClient]) -> None:
    client = client_of([["A blue board ."]])
    assert 'class="query" lang="en"' in page(client, "/", "ru")
    assert 'class="query" lang' not in page(client, "/", "en")
