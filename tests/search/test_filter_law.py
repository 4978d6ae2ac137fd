"""A filter is asked like a text: what the law hides is not found by its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import COUNTRIES, LAW, item_of, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import Override
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed


@pytest.fixture(scope="module")
def index(fitted: Callable[[str], Matcher], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhotoIndex]:
    folder = tmp_path_factory.mktemp("filters")
    facts: dict[str, dict[str, str | float]] = {
        "0.png": {"children": 0.0, "has_child": "no", "iso": 100.0, "age": 40.0},
        "1.png": {"children": 2.0, "has_child": "yes", "iso": 200.0, "secret_party": "yes"},
        "2.png": {"keywords": "beach", "copyright": "Ann", "age": 17.0},
        "3.png": {"keywords": "beach, girl", "copyright": "small girl studio", "age": 7.0},
    }
    items = [item_of(folder, name, n, facts=columns) for n, (name, columns) in enumerate(facts.items())]
    items.append(
        item_of(folder, "little_girl_01.png", 5, facts={"hidden": "yes", "iso": 100.0, "colour": "red"})
    )
    made = new_index(folder / "index", fitted("hybrid"), items, VectorStore())
    yield made
    made.close()


def ask(index: PhotoIndex, *where: str, country: str = "BB", policy: Policy = LAW, **more: object) -> object:
    return Search(index, policy=policy, country=country)("a wall", 50, where=where, minimum=0.0, **more)


def names(found: object) -> set[str]:
    return {hit.photo for hit in found}


def test_without_colours_it_is_said_how_to_get_them(index: PhotoIndex) -> None:
    # A withheld photo has one, and lends it to nobody.
    with pytest.raises(SettingError, match=r"No photo here has a colour yet.*index update.*ws.build_index"):
        ask(index, "colour=red")


def test_a_column_goes_by_the_names_that_the_page_gives_it_too(index: PhotoIndex) -> None:
    assert names(ask(index, "keywords=beach")) == {"2.png"}
    assert ask(index, "Ключевые слова = beach") == ask(index, "keywords=beach")
    with pytest.raises(SettingError, match="No photo here has a colour yet"):
        ask(index, "цвет=красный")
    assert getattr(ask(index, "ключевые слова~девочка"), "notice", None) == NOTICE


@pytest.mark.parametrize(
    "where",
    [
        "children>=1",
        "children=2",
        "children!=0",
        "children>0.5",
        "has_child=yes",
        "has_child!=no",
        "has_child~e",
        "has_child>a",
        "age<16",
        "age=7",
        "age<=15",
        "age!=40",
        "age>5",
        "age<40",
        "age~1",
        "kids=2",
        "toddlers>=1",
        "keywords~girl",
        "copyright=small girl studio",
        "minors=true",
        "title~toddler",
        "hidden~my son",
        "children>30",
    ],
)
def test_a_filter_that_finds_what_the_law_hides_gets_the_notice(index: PhotoIndex, where: str) -> None:
    found = ask(index, where)
    assert (found.notice, found.places) == (NOTICE, ())


@pytest.mark.parametrize(
    ("where", "photos"),
    [
        (["children=0"], {"0.png"}),
        (["children<1"], {"0.png"}),
        (["has_child=no"], {"0.png"}),
        (["age>=16"], {"0.png", "2.png"}),
        (["age>=18", "age<50"], {"0.png"}),
        (["age=17"], {"2.png"}),
        (["age>15"], {"0.png", "2.png"}),
        (["iso>=1"], {"0.png"}),
        (["iso!=200"], {"0.png", "2.png"}),
        (["keywords~beach"], {"2.png"}),
        (["keywords!=beach"], {"0.png"}),
        (["copyright~n"], {"2.png"}),
    ],
)
def test_other_filters_find_photos_that_may_be_shown_and_leave_no_place(
    index: PhotoIndex, where: list[str], photos: set[str]
) -> None:
    found = ask(index, *where)
    assert (names(found), found.withheld, found.notice) == (photos, (), None)


def test_the_age_that_may_be_asked_for_is_that_of_the_rule_in_force(index: PhotoIndex) -> None:
    assert ask(index, "age=17").notice is None
    assert ask(index, "age=17", country="CC").notice == NOTICE
    assert names(ask(index, "children>=1", country="AQ")) == {"1.png"}


def test_a_name_and_columns_that_speak_restrict_their_photos(index: PhotoIndex) -> None:
    assert names(ask(index)) == {"0.png", "2.png"}
    assert names(ask(index, country="CC")) == {"0.png"}
    assert len(ask(index, country="AQ")) == 5


@pytest.mark.parametrize("column", ["hidden", "secret_party", "nothing"])
def test_a_column_that_withheld_photos_alone_have_is_as_if_it_were_not_there(
    index: PhotoIndex, column: str
) -> None:
    with pytest.raises(SettingError, match="is not known") as told:
        ask(index, f"{column}=yes")
    known = str(told.value).split("Known: ")[1].rstrip(".").split(", ")
    assert set(known) == {"age", "copyright", "iso", "keywords"}
    assert names(ask(index, "hidden=yes", country="AQ")) == {"little_girl_01.png"}


def test_a_permission_for_a_photo_lends_its_columns_and_its_name(index: PhotoIndex, tmp_path: Path) -> None:
    consents = ConsentRegister(tmp_path / "consents.jsonl")
    permitted = replace(law(), consents=consents)
    with pytest.raises(SettingError):
        ask(index, "hidden=yes", policy=permitted)
    with index.catalog.reading() as tables:
        asked = "SELECT digest FROM photos WHERE name = 'little_girl_01.png'"
        ((digest,),) = tables.execute(asked)
    consents.grant("little_girl_01.png", "A. Parent", ["show", "search"], ["*"], digest=digest)
    assert names(ask(index, "hidden=yes", policy=permitted)) == {"little_girl_01.png"}


def test_the_name_of_a_photo_that_is_withheld_is_nowhere_in_an_answer(index: PhotoIndex) -> None:
    for found in (ask(index), ask(index, "iso=100"), ask(index, fill=True)):
        assert "little_girl" not in f"{found.as_dict()}{found.as_text()}{found!r}"
    search = Search(index, policy=LAW, country="BB", for_strangers=True)
    for photo in ("little_girl_1.png", "little_girl"):
        told = search(photo=photo)
        assert told.notice
        assert "little_girl_01.png" not in f"{told.as_dict()}{told.as_text()}"


def test_a_strangers_file_is_judged_by_its_name_and_the_words_in_it(
    index: PhotoIndex, tmp_path: Path
) -> None:
    from words_in_files import exif, save

    lenient = law(COUNTRIES, uncaptioned="allow")
    folder = tmp_path / "photos"
    folder.mkdir()
    made = new_index(
        tmp_path / "index", index_matcher(index), [item_of(folder, "0.png", 0)], VectorStore(), lenient
    )
    search = Search(made, policy=lenient, country="BB")

    def notice(path: Path) -> str | None:
        return search(photo=str(path), minimum=0.0).notice

    assert notice(save(tmp_path / "wall.png", seed=1)) is None
    assert notice(save(tmp_path / "my_toddler.png", seed=2)) == NOTICE
    assert notice(save(tmp_path / "a.png", seed=3, exif_data=exif({0x010E: "my toddler"}))) == NOTICE
    assert (
        notice(save(tmp_path / "b.png", seed=4, exif_data=exif({0x010E: "Девочка".encode("cp1251")})))
        == NOTICE
    )
    made.close()


def index_matcher(index: PhotoIndex) -> Matcher:
    with index.catalog.reading() as tables:
        return index.current(tables).matcher(index.store)


def test_a_photo_that_a_person_allowed_is_shown_under_its_name(index: PhotoIndex, tmp_path: Path) -> None:
    name = "boy_scout_knife.png"
    item = item_of(tmp_path, name, 7)
    allowed = law(overrides={name: Override(name, "allow", "Ann", "a knife", item.digest)})
    for policy, photos in ((LAW, set()), (allowed, {name})):
        made = new_index(
            tmp_path / f"index {len(photos)}", index_matcher(index), [item], VectorStore(), policy
        )
        assert names(ask(made, policy=policy)) == photos
        made.close()


@pytest.fixture(scope="module")
def cameras(
    fitted: Callable[[str], Matcher], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PhotoIndex]:
    folder = tmp_path_factory.mktemp("cameras")
    facts: dict[str, dict[str, str | float]] = {
        "0.png": {"camera": "NIKON Z 6", "colour": "red, blue", "iso": 100.0},
        "1.png": {"camera": "Leica M6", "colour": "red", "iso": 200.0},
        "little_girl_01.png": {"camera": "Nikon D90", "colour": "pink", "iso": 400.0},
    }
    items = [item_of(folder, name, n, facts=columns) for n, (name, columns) in enumerate(facts.items())]
    made = new_index(folder / "index", fitted("hybrid"), items, VectorStore())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("camera=nikon", "No photo here has camera=nikon; there are: NIKON Z 6. A part of a value is asked for by "
         "camera~nikon."),
        ("цвет=бордовый", "No photo here has colour=бордовый; there are: red; blue."),
        ("colour=pink", "No photo here has colour=pink; there are: red; blue."),
        ("iso=150", "No photo here has iso=150; there are: 100; 200."),
        ("iso>=wide", "No photo here has iso>=wide; there are: 100; 200. Expected a number, such as iso>=100."),
        ("iso>1000", "No photo here has iso>1000; there are: 100; 200."),
        ("camera~canon", "No photo here has camera~canon; there are: Leica M6; NIKON Z 6."),
    ],
)  # fmt: skip
def test_where_no_photo_has_a_value_those_are_named_that_photos_which_may_be_shown_have(
    cameras: PhotoIndex, where: str, hint: str
) -> None:
    assert ask(cameras, where).message == f"No photo of this index meets what was asked. {hint}"


def test_two_values_that_no_one_photo_has_get_no_hint(cameras: PhotoIndex) -> None:
    message = ask(cameras, "camera=Leica M6", "iso=100").message
    assert message == "No photo of this index meets what was asked."
