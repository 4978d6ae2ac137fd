"""The models that an index holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.errors import SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.search.search import Search

ASKED = {"q": "a plain red wall", "minimum": 0, "country": "BB"}


@pytest.fixture
def two_models(place: Place, fitted: Callable[[str], Matcher]) -> Place:
    """Return an index that holds a hybrid, which is in use, and another model that has every photo."""
    index = PhotoIndex(place.index)
    number = index.add_model(fitted("closed form"))
    take_over(index, number)
    take_over(index, 1)
    index.close()
    return place


def test_models_that_have_every_photo_can_be_asked(
    two_models: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(two_models.settings())
    in_use, other = client.get("/api/v1/models").json()
    assert (in_use["name"], in_use["in_use"], other["in_use"]) == ("hybrid", True, False)
    answers = [
        client.get(f"/api/v1/models/{one['number']}/search", params=ASKED).json() for one in (in_use, other)
    ]
    # A closed form knows nothing of captions.
    assert [answer["places"][0]["caption_score"] is None for answer in answers] == [False, True]
    assert answers[0]["places"] == client.get("/api/v1/search", params=ASKED).json()["places"]


@pytest.mark.closed
def test_every_model_keeps_the_law(two_models: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(two_models.settings())
    for model in client.get("/api/v1/models").json():
        path = f"/api/v1/models/{model['number']}/search"
        kinds = [place["kind"] for place in client.get(path, params=ASKED).json()["places"]]
        assert "withheld" in kinds
        assert client.get(path, params=ASKED | {"q": "a toddler"}).status_code == 451


@pytest.mark.closed
def test_the_model_in_use_is_offered_and_answers_though_vectors_of_a_photo_are_lost(
    two_models: Place, new_client: Callable[..., TestClient]
) -> None:
    with sqlite3.connect(two_models.index / "catalog.sqlite") as tables:
        tables.execute("DELETE FROM rows WHERE generation = 1 AND row = 0")
    client = new_client(two_models.settings())
    models = client.get("/api/v1/models").json()
    assert [(one["number"], one["in_use"]) for one in models] == [(1, True), (2, False)]
    with sqlite3.connect(two_models.index / "catalog.sqlite") as tables:
        tables.execute("DELETE FROM rows WHERE row = 0")
    assert [one["number"] for one in client.get("/api/v1/models").json()] == [1]
    assert client.get("/api/v1/models/1/search", params=ASKED).status_code == 200
    assert client.get("/models", params={"q": "a wall"}).status_code == 200


@pytest.mark.closed
def test_a_model_that_lacks_photos_is_not_asked(place: Place, fitted: Callable[[str], Matcher]) -> None:
    index = PhotoIndex(place.index)
    number = index.add_model(fitted("closed form"))
    with (
        Search(index, policy=Policy.of_files(place.law)) as search,
        pytest.raises(SettingError, match="it has 1"),
    ):
        search("a wall", model=number)
