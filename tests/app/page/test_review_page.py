"""What reviewers see and do on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from app_places import WITHHELD, Place, ids_of
from small_index import item_of
from starlette.testclient import TestClient
from uploads_of_tests import png_of

from withsense_tf.app import review
from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.policy.current_policy import Policy

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
    (hidden, *_) = ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()
    signed = {"by": "Ann", "reason": "It shows a doll."}
    trail = client.post("/review/decide", data={"id": hidden, "decision": "allow"} | signed, headers=BB)
    assert "It shows a doll." in trail.text
    assert hidden in ids_of(client, "BB")
    number = re.findall(r"/review/undo/([0-9a-f]+)", trail.text)[0]
    undone = client.post(f"/review/undo/{number}", data=signed, headers=BB).text
    assert "decision taken back" in undone
    assert hidden not in ids_of(client, "BB")
    # What the API would refuse is not offered: only the last decision on a photo can be taken back, and once.
    assert "/review/undo/" not in undone
    for decision in ("allow", "restrict"):
        trail = client.post("/review/decide", data={"id": hidden, "decision": decision} | signed, headers=BB)
        last = client.get("/api/v1/review/decisions").json()[-1]["id"]
        assert re.findall(r"/review/undo/([0-9a-f]+)", trail.text) == [last]


def test_photos_that_were_allowed_stand_on_the_page_without_captions(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    bare = item_of(place.index.parent / "more", "bare.png", 75, texts=[])
    listed = item_of(place.index.parent / "more", "listed.png", 76, texts=[], facts={"keywords": "wall, red"})
    index = PhotoIndex(place.index)
    ingest(index, [bare, listed], Policy.of_files(place.law), others="keep")
    index.close()
    client = new_client(place.settings())
    said = {"bare.png": "Nobody has described this photo yet", "listed.png": "which are no description"}
    for id_, name in ids_of(client, "AQ").items():
        if name in said:
            allowed = {"id": id_, "decision": "allow", "by": "Ann", "reason": "Nobody is there."}
            client.post("/review/decide", data=allowed, headers=BB)
            tiles = client.get(
                "/search", params={"q": "a plain red wall", "minimum": "0", "k": "20"}, headers=BB
            )
            tile = tiles.text.partition(f'data-photo="{id_}"')[2].partition("</li>")[0]
            for text in (tile, client.get(f"/photo/{id_}", headers=BB).text):
                assert said[name] in text
            del said[name]
    assert not said


def test_the_list_is_narrowed_by_name_rule_and_word(client: TestClient) -> None:
    for asked, names in (
        ({"name": "QUIXOTIC"}, {"quixotic_7.png"}),
        ({"rule": "child"}, {"zebulon_toddler_6.png"}),
        ({"word": "Xylophone"}, {"zebulon_toddler_6.png"}),
        ({"word": "wall"}, set(WITHHELD)),
        ({"word": "wall", "name": "quix", "rule": "child"}, set()),
    ):
        text = client.get("/review", params=asked, headers=BB).text
        assert set(re.findall(r"<li><h2>([^<]+)</h2>", text)) == names, asked
        assert f"{len(names)} photo" in text
    assert "No withheld photo is like that." in text


def test_a_page_of_the_list_leads_on_as_it_was_narrowed_and_a_decision_back_to_it(
    place: Place, new_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.app.page.review_page.ON_A_PAGE", 1)
    client = new_client(place.settings())
    first = client.get("/review?word=wall", headers=BB).text
    (more,) = re.findall(r'href="(/review\?[^"]*after=[^"]*)"', first)
    second = client.get(more.replace("&amp;", "&"), headers=BB).text
    assert [re.findall(r"<li><h2>([^<]+)</h2>", text) for text in (first, second)] == [
        [name] for name in sorted(WITHHELD)
    ]
    id_, back = (re.findall(rf'name="{name}" value="([^"]+)"', second)[0] for name in ("id", "back"))
    said = {
        "id": id_,
        "decision": "allow",
        "by": "Ann",
        "reason": "Dolls.",
        "back": back.replace("&amp;", "&"),
    }
    after = client.post("/review/decide", data=said, headers=BB)
    assert (after.url.path, dict(after.url.params)["word"]) == ("/review", "wall")
    (name,) = re.findall("<li><h2>([^<]+)</h2>", second)
    assert f"Done: {name}." in after.text
    foreign = client.get("/review?last=zzz", headers=BB)
    assert (foreign.status_code, "Done" in foreign.text) == (200, False)
    elsewhere = client.post("/review/decide", data=said | {"back": "//evil.example"}, headers=BB)
    assert str(elsewhere.url).endswith("/review?tab=decisions")


def test_where_keys_are_used_who_decides_is_whose_key_it_is(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    key = ring.create("Rita", ["read", "review"])
    number = ring.all_keys()[0].id
    client = new_client(place.settings(keys=ring.file), headers={"Authorization": f"Bearer {key}"})
    page = client.get("/review", headers=BB).text
    assert "Signed: Rita, as the key says" in page
    assert 'name="by"' not in page
    (id_, *_) = re.findall(r'name="id" value="([^"]+)"', page)
    said = {"id": id_, "decision": "allow", "reason": "Dolls."}
    assert client.post("/review/decide", data=said | {"by": "Ann"}, headers=BB).status_code == 400
    trail = client.post("/review/decide", data=said, headers=BB).text
    assert "Rita: “Dolls.”" in trail
    assert f"Key {number}" in trail


def test_a_permission_holds_until_it_is_revoked(place: Place, new_client: Callable[..., TestClient]) -> None:
    client = new_client(place.settings())
    (hidden, *_) = ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()
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
    # A field that was cleared is not all countries.
    for nowhere in (" ", " , "):
        nobody = {"id": hidden, "given_by": "A", "countries": nowhere}
        assert client.post("/review/grant", data=nobody, headers=BB).status_code == 400
    assert hidden not in ids_of(client, "BB")


@pytest.mark.closed
@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "a\0b", "a\x07", "a\x85b"])
def test_nothing_is_written_down_without_words_that_can_be_shown(
    place: Place, new_client: Callable[..., TestClient], blank: str
) -> None:
    client = new_client(place.settings())
    first, second = sorted(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys())
    signed = {"by": "Ann", "reason": "It shows a doll."}
    client.post("/review/decide", data={"id": first, "decision": "allow"} | signed, headers=BB)
    text = client.post("/review/grant", data={"id": second, "given_by": "Her mother"}, headers=BB).text
    permission = re.findall(r"/review/revoke/([0-9a-f]+)", text)[0]
    decision = client.get("/api/v1/review/decisions").json()[0]["id"]
    before = [client.get(f"/api/v1/review/{name}").json() for name in ("decisions", "consents")]
    for field in ("by", "reason"):
        said = signed | {field: blank}
        for path, more in (
            ("/review/decide", {"id": second, "decision": "allow"}),
            (f"/review/undo/{decision}", {}),
            (f"/review/revoke/{permission}", {}),
        ):
            answer = client.post(path, data=more | said, headers=BB)
            # Where a name was left out it is said so, as ever.
            assert answer.status_code == (400 if (field, blank) == ("by", "") else 422), (path, field)
            assert "<h1" in answer.text
    answer = client.post("/review/grant", data={"id": second, "given_by": blank}, headers=BB)
    assert answer.status_code == 422
    assert "who gave the permission" in answer.text
    assert "two letters" not in answer.text
    assert [client.get(f"/api/v1/review/{name}").json() for name in ("decisions", "consents")] == before


def test_what_cannot_be_done_is_told_in_the_language_of_the_page(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client, russian = new_client(place.settings(country="BB")), {"accept-language": "ru"}
    rollback = client.post("/review/rollback", headers=russian)
    (id_, *_) = re.findall(r'name="id" value="([^"]+)"', client.get("/review").text)
    given = {"id": id_, "given_by": "Her mother", "until": "2020-01-01"}
    for answer, words in (
        (rollback, "вернуться не к чему"),
        (
            client.post("/review/grant", data=given, headers=russian),
            "Разрешение кончается (2020-01-01) раньше",
        ),
        (client.post("/review/grant", data=given | {"given_by": " "}, headers=russian), "кто дал разрешение"),
    ):
        assert 400 <= answer.status_code < 500
        assert words in answer.text
        assert not re.findall(r'<p><span lang="en">[^<]*', answer.text)


def test_a_photo_is_taken_out_for_good_with_a_reason_by_who_is_sure(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    page = client.get("/review?word=wall", headers=BB).text
    id_, back = (re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("id", "back"))
    said = {"id": id_, "by": "Ann", "reason": "Her mother asked.", "back": back.replace("&amp;", "&")}
    for more in ({}, {"sure": "no"}, {"sure": "yes", "reason": " "}, {"sure": "yes", "by": ""}):
        assert client.post("/review/remove", data=said | more, headers=BB).status_code in (400, 422), more
    unsure = client.post("/review/remove", data=said, headers=BB | {"accept-language": "ru"})
    assert "«Да, точно: навсегда»: поставьте отметку" in unsure.text
    evil = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert client.post("/review/remove", data=said | {"sure": "yes"}, headers=BB | evil).status_code == 403
    assert client.get("/api/v1/review/decisions").json() == []
    after = client.post("/review/remove", data=said | {"sure": "yes"}, headers=BB)
    assert (after.url.path, dict(after.url.params)["word"]) == ("/review", "wall")
    (name,) = set(WITHHELD) - set(re.findall(r"<li><h2>([^<]+)</h2>", after.text))
    assert f"Taken out for good: {name}. 1 photo was taken out." in after.text
    again = client.post("/review/remove", data=said | {"sure": "yes"}, headers=BB)
    assert f"{name} was taken out already: nothing else was taken out now." in again.text
    # An address that somebody made up says nothing of the kind.
    for made_up in ({"last": id_}, {"last": id_, "leaving": 7}):
        assert name not in client.get("/review", params=made_up, headers=BB).text
    trail = client.get("/review?tab=decisions").text
    assert "Her mother asked." in trail
    assert "/review/undo/" not in trail


def test_a_photo_that_is_shown_is_taken_out_on_its_own_page_by_keys_that_may(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    client = new_client(place.settings(country="BB", keys=ring.file))
    keys = {
        scopes: ring.create("Rita", [*scopes])
        for scopes in (("read",), ("read", "write"), ("read", "review"))
    }
    headers = {scopes: {"Authorization": f"Bearer {key}"} for scopes, key in keys.items()}
    places = client.get("/api/v1/search?q=a+wall&minimum=0", headers=headers["read",]).json()["places"]
    id_ = next(one["id"] for one in places if one["kind"] == "photo")
    said = {"id": id_, "reason": "He asked.", "sure": "yes"}
    for scopes in (("read",), ("read", "write")):
        assert "/review/remove" not in client.get(f"/photo/{id_}", headers=headers[scopes]).text
        assert client.post("/review/remove", data=said, headers=headers[scopes]).status_code == 403
    rita = headers["read", "review"]
    page = client.get(f"/photo/{id_}", headers=rita).text
    assert "/review/remove" in page
    assert "Signed: Rita, as the key says" in page
    trail = client.post("/review/remove", data=said, headers=rita)
    assert str(trail.url).endswith("/review?tab=decisions")
    assert "Rita: “He asked.”" in trail.text
    assert client.get(f"/photo/{id_}", headers=rita).status_code == 404


def test_the_state_of_the_index_is_told(client: TestClient) -> None:
    text = client.get("/review?tab=index", headers=BB).text
    assert "hybrid" in text
    assert "Quarantine" in text


def test_rules_and_who_gave_no_name_are_told_in_the_language_of_the_page(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client, russian = new_client(place.settings(country="BB")), {"accept-language": "ru"}
    for text, look in (("A toddler at a wall.", 72), ("A marmalade wall.", 73)):
        sent = {"photo": ("b.png", png_of(look), "image/png")}
        client.post("/add", files=sent, data={"text": text})
    page = client.get("/review", headers=russian).text
    assert '<option value="child" lang="ru">ребёнок</option>' in page
    assert "<mark>toddler</mark>" in page
    assert re.search(r"#by посетитель \w+: ребёнок «toddler»", page)
    assert "a user" not in page
    assert "<b>посетитель:</b>" in client.get("/search?q=marmalade+wall&minimum=0", headers=russian).text


def test_what_is_no_caption_says_where_it_stands(place: Place, new_client: Callable[..., TestClient]) -> None:
    name = "little girl.png"
    texts = {
        f"name of {name}": "little girl",
        f"column camera of {name}": "camera . Canon EOS R6",
        f"EXIF Artist of {name}": "Ann",
    }
    item = item_of(place.index.parent / "more", name, 75, texts=["A wall."])
    index = PhotoIndex(place.index)
    ingest(
        index, [replace(item, other_texts=tuple(texts.items()))], Policy.of_files(place.law), others="keep"
    )
    index.close()
    client = new_client(place.settings(country="BB"))
    english, russian = (
        client.get("/review", headers={"accept-language": language}).text for language in ("en", "ru")
    )
    assert re.search("<b>Name of the file:</b> (little )?<mark>(little )?girl</mark>", english)
    assert "<b>Column camera:</b> Canon EOS R6<" in english
    assert "<b>In the file, EXIF Artist:</b> Ann" in english
    assert "<li>A wall.</li>" in english
    assert "<b>Столбец camera:</b> Canon EOS R6<" in russian
    assert f"<li>Имя файла {name}: чей-то маленький мальчик или девочка «little girl»</li>" in russian


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("ru", "«Кто решает»: это нужно заполнить. «Причина»: это нужно заполнить."),
        ("en", "“Who decides”: this must be filled in. “Reason”: this must be filled in."),
    ],
)
def test_fields_that_are_not_as_they_should_be_are_called_as_on_the_page(
    client: TestClient, language: str, names: str
) -> None:
    asked = {"accept-language": language, "cookie": BB["cookie"]}
    for path in ("/review/undo/1", "/review/revoke/1"):
        answer = client.post(path, data={"by": " ", "reason": " "}, headers=asked)
        assert answer.status_code == 422
        assert names in answer.text
        assert "openapi" not in answer.text
    # Programs go by the names that they sent, and are told what is wrong.
    problem = client.post("/api/v1/review/decisions/1/undo", json={"by": " ", "reason": " "}, headers=asked)
    assert problem.json()["detail"] == (
        "Not as it should be: by (String should have at least 1 character), "
        "reason (String should have at least 1 character)."
    )


def test_an_address_that_is_not_as_it_should_be_is_called_so(client: TestClient) -> None:
    answer = client.get("/review?tab=nowhere", headers={"accept-language": "ru"})
    assert answer.status_code == 422
    assert "«адрес, по которому вы пришли»: такое значение не подходит." in answer.text


def test_how_many_photos_nobody_has_described_is_said_with_what_to_do(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(country="BB"))
    assert "no caption says" not in client.get("/review").text.partition("<footer")[0]
    bare = item_of(place.index.parent / "more", "bare.png", 75, texts=[])
    index = PhotoIndex(place.index)
    ingest(
        index,
        [replace(bare, other_texts=(("IPTC Keywords of bare.png", "rocks"),))],
        Policy.of_files(place.law),
        others="keep",
    )
    index.close()
    page = client.get("/review").text
    assert "1 photo of the index is withheld: no caption says what it shows." in page
    bare_photos = client.get("/review?rule=no+captions").text
    assert ("bare.png" in bare_photos, "IPTC Keywords:</b> rocks</li>" in bare_photos) == (True, True)


def test_before_a_photo_is_taken_out_its_copies_are_named_and_an_upload_may_leave_alone(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(country="BB"))
    sent = {"photo": ("a.png", (place.photos / "look-0-0.png").read_bytes(), "image/png")}
    copy = client.post("/api/v1/upload", files=sent, data={"caption": ["A marmalade wall ."]}).json()
    page = client.get(f"/photo/{copy['id']}").text
    assert f'<a href="/photo/{copy["copies"][0]}">shown_0.png</a>' in page
    assert f'hx-get="/review/leaving/{copy["id"]}"' in page
    part = {"hx-request": "true"}
    listing = client.get(f"/review/leaving/{copy['id']}", headers=part).text
    assert "1 other photo leaves with it:" in listing
    assert "<li>shown_0.png</li>" in listing
    assert 'name="alone"' in listing
    # A page of its own has no button that a box would belong to.
    assert 'name="alone"' not in client.get(f"/review/leaving/{copy['id']}").text
    of_folder = client.get(f"/review/leaving/{copy['copies'][0]}", headers=part).text
    assert copy["photo"]["name"] in of_folder
    assert 'name="alone"' not in of_folder
    said = {"id": copy["id"], "by": "Ann", "reason": "A slip.", "sure": "yes", "alone": "yes"}
    after = client.post("/review/remove", data=said)
    assert f"Taken out again: {copy['photo']['name']}." in after.text
    assert client.get(f"/photo/{copy['id']}").status_code == 404
    alone = client.get(f"/review/leaving/{copy['copies'][0]}").text
    assert "No other photo leaves with it." in alone


def test_a_photo_that_leaves_while_it_is_looked_at_is_no_failure(
    place: Place, new_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = new_client(place.settings())
    content_of = review.content_of

    def content_before_it_leaves(service: PhotoService, id_: str) -> tuple[str, str]:
        name, digest = content_of(service, id_)
        ingest(PhotoIndex(place.index), [], Policy.of_files(place.law), remove=[name], lift=True)
        return name, digest

    monkeypatch.setattr(review, "content_of", content_before_it_leaves)
    first, *_ = ids_of(client, "BB")
    with pytest.raises(ProblemError) as problem:
        review.content_to_show(PhotoService(place.settings()), first, None)
    assert (problem.value.status, problem.value.kind) == (404, "no_such_photo")
