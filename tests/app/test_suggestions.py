"""What could be asked: nothing that one would not put on a front page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from small_index import item_of, new_index
from starlette.testclient import TestClient

from withsense_tf.app.page.messages import language_of_text
from withsense_tf.app.page.wording import LANGUAGES
from withsense_tf.app.suggestions import general_queries, suits_front_page
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy


@pytest.mark.parametrize(
    "text",
    [
        "A naked man",
        "BLOOD on a wall",
        "A man with a gun.",
        "Drunk people",
        "Голые люди",
        "Пьяный спит",
        "Кровь.",
    ],
)
def test_some_words_are_not_put_on_a_front_page(text: str) -> None:
    assert not suits_front_page(text)


@pytest.mark.parametrize(
    "text", ["Two dogs on a beach", "A gunwale of a boat", "Осёл на лугу", "Голубь на крыше", ""]
)
def test_other_words_are(text: str) -> None:
    assert suits_front_page(text)


def test_no_such_caption_is_suggested_and_it_can_be_searched_for(
    still_place: Place,
    new_client: Callable[..., TestClient],
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    tmp_path: Path,
) -> None:
    texts = ["A drunk man at a red wall .", "A plain red wall .", "A striped wall .", "wall, red, paint"]
    items = [item_of(tmp_path, f"{at}.png", at, texts=[text]) for at, text in enumerate(texts)]
    policy = Policy.of_files(still_place.law)
    new_index(tmp_path / "index", fitted("hybrid"), items, store, policy).close()
    client = new_client(still_place.settings(index=tmp_path / "index"))
    examples = client.get("/api/v1/examples?country=BB").json()["queries"]
    assert sorted(examples) == ["a plain red wall", "a striped wall"]
    answer = client.get("/api/v1/search", params={"q": texts[0], "minimum": 0, "country": "BB"}).json()
    assert answer["places"][0]["name"] == "0.png"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_be_asked_of_any_photos_is_lawful_and_suits_the_front_page(language: str) -> None:
    queries = general_queries(language)
    law = Policy.default().current().texts(18)
    assert len(queries) == len(set(queries)) >= 12
    assert [query for query in queries if law.verdict(query).decision != "allow"] == []
    assert all(map(suits_front_page, queries))
    assert {language_of_text(query) for query in queries} == {language}
