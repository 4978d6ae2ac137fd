"""The first page and the answers to a search."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from app_places import SECRETS, SHOWN, Place, ids_of
from starlette.testclient import TestClient

from withsense_tf.app.answers import SearchAnswer, ShownPlace, WithheldPlace
from withsense_tf.app.page.query_chips import filters_of_form
from withsense_tf.app.page.search_page import count_undated, groups_of, in_order, part_of
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.data.demo_marker import FILE
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import live_ids
from withsense_tf.index.tables.state_table import set_state
from withsense_tf.index.upkeep.ingest import remove_for_good
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy

ASKED = "/search?q=a+plain+red+wall&minimum=0"
BB = {"cookie": "withsense_country=BB"}


def test_the_first_page_shows_queries_with_photos_that_answer_them(client: TestClient) -> None:
    text = client.get("/", headers=BB).text
    assert len(re.findall(r'class="tile example"', text)) >= 2
    assert not any(word in text for word in SECRETS)


@pytest.mark.parametrize(
    ("reads", "page", "promised"),
    [
        (("English",), "ru", "Своими словами, по-английски. "),
        (("English",), "en", "In your own words, in English. "),
        (("English", "Russian"), "ru", "Своими словами, по-русски или по-английски. "),
        (("Russian", "German"), "en", "In your own words, in Russian. "),
        ((), "ru", "Своими словами. "),
        ((), "en", "In your own words. "),
    ],
)
def test_no_language_is_promised_that_the_model_does_not_read(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    reads: tuple[str, ...],
    page: str,
    promised: str,
) -> None:
    monkeypatch.setattr(PhotoService, "languages", lambda _: reads)
    text = client.get("/", headers={"cookie": f"withsense_country=BB; withsense_language={page}"}).text
    assert promised in text


@pytest.mark.parametrize(
    ("page", "said"), [("en", "These are drawn scenes"), ("ru", "Это нарисованные сцены")]
)
def test_of_drawn_scenes_the_first_page_says_that_they_know_few_words(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path, page: str, said: str
) -> None:
    client = new_client(place.settings())
    choice = {"cookie": f"withsense_country=BB; withsense_language={page}"}
    assert said not in client.get("/", headers=choice).text
    (tmp_path / FILE).touch()
    with PhotoIndex(place.index).catalog.writing() as tables:
        set_state(tables, source=str(tmp_path))
    assert said in client.get("/", headers=choice).text


def test_who_finds_nothing_is_shown_what_is_found_here(client: TestClient) -> None:
    text = client.get("/search", params={"q": "a submarine under an iceberg"}, headers=BB).text
    examples = re.findall(r'class="chip" href="([^"]+)"', text)
    assert examples
    for link in examples:
        assert 'class="fit ' in client.get(unescape(link), headers=BB).text
    assert "Here, these are answered" not in client.get(ASKED, headers=BB).text


def test_the_search_box_suggests_what_this_index_answers(client: TestClient) -> None:
    (example,) = re.findall(r'id="q"[^>]* placeholder="([^"]+)"', client.get("/", headers=BB).text)
    assert 'class="fit ' in client.get("/search", params={"q": unescape(example)}, headers=BB).text
    assert 'placeholder="What should be in the photo?"' in client.get("/law", headers=BB).text


def test_an_index_of_english_captions_asks_for_english_on_a_russian_page_too(client: TestClient) -> None:
    text = client.get("/", headers={"cookie": "withsense_country=BB; withsense_language=ru"}).text
    assert "Своими словами, по-английски." in text


@pytest.mark.closed
def test_a_photo_of_the_first_page_goes_with_its_permission(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    shown = re.findall(r'src="/api/v1/photos/([^/]+)/', client.get("/", headers=BB).text)
    signed = {"id": shown[0], "decision": "restrict", "by": "Ann", "reason": "It shows a child."}
    assert client.post("/api/v1/review/decisions", json=signed).status_code == 201
    assert shown[0] not in client.get("/", headers=BB).text
    consent = {"id": shown[0], "given_by": "Her mother", "countries": ["BB"]}
    number = client.post("/api/v1/review/consents", json=consent).json()["id"]
    client.get("/", headers=BB)
    client.post(f"/api/v1/review/consents/{number}/revoke", json={"by": "Ann", "reason": "She asked."})
    assert shown[0] not in client.get("/", headers=BB).text


@pytest.mark.closed
def test_an_index_without_photos_says_so_and_offers_none(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    index = PhotoIndex(place.index)
    with index.catalog.reading() as tables:
        names = list(live_ids(tables))
    remove_for_good(index, names, Policy.of_files(place.law))
    index.close()
    client = new_client(place.settings())
    home, russian = (client.get("/", headers={"accept-language": language}).text for language in ("en", "ru"))
    assert "No photo can be shown here yet" in home
    assert "Begin with one of these" not in home
    assert "Показать пока нечего" in russian
    assert "data-weak" not in client.get("/search?q=a+plain+red+wall").text


def test_an_answer_shows_each_photo_with_words_and_a_number(client: TestClient) -> None:
    text = client.get(ASKED, headers=BB).text
    assert text.count('class="fit ') == len(SHOWN)
    assert re.search(r"(fits well|fits in part|hardly fits)</span> <b>\.\d\d</b>", text)
    assert 'alt="A ' in text


@pytest.mark.closed
def test_withheld_photos_are_tiles_with_the_notice_and_nothing_else(client: TestClient) -> None:
    text = client.get(ASKED, headers=BB).text
    folded = [int(count) for count in re.findall(r'class="fold">(\d+) place', text)]
    tiles = re.findall(r'<li class="tile withheld" data-ratio="1\.25" data-withheld>', text)
    assert sum(folded) + len(tiles) - len(folded) == 2
    assert text.count(NOTICE) == len(tiles)
    assert not any(word in text for word in SECRETS)


@pytest.mark.closed
def test_a_query_that_the_law_forbids_is_a_page_with_status_451(client: TestClient) -> None:
    answer = client.get("/search?q=a+small+child+on+a+swing", headers=BB)
    assert answer.status_code == 451
    assert answer.headers["content-type"].startswith("text/html")
    assert 'rel="blocked-by"' in answer.headers["link"]
    assert f'<p lang="en">{NOTICE}</p>' in answer.text
    assert 'class="tile' not in answer.text


def test_where_no_rule_holds_nothing_is_withheld(client: TestClient) -> None:
    assert NOTICE not in client.get(ASKED, headers={"cookie": "withsense_country=AQ"}).text


def test_a_minus_word_is_a_chip_that_can_be_taken_away(client: TestClient) -> None:
    text = client.get("/search?q=a+wall+-cloth&minimum=0", headers=BB).text
    assert re.search(r'class="chip minus" href="/search\?q=a\+wall&amp;minimum=0', text)


def test_a_filter_of_the_form_is_a_chip_and_holds(client: TestClient) -> None:
    text = client.get(f"{ASKED}&f.camera=Leica+M6", headers=BB).text
    assert "Camera: Leica M6" in text
    assert set(re.findall(r"shown_\d\.png", text)) <= {"shown_2.png", "shown_5.png"}
    assert '<option value="Leica M6" selected>' in text


def test_a_filter_amid_the_words_is_a_chip_that_can_be_taken_away(client: TestClient) -> None:
    text = client.get("/search?q=a+plain+red+wall+camera%3DLeica+M6&minimum=0", headers=BB).text
    label, link = "Camera: Leica M6", re.search(r'<a class="chip filter" href="([^"]+)"', text)
    assert f"Take away: {label}" in text
    assert link is not None
    assert dict(parse_qsl(urlsplit(unescape(link[1])).query))["q"] == "a plain red wall"
    literal = client.get(
        "/search?q=a+plain+red+wall+camera%3DLeica+M6&minimum=0&literal=true", headers=BB
    ).text
    assert "chip filter" not in literal


def test_a_correction_is_said_once(client: TestClient) -> None:
    text = client.get("/search?q=a+plain+red+walll&minimum=0", headers=BB).text
    assert "Read “walll” as “wall”" in text
    assert "quotation marks" not in text


def test_cameras_of_one_maker_are_chosen_at_once(client: TestClient) -> None:
    assert groups_of(["Nikon D90", "Nikon Z6", "Leica M6", "landscape", "Leica"]) == ["Nikon"]
    text = client.get(f"{ASKED}&f.camera=~Leica", headers=BB).text
    assert 'aria-label="Take away: Camera: Leica (all)"' in text
    assert set(re.findall(r"shown_\d\.png", text)) <= {"shown_2.png", "shown_5.png"}
    assert '<option value="~Leica" selected>' in text


class Form(HTMLParser):
    """What a browser without scripts sends of the search form as it stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        cells = dict(attrs)
        if tag == "select":
            self._select = (cells.get("name") or "") if cells.get("form") == "search" else ""
        elif tag == "option" and "selected" in cells and self._select:
            self.pairs.append((self._select, cells.get("value") or ""))
        elif (
            tag == "input"
            and cells.get("form") == "search"
            and (cells.get("type") != "radio" or "checked" in cells)
        ):
            self.pairs.append((cells.get("name") or "", cells.get("value") or ""))

    @property
    def where(self) -> list[str]:
        fields = {name: value for name, value in self.pairs if name.startswith("f.")}
        return [value for name, value in self.pairs if name == "where"] + filters_of_form(fields)


