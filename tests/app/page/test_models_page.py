"""Two models side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app_places import Place
from small_index import item_of
from starlette.testclient import TestClient

from withsense_tf.app.answers import SearchAnswer, ShownPlace
from withsense_tf.app.page.models_page import moves
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy


def answer(*ids: str) -> SearchAnswer:
    places = [
        ShownPlace(id=id_, name=id_, captions=[], facts={}, image="/", place=at, score=0.5, fit="partly")
        for at, id_ in enumerate(ids, start=1)
    ]
    return SearchAnswer(query="a", places=places)


def test_each_photo_says_how_many_places_it_rose() -> None:
    assert moves(answer("a", "b", "c"), answer("c", "a", "d")) == {"c": 2, "a": -1, "d": None}
    assert moves(None, answer("a")) == {}


def test_one_model_alone_is_said_to_be_so(client: TestClient) -> None:
    text = client.get("/models?q=a+plain+red+wall", headers={"cookie": "withsense_country=BB"}).text
    assert "This index holds one model only" in text
    assert text.count("<section aria-label=") >= 2


def test_blanks_are_no_question(client: TestClient) -> None:
    answer = client.get("/models?q=%20%20", headers={"cookie": "withsense_country=BB"})
    assert (answer.status_code, "data-grid" in answer.text) == (200, False)
    text = client.get("/models?q=%20a+wall%20", headers={"cookie": "withsense_country=BB"}).text
    assert '<input name="q" value="a wall"' in text


def test_the_same_model_on_both_sides_is_said_to_be_so(
    place: Place, fitted: Callable[[str], Matcher], new_client: Callable[..., TestClient]
) -> None:
    index = PhotoIndex(place.index)
    take_over(index, index.add_model(fitted("closed form")))
    index.close()
    client = new_client(place.settings())
    assert "The same model stands on both sides" in client.get("/models?left=1&right=1").text
    assert "The same model stands on both sides" not in client.get("/models?left=1&right=2").text


def test_a_photo_that_comes_in_takes_no_model_away(
    place: Place, fitted: Callable[[str], Matcher], new_client: Callable[..., TestClient], looks: Path
) -> None:
    index = PhotoIndex(place.index)
    take_over(index, index.add_model(fitted("closed form")))
    ingest(index, [item_of(looks, "came.png", 99)], Policy.of_files(place.law))
    index.close()
    text = new_client(place.settings()).get("/models").text
    assert "This index holds one model only" not in text
    assert "1 · hybrid" in text
