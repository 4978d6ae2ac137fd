"""Only words of captions of photos that may be shown are known to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import LAW, item_of, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.search.query.shown_words import ShownWords

pytestmark = pytest.mark.closed
TEXTS = {
    "a.png": ["A red motorcycle .", "Zorbing ."],
    "b.png": ["A motorcycle and two zebras ."],
    "child.png": ["A child on a xylophone .", "Motorcycles ."],
}


@pytest.fixture
def index(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> Iterator[PhotoIndex]:
    items = [item_of(looks, name, 60 + n, texts=texts) for n, (name, texts) in enumerate(TEXTS.items())]
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    yield index
    index.close()


def test_words_are_known_in_any_form_but_not_from_restricted_captions(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        shown, everything = (ShownWords(tables, IndexDoor(LAW, tables, country)) for country in ("BB", "AQ"))
        assert [shown.has(word) for word in ("zebra", "motorcycles", "xylophone", "child")] == [
            True, True, False, False,
        ]  # fmt: skip
        assert all(everything.has(word) for word in ("zebra", "xylophone", "child"))
        assert shown.says("red motorcycle")
        assert not shown.says("motorcycle red")
        assert not shown.says("motorcycle zorbing")  # two captions
        assert not shown.says("child on")
        assert everything.says("child on")
        # A thing of one caption and a thing of another photo's are no two of one photo.
        together = [
            shown.has(word) for word in ("motorcycle + zebra", "motorcycle + zorbing", "zebra + zorbing")
        ]
        assert together == [True, True, False]
        assert (everything.has("child + xylophone"), shown.has("child + motorcycle")) == (True, False)
        assert shown.near("motorcicle") == [("motorcycle", 1, 2)]
        assert everything.near("motorcicles") == [("motorcycles", 1, 1), ("motorcycle", 2, 2)]
        assert shown.near("xylophon") == []


def test_the_letters_of_most_captions_are_those_of_photos_that_may_be_shown(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    child = ["Ребёнок у красной стены .", "Ребёнок с самоваром .", "Малыш у колодца ."]
    items = [
        item_of(looks, "wall.png", 60, texts=["A red wall ."]),
        item_of(looks, "child.png", 61, texts=child),
    ]
    index = new_index(tmp_path / "letters", fitted("hybrid"), items, store)
    with index.catalog.reading() as tables:
        letters = [
            ShownWords(tables, IndexDoor(LAW, tables, country)).are_russian for country in ("BB", "AQ")
        ]
    assert letters == [False, True]


def test_a_verdict_that_another_hand_changed_lends_no_word(index: PhotoIndex) -> None:
    with index.catalog.writing() as tables:
        tables.execute("UPDATE law SET restricted = 0 WHERE photo = 3")
    with index.catalog.reading() as tables:
        assert not ShownWords(tables, IndexDoor(LAW, tables, "BB")).has("xylophone")


def test_a_photo_that_may_be_shown_and_not_found_adds_to_no_count(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    items = [
        item_of(looks, "wall.png", 60, texts=["A red motorcycle ."]),
        item_of(looks, "child.png", 61, texts=["A child .", "A motorcycle ."]),
    ]
    policy = replace(LAW, consents=ConsentRegister(tmp_path / "consents.jsonl"))
    policy.consents.grant("child.png", "Mum", ["show"], ["BB"], digest=items[1].digest)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store, policy)
    with index.catalog.reading() as tables:
        assert ShownWords(tables, IndexDoor(policy, tables, "BB")).near("motorcicle") == [
            ("motorcycle", 1, 1)
        ]
    index.close()