@pytest.mark.parametrize(
    "where",
    [
        ["iso=200"], ["camera~Nikon", "camera~D90"], ["iso>=100", "iso>=200"],
        ["iso<=300", "iso>=100", "camera=Leica M6"],
        ["camera!=Leica M6"], ["colour=blue", "colour=red"], ["colour~blue"], ["camera=Canon EOS"],
    ],
)  # fmt: skip
def test_what_was_filtered_by_is_filtered_by_again_when_the_form_is_sent(
    client: TestClient, where: list[str]
) -> None:
    answer = client.get("/search", params={"q": "a wall", "minimum": 0, "where": where}, headers=BB)
    assert sorted(Form(answer.text).where) == sorted(where)
    chips = re.findall(r'class="chip filter"', answer.text)
    assert len(chips) == len(where)
    # A part leaves the bar above it as it is: what its fields say must not come twice.
    part = client.get(
        "/search",
        params={"q": "a wall", "minimum": 0, "where": where, "f.iso.to": "400"},
        headers=BB | {"hx-request": "true"},
    )
    assert Form(part.text).where == where


def test_what_a_question_was_asked_with_stays_at_the_next_filter_and_goes_with_other_words(
    client: TestClient,
) -> None:
    form = Form(client.get(f"{ASKED}&literal=true", headers=BB).text)
    assert {("literal", "true"), ("minimum", "0")} <= set(form.pairs)
    sent = [pair for pair in form.pairs if pair[1]]
    again = client.get(
        "/search", params=[("q", "a plain red wall"), *sent, ("f.camera", "Leica M6")], headers=BB
    )
    assert "fits" in again.text
    assert {("literal", "true"), ("minimum", "0")} <= set(Form(again.text).pairs)
    other = client.get("/search", params=[("q", "a blue board"), *sent], headers=BB).text
    assert not {"literal", "minimum", "words"} & dict(Form(other).pairs).keys()
    plain = client.get("/search?q=a+plain+red+wall", headers=BB).text
    assert not {"literal", "minimum", "words"} & dict(Form(plain).pairs).keys()


