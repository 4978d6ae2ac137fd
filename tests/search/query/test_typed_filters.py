"""What is typed as a filter is one where photos that may be shown have the column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small_index import LAW, item_of, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.vectors.filters import Condition
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.filter_law import example_filter
from withsense_tf.search.query.typed_filters import TypedFilters, read_filters

FACTS: dict[str, dict[str, Any]] = {
    "a.png": {"camera": "Nikon D90", "iso": 100.0, "date": "2020-05-01", "colour": "blue, red"},
    "child.png": {"secret": "Rome", "camera": "Leica M6 Special"},
}


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PhotoIndex]:
    items = [
        item_of(looks, name, 70 + n, texts=["A child ." if "child" in name else "A wall ."], facts=facts)
        for n, (name, facts) in enumerate(FACTS.items())
    ]
    index = new_index(tmp_path_factory.mktemp("typed") / "index", fitted("closed form"), items, store)
    yield index
    index.close()


def read(index: PhotoIndex, text: str, country: str = "BB") -> TypedFilters:
    with index.catalog.reading() as tables:
        return read_filters(text, tables, IndexDoor(LAW, tables, country))


def test_it_is_said_where_filters_stand(index: PhotoIndex) -> None:
    text = "a dog camera=Nikon D90 iso<=400"
    spans = read(index, text).spans
    assert [text[start:end] for start, end in spans] == ["camera=Nikon D90", "iso<=400"]


NIKON = Condition("camera", "=", "Nikon D90")
BLUE = Condition("colour", "=", "blue")


@pytest.mark.parametrize(
    ("text", "rest", "where"),
    [
        ("a dog camera=Nikon D90", "a dog", (NIKON,)),
        ("camera=Nikon D90 a dog", "a dog", (NIKON,)),
        ('a dog, camera="Nikon D90", on a beach', "a dog, , on a beach", (NIKON,)),
        ("a dog Camera=Nikon on a beach", "a dog on a beach", (Condition("camera", "=", "Nikon"),)),
        ("dog iso<=400 date>=2020", "dog", (Condition("iso", "<=", 400.0), Condition("date", ">=", 2020.0))),
        ("dog camera~nik", "dog", (Condition("camera", "~", "nik"),)),
        ("dog камера=Nikon D90", "dog", (NIKON,)),
        ("dog цвет=Синий дата>=2020", "dog", (BLUE, Condition("date", ">=", 2020.0))),
        ("dog color=blue colour!=gray", "dog", (BLUE, Condition("colour", "!=", "grey"))),
        ("dog Цвет = синий", "dog", (BLUE,)),
        ("dog colour =red", "dog", (Condition("colour", "=", "red"),)),
        ("dog camera = Nikon D90 on a beach", "dog on a beach", (NIKON,)),
        (
            "dog iso < 400 date >= 2020",
            "dog",
            (Condition("iso", "<", 400.0), Condition("date", ">=", 2020.0)),
        ),
        ("dog camera!=Nikon D90", "dog", (Condition("camera", "!=", "Nikon D90"),)),
    ],
)
def test_a_filter_is_taken_out_of_a_text(
    index: PhotoIndex, text: str, rest: str, where: tuple[Condition, ...]
) -> None:
    found = read(index, text)
    assert (" ".join(found.text.split()), found.where, found.hint) == (rest, where, None)


@pytest.mark.parametrize(
    "text", ["a dog", '"camera=Nikon" dog', "a = b", "I <3 dogs", "1=1", "dog camera=", "<3 dogs"]
)
def test_what_is_no_filter_stays(index: PhotoIndex, text: str) -> None:
    assert read(index, text) == TypedFilters(text)


def test_a_column_that_is_not_there_or_withheld_stays_words_and_gets_a_hint(index: PhotoIndex) -> None:
    for text in ("dog shutter=2", "dog secret=Rome", "dog объектив=50"):
        found = read(index, text)
        assert (found.text, found.where) == (text, ())
        assert str(found.hint).endswith("(columns to filter by: camera, colour, date, iso).")
    assert read(index, "dog secret=Rome", "AQ").where == (Condition("secret", "=", "Rome"),)


def test_a_hint_offers_a_filter_that_photos_can_meet(index: PhotoIndex) -> None:
    assert "such as date>=2020 (" in str(read(index, "dog shutter=2").hint)
    with index.catalog.reading() as tables:
        door = IndexDoor(LAW, tables, "BB")
        assert example_filter(tables, door, ["camera", "iso"]) == "camera=Nikon D90"
        assert example_filter(tables, door, []) is None


@pytest.mark.parametrize("part", ["camera = Leica", "цвет = бирюзовый", "date = yesterday", "camera > phone"])
def test_blanks_around_the_sign_need_a_value_that_a_photo_has(index: PhotoIndex, part: str) -> None:
    text = f"dog {part}"
    result = read(index, text)
    assert (result.text, result.where) == (text, ())
    assert str(result.hint).startswith(f"{part!r} was read as words, since no photo here has that.")


def test_values_of_withheld_photos_do_not_say_where_a_filter_ends(index: PhotoIndex) -> None:
    assert read(index, "camera=Leica M6 Special", "AQ").text == ""
    assert read(index, "camera=Leica M6 Special").text == "M6 Special"


def test_a_date_that_is_none_is_an_error(index: PhotoIndex) -> None:
    for text in ("dog date=yesterday", "dog дата=вчера"):
        with pytest.raises(SettingError, match="is no date"):
            read(index, text)
