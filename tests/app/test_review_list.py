"""The list of withheld photos: by name, narrowed, and in pages that do not shift."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_places import Place

from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.review_list import Criteria, WithheldList, grounds_of, withheld_photos

pytestmark = pytest.mark.closed


@pytest.fixture
def service(still_place: Place, tmp_path: Path) -> Iterator[PhotoService]:
    opened = PhotoService(still_place.settings(state=tmp_path))
    yield opened
    opened.close()


def names(listing: WithheldList) -> list[str]:
    return [photo["name"] for photo in listing.photos]


def test_a_page_begins_behind_a_name_whether_or_not_it_is_still_there(service: PhotoService) -> None:
    first = withheld_photos(service, "BB", "", 1)
    assert (names(first), first.count) == (["quixotic_7.png"], 2)
    assert names(withheld_photos(service, "BB", "quixotic_7.png", 1)) == ["zebulon_toddler_6.png"]
    assert names(withheld_photos(service, "BB", "r-is-gone.png", 1)) == ["zebulon_toddler_6.png"]


def test_the_rules_are_those_of_all_withheld_photos(service: PhotoService) -> None:
    narrowed = withheld_photos(service, "BB", "", 9, Criteria(rule="child"))
    assert names(narrowed) == ["zebulon_toddler_6.png"]
    assert narrowed.rules == withheld_photos(service, "BB", "", 9).rules
    assert "child" in narrowed.rules


def test_where_nothing_is_withheld_the_list_is_empty(service: PhotoService) -> None:
    assert withheld_photos(service, "AQ", "", 9) == WithheldList([], 0, [])


@pytest.mark.parametrize(
    ("source", "evidence", "grounds"),
    [
        ("captions", ["a.jpg#0: child “kid”"], {"child"}),
        ("captions", ["a: b.jpg#0: girl or boy “a girl “Ann””"], {"girl or boy"}),
        ("override by Ann", ["Ann: She is 30."], {"override"}),
        ("shows b.jpg", [], {"shows"}),
        ("classifier", ["a child, .91"], {"classifier"}),
    ],
)
def test_grounds_are_rules_and_what_else_a_verdict_comes_from(
    source: str, evidence: list[str], grounds: set[str]
) -> None:
    assert grounds_of(source, evidence) == grounds
