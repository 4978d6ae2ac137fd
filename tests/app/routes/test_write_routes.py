"""What users bring is judged first, and found at once."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from app_places import WITHHELD, Place, ids_of, search
from full_files import without_rights
from PIL import Image
from scenes import windows
from starlette.testclient import TestClient
from uploads_of_tests import PNG, png_of

from withsense_tf.app.guards.request_log import LOGGER
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes import write_routes
from withsense_tf.app.routes.write_routes import quarantine_of, upload_state
from withsense_tf.app.uploads import index_writing
from withsense_tf.app.uploads.quarantine import Description
from withsense_tf.index.lift import LiftError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import clear_quarantine, insert_quarantine
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.kept_out import keep_out, readmit
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy


@pytest.fixture
def writer(place: Place, new_client: Callable[..., TestClient]) -> TestClient:
    return new_client(place.settings(country="BB", threads=4))


def send(client: TestClient, content: bytes, *captions: str, name: str = "a.png", **more: Any) -> Any:
    return client.post(
        "/api/v1/upload",
        files={"photo": (name, content, "image/png")},
        data={"caption": list(captions), **more},
    )


def sent_to_wait(
    writer: TestClient, monkeypatch: pytest.MonkeyPatch, content: bytes | None = None
) -> dict[str, Any]:
    """Send a photo that nobody judges yet."""
    with monkeypatch.context() as patch:
        patch.setattr(write_routes, "judge_own", lambda *_: None)
        patch.setattr(write_routes, "judge_rest", lambda *_: None)
        waiting: dict[str, Any] = send(writer, content or png_of(6), "A wall .").json()
    assert waiting["state"] == "waiting"
    return waiting


def test_a_caption_is_found_at_once_and_says_who_said_it(writer: TestClient) -> None:
    id_ = next(iter(ids_of(writer, "BB")))
    said = {"id": id_, "text": "A marmalade zeppelin over a wall.", "by": "Ann Lee"}
    answer = writer.post("/api/v1/captions", json=said)
    assert answer.status_code == 201, answer.text
    assert answer.json()["captions"][-1] == {"text": said["text"], "by": "Ann Lee"}
    assert search(writer, q='"marmalade zeppelin" wall')["places"][0]["id"] == id_


@pytest.mark.closed
def test_a_caption_that_speaks_of_a_child_withholds_the_photo(writer: TestClient) -> None:
    id_ = next(iter(ids_of(writer, "BB")))
    answer = writer.post("/api/v1/captions", json={"id": id_, "text": "A toddler before a wall."})
    assert (answer.status_code, answer.json()["detail"]) == (451, NOTICE)
    assert id_ not in ids_of(writer, "BB")
    assert writer.get(f"/api/v1/photos/{id_}/image").status_code == 451


@pytest.mark.closed
def test_captions_that_come_at_the_same_time_are_all_kept(
    writer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else a busy machine would let one that waits come again.
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 600.0)
    id_ = next(iter(ids_of(writer, "BB")))
    texts = [f"A wall of {word}." for word in ("marble", "granite", "timber")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(
            pool.map(lambda text: writer.post("/api/v1/captions", json={"id": id_, "text": text}), texts)
        )
    assert [answer.status_code for answer in answers] == [201] * 3
    captions = writer.get(f"/api/v1/photos/{id_}").json()["captions"]
    assert {caption["text"] for caption in captions} >= set(texts)


@pytest.mark.closed
@pytest.mark.parametrize(
    "said",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": "!!!"},
        {"text": "a\x00wall"},
        {"text": "a \u202e wall"},
        {"text": "a wall " * 200},
        {"text": "a wall", "by": "<script>"},
        {"text": "a wall", "by": "a\nb"},
        {"text": 5},
    ],
)
@pytest.mark.slow
def test_what_is_no_caption_is_refused(writer: TestClient, said: dict[str, Any]) -> None:
    assert writer.post("/api/v1/captions", json={"id": "x", **said}).status_code == 422


@pytest.mark.closed
def test_who_says_something_is_no_child(writer: TestClient) -> None:
    said = {"id": next(iter(ids_of(writer, "BB"))), "text": "A wall.", "by": "a little girl of 5"}
    assert writer.post("/api/v1/captions", json=said).json()["kind"] == "author_not_taken"


def test_a_photo_that_was_brought_is_found_and_shown(writer: TestClient, place: Place) -> None:
    answer = send(writer, PNG, "A marmalade zeppelin .", by="Ann")
    assert (answer.status_code, answer.json()["state"]) == (201, "searchable"), answer.text
    id_ = answer.json()["id"]
    assert search(writer, q='"marmalade zeppelin" wall')["places"][0]["id"] == id_
    assert writer.get(answer.json()["photo"]["image"]).status_code == 200
    assert answer.json()["photo"]["facts"]["orientation"] == "landscape"
    assert verify_index(PhotoIndex(place.index), files=True) == []


def test_the_audit_log_has_who_sent_a_photo_by_which_key_and_without_the_log_none_is_taken_in(
    place: Place, signed_client: Callable[..., TestClient]
) -> None:
    client = signed_client("Rita", "read", "write")
    png = png_of(41)
    assert send(client, png, "A crimson wall.", by="Ann").status_code == 201
    entries = [json.loads(line) for line in place.log.read_text(encoding="utf-8").splitlines()]
    (entry,) = [one for one in entries if one.get("decision") == "upload"]
    assert (entry["by"], entry["key"], entry["reason"]) == (
        "Rita",
        place.ring.all_keys()[0].id,
        "said by Ann",
    )
    assert entry["digest"] == hashlib.sha256(png).hexdigest()
    assert entry["photo"].startswith("upload_")
    with without_rights(place.index.parent, "audit.jsonl"):
        assert send(client, png_of(42), "A crimson wall.").status_code == 503
    assert not list((place.index / "app" / "quarantine").iterdir())


def test_a_photo_that_is_sent_again_is_there_once_and_that_is_said(writer: TestClient, place: Place) -> None:
    first, again = (send(writer, PNG, "A marmalade zeppelin .", by="Ann") for _ in range(2))
    assert (first.status_code, first.json()["is_copy"]) == (201, False)
    assert (again.status_code, again.json()["is_copy"]) == (201, True)
    assert again.json()["id"] == first.json()["id"]
    assert len(list((place.index / "app" / "photos").iterdir())) == 1
    # Its file, damaged since, is the one that comes again.
    (file,) = (place.index / "app" / "photos").iterdir()
    file.write_bytes(PNG[:-200])
    assert send(writer, PNG, "A marmalade zeppelin .", by="Ann").json()["is_copy"]
    assert file.read_bytes() == PNG
    # What else is said of it counts, as evidence or to find it by.
    other = send(writer, PNG, "A velvet dirigible .", by="Ann").json()
    assert (other["state"], other["is_copy"], other["id"] == first.json()["id"]) == (
        "searchable",
        True,
        False,
    )
    assert not send(writer, png_of(1), "A marmalade zeppelin .", by="Ann").json()["is_copy"]


def test_an_update_of_the_folder_leaves_what_was_brought(writer: TestClient, place: Place) -> None:
    id_ = send(writer, png_of(3), "A marmalade zeppelin .").json()["id"]
    ingest(PhotoIndex(place.index), [], Policy.of_files(place.law), others="replace", lift=True)
    assert ids_of(writer, "AQ").keys() == {id_}


@pytest.mark.closed
@pytest.mark.parametrize(
    ("content", "captions", "name"),
    [
        (PNG, ["A toddler on a swing ."], "a.png"),
        (png_of(1, "a velocipede, my little girl is 4 years old"), ["A wall ."], "a.png"),
        (png_of(2), ["A wall ."], "my_little_girl.png"),
    ],
    ids=["its caption", "its file", "its name"],
)
def test_a_photo_of_which_anything_speaks_of_a_child_is_withheld(
    writer: TestClient, content: bytes, captions: list[str], name: str
) -> None:
    answer = send(writer, content, *captions, name=name)
    assert (answer.status_code, answer.json()["state"], answer.json()["notice"]) == (202, "withheld", NOTICE)
    assert writer.get(f"/api/v1/photos/{answer.json()['id']}").status_code == 451
    assert len(ids_of(writer, "BB")) == 6


@pytest.mark.closed
def test_of_an_upload_that_is_removed_no_file_stays(writer: TestClient, place: Place) -> None:
    sent = send(writer, PNG, "A marmalade zeppelin .").json()
    assert writer.get(sent["photo"]["image"]).status_code == 200
    index = PhotoIndex(place.index)
    leaving, unknown = keep_out(index, [sent["photo"]["name"]])
    assert not unknown
    folder = place.index / "app"
    files = [*(folder / "photos").iterdir(), *(folder / "thumbnails").rglob("*.*")]
    assert len(files) == 2
    ingest(index, [], Policy.of_files(place.law), remove=leaving)
    index.close()
    assert not any(file.exists() for file in files)
    assert writer.get(sent["photo"]["image"]).status_code == 404


@pytest.fixture
def without_first(place: Place) -> bytes:
    """Return the content of a photo that was taken out of the index for good."""
    index = PhotoIndex(place.index)
    leaving, _ = keep_out(index, ["shown_0.png"])
    ingest(index, [], Policy.of_files(place.law), remove=leaving)
    index.close()
    return (place.photos / "look-0-0.png").read_bytes()


def brightened(content: bytes) -> bytes:
    """Return a copy of a photo that has other bytes, and looks the same."""
    stream = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").point(lambda value: min(255, value + 2)).save(
        stream, "PNG"
    )
    return stream.getvalue()


@pytest.mark.closed
@pytest.mark.parametrize("change", [bytes, brightened], ids=["itself", "a copy"])
def test_a_photo_that_was_taken_out_for_good_is_refused_and_why_is_said(
    writer: TestClient, place: Place, without_first: bytes, change: Callable[[bytes], bytes]
) -> None:
    answer = send(writer, change(without_first), "A marmalade zeppelin .")
    assert (answer.status_code, answer.json()["kind"]) == (409, "taken_out"), answer.text
    assert "for good" in answer.json()["detail"]
    assert "shown_0" not in answer.text
    assert not list((place.index / "app" / "photos").iterdir())
    described = writer.get("/api/v1/openapi.json").json()["paths"]["/api/v1/upload"]["post"]
    assert "409" in described["responses"]
    assert "`taken_out`" in described["description"]


def test_why_a_photo_is_refused_is_known_where_another_worker_judged_it(
    place: Place, without_first: bytes
) -> None:
    service, other = PhotoService(place.settings()), PhotoService(place.settings())
    waiting = quarantine_of(service).take(
        io.BytesIO(without_first), Description(("A wall .",), None, "a.png"), 10**7, 10**7
    )
    index_writing.judge_waiting(other, quarantine_of(other))
    with pytest.raises(ProblemError) as problem:
        upload_state(service, waiting.name, waiting.folder.exists(), None)
    assert problem.value.kind == "taken_out"


@pytest.mark.parametrize("change", [bytes, brightened], ids=["itself", "a copy"])
def test_who_asks_later_is_told_as_at_once_that_a_photo_was_taken_out_for_good(
    writer: TestClient,
    place: Place,
    without_first: bytes,
    change: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = change(without_first)
    waiting = sent_to_wait(writer, monkeypatch, content)
    service = PhotoService(place.settings())
    index_writing.judge_waiting(service, quarantine_of(service))
    later = writer.get(f"/api/v1/upload/{waiting['receipt']}")
    at_once = send(writer, content, "A wall .")
    assert (later.status_code, later.json()["kind"]) == (409, "taken_out"), later.text
    assert later.json()["detail"] == at_once.json()["detail"]
    # An update of the folder forgets what could not be used there, and not this; nobody can mend it.
    index = PhotoIndex(place.index)
    with index.catalog.writing() as tables:
        clear_quarantine(tables)
    assert writer.get(f"/api/v1/upload/{waiting['receipt']}").json()["kind"] == "taken_out"
    assert index_status(index).quarantine == []
    # Let in again, it comes in, and nothing speaks against it.
    readmit(index, ["shown_0.png"])
    assert send(writer, content, "A wall .").json()["state"] == "searchable"
    assert writer.get(f"/api/v1/upload/{waiting['receipt']}").json()["state"] == "searchable"


@pytest.mark.closed
def test_the_key_that_sent_a_photo_alone_is_told_what_became_of_it(
    place: Place, signed_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, stranger = signed_client("Rita", "write"), signed_client("Bob", "read", "write")
    first = send(writer, PNG, "A marmalade zeppelin .").json()
    address = f"/api/v1/upload/{first['receipt']}"
    assert writer.get(address).json() == first
    assert stranger.get(address).json()["kind"] == "no_such_photo"
    # An id of a photo is no receipt, and a receipt is no id.
    assert writer.get(f"/api/v1/upload/{first['id']}").status_code == 404
    assert stranger.get(f"/api/v1/photos/{first['receipt']}").status_code == 404
    withheld = send(writer, png_of(5), "A toddler on a swing .").json()
    answer = writer.get(f"/api/v1/upload/{withheld['receipt']}")
    assert (answer.status_code, answer.json()) == (202, withheld)
    waiting = sent_to_wait(writer, monkeypatch)
    address = f"/api/v1/upload/{waiting['receipt']}"
    assert (writer.get(address).status_code, writer.get(address).json()) == (202, waiting)
    service = PhotoService(place.settings())
    (file,) = (place.index / "app" / "quarantine").glob("*/photo.png")
    file.unlink()
    index_writing.judge_waiting(service, quarantine_of(service))
    answer = writer.get(address)
    assert (answer.status_code, answer.json()["kind"]) == (422, "photo_missing")
    assert stranger.get(address).json()["kind"] == "no_such_photo"


def test_why_a_photo_cannot_be_used_is_said_without_a_place(place: Place) -> None:
    service = PhotoService(place.settings())
    row = ("upload_0f.png", "/srv/x.png", "photo_truncated", "/srv/x.png breaks off.", "2026-01-01")
    with service.search().index.catalog.writing() as tables:
        insert_quarantine(tables, [row])
    with pytest.raises(ProblemError) as problem:
        upload_state(service, "upload_0f.png", False, None)
    assert (problem.value.status, problem.value.kind) == (422, "photo_truncated")
    assert problem.value.detail == "The photo cannot be used: … breaks off."
    with pytest.raises(ProblemError) as problem:
        upload_state(service, "upload_ff.png", False, None)
    assert (problem.value.status, problem.value.kind) == (409, "changed_meanwhile")


def test_a_photo_for_another_country_than_the_server_answers_by_is_not_taken_in(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(country="BB", fixed_country=True))
    answer = client.post(
        "/api/v1/upload?country=AQ",
        files={"photo": ("a.png", PNG, "image/png")},
        data={"caption": ["A wall ."]},
    )
    assert (answer.status_code, answer.json()["kind"]) == (403, "country_fixed")
    assert not list((place.index / "app").glob("*/upload*"))


@pytest.mark.closed
def test_a_copy_of_a_withheld_photo_is_withheld_too(writer: TestClient, place: Place) -> None:
    answer = send(writer, (place.photos / "look-6-0.png").read_bytes(), "A plain wall .")
    assert (answer.json()["state"], answer.json()["is_copy"]) == ("withheld", True)
    id_ = writer.get("/api/v1/review/withheld", params={"name": WITHHELD[1]}).json()[0]["id"]
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "hers"}
    assert writer.post("/api/v1/review/decisions", json=said).status_code == 201
    again = send(writer, (place.photos / "look-7-0.png").read_bytes(), "A plain wall .").json()
    assert (again["state"], again["is_copy"]) == ("withheld", True)
    own = send(writer, PNG, "A toddler on a swing .").json()
    assert (own["state"], own["is_copy"]) == ("withheld", False)


@pytest.mark.closed
@pytest.mark.parametrize(
    "name", ["../../x.png", "/etc/passwd", "a\\..\\b.png", "con", "a" * 5_000, "\u202e.png"]
)
def test_names_of_files_lead_nowhere(writer: TestClient, place: Place, name: str) -> None:
    before = {path for path in place.index.parent.rglob("*") if "app" not in path.parts}
    answer = send(writer, b"no photo", "A wall .", name=name)
    assert answer.status_code in (400, 413, 415, 422)
    assert {path for path in place.index.parent.rglob("*") if "app" not in path.parts} == before


@pytest.mark.closed
def test_a_photo_without_a_description_is_not_taken(writer: TestClient) -> None:
    assert writer.post("/api/v1/upload", files={"photo": ("a.png", PNG, "image/png")}).status_code == 422


@pytest.mark.closed
def test_a_photo_that_is_too_large_is_not_taken(place: Place, new_client: Callable[..., TestClient]) -> None:
    small = new_client(place.settings(upload_bytes=1_000, upload_pixels=1_000))
    assert send(small, PNG, "A wall .").status_code == 413
    assert send(small, b"x" * 400_000, "A wall .").status_code == 413


def test_of_a_copy_it_is_said_of_which_photos_it_is_one(writer: TestClient, place: Place) -> None:
    names = ids_of(writer, "BB")
    first = (place.photos / "look-0-0.png").read_bytes()
    answer = send(writer, brightened(first), "A marmalade wall .").json()
    assert (answer["state"], answer["is_copy"]) == ("searchable", True)
    assert [names[id_] for id_ in answer["copies"]] == ["shown_0.png"]
    alone = send(writer, png_of(3), "A velvet wall .").json()
    assert (alone["is_copy"], alone["copies"]) == (False, [])
    # Of a photo that is withheld nothing is said.
    of_withheld = send(writer, (place.photos / "look-6-0.png").read_bytes(), "A wall .").json()
    assert (of_withheld["state"], of_withheld["copies"]) == ("withheld", [])


@pytest.mark.closed
def test_who_brought_a_photo_takes_it_back_and_its_copies_stay_as_they_are(
    place: Place, signed_client: Callable[..., TestClient]
) -> None:
    writer, stranger = signed_client("Rita", "read", "write"), signed_client("Bob", "read", "write")
    before = ids_of(writer, "BB")
    first = (place.photos / "look-0-0.png").read_bytes()
    sent = send(writer, brightened(first), "A marmalade wall .", by="Ann").json()
    assert writer.get(sent["photo"]["image"]).status_code == 200
    address = f"/api/v1/upload/{sent['receipt']}"
    assert stranger.delete(address).status_code == 404
    assert [writer.delete(address).status_code for _ in range(2)] == [204, 404]
    assert ids_of(writer, "BB") == before
    folder = place.index / "app"
    assert not [*(folder / "photos").iterdir(), *(folder / "thumbnails").rglob("*.*")]
    entries = [json.loads(line) for line in place.log.read_text(encoding="utf-8").splitlines()]
    (entry,) = [one for one in entries if one.get("decision") == "upload taken back"]
    assert (entry["by"], entry["photo"]) == ("Rita", sent["photo"]["name"])
    assert entry["reason"] == "taken back by who sent it"
    # It may come again. What restricts its copies goes on to do so.
    child = send(writer, brightened(first), "A toddler by a wall .").json()
    assert child["state"] == "withheld"
    assert "shown_0.png" not in ids_of(writer, "BB").values()
    assert writer.delete(f"/api/v1/upload/{child['receipt']}").status_code == 204
    assert "shown_0.png" not in ids_of(writer, "BB").values()
    index = PhotoIndex(place.index)
    assert verify_index(index) == []


@pytest.mark.closed
def test_an_upload_by_which_another_photo_is_withheld_stays_and_names_none(
    place: Place, signed_client: Callable[..., TestClient]
) -> None:
    writer, stranger = signed_client("Rita", "write"), signed_client("Bob", "read", "write", "review")
    first, middle, last = windows()
    hidden = send(stranger, first, "A toddler by a zebulon .").json()
    sent = send(writer, middle, "A marmalade wall .").json()
    far = send(stranger, last, "A velvet wall .").json()
    assert {one["state"] for one in (hidden, sent, far)} == {"withheld"}
    address = f"/api/v1/upload/{sent['receipt']}"
    why = {"reason": "She asked.", "alone": "true"}
    for answer in (
        writer.delete(address),
        stranger.delete(f"/api/v1/photos/{sent['id']}", params=why),
    ):
        assert (answer.status_code, answer.json()["kind"]) == (409, "no_upload")
        assert "upload_" not in answer.text
    assert stranger.get(f"/api/v1/photos/{far['id']}").status_code == 451
    assert writer.get(address).json() == sent
    # The trail has no word of what did not happen, and the audit log takes it back.
    assert stranger.get("/api/v1/review/decisions").json() == []
    entries = [json.loads(line) for line in place.log.read_text(encoding="utf-8").splitlines()]
    by_id = {one["id"]: one for one in entries if one.get("decision") == "upload taken back"}
    assert by_id.keys() == {one["undoes"] for one in entries if one.get("undoes")}
    assert len(by_id) == 2


def test_a_photo_that_waits_and_cannot_leave_waits_on(
    writer: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = send(writer, png_of(6), "A wall .").json()["receipt"]
    sent_to_wait(writer, monkeypatch)

    def lifts(*_: Any, **__: Any) -> None:
        raise LiftError("zebulon_toddler_6.png would be shown")

    monkeypatch.setattr(index_writing, "ingest", lifts)
    answer = writer.delete(f"/api/v1/upload/{receipt}")
    assert (answer.status_code, "zebulon" in answer.text) == (409, False)
    assert len(list((place.index / "app" / "quarantine").iterdir())) == 1


@pytest.mark.closed
def test_where_a_decision_left_its_table_an_upload_waits_and_the_log_alone_says_why(
    writer: TestClient, place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOGGER, "propagate", True)
    id_ = next(id_ for id_, name in ids_of(writer, "BB").items() if name == "shown_0.png")
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "hers"}
    assert writer.post("/api/v1/review/decisions", json=said).status_code == 201
    table = Path(str(place.law.overrides))
    table.write_text(table.read_text().splitlines()[0] + "\n")
    answer = send(writer, PNG, "A marmalade zeppelin .")
    assert (answer.status_code, answer.json()["kind"]) == (503, "index_not_ready")
    assert "shown_0" not in answer.text
    assert "shown_0.png. Are the captions and the lists of decisions whole?" in str(
        [vars(one) for one in caplog.records]
    )
    assert len(list((place.index / "app" / "quarantine").iterdir())) == 1


@pytest.mark.closed
def test_who_sends_the_same_again_may_take_it_out_again_as_after_the_first_time(
    place: Place, signed_client: Callable[..., TestClient]
) -> None:
    first, second = signed_client("Rita", "read", "write"), signed_client("Bob", "read", "write")
    send(first, PNG, "A dog .")
    send(second, PNG, "A dog .")
    again = send(first, PNG, "A dog .").json()
    assert again["is_copy"]
    assert first.delete(f"/api/v1/upload/{again['receipt']}").status_code == 204
    # The other one's stays.
    assert len(list((place.index / "app" / "photos").iterdir())) == 1


@pytest.mark.closed
@pytest.mark.parametrize("order", ["after it left", "while it is here"])
def test_a_receipt_is_for_what_its_own_key_sent_and_for_no_other_keys_upload_of_the_same(
    place: Place, signed_client: Callable[..., TestClient], order: str
) -> None:
    first, second = signed_client("Rita", "read", "write"), signed_client("Bob", "read", "write")
    address = f"/api/v1/upload/{send(first, PNG, 'A dog .').json()['receipt']}"
    if order == "after it left":
        assert first.delete(address).status_code == 204
    sent = send(second, PNG, "A dog .").json()
    assert (sent["state"], sent["is_copy"]) == ("searchable", order == "while it is here")
    answers = [first.delete(address).status_code, first.get(address).status_code]
    assert answers == [404 if order == "after it left" else 204, 404]
    own_address = f"/api/v1/upload/{sent['receipt']}"
    assert (second.get(own_address).status_code, second.get(sent["photo"]["image"]).status_code) == (200, 200)
    assert second.delete(own_address).status_code == 204
    assert not list((place.index / "app" / "photos").iterdir())


@pytest.mark.closed
def test_of_an_upload_that_was_taken_back_there_is_nothing_to_say(writer: TestClient, place: Place) -> None:
    index = PhotoIndex(place.index)
    leaving, _ = keep_out(index, ["shown_0.png"])
    ingest(index, [], Policy.of_files(place.law), remove=leaving)
    sent = send(writer, PNG, "A marmalade zeppelin .").json()
    address = f"/api/v1/upload/{sent['receipt']}"
    assert writer.delete(address).status_code == 204
    assert (writer.get(address).status_code, writer.get(address).json()["kind"]) == (404, "no_such_photo")
    # Unless it was taken out for good since, under whatever name.
    other = send(writer, PNG, "A velvet zeppelin .").json()
    leaving, _ = keep_out(index, [other["photo"]["name"]])
    ingest(index, [], Policy.of_files(place.law), remove=leaving)
    for receipt in (sent["receipt"], other["receipt"]):
        answer = writer.get(f"/api/v1/upload/{receipt}")
        assert (answer.status_code, answer.json()["kind"]) == (409, "taken_out")


@pytest.mark.parametrize("has_file", [True, False])
def test_a_photo_that_waits_is_taken_back_too(
    writer: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch, has_file: bool
) -> None:
    waiting = sent_to_wait(writer, monkeypatch)
    address = f"/api/v1/upload/{waiting['receipt']}"
    folder = place.index / "app" / "quarantine"
    if not has_file:
        next(folder.glob("*/photo.png")).unlink()
    assert [writer.delete(address).status_code for _ in range(2)] == [204, 404]
    assert not list(folder.iterdir())
