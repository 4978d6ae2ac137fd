"""What could be asked: nothing that one would not put on a front page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_places import Place
from small_index import item_of, new_index
from starlette.testclient import TestClient

from withsense_tf.app.page.messages import language_of_text
from withsense_tf.app.page.wording import LANGUAGES
from withsense_tf.app.suggestions import general_queries, suits_front_page
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy

Client = Callable[..., TestClient]


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


def suggestions(place: Place, new_client: Client, matcher: Matcher, items: list[Item], folder: Path) -> Any:
    """Return what is offered to ask of photos that people allowed, whatever is said of them."""
    rows = [f"{one.name},{one.digest},allow,Ann,grown-ups alone" for one in items]
    overrides = folder / "overrides.csv"
    folder.mkdir()
    overrides.write_text("\n".join(["photo,digest,decision,by,reason", *rows, ""]), encoding="utf-8")
    files = replace(place.law, overrides=overrides)
    new_index(folder / "index", matcher, items, VectorStore(), Policy.of_files(files)).close()
    client = new_client(place.settings(index=folder / "index", law=files))
    columns, examples = (client.get(f"/api/v1/{name}?country=BB").json() for name in ("columns", "examples"))
    return columns, sorted(examples["queries"])


def test_a_value_that_may_not_be_told_takes_no_place_of_another(
    still_place: Place, new_client: Client, fitted: Callable[[str], Matcher], tmp_path: Path
) -> None:
    def columns(values: Sequence[str], name: str) -> Any:
        items = [
            item_of(tmp_path, f"{at}.png", at, texts=["A wall ."], facts={"notes": value})
            for at, value in enumerate(values)
        ]
        return suggestions(still_place, new_client, fitted("closed form"), items, tmp_path / name)[0]

    shops = [f"shop {at:02d}" for at in range(31)]
    assert columns(["a girl", *shops], "with")["columns"] == columns(shops, "without")["columns"]


@pytest.mark.parametrize("text", ["A girl .", f"A girl at a {'very ' * 20}long wall .", "Девочка ."])
def test_a_caption_that_may_not_be_told_decides_nothing_of_the_next_one(
    still_place: Place, new_client: Client, fitted: Callable[[str], Matcher], tmp_path: Path, text: str
) -> None:
    items = [item_of(tmp_path, "a.png", 1, texts=[text, "A plain red wall ."])]
    assert suggestions(still_place, new_client, fitted("closed form"), items, tmp_path / "one")[1] == [
        "a plain red wall"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_be_asked_of_any_photos_is_lawful_and_suits_the_front_page(language: str) -> None:
    queries = general_queries(language)
    law = Policy.default().current().texts(18)
    assert len(queries) == len(set(queries)) >= 12
    assert [query for query in queries if law.verdict(query).decision != "allow"] == []
    assert all(map(suits_front_page, queries))
    assert {language_of_text(query) for query in queries} == {language}
