"""Pages put together are the one big answer, and photos that come and go between two pages disturb neither."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_index import LAW, item_of, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.switch_model import roll_back, take_over
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.places import Hit, Withheld
from withsense_tf.search.search import Search

COUNT = 24
TEXT = "a plain scarlet wall"
QUICK = settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
KINDS = ("hybrid", "closed form", "product", "linear")


@pytest.fixture(scope="module")
def searches(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Search]:
    """Return what gives a search by a kind of matcher; some photos are near-duplicates, some restricted."""
    opened: dict[str, Search] = {}
    items = [
        *items_of_looks(looks, COUNT),
        *(item_of(looks, f"twin {n}.png", n, light=1) for n in (0, 5, 6)),
        *(item_of(looks, f"child {n}.png", 30 + n, texts=["A child near a wall ."]) for n in range(3)),
    ]

    def get(kind: str) -> Search:
        if kind not in opened:
            index = new_index(tmp_path_factory.mktemp("pages") / "index", fitted(kind), items, store)
            opened[kind] = Search(index, policy=LAW, country="BB")
        return opened[kind]

    return get


def paged(search: Search, sizes: list[int], **asked: object) -> list[Hit | Withheld]:
    places: list[Hit | Withheld] = []
    after, at = None, 0
    while True:
        page = search(k=sizes[at % len(sizes)], after=after, **{"text": TEXT, "minimum": 0.0} | asked)
        assert len(page.places) <= sizes[at % len(sizes)]
        places += page.places
        after, at = page.after, at + 1
        if after is None:
            return places


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5))
@pytest.mark.parametrize("kind", KINDS)
@QUICK
@pytest.mark.slow
def test_pages_of_any_size_put_together_are_the_one_big_answer(
    kind: str, sizes: list[int], searches: Callable[[str], Search]
) -> None:
    search = searches(kind)
    whole = search(TEXT, k=100, minimum=0.0)
    assert whole.after is None
    assert [place.place for place in whole.places] == list(range(1, COUNT + 4))
    assert len(whole.withheld) == 3
    assert paged(search, sizes) == list(whole.places)


@pytest.mark.parametrize(
    "asked",
    [
        {"text": f"{TEXT} -navy"},
        {"where": ["camera=Leica M6"]},
        {"minimum": 0.005},
        {"text": "", "photo": "004.png"},
        {"photo": "004.png", "text_share": 0.2},
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [1, 4])
def test_pages_hold_for_every_way_of_asking(
    asked: dict, size: int, searches: Callable[[str], Search]
) -> None:
    whole = searches("hybrid")(k=100, **{"text": TEXT, "minimum": 0.0} | asked)
    assert len(whole.places) > size
    assert paged(searches("hybrid"), [size], **asked) == list(whole.places)


def test_a_page_that_ends_with_the_last_photo_is_the_last(searches: Callable[[str], Search]) -> None:
    assert searches("hybrid")(TEXT, k=COUNT + 3, minimum=0.0).after is None
    assert searches("hybrid")(TEXT, k=COUNT + 2, minimum=0.0).after is not None


# Between two pages some photos come, change or leave.
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["come", "change", "leave"]),
        st.sets(st.integers(0, COUNT - 1), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


def changed(looks: Path, what: str, numbers: set[int], turn: int) -> tuple[list[Item], list[str]]:
    if what == "come":
        return [item_of(looks, f"new {turn} {n}.png", 40 + n) for n in numbers], []
    if what == "change":
        return [item_of(looks, f"{n:03d}.png", n, texts=["A lined navy cloth ."]) for n in numbers], []
    return [], [f"{n:03d}.png" for n in numbers]


@given(events=EVENTS, size=st.integers(1, 6))
@pytest.mark.parametrize("kind", ["hybrid", "product"])
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.slow
def test_what_stays_is_shown_once_while_photos_come_and_go_between_pages(
    kind: str,
    events: list,
    size: int,
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = new_index(Path(folder) / "index", fitted(kind), items_of_looks(looks, COUNT), store)
        search = Search(index, policy=LAW, country="AQ")
        shown: list[str] = []
        after, touched = None, set()
        for turn in range(100):
            page = search(TEXT, k=size, minimum=0.0, after=after)
            shown += [hit.photo for hit in page]
            if (after := page.after) is None:
                break
            if turn < len(events):
                items, remove = changed(looks, *events[turn], turn)
                ingest(index, items, LAW, remove=remove)
                touched |= {item.name for item in items} | set(remove)
        stayed = {f"{n:03d}.png" for n in range(COUNT)} - touched
        assert sorted(name for name in shown if name in stayed) == sorted(stayed)
        index.close()


@pytest.mark.parametrize(
    "other",
    [
        {"text": "striped navy cloth"},
        {"where": ["iso>100"]},
        {"minimum": 0.1},
        {"photo": "003.png"},
        {"text": f"{TEXT} -navy"},
    ],
    ids=str,
)
def test_a_page_of_another_question_is_an_error(other: dict, searches: Callable[[str], Search]) -> None:
    after = searches("hybrid")(TEXT, k=2, minimum=0.0).after
    with pytest.raises(SettingError, match="another question"):
        searches("hybrid")(after=after, **{"text": TEXT, "minimum": 0.0} | other)


def test_a_page_of_another_model_is_an_error_until_that_model_is_back(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(looks, 8), store)
    search = Search(index, policy=LAW, country="AQ")
    whole = search(TEXT, k=100, minimum=0.0).places
    after = search(TEXT, k=3, minimum=0.0).after
    take_over(index, index.add_model(fitted("closed form")))
    with pytest.raises(SettingError, match="new model"):
        search(TEXT, minimum=0.0, after=after)
    roll_back(index)
    assert search(TEXT, k=100, minimum=0.0, after=after).places == whole[3:]


def written(**values: object) -> str:
    told = {"question": "q", "score": "0x1p-1", "row": 1, "place": 1} | values
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        "",
        "no page",
        "ю",
        "A",
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b"\xff").decode(),
        written(score=1),
        written(score="0x1p99999"),
        written(row=1e999),
        written(place=None),
    ],
)
def test_what_is_no_page_is_a_clear_error(after: str, searches: Callable[[str], Search]) -> None:
    with pytest.raises(SettingError, match="is no page"):
        searches("hybrid")(TEXT, minimum=0.0, after=after)
