"""The light table and what can be taken along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from app_places import SECRETS, Place, ids_of
from PIL import Image
from starlette.testclient import TestClient

from withsense_tf.app.answers import PhotoAnswer
from withsense_tf.app.guards.body_limits import TABLE_PHOTOS
from withsense_tf.app.page.table_page import as_csv
from withsense_tf.app.photo_ids import KEY_BYTES, PhotoIds

BB = {"cookie": "withsense_country=BB"}


@pytest.fixture
def every_id(client: TestClient) -> str:
    """Return the ids of all photos, withheld ones too."""
    return " ".join(ids_of(client, "AQ"))


@pytest.mark.closed
def test_a_table_shows_what_may_be_shown_now_and_counts_the_rest(client: TestClient, every_id: str) -> None:
    text = client.post("/table/photos", data={"ids": every_id}, headers=BB).text
    assert text.count("data-pick=") == 6
    assert "2 photos cannot be shown any more." in text
    assert not any(word in text for word in SECRETS)


@pytest.mark.closed
def test_lists_have_the_photos_that_may_be_shown(client: TestClient, every_id: str) -> None:
    as_table = client.post("/table/export", data={"ids": every_id, "kind": "csv"}, headers=BB)
    rows = list(csv.reader(io.StringIO(as_table.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["id", "name", "captions"]
    assert len(rows) == 7
    photos = json.loads(
        client.post("/table/export", data={"ids": every_id, "kind": "json"}, headers=BB).content
    )
    assert [row[1] for row in rows[1:]] == [photo["name"] for photo in photos]
    assert not any(word in as_table.text for word in SECRETS)


def test_contact_sheets_are_pictures_and_pages(client: TestClient, every_id: str) -> None:
    sheet = client.post("/table/export", data={"ids": every_id, "kind": "png"}, headers=BB)
    assert Image.open(io.BytesIO(sheet.content)).width > 600
    pages = client.post("/table/export", data={"ids": every_id, "kind": "pdf"}, headers=BB)
    assert pages.content.startswith(b"%PDF-")
    assert pages.headers["content-disposition"] == 'attachment; filename="light-table.pdf"'


def test_too_many_photos_and_unknown_kinds_are_refused(client: TestClient) -> None:
    many = " ".join(str(number) for number in range(201))
    assert client.post("/table/photos", data={"ids": many}, headers=BB).status_code == 400
    assert client.post("/table/export", data={"ids": "", "kind": "exe"}, headers=BB).status_code == 400


def test_a_full_table_of_long_names_is_shown_and_taken_along(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    own = next(iter(ids_of(client, "BB")))
    ids = PhotoIds(b"k" * KEY_BYTES)
    folders = "/".join(["снимки" * 20] * 16)
    names = [f"{number:03}/{folders}/a.jpg" for number in range(TABLE_PHOTOS - 1)]
    assert 3_500 < len(names[0].encode()) < 4_096
    many = " ".join([*map(ids.write, names), own])
    text = client.post("/table/photos", data={"ids": many}, headers=BB).text
    assert text.count("data-pick=") == 1
    assert "199 photos cannot be shown any more." in text
    assert client.post("/table/export", data={"ids": many, "kind": "csv"}, headers=BB).status_code == 200


def test_no_cell_is_a_formula() -> None:
    photo = PhotoAnswer(id="a", name="=cmd()", captions=[], facts={"title": "+1"}, image="/")
    assert b",'=cmd(),,'+1" in as_csv([photo])


def test_whole_numbers_of_a_list_are_written_so() -> None:
    facts = {"iso": 500.0, "aperture": 2.8}
    cells = as_csv([PhotoAnswer(id="i", name="a.jpg", captions=[], facts=facts, image="/")]).decode()
    assert cells.splitlines()[1] == "i,a.jpg,,500,2.8"
