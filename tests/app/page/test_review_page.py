"""What reviewers see and do on the page."""

from __future__ import annotations

import re
from collections.abc import Callable

from app_places import WITHHELD, Place, ids_of
from starlette.testclient import TestClient

BB = {"cookie": "withsense_country=BB"}


def test_withheld_photos_stand_with_their_evidence_and_without_a_picture(client: TestClient) -> None:
    text = client.get("/review", headers=BB).text
    assert all(name in text for name in WITHHELD)
    assert "<mark>toddler</mark>" in text
    assert "<img" not in text


def test_a_decision_holds_is_in_the_trail_and_can_be_taken_back(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    (hidden, *_) = ids_of(client, "AA").keys() - ids_of(client, "BB").keys()
    signed = {"by": "Ann", "reason": "It shows a doll."}
    trail = client.post("/review/decide", data={"id": hidden, "decision": "allow"} | signed, headers=BB)
    assert "It shows a doll." in trail.text
    assert hidden in ids_of(client, "BB")
    number = re.findall(r"/review/undo/([0-9a-f]+)", trail.text)[0]
    assert "decision taken back" in client.post(f"/review/undo/{number}", data=signed, headers=BB).text
    assert hidden not in ids_of(client, "BB")


def test_a_permission_holds_until_it_is_revoked(place: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(place.settings())
    (hidden, *_) = ids_of(client, "AA").keys() - ids_of(client, "BB").keys()
    text = client.post(
        "/review/grant", data={"id": hidden, "given_by": "Her mother", "countries": "BB"}, headers=BB
    ).text
    assert "Her mother" in text
    assert hidden in ids_of(client, "BB")
    number = re.findall(r"/review/revoke/([0-9a-f]+)", text)[0]
    gone = client.post(f"/review/revoke/{number}", data={"by": "Ann", "reason": "She asked."}, headers=BB)
    assert "Revoked on" in gone.text
    assert hidden not in ids_of(client, "BB")
    assert (
        client.post("/review/grant", data={"id": hidden, "given_by": "A", "until": "soon"}).status_code == 400
    )


def test_the_state_of_the_index_is_told(client: TestClient) -> None:
    text = client.get("/review?tab=index", headers=BB).text
    assert "hybrid" in text
    assert "Quarantine" in text