def test_the_nearest_are_shown_whatever_the_words_where_that_is_chosen(client: TestClient) -> None:
    text = client.get("/search?q=a+striped+velocipede+wall&show=nearest", headers=BB).text
    assert "the nearest photos, whether they fit or not" in text
    assert text.count("These are the nearest") == 1
    pairs = Form(text).pairs
    assert ("show", "nearest") in pairs
    assert "minimum" not in dict(pairs)
    other = client.get("/search", params=[*pairs, ("q", "a blue board")], headers=BB).text
    assert "whether they fit or not" in other


def test_a_country_in_the_address_is_said_to_count_for_nothing(client: TestClient) -> None:
    for path in ("/search?q=wall&country=XX", "/law?country=XX"):
        assert "The address names the country XX" in client.get(path, headers=BB).text
    assert "The address names" not in client.get("/law?country=bb", headers=BB).text


def test_who_opens_the_page_types_at_once(client: TestClient) -> None:
    assert "autofocus" in client.get("/", headers=BB).text
    assert "autofocus" not in client.get("/law", headers=BB).text


@pytest.mark.parametrize("query", ["xyzzy", "дирижабль на пляже"])
def test_the_nearest_are_offered_only_where_there_are_some(client: TestClient, query: str) -> None:
    offer = client.get("/search", params={"q": query}, headers=BB).text
    assert "data-weak" not in offer
    nearest = client.get("/search", params={"q": query, "show": "nearest"}, headers=BB).text
    assert "tile" not in nearest
    assert "whether they fit or not" not in nearest
    assert not client.get("/api/v1/search", params={"q": query, "country": "BB"}).json()["has_nearest"]


