"""Whatever is asked, and wherever: a restricted photo is never shown; where it would have stood stands the notice."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_index import COUNTRIES, LAW, draw_look, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.brought import note_brought
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import NOTICE, Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.search.hits import Hits
from withsense_tf.search.page_end import PageEnd
from withsense_tf.search.places import ALL_WITHHELD, Hit, Withheld
from withsense_tf.search.search import Search

ADULT, CHILD, TEEN = (
    "A plain red wall .",
    "A child near a red wall .",
    "A 17 year old girl near a navy wall .",
)
# Whom the law restricts by its captions, under the age limits 16 and 18; None for no captions at all.
SAYS = {
    "nobody": ([ADULT, "A lined navy cloth ."], {16: False, 18: False}),
    "child": ([ADULT, CHILD], {16: True, 18: True}),
    "teen": ([TEEN], {16: False, 18: True}),
    "bare": ([], {16: True, 18: True}),
}
PLACES: list[tuple[str | None, int | None]] = [("AQ", None), ("BB", 16), ("CC", 18), ("DE", 18), (None, 18)]
NAMES = [f"{n:02d}.png" for n in range(10)]
PHOTOS = st.tuples(*[st.tuples(st.integers(0, 5), st.sampled_from(sorted(SAYS)))] * len(NAMES))
OVERRIDES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["restrict", "allow"]), max_size=3)
CONSENTS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sets(st.sampled_from(["show", "search"]), min_size=1),
        st.sampled_from(["*", "BB", "CC"]),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def matcher(fitted: Callable[[str], Matcher]) -> Matcher:
    return fitted("hybrid")


def made(looks: Path, photos: tuple) -> list[Item]:
    # Photos of one look are near-duplicates: the same picture, a little brighter each.
    lights: dict[int, int] = {}
    items = []
    for name, (look, says) in zip(NAMES, photos, strict=True):
        lights[look] = lights.get(look, -1) + 1
        items.append(item_of(looks, name, look, light=lights[look], texts=SAYS[says][0]))
    return items


class Truth:
    """What may be shown, said plainly: the test's own reading of the law."""

    def __init__(self, photos: tuple, overrides: dict[str, str], consents: list) -> None:
        self.photos = dict(zip(NAMES, photos, strict=True))
        self.overrides, self.consents = overrides, consents

    def restricted(self, photo: str, limit: int) -> bool:
        if photo in self.overrides:
            return self.overrides[photo] == "restrict"
        look = self.photos[photo][0]
        copies = [copy for copy in NAMES if self.photos[copy][0] == look and self._has_evidence(copy)]
        return any(self._alone(one, limit) for one in (photo, *copies))

    def _has_evidence(self, photo: str) -> bool:
        """Return whether anything is known of a photo: if not, that says nothing of its copies."""
        return photo in self.overrides or self.photos[photo][1] != "bare"

    def _alone(self, photo: str, limit: int) -> bool:
        if photo in self.overrides:
            return self.overrides[photo] == "restrict"
        return SAYS[self.photos[photo][1]][1][limit]

    def allowed(self, photo: str, scope: str, country: str | None, limit: int | None) -> bool:
        if limit is None or not self.restricted(photo, limit):
            return True
        return any(
            name == photo and scope in scopes and where in ("*", country)
            for name, scopes, where in self.consents
        )

    def shown(self, photo: str, country: str | None, limit: int | None) -> bool:
        return all(self.allowed(photo, scope, country, limit) for scope in ("show", "search"))

    def is_told_in_part(self, photo: str, country: str | None, limit: int | None) -> bool:
        """Return whether a photo is shown, but not all that was said of it: it stands where the rest brings it."""
        texts, restricted = SAYS[self.photos[photo][1]]
        return bool(texts) and limit is not None and restricted[limit] and self.shown(photo, country, limit)


def check(found: Hits, everywhere: Hits, truth: Truth, country: str | None, limit: int | None) -> None:
    """Hold an answer against the one of a country without a rule."""
    assert all(truth.shown(hit.photo, country, limit) for hit in found)
    if any(truth.is_told_in_part(photo, country, limit) for photo in NAMES):
        return
    assert len(found.places) == len(everywhere.places)
    for place, open_place in zip(found.places, everywhere.places, strict=True):
        assert isinstance(open_place, Hit)
        assert place.place == open_place.place
        if truth.shown(open_place.photo, country, limit):
            assert isinstance(place, Hit)
            assert (place.photo, place.score) == (open_place.photo, open_place.score)
            assert place.duplicates == tuple(
                name for name in open_place.duplicates if truth.shown(name, country, limit)
            )
        else:
            assert place == Withheld(place.place, NOTICE)


