"""What comes from outside has a bound, and whoever exceeds it is told at once."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from quick import at_once
from small_index import LAW, draw_look, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.vectors.filters import MOST_FILTERS, Condition, fact_row, parse_filter
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import NOTICE
from withsense_tf.search.query.known_words import not_known
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
CHILD = "A child near a red wall ."


def short(value: object) -> str:
    """Name a case: as a whole, it would be too long for a report."""
    try:
        return ascii(value)[:20]
    except ValueError:
        return "huge"


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    items = [*items_of_looks(looks, 5), item_of(looks, "child.png", 20, texts=[CHILD])]
    return new_index(tmp_path_factory.mktemp("bounds") / "index", fitted("closed form"), items, store)


@pytest.mark.parametrize(
    "value", ["1" * 120_000 + "x", "a" * 120_000, '"' * 120_000, "1e" * 60_000], ids=short
)
def test_a_filter_that_is_too_long_is_refused_at_once(index: PhotoIndex, value: str) -> None:
    search = Search(index, policy=LAW, country="BB")
    for where in ([f"camera={value}"], [Condition("camera", "=", value)]):
        with at_once(), pytest.raises(SettingError, match=r"The filter has 120,00.* at most 1,000"):
            search("a wall", where=where)  # type: ignore[arg-type]  # both kinds are taken


@pytest.mark.parametrize("value", ["1" * 50_000 + "x", "1." * 50_000, "1e" * 50_000, "-" * 50_000], ids=short)
def test_a_column_of_any_length_is_told_from_a_number_at_once(value: str) -> None:
    with at_once():
        assert fact_row(value)[1] is None


@pytest.mark.parametrize("count", [MOST_FILTERS + 1, 2_000])
def test_too_many_filters_are_refused_and_the_disk_is_not_blamed(index: PhotoIndex, count: int) -> None:
    with pytest.raises(SettingError, match=rf"{count:,} filters; at most 100"):
        Search(index, policy=LAW, country="BB")("a wall", where=["camera=Nikon"] * count)


def test_as_many_filters_as_are_taken_can_be_asked(index: PhotoIndex) -> None:
    found = Search(index, policy=LAW, country="BB")("a wall", where=["iso>=1"] * MOST_FILTERS, minimum=0)
    assert found.places


@pytest.mark.parametrize(
    "part", ["-a ", "-dog ", '-"a b" ', "„", "без собак, ", "without a dog, ", "no cars, "]
)
def test_a_query_of_the_longest_length_is_read_at_once(part: str) -> None:
    text = ("beach " + part * 1_000)[:1_000]
    parse_query(text)
    with at_once(0.5):
        parse_query(text)


def test_minus_words_take_time_by_their_number_and_not_by_its_square() -> None:
    def taken(count: int) -> float:
        text = "beach " + "-a " * count
        start = time.process_time()
        parse_query(text)
        return time.process_time() - start

    taken(10)
    assert min(taken(1_200) for _ in range(3)) < 3.5 * min(taken(600) for _ in range(3)) + 0.05


@pytest.mark.parametrize("k", [0, -1, 10_001, 10**9, 10**5_000, True, 2.5, "5"], ids=short)
def test_a_page_has_a_whole_number_of_photos_and_not_too_many(index: PhotoIndex, k: Any) -> None:
    with at_once(), pytest.raises(SettingError, match="k must be a whole number from 1 to 10,000") as refused:
        Search(index, policy=LAW, country="BB")("a wall", k=k)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "after",
    ["x" * 10_000_000, base64.urlsafe_b64encode(b"[" * 700).decode(), "", "é", "e30", "\ud800"],
    ids=short,
)
def test_what_is_no_page_is_refused_at_once(index: PhotoIndex, after: str) -> None:
    with at_once(), pytest.raises(SettingError, match="is no page") as refused:
        Search(index, policy=LAW, country="BB")("a wall", after=after)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": 3}, "The query must be a text, got 3"),
        ({"text": None}, "The query must be a text, got None"),
        ({"text": "a wall", "photo": 3}, "photo must be a text, got 3"),
        ({"text": "a wall", "after": b"x"}, "after must be a text"),
        ({"text": "a wall", "where": "camera=Nikon"}, "write where="),
        ({"text": "a wall", "where": 3}, "where must be a list of filters"),
        ({"text": "a wall", "where": [3]}, "A filter must be a text"),
        ({"text": "a " * 501}, "The query has 1,002 signs"),
        ({"photo": "a" * 5_000}, "The name of the photo has 5,000 signs"),
    ],
    ids=short,
)
def test_what_is_asked_in_a_wrong_way_is_said(index: PhotoIndex, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        Search(index, policy=LAW, country="BB")(**asked)


@pytest.mark.parametrize("folder", ["a" * 5_000, "a/" * 5_000, "\0"], ids=short)
def test_a_folder_that_no_system_can_have_is_no_index(folder: str) -> None:
    with pytest.raises(DataError, match="is no index"):
        Search(folder)


@pytest.mark.parametrize(
    "name", ["child.png", "nobody.png", "a" * 300, "\udcff.png", "chil\0d.png", "/child.png"]
)
@pytest.mark.parametrize("text", ["", "a wall"])
def test_a_restricted_name_is_answered_like_one_that_is_not_known(
    index: PhotoIndex, name: str, text: str
) -> None:
    search = Search(index, policy=LAW, country="BB")
    found, restricted = search(text, photo=name), search(text, photo="child.png")
    assert found == replace(restricted, like=name)
    assert (found.notice, found.places) == (NOTICE, ())
    assert found.message == restricted.message
    assert found.message is not None
    assert "its name is not known, or the law keeps it back" in found.message


def test_a_file_of_a_restricted_name_is_judged_like_one_of_an_unknown_name(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lenient = law(uncaptioned="allow")
    items = [*items_of_looks(looks, 4), item_of(looks, "ann.png", 20, texts=[CHILD])]
    index = new_index(tmp_path / "index", fitted("closed form"), items, store, lenient)
    monkeypatch.chdir(tmp_path)
    search = Search(index, policy=lenient, country="BB")
    for name in ("ann.png", "nobody.png", "./ann.png"):
        Path(name).write_bytes(draw_look(looks, 39).read_bytes())
        found = search(photo=name, minimum=0)
        assert (found.notice, len(found.places)) == (None, 5)
    # The child itself is no query under any name.
    for name in ("ann.png", "nobody.png"):
        Path(name).write_bytes(draw_look(looks, 20).read_bytes())
        assert search(photo=name, minimum=0).notice == NOTICE
    index.close()


def form_of(*known: str) -> Any:
    text = SimpleNamespace(
        known_words=known, unknown=lambda text: [one for one in text.split() if one not in known]
    )
    return SimpleNamespace(text=text, unknown=text.unknown)


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("a toddle", ["toddler", "a"], "toddle."),
        ("a todler on a bech", ["toddler", "beach", "a", "on"], "todler, bech (did you mean beach?)."),
        (
            "ребенок и собока",
            ["ребёнок", "ребенка", "собака", "и"],
            "ребенок, собока (did you mean собака?).",
        ),
        # Restricted under the age limit of some country only.
        ("a teenagr", ["teenager", "a"], "teenagr."),
        ("a 7 yera old", ["year", "a", "7", "old"], "yera."),
        ("a 70 yera old man", ["year", "a", "70", "old", "man"], "yera (did you mean year?)."),
        # The next best that is allowed is suggested.
        ("a boyy", ["boy", "boyd", "a"], None),
    ],
)
def test_no_word_is_suggested_that_the_law_forbids(text: str, known: list[str], said: str | None) -> None:
    told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert "did you mean boy?" not in told
    if said is not None:
        assert told == f"Not known to this index, and so not looked for: {said}"


def test_a_query_of_unknown_words_is_answered_at_once() -> None:
    known = [f"{word}{n}" for word in ("mountain", "harbour", "umbrella", "bicycle") for n in range(2_500)]
    text = " ".join(f"bicycl{chr(97 + n % 26)}{n}x" for n in range(90))
    with at_once(4):
        told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert told.endswith(" and 80 more.")


def test_a_filter_is_named_by_its_beginning_alone() -> None:
    with pytest.raises(SettingError, match=r"aaa'\.\.\. \(900 signs\) is no filter") as refused:
        parse_filter("a" * 900)
    assert len(str(refused.value)) < 500