def test_who_searches_by_words_alone_again_keeps_what_else_was_chosen(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "BB")))
    asked = {
        "q": "a wall",
        "like": id_,
        "where": "iso>=100",
        "minimum": 0,
        "literal": "true",
        "order": "name",
    }
    text = client.get("/search", params=asked, headers=BB).text
    (link,) = re.findall(r'<a class="chip" href="(/search[^"]*)">Without the photo', text)
    kept_choices = dict(parse_qsl(urlsplit(unescape(link)).query))
    minimum, literal = float(kept_choices.pop("minimum")), kept_choices.pop("literal")
    assert (minimum, literal.casefold()) == (0, "true")
    assert kept_choices == {"q": "a wall", "where": "iso>=100", "order": "name"}


def test_a_bound_of_the_form_that_is_no_number_is_an_error(client: TestClient) -> None:
    answer = client.get(f"{ASKED}&f.iso.from=abc", headers=BB | {"accept-language": "ru"})
    assert answer.status_code == 400
    assert "не число" in answer.text


def test_filters_without_words_are_told_what_is_missing(client: TestClient) -> None:
    answer = client.get("/search?f.camera=Leica+M6", headers=BB)
    assert answer.status_code == 400
    assert "Filters go with words" in answer.text


def test_pages_follow_each_other_without_a_photo_twice(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.app.page.search_page.ON_A_PAGE", 3)
    path, seen = ASKED, []
    while path:
        text = client.get(path, headers=BB | {"hx-request": "true"}).text
        seen += re.findall(r'class="open" data-photo="([^"]+)"', text)
        more = re.search(r'class="more" hx-get="([^"]+)"', text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == len(SHOWN)


def test_another_order_says_how_far_it_reaches(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = client.get(f"{ASKED}&order=name", headers=BB).text
    assert "All that was found, in this order." in whole
    monkeypatch.setattr("withsense_tf.app.page.search_page.IN_ORDER", 3)
    part = client.get(f"{ASKED}&order=name", headers=BB).text
    assert "More than 3 places fit. The best 3 stand in this order" in part
    assert "in this order" not in client.get(ASKED, headers=BB).text


def test_an_order_by_date_says_how_many_photos_have_none(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = client.get(f"{ASKED}&order=newest", headers=BB).text
    assert "None of these photos has a date, so those that fit best stand first." in text
    assert "All that was found, in this order." not in text
    assert "date" not in client.get(f"{ASKED}&order=name", headers=BB).text.partition('class="grid"')[0]
    monkeypatch.setattr("withsense_tf.app.page.search_page.count_undated", lambda _: (6, 1))
    text = client.get(f"{ASKED}&order=oldest", headers=BB).text
    assert "All that was found, in this order. 1 photo has no date and stands behind the others." in text


def test_photos_without_a_date_are_counted_and_withheld_ones_never() -> None:
    one = WithheldPlace(place=1, count=4, notice=NOTICE)
    places = [one, place(2, date="2019-01-02"), place(3), place(4, date="2021"), place(5)]
    assert count_undated(SearchAnswer(query="a", places=places)) == (4, 2)


def test_similar_photos_are_asked_by_a_photo_and_words(client: TestClient) -> None:
    id_ = re.findall(r'data-photo="([^"]+)"', client.get(ASKED, headers=BB).text)[0]
    text = client.get(f"/search?like={id_}&q=a+wall&text_share=0.7", headers=BB).text
    assert 'type="range"' in text
    assert 'value="0.7"' in text


def test_captions_are_text_whatever_they_say(client: TestClient) -> None:
    text = client.get(
        "/search", params={"q": "<script>alert(1)</script> wall", "minimum": 0}, headers=BB
    ).text
    assert "<script>alert" not in text


def place(number: int, **facts: str | float) -> ShownPlace:
    return ShownPlace(
        id=str(number),
        name=f"{9 - number}.jpg",
        captions=[],
        facts=facts,
        image="/",
        place=number,
        score=0.5,
        fit="partly",
    )


def test_in_another_order_what_is_withheld_stands_last_and_in_one() -> None:
    one = WithheldPlace(place=1, count=1, notice=NOTICE)
    answer = SearchAnswer(
        query="a", places=[one, place(2, date="2019-01-02"), place(3), place(4, date="2021"), one]
    )
    newest = in_order(answer, "newest").places
    assert [getattr(two, "id", two.kind) for two in newest] == ["4", "2", "3", "withheld"]
    assert newest[-1].count == 2
    assert [getattr(two, "name", "") for two in in_order(answer, "name").places][:3] == [
        "5.jpg",
        "6.jpg",
        "7.jpg",
    ]


def answer_of(*numbers: int) -> SearchAnswer:
    return SearchAnswer(
        query="a",
        places=[*map(place, numbers), WithheldPlace(place=99, count=2, notice=NOTICE)],
    )


def test_pages_of_another_order_are_cut_out_of_the_same_order() -> None:
    answer = answer_of(*range(70))
    pages, after = [], {"behind": None, "so_far": 0}
    while after is not None:
        part, after = part_of(answer, **after)
        pages.append([getattr(one, "id", one.kind) for one in part.places])
    assert [len(page) for page in pages] == [30, 30, 11]
    assert [one for page in pages for one in page] == [*map(str, range(70)), "withheld"]


def test_a_page_of_another_order_begins_behind_the_photo_that_was_last() -> None:
    part, _ = part_of(answer_of(100, 101, *range(40)), "29", 30)
    assert part.places[0].id == "30"
    # Where that one is gone, behind as many as there were.
    part, _ = part_of(answer_of(*range(29), *range(30, 40)), "29", 30)
    assert part.places[0].id == "31"


def test_another_order_is_that_of_all_that_fits(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.app.page.search_page.ON_A_PAGE", 2)
    names, path = [], f"{ASKED}&order=name"
    while path:
        text = client.get(path, headers={**BB, "hx-request": "true"}).text
        names += re.findall(r'data-photo="([^"]+)"', text)
        more = re.search(r'hx-get="([^"]+)"', text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert names == [id_ for id_, _ in sorted(ids_of(client, "BB").items(), key=lambda pair: pair[1])]


def test_colours_are_chosen_by_samples_in_their_usual_order(client: TestClient) -> None:
    text = client.get(f"{ASKED}&f.colour=blue", headers=BB).text
    assert re.findall(r'name="f.colour" value="(\w*)"( checked)?', text) == [
        ("", ""), ("red", ""), ("green", ""), ("blue", " checked"), ("white", "")
    ]  # fmt: skip
    assert "Colour: blue <span" in text
    assert len(re.findall(r'class="fit ', text)) == 2
    # A colour that no photo has stays chosen.
    gone = client.get(f"{ASKED}&f.colour=pink", headers=BB).text
    assert 'value="pink" checked' in gone
    russian = client.get("/search?q=стена&minimum=0", headers={**BB, "accept-language": "ru"}).text
    assert 'title="зелёный"' in russian


def test_a_chip_has_the_words_of_the_form(client: TestClient) -> None:
    text = client.get("/search?q=a+wall&minimum=0&where=camera%3DNikon+D90", headers=BB).text
    assert "Camera: Nikon D90 <span" in text
    assert "camera=Nikon D90 <span" not in text


@pytest.mark.parametrize(
    ("asked", "is_said"),
    [
        ("q=a+wall&where=colour%3Dblue", True),
        ("q=a+wall+colour%3Dblue", True),
        ("q=a+wall+%D1%86%D0%B2%D0%B5%D1%82%3D%D1%81%D0%B8%D0%BD%D0%B8%D0%B9", True),
        ("q=a+wall&where=camera%3DNikon+D90", False),
        ("q=a+wall+-colour", False),
    ],
)
@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "one of the whole photo"), ("ru", "один из цветов всего снимка")]
)
def test_a_filter_by_colour_says_that_it_is_not_the_colour_of_a_thing(
    client: TestClient, asked: str, is_said: bool, language: str, sentence: str
) -> None:
    text = client.get(f"/search?{asked}&minimum=0", headers={**BB, "accept-language": language}).text
    assert (sentence in text) == is_said


@pytest.mark.closed
def test_a_refused_text_is_shown_with_the_words_that_did_it(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "a wall and a toddler <b>"}, headers=BB)
    assert answer.status_code == 451
    assert "<mark>toddler</mark> &lt;b&gt;" in answer.text
    # A photo that is withheld says nothing of a text that may be asked.
    hidden = next(iter(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()))
    answer = client.get("/search", params={"q": "a wall", "like": hidden}, headers=BB)
    assert answer.status_code == 451
    assert "<mark>" not in answer.text


def test_where_nothing_fits_but_what_is_withheld_the_nearest_can_be_shown(client: TestClient) -> None:
    question = {"q": "a striped velocipede wall", "minimum": 0.6}
    answer = client.get("/api/v1/search", params=question | {"country": "BB"}).json()
    assert answer["no_match"]
    assert {place["kind"] for place in answer["places"]} == {"withheld"}
    assert re.search(r"show=nearest[^>]* data-weak", client.get("/search", params=question, headers=BB).text)
