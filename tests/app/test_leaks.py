"""Whatever is asked, in whatever order: no byte of a withheld photo, of its name, texts or columns leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_places import SECRETS, WITHHELD, Place, ids_of
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from withsense_tf.app.guards.security_headers import HEADERS

pytestmark = pytest.mark.closed
WORDS = st.sampled_from(
    [
        *("wall", "red", "xylophone", "velocipede", "zebulon", "toddler", "quixotic", "стена"),
        *("a toddler plays a xylophone", '"velocipede"', "-velocipede", "xylophon", "velocipedes"),
        *("camera=quixotic", 'camera="quixotic camera"', "colour=mauve", "color=mauve"),
    ]
)
FILTERS = st.sampled_from(
    [
        *("camera=quixotic camera", "camera~quixotic", "camera!=Nikon D90", "iso>=0", "quixotic=1"),
        *("colour=mauve", "colour~mau", "colour!=red", "colour=red", "mauve=1"),
    ]
)
COUNTRIES = st.sampled_from(["BB", "ZW", None])


@pytest.fixture(scope="module")
def guarded(still_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a client, the ids of all photos and of those that may be shown, and the pictures of the others."""
    from withsense_tf.app.server import create_app

    app = create_app(still_place.settings(state=tmp_path_factory.mktemp("leaks")))
    with TestClient(app, base_url="http://localhost:8000") as client:
        every, shown = ids_of(client, "AQ"), ids_of(client, "BB")
        # They lie in the cache, as after a permission that ended.
        for id_ in every:
            for accept in ("image/webp", "*/*"):
                client.get(f"/api/v1/photos/{id_}/image?country=AQ&width=160", headers={"Accept": accept})
        hidden = every.keys() - shown.keys()
        pictures = [
            client.get(f"/api/v1/photos/{id_}/image?country=AQ&width=160", headers={"Accept": accept}).content
            for id_ in hidden
            for accept in ("image/webp", "*/*")
        ]
        assert len(hidden) == 2
        assert all(len(picture) > 100 for picture in pictures)
        yield client, sorted(every), hidden, pictures


def requests(ids: list[str]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    id_ = st.sampled_from([*ids, *WITHHELD, "A" * 86])
    text = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
    paging = {"k": st.integers(1, 8), "minimum": st.sampled_from([None, 0, 0.5]), "country": COUNTRIES}
    search = st.fixed_dictionaries({"q": text, "where": st.lists(FILTERS, max_size=2), **paging})
    like = st.fixed_dictionaries({"id": id_, "q": text, "country": COUNTRIES})
    plain = st.fixed_dictionaries({"country": COUNTRIES})
    return st.one_of(
        search.map(lambda one: ("/api/v1/search", one)),
        st.tuples(search, id_).map(lambda one: ("/api/v1/search", one[0] | {"like": one[1]})),
        like.map(lambda one: ("/api/v1/similar", one)),
        like.map(lambda one: ("/api/v1/score", one)),
        st.tuples(id_, plain).map(lambda one: (f"/api/v1/photos/{one[0]}", one[1])),
        st.tuples(id_, plain).map(lambda one: (f"/api/v1/photos/{one[0]}/image", one[1] | {"width": 160})),
        st.tuples(st.sampled_from(["columns", "examples", "law", "ready"]), plain).map(
            lambda one: (f"/api/v1/{one[0]}", one[1])
        ),
    )


@settings(max_examples=15)
@given(st.data())
def test_no_byte_of_a_withheld_photo_leaves(guarded: Any, data: st.DataObject) -> None:
    client, ids, hidden, pictures = guarded
    for path, parameters in data.draw(st.lists(requests(ids), min_size=1, max_size=4)):
        asked = {key: value for key, value in parameters.items() if value is not None}
        answer = client.get(path, params=asked)
        assert answer.status_code in (200, 400, 404, 451), answer.text
        # What was asked is said again as it was asked, and is no news.
        told = _without_echo(answer, asked)
        for secret in (*SECRETS, *WITHHELD):
            assert secret not in told, (path, asked, told)
        for id_ in hidden - {asked.get("id"), asked.get("like"), path.split("/")[-1]}:
            assert id_ not in told
        assert answer.content not in pictures
        assert HEADERS.items() <= dict(answer.headers.items()).items() or all(
            answer.headers[name] == value for name, value in HEADERS.items()
        )


def _without_echo(answer: Any, asked: dict[str, Any]) -> str:
    told = answer.text if answer.headers["content-type"].startswith("application") else ""
    if answer.status_code == 200 and told:
        body = answer.json()
        for key in ("query", "text", "like", "photo", "without", "corrections", "message"):
            if isinstance(body, dict):
                said = str(body.pop(key, ""))
                words = " ".join(map(str, asked.values())).casefold()
                # A message may name a word only as it was typed.
                assert all(secret not in said or secret in words for secret in SECRETS)
        told = str(body)
    elif answer.status_code == 400:
        for value in (*asked.get("where", []), asked.get("q", "")):
            told = told.replace(value, "").replace(value.split("=")[0], "")
    return told


def test_a_withheld_photo_tells_no_colour(still_place: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(still_place.settings())
    ask = {"q": "a plain red wall", "minimum": 0, "k": 20, "country": "BB"}
    # As a colour that no photo has: neither a place, nor a notice, nor another word.
    withheld, absent = (
        client.get("/api/v1/search", params=ask | {"where": f"colour={name}"}).json()
        for name in ("mauve", "beige")
    )
    assert withheld["places"] == []
    # The message names the value as it was typed.
    assert withheld.pop("message").replace("mauve", "beige") == absent.pop("message")
    assert withheld == absent
    red = client.get("/api/v1/search", params=ask | {"where": "colour=red"}).json()["places"]
    assert {(one["kind"], one.get("name")) for one in red} == {
        ("photo", f"shown_{look}.png") for look in (0, 1, 2)
    }
    for path in ("/", "/search?q=a+plain+red+wall&minimum=0"):
        page = client.get(path, headers={"cookie": "withsense_country=BB"}).text
        assert 'value="blue"' in page
        assert "mauve" not in page
    for country, has in (("BB", False), ("AQ", True)):
        columns = client.get("/api/v1/columns", params={"country": country}).json()["columns"]
        (colours,) = (one["values"] for one in columns if one["name"] == "colour")
        assert ("mauve" in colours) == has
        assert colours[:2] == ["red", "blue"]


def test_a_withheld_photo_changes_nothing_but_the_notices(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = new_client(place.settings())
    for text in ("a xylophone", "a velocipede", '"velocipede"', "quixotic wall"):
        answer = client.get("/api/v1/search", params={"q": text, "country": "BB"}).json()
        assert not any(one["kind"] == "photo" and one["name"] in WITHHELD for one in answer.get("places", []))
        # A word of a withheld caption is no better known than one that nobody said.
        other = client.get(
            "/api/v1/search", params={"q": text.replace("velocipede", "brrzt"), "country": "BB"}
        )
        assert other.status_code in (200, 451)
