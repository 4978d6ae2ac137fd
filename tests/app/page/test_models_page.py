"""Two models side by side."""

from __future__ import annotations

from starlette.testclient import TestClient

from withsense_tf.app.answers import SearchAnswer, ShownPlace
from withsense_tf.app.page.models_page import moves


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
