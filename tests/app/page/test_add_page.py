"""Bringing a photo."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from app_places import SECRETS, Place, ids_of
from starlette.testclient import TestClient
from uploads_of_tests import png_of

from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.uploads import index_writing
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.kept_out import keep_out
from withsense_tf.policy.current_policy import Policy

BB = {"cookie": "withsense_country=BB"}


def test_a_photo_is_found_after_it_was_judged(place: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(place.settings())
    sent = {"photo": ("a.png", png_of(71), "image/png")}
    good = client.post("/add", files=sent, data={"text": "A striped blue wall.", "by": "Ann"}, headers=BB)
    assert (good.status_code, "The photo can be found now." in good.text) == (201, True)
    sent = {"photo": ("a.png", png_of(71), "image/png")}
    again = client.post("/add", files=sent, data={"text": "A striped blue wall."}, headers=BB)
    assert "This photo was here already: a search shows it once." in again.text
    sent = {"photo": ("b.png", png_of(72), "image/png")}
    kept = client.post("/add", files=sent, data={"text": "A toddler at a wall."}, headers=BB)
    assert "The law withholds this photo." in kept.text
    assert "<img" not in kept.text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "It is a copy of shown_0.png."), ("ru", "Это копия: shown_0.png.")]
)
def test_who_brings_a_copy_is_told_of_which_photo_and_may_take_it_out_again(
    place: Place, new_client: Callable[..., TestClient], language: str, words: str
) -> None:
    client = new_client(place.settings())
    before = ids_of(client, "BB")
    content = (place.photos / "look-0-0.png").read_bytes()
    status, page = bring(client, content, "A plain wall.", language)
    assert (status, words in page) == (201, True)
    (receipt,) = re.findall(r'name="receipt" value="([^"]+)"', page)
    photos = place.index / "app" / "photos"
    # The photo of the folder stands for both.
    assert (ids_of(client, "BB"), len(list(photos.iterdir()))) == (before, 1)
    # Who brings the same once more may take it out again, too.
    _, again = bring(client, content, "A plain wall.", language)
    assert "/add/undo" in again
    after = client.post("/add/undo", data={"receipt": receipt}, headers=BB)
    assert "Taken out again: your upload." in after.text
    assert not list(photos.iterdir())


def test_what_is_no_photo_is_refused_with_what_to_do(client: TestClient) -> None:
    answer = client.post("/add", files={"photo": ("a.png", b"<html>", "image/png")}, data={"text": "A wall."})
    assert answer.status_code == 415
    assert "Send a photo as JPEG" in answer.text
    answer = client.post("/add", files={"photo": ("a.png", png_of(1), "image/png")}, data={"text": "!!"})
    assert answer.status_code == 422


def test_what_was_typed_stands_in_the_form_again_where_it_was_not_taken(client: TestClient) -> None:
    for content, text in ((b"<html>", "A wall."), (png_of(1), "!!")):
        sent = {"photo": ("a.png", content, "image/png")}
        answer = client.post("/add", files=sent, data={"text": text, "by": "Ann"})
        assert f'name="text" required maxlength="300" value="{text}"' in answer.text
        assert 'value="Ann"' in answer.text


def bring(client: TestClient, content: bytes, text: str, language: str) -> tuple[int, str]:
    """Bring a photo by the page, in a language; return the status and the page."""
    answer = client.post(
        "/add",
        files={"photo": ("a.png", content, "image/png")},
        data={"text": text},
        headers={"cookie": f"withsense_country=BB; withsense_language={language}"},
    )
    return answer.status_code, answer.text


@pytest.mark.closed
def test_who_brings_a_copy_of_a_withheld_photo_is_told_so_and_nothing_of_that_one(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    content = (place.photos / "look-6-0.png").read_bytes()
    for language, words in (("en", "It is a copy of a photo that is here"), ("ru", "Это копия снимка")):
        status, page = bring(client, content, "A plain wall.", language)
        assert (status, words in page) == (202, True)
        assert not [secret for secret in SECRETS if secret in page.casefold()]


def test_why_a_photo_is_refused_that_was_taken_out_stands_on_the_page(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    index = PhotoIndex(place.index)
    leaving, _ = keep_out(index, ["shown_0.png"])
    ingest(index, [], Policy.of_files(place.law), remove=leaving)
    index.close()
    content = (place.photos / "look-0-0.png").read_bytes()
    for language, words in (
        ("en", "was taken out of the index for good"),
        ("ru", "изъят из индекса навсегда"),
    ):
        status, page = bring(client, content, "A wall.", language)
        assert (status, words in page) == (409, True)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "looked at one after another; 1 waits."), ("ru", "проверяются по одному; ждёт 1.")],
)
def test_who_waits_is_told_for_what_and_by_its_id_that_it_waits_still(
    place: Place,
    new_client: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 0.01)
    client = new_client(place.settings(country="BB"))
    service = PhotoService(place.settings())
    sent = {"photo": ("a.png", png_of(71), "image/png")}
    with index_writing.writing_alone(service):
        status, page = bring(client, png_of(71), "A striped wall.", language)
        assert (status, words in page) == (202, True)
        answer = client.post("/api/v1/upload", files=sent, data={"caption": "A striped wall."})
        state = {"id": answer.json()["id"], "state": "waiting"}
        assert (answer.status_code, answer.json()) == (202, answer.json() | state)
        told = client.get(f"/api/v1/photos/{state['id']}")
        assert (told.status_code, told.json()) == (202, answer.json() | {"receipt": ""})
        # Of what never came nothing is known.
        assert client.get(f"/api/v1/photos/{service.ids.write('upload_0.png')}").status_code == 404
    client.post("/api/v1/upload", files=sent, data={"caption": "A striped wall."})
    assert client.get(f"/api/v1/photos/{state['id']}").json()["id"] == state["id"]
