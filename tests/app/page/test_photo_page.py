"""One photo, and two side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from app_places import SECRETS, Place, ids_of
from small_index import item_of
from starlette.testclient import TestClient

from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.policy.current_policy import Policy

BB = {"cookie": "withsense_country=BB"}


def test_a_photo_has_a_page_with_what_is_said_and_why_it_fits(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "BB")))
    text = client.get(f"/photo/{id_}?q=a+plain+red+wall", headers=BB).text
    assert "Why it was found" in text
    assert text.count("<meter") == 3  # pixels, captions, words
    assert "These are clues." in text
    tile = client.get("/search?q=a+plain+red+wall&minimum=0", headers=BB).text
    assert "by what is seen" not in tile  # where all parts and that sentence have no room
    assert "came with the collection" in text


@pytest.mark.closed
def test_a_withheld_photo_has_a_page_that_says_only_so(client: TestClient) -> None:
    for id_ in ids_of(client, "AQ").keys() - ids_of(client, "BB").keys():
        answer = client.get(f"/photo/{id_}", headers=BB)
        assert answer.status_code == 451
        assert not any(word in answer.text for word in SECRETS)


def test_a_description_is_shown_with_who_said_it(place: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(place.settings())
    id_ = next(iter(ids_of(client, "BB")))
    answer = client.post(
        f"/photo/{id_}/captions", data={"text": "A mural of waves.", "by": "Ann"}, headers=BB
    )
    assert "A mural of waves. <small>— Ann" in answer.text
    assert re.search(
        r"The photo shown_\d\.png is found by these words|photo shown_\d\.png is kept", answer.text
    )
    refused = client.post(f"/photo/{id_}/captions", data={"text": "...", "by": ""}, headers=BB)
    assert "say in words what the photo shows" in refused.text
    gone = client.post(f"/photo/{id_}/captions", data={"text": "A toddler at a wall.", "by": ""}, headers=BB)
    assert gone.status_code == 451
    assert "What you said speaks of a child, so the photo is withheld now" in gone.text
    assert "<mark>toddler</mark>" in gone.text
    assert "Those who review here see it in their list" in gone.text
    # Whose words did not hide it is not told so.
    again = client.post(f"/photo/{id_}/captions", data={"text": "A toddler at a wall.", "by": ""}, headers=BB)
    assert (again.status_code, "What you said" in again.text) == (451, False)


def pairs_of(text: str) -> set[tuple[str, str]]:
    """Return the hidden fields of the form that adds a caption."""
    form = text.partition('/captions"')[2].partition("</form>")[0]
    return set(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_who_adds_a_caption_sees_the_photo_fit_as_it_did_before(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    id_ = next(iter(ids_of(client, "BB")))
    asked = {"q": "a plain red walll", "literal": "true", "model": "1"}
    before = client.get(f"/photo/{id_}", params=asked, headers=BB).text
    assert pairs_of(before) == set(asked.items())
    as_read = client.get(f"/photo/{id_}", params={"q": asked["q"]}, headers=BB).text
    fits = [re.findall(r'<meter [^>]*value="([^"]*)"', text) for text in (before, as_read)]
    assert fits[0] != fits[1]
    # One that is refused changes no number.
    after = client.post(f"/photo/{id_}/captions", data={**asked, "text": "..."}, headers=BB).text
    assert re.findall(r'<meter [^>]*value="([^"]*)"', after) == fits[0]
    assert pairs_of(after) == set(asked.items())
    taken = client.post(f"/photo/{id_}/captions", data={**asked, "text": "A mural of waves."}, headers=BB)
    assert pairs_of(taken.text) == set(asked.items())
    # The page of its own that the dialog leads to is asked in the same way.
    part = client.get(f"/photo/{id_}", params=asked, headers=BB | {"hx-request": "true"}).text
    assert re.search(r'href="/photo/[^"]*\?q=a\+plain\+red\+walll&amp;literal=true&amp;model=1"', part)


def test_a_description_that_was_not_taken_stands_in_the_form_to_be_mended(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    id_ = next(iter(ids_of(client, "BB")))
    form = client.post(f"/photo/{id_}/captions", data={"text": "!!!", "by": "Ann"}, headers=BB).text
    assert 'value="!!!"' in form
    assert 'value="Ann"' in form
    assert '<details class="add" open>' in form
    taken = client.post(f"/photo/{id_}/captions", data={"text": "A mural.", "by": "Ann"}, headers=BB).text
    assert 'value="Ann"' not in taken


def test_two_photos_stand_side_by_side(client: TestClient) -> None:
    first, second = list(ids_of(client, "BB"))[:2]
    text = client.get("/pair", params={"a": first, "b": second}, headers=BB).text
    assert text.count("<figure>") == 2
    assert "shown_" in text


@pytest.mark.parametrize("more", ["-ball", "without a ball", "without a ball -cloud"])
def test_the_number_of_a_photo_is_the_one_that_the_search_gave_it(client: TestClient, more: str) -> None:
    query = f"a plain red wall {more}"
    asked = client.get("/api/v1/search", params={"q": query, "minimum": 0, "k": 1, "country": "BB"}).json()
    (place,) = asked["places"]
    score = client.get("/api/v1/score", params={"q": query, "id": place["id"], "country": "BB"}).json()
    assert score["score"] == place["score"]
    assert score["caption_score"] == place["caption_score"]


def test_words_that_the_search_corrected_are_scored_as_corrected(client: TestClient) -> None:
    asked = client.get("/api/v1/search", params={"q": "a plain red walll", "minimum": 0, "k": 1}).json()
    assert asked["corrections"]
    (place,) = asked["places"]
    about = {"q": "a plain red walll", "id": place["id"]}
    assert client.get("/api/v1/score", params=about).json()["score"] == place["score"]
    as_typed = client.get("/search", params={"q": about["q"], "minimum": 0, "literal": "true"}).text
    assert "literal=true" in as_typed.partition('data-photo="')[2].partition(">")[0]


def test_a_photo_is_shown_beside_a_text_that_has_minus_words_alone(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "BB")))
    answer = client.get(f"/photo/{id_}?q=-ball", headers=BB)
    assert answer.status_code == 200
    assert "Why it was found" not in answer.text


@pytest.mark.closed
def test_a_text_that_the_law_forbids_once_it_is_read_is_not_scored(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "BB")))
    for text in ("a todler at a wall", "a toddler -ball"):
        about = {"q": text, "id": id_, "country": "BB"}
        assert client.get("/api/v1/score", params=about).status_code == 451


def test_a_description_is_said_to_find_the_photo_only_where_the_search_finds_it(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    for text in ("A mural of waves.", "Zzqx qqzx.", "camera -wall"):
        for id_ in ids_of(client, "BB"):
            answer = client.post(f"/photo/{id_}/captions", data={"text": text}, headers=BB)
            asked = {"q": text, "k": 30, "literal": True, "country": "BB"}
            search = client.get("/api/v1/search", params=asked)
            places = search.json().get("places", []) if search.status_code == 200 else []
            is_there = any(id_ in (one.get("id"), *one.get("copies", ())) for one in places)
            assert ("is found by these words" in answer.text) == is_there
            others = [one for one in places if one["kind"] == "photo"] if not is_there else []
            assert ("Other photos fit these words better" in answer.text) == bool(others)
            assert ("the search is not sure of any photo" in answer.text) == (not is_there and not others)
            break


def test_keywords_that_a_photo_is_found_by_are_shown(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    photo = item_of(place.photos, "coast.png", 50, texts=())
    keywords = (("EXIF XPKeywords of coast.png", "lighthouse;storm wave"), ("name of coast.png", "coast"))
    index = PhotoIndex(place.index)
    ingest(index, [replace(photo, other_texts=keywords)], Policy.of_files(place.law))
    index.close()
    client, here = new_client(place.settings()), {"cookie": "withsense_country=AQ"}
    (id_,) = (id_ for id_, name in ids_of(client, "AQ").items() if name == "coast.png")
    assert client.get(f"/api/v1/photos/{id_}?country=AQ").json()["keywords"] == ["lighthouse", "storm wave"]
    page = client.get(f"/photo/{id_}", headers=here).text
    assert "<dd>lighthouse, storm wave</dd>" in page
    assert "Nobody has described" not in page