def check_everywhere(index: PhotoIndex, policy: Policy, truth: Truth) -> None:
    search = Search(index, policy=policy)
    for text in ("a plain red wall", "striped navy cloth -crimson"):
        everywhere = search(text, k=20, minimum=0.0, country="AQ")
        for country, limit in PLACES:
            check(search(text, k=20, minimum=0.0, country=country), everywhere, truth, country, limit)
    for photo in NAMES[:4]:
        everywhere = search(photo=photo, k=20, minimum=0.0, country="AQ")
        for country, limit in PLACES:
            found = search(photo=photo, k=20, minimum=0.0, country=country)
            if truth.allowed(photo, "search", country, limit):
                check(found, everywhere, truth, country, limit)
            else:
                assert (found.notice, found.places) == (NOTICE, ())


@given(photos=PHOTOS, overrides=OVERRIDES, consents=CONSENTS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.slow
def test_what_may_not_be_shown_is_a_notice_in_the_very_place_where_it_would_have_stood(
    photos: tuple, overrides: dict, consents: list, matcher: Matcher, looks: Path, store: VectorStore
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        register = ConsentRegister(Path(folder) / "consents.jsonl")
        contents = {item.name: item.digest for item in made(looks, photos)}
        decided = {
            photo: Override(photo, what, "Ann", "I looked", contents[photo])
            for photo, what in overrides.items()
        }
        policy = Policy(COUNTRIES, Ownership(overrides=decided), register)
        index = new_index(Path(folder) / "index", matcher, made(looks, photos), store, policy)
        check_everywhere(index, policy, Truth(photos, overrides, []))
        given_ = [
            register.grant(photo, "Mum", scopes, [where], digest=contents[photo])
            for photo, scopes, where in consents
        ]
        check_everywhere(index, policy, Truth(photos, overrides, consents))
        for consent in given_:
            register.revoke(consent.id, "Mum", "she changed her mind")
        check_everywhere(index, policy, Truth(photos, overrides, []))
        index.close()


@pytest.fixture(scope="module")
def index(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path_factory: pytest.TempPathFactory
) -> PhotoIndex:
    """Return an index of twelve photos of adults, and two of a child."""
    items = [
        *items_of_looks(looks, 12),
        *(item_of(looks, f"child {n}.png", 20 + n, texts=[CHILD]) for n in (0, 1)),
    ]
    return new_index(tmp_path_factory.mktemp("law") / "index", matcher, items, store)


@pytest.mark.parametrize(
    "text",
    [
        "a child on a beach",
        "a beach -child",
        "a beach -children -dog",
        'a wall -"little boy"',
        'a "little boy" near a wall',
        "стена -ребёнок",
        "ребёнок у стены",
    ],
)
@pytest.mark.parametrize("country", ["BB", "CC", "DE", None])
def test_a_query_about_children_gives_the_notice_and_no_hits_even_where_they_are_not_wanted(
    text: str, country: str | None, index: PhotoIndex
) -> None:
    found = Search(index, policy=LAW, country=country)(text, minimum=0.0)
    assert (found.notice, found.places, found.after) == (NOTICE, (), None)


@pytest.mark.parametrize(
    "text", ["a red wall without children", "a red wall with no child", "a red wall -people"]
)
def test_a_query_for_no_children_or_nobody_is_allowed_and_has_none_of_their_places(
    text: str, index: PhotoIndex
) -> None:
    # The words are judged as they were typed, and what is said not to be there is not shown.
    assert LAW.texts(16).verdict(text).decision == "allow"
    found = Search(index, policy=LAW, country="BB")(text, k=50, minimum=0.0)
    assert found.notice is None
    assert len(found.hits) == 12
    # Each of them shows somebody under the limit, so none would have stood there; their captions are not asked.
    plain = Search(index, policy=LAW, country="BB")("a red wall", k=50, minimum=0.0)
    assert len(plain.withheld) > len(found.withheld) == 0


@pytest.mark.parametrize(
    "text", ["-doll baby", "-statue of a child", "a beach with -no children", "a child -free beach"]
)
def test_minus_words_do_not_hide_a_child_from_the_law(text: str, index: PhotoIndex) -> None:
    assert Search(index, policy=LAW, country="BB")(text, minimum=0.0).notice == NOTICE


def test_a_filter_that_asks_for_a_child_gives_the_notice(index: PhotoIndex) -> None:
    found = Search(index, policy=LAW, country="BB")("a wall", where=["camera~toddler"], minimum=0.0)
    assert (found.notice, found.places) == (NOTICE, ())


@pytest.mark.parametrize("word", ["near", "red", "child 0"])
def test_minus_words_do_not_tell_what_is_said_of_a_photo_that_is_withheld(
    word: str, index: PhotoIndex
) -> None:
    search = Search(index, policy=LAW, country="BB")
    plain, without = (search(text, k=50, minimum=0.0) for text in ("a navy cloth", f'a navy cloth -"{word}"'))
    if without.notice is None:
        assert len(plain.withheld) == len(without.withheld)


def test_filters_do_not_tell_the_columns_of_a_photo_that_is_withheld(index: PhotoIndex) -> None:
    search = Search(index, policy=LAW, country="BB")
    for where in (["iso<=200"], ["iso>200"], ["camera=Nikon D90"]):
        assert not search("a red wall", k=50, where=where, minimum=0.0).withheld


def test_the_next_page_tells_no_score_of_a_photo_that_is_withheld(index: PhotoIndex) -> None:
    search = Search(index, policy=LAW, country="BB")
    shown = {hit.score for hit in Search(index, policy=LAW, country="AQ")("a red wall", 50, minimum=0.0)}
    assert shown
    page = search("a red wall", 1, minimum=0.0)
    pages = [page]
    while page.after is not None:
        # Only the end of what was shown is told: a page of notices hands on the end of the page before.
        told = PageEnd.read(page.after, json.loads(base64.urlsafe_b64decode(page.after + "=="))["question"])
        hits = [hit for some in pages for hit in some.hits]
        assert told.row == -1 if not hits else np.isfinite(told.score)
        assert told.withheld == len(list(takewhile(lambda some: not some.hits, reversed(pages))))
        page = search("a red wall", 1, minimum=0.0, after=page.after)
        pages.append(page)
    whole = search("a red wall", 50, minimum=0.0)
    assert tuple(place for some in pages for place in some.places) == whole.places


def test_a_title_that_speaks_of_a_child_restricts_its_photo(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    titled = item_of(
        looks, "titled.png", 3, facts={"title": "my toddler on a swing", "camera": "Baby Brownie"}
    )
    plain = item_of(looks, "plain.png", 4, facts={"title": "my bike", "camera": "Baby Brownie"})
    index = new_index(tmp_path / "index", matcher, [titled, plain], store)
    found = Search(index, policy=LAW, country="BB")("a wall", minimum=0.0)
    assert [hit.photo for hit in found] == ["plain.png"]
    index.close()


def test_a_staged_photo_and_the_live_one_of_its_name_are_judged_apart(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = item_of(looks, "a.png", 5, texts=[])
    index = new_index(tmp_path / "index", matcher, [bare, item_of(looks, "b.png", 6)], store)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("withsense_tf.index.upkeep.ingest.publish_photos", stopped)
    with pytest.raises(KeyboardInterrupt):
        ingest(index, [item_of(looks, "a.png", 5, texts=["A plain red wall ."])], LAW)
    stricter = law(min_votes=2)
    assert judge_anew(index, stricter)
    found = Search(index, policy=stricter, country="BB")("a red wall", minimum=0.0)
    assert [hit.photo for hit in found] == ["b.png"]
    index.close()


def test_what_people_decided_of_a_photo_says_nothing_of_a_strangers_file_of_its_name(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    family = item_of(looks, "family.png", 7)
    looked = Override("family.png", "allow", "Ann", "all are grown up", family.digest)
    allowed = law(overrides={"family.png": looked})
    index = new_index(tmp_path / "index", matcher, [family], store, allowed)
    stranger = tmp_path / "up" / "family.png"
    stranger.parent.mkdir()
    stranger.write_bytes(draw_look(looks, 8).read_bytes())
    search = Search(index, policy=allowed, country="BB")
    assert search(photo=str(stranger), minimum=0.0).notice == NOTICE
    assert search(photo="family.png", minimum=0.0).notice is None
    index.close()


def test_what_people_restricted_under_another_name_of_a_photo_is_restricted(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    strict = law(overrides={"fox.png": Override("fox.png", "restrict", "Ann", "a child in the back")})
    twin = replace(item_of(looks, "gnu.png", 9), twins=("fox.png",))
    index = new_index(tmp_path / "index", matcher, [twin], store, strict)
    assert not Search(index, policy=strict, country="BB")("a wall", minimum=0.0).hits
    index.close()


def test_a_query_that_is_no_description_is_refused(index: PhotoIndex) -> None:
    with pytest.raises(SettingError, match="at most 1,000"):
        Search(index, policy=LAW, country="BB")("beach " + "-a " * 1000)


def test_a_query_about_children_is_answered_where_there_is_no_rule(index: PhotoIndex) -> None:
    found = Search(index, policy=LAW, country="AQ")("a child near a red wall", k=50, minimum=0.0)
    assert found.notice is None
    assert {"child 0.png", "child 1.png"} <= {hit.photo for hit in found}


def test_the_law_holds_on_every_page(index: PhotoIndex) -> None:
    search = Search(index, policy=LAW, country="BB")
    places, after = [], None
    while True:
        page = search("a plain red wall", k=2, minimum=0.0, after=after)
        places += page.places
        if (after := page.after) is None:
            break
    assert len([place for place in places if isinstance(place, Withheld)]) == 2
    assert tuple(places) == search("a plain red wall", k=50, minimum=0.0).places


def test_a_page_of_withheld_places_does_not_say_that_nothing_fits_where_what_fits_stands_behind_them(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    text = "a plain scarlet wall"
    child = item_of(looks, "child.png", 1, texts=[f"{text} .", f"{text} .", "A child ."])
    wall = item_of(looks, "wall.png", 2, texts=["A smooth scarlet cloth ."])
    index = new_index(
        tmp_path / "index", fitted("captions"), [child, wall, *items_of_looks(looks, 9)[3:]], store
    )
    everywhere = Search(index, policy=LAW, country="AQ")(text, k=2)
    assert [hit.photo for hit in everywhere.hits] == ["child.png", "wall.png"]
    first = Search(index, policy=LAW, country="BB")(text, k=1)
    assert [type(place) for place in first.places] == [Withheld]
    assert first.message == ALL_WITHHELD
    assert Search(index, policy=LAW, country="BB")(text, k=1, fill=True).message is None
    rest = Search(index, policy=LAW, country="BB")(text, k=1, after=first.after)
    assert [hit.photo for hit in rest.hits] == ["wall.png"]


def test_a_page_that_was_begun_where_there_is_no_rule_goes_on_under_the_rule(index: PhotoIndex) -> None:
    search = Search(index, policy=LAW)
    whole = search("a plain red wall", k=50, minimum=0.0, country="BB").places
    first = search("a plain red wall", k=1, minimum=0.0, country="AQ")
    rest = search("a plain red wall", k=50, minimum=0.0, country="BB", after=first.after)
    assert rest.places == whole[1:]
    notice = search("a child near a red wall", k=1, minimum=0.0, country="BB", after=first.after)
    assert (notice.notice, notice.places) == (NOTICE, ())


def test_a_text_about_a_child_beside_an_allowed_photo_gives_the_notice(index: PhotoIndex) -> None:
    found = Search(index, policy=LAW, country="BB")("a child", photo="003.png", minimum=0.0)
    assert (found.notice, found.places) == (NOTICE, ())


@pytest.mark.parametrize("country", ["BB", "CC", "DE", None])
def test_a_file_that_looks_like_a_restricted_photo_is_never_a_query(
    country: str | None, matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    lenient = law(uncaptioned="allow")
    opened = new_index(
        tmp_path / "index", matcher, [item_of(looks, "child.png", 20, texts=[CHILD])], store, lenient
    )
    search = Search(opened, policy=lenient, country=country)
    for light in (0, 2):
        found = search(photo=str(draw_look(looks, 20, light)), minimum=0.0)
        assert (found.notice, found.places) == (NOTICE, ())
    assert search(photo=str(draw_look(looks, 39)), minimum=0.0).notice is None


def test_a_file_of_which_nobody_has_said_what_it_shows_is_no_query_where_there_is_a_rule(
    index: PhotoIndex, looks: Path
) -> None:
    foreign = str(draw_look(looks, 39))
    for country in ("BB", None):
        found = Search(index, policy=LAW, country=country)(photo=foreign, minimum=0.0)
        assert (found.notice, found.places) == (NOTICE, ())
    assert Search(index, policy=LAW, country="AQ")(photo=foreign, minimum=0.0).hits


def test_a_photo_whose_captions_change_to_speak_of_a_child_is_restricted_once_published(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", matcher, items_of_looks(looks, 4), store)
    search = Search(index, policy=LAW, country="BB")
    assert len(search("a wall", minimum=0.0).withheld) == 0
    ingest(index, [item_of(looks, "002.png", 2, texts=[CHILD])], LAW)
    found = search("a wall", minimum=0.0)
    assert len(found.withheld) == 1
    assert "002.png" not in {hit.photo for hit in found}
    ingest(index, [item_of(looks, "002.png", 2, texts=[ADULT])], LAW, lift=True)
    assert len(search("a wall", minimum=0.0).withheld) == 0


def test_a_near_duplicate_of_a_child_is_restricted_until_that_one_leaves(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", matcher, items_of_looks(looks, 4), store)
    search = Search(index, policy=LAW, country="BB")
    ingest(index, [item_of(looks, "twin.png", 2, light=3, texts=[CHILD])], LAW)
    assert search(photo="002.png", minimum=0.0).notice == NOTICE
    ingest(index, [], LAW, remove=["twin.png"], lift=True)
    assert search(photo="002.png", minimum=0.0).notice is None


def test_a_search_by_a_changed_law_refuses_until_the_photos_are_judged_anew(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", matcher, items_of_looks(looks, 4), store)
    stricter = law(Countries((CountryRule("AQ", "none"), CountryRule("BB", "children", 21))))
    by_hand = law(overrides={"001.png": Override("001.png", "restrict", "Ann", "a child")})
    for policy, withheld in ((stricter, 0), (by_hand, 1), (LAW, 0)):
        search = Search(index, policy=policy, country="BB")
        with pytest.raises(DataError, match="index judge"):
            search("a wall", minimum=0.0)
        assert judge_anew(index, policy, lift=policy is LAW)
        assert len(search("a wall", minimum=0.0).withheld) == withheld
        assert not judge_anew(index, policy)


def test_of_copies_the_greatest_picture_stands_for_all_and_of_equally_great_ones_the_best(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    def sized(name: str, light: int, side: float, text: str) -> Item:
        facts = {"width": 2 * side, "height": side}
        return item_of(looks, name, 7, light, texts=[text], facts=facts)

    photos = [
        sized("upload.png", 0, 10, "A striped crimson wall ."),
        sized("mine.png", 1, 30, "A plain navy cloth ."),
        sized("other.png", 2, 30, "A striped crimson cloth ."),
    ]
    index = new_index(tmp_path / "index", matcher, [*photos, item_of(looks, "far.png", 1)], store)
    search = Search(index, policy=LAW, country="BB")

    def answer(text: str) -> dict[str, tuple[str, ...]]:
        return {hit.photo: hit.duplicates for hit in search(text, minimum=0.0)}

    first = answer("a striped crimson wall")
    assert first.pop("far.png") == ()
    ((stands, others),) = first.items()
    assert stands != "upload.png"
    assert {stands, *others} == {"upload.png", "mine.png", "other.png"}
    # What is left out, or is itself the query, stands for nothing.
    assert answer("a wall -cloth")["upload.png"] == ()
    like = {hit.photo for hit in search(photo="mine.png", minimum=0.0)}
    assert "other.png" in like
    ingest(index, photos[:2], LAW)
    ingest(index, [], LAW, remove=["other.png"])
    hit = next(hit for hit in search("a striped crimson wall", minimum=0.0) if hit.photo != "far.png")
    assert (hit.photo, hit.digest, hit.path) == ("mine.png", photos[1].digest, photos[1].path)


def test_an_upload_stands_for_no_photo_of_a_folder_however_great_it_is(
    matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    def sized(folder: Path, name: str, light: int, side: float) -> Item:
        return item_of(folder, name, 7, light, texts=["A wall ."], facts={"width": side, "height": side})

    photos = [sized(looks, "small.png", 0, 10), sized(looks, "mine.png", 1, 20)]
    uploads = [sized(tmp_path / "uploads", f"upload_{side}.png", 2, side) for side in (90, 80)]
    index = new_index(tmp_path / "index", matcher, [*photos, *uploads], store)
    note_brought(index, tmp_path / "uploads")
    search = Search(index, policy=LAW, country="BB")
    assert [hit.photo for hit in search("a wall", minimum=0.0)] == ["mine.png"]
    # Where no folder has it, the greatest upload stands.
    ingest(index, [], LAW, remove=["small.png", "mine.png"], lift=True)
    assert [hit.photo for hit in search("a wall", minimum=0.0)] == ["upload_90.png"]
