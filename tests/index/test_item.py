"""What is known of a photo, and what of it makes a changed photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.index.item import Item, items_of

ITEM = Item("a.png", Path("/photos/a.png"), "d" * 64, (("a#0", "A wall ."),), facts={"camera": "Nikon"})


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b.png"},
        {"digest": "e" * 64},
        {"captions": ()},
        {"other_texts": (("title", "A title ."),)},
        {"facts": {"camera": "Canon"}},
        {"twins": ("b.png",)},
        {"unread": (("xmp", "too long"),)},
    ],
    ids=str,
)
def test_whatever_is_known_of_a_photo_makes_it_another_one(change: dict[str, Any]) -> None:
    assert replace(ITEM, **change).tag != ITEM.tag


def test_where_its_file_lies_and_how_it_looks_do_not() -> None:
    assert replace(ITEM, path=Path("/elsewhere"), look="a look").tag == ITEM.tag
    assert replace(ITEM, facts={"b": 1.0, "a": 2.0}).tag == replace(ITEM, facts={"a": 2.0, "b": 1.0}).tag


def test_the_law_reads_names_and_what_people_filled_in_and_no_camera() -> None:
    item = replace(
        ITEM, name="little_girl.png", facts={"Camera": "Nikon", "title": "Ann"}, twins=("boy.png",)
    )
    texts = " | ".join(text for _, text in item.law_texts)
    assert "girl" in texts
    assert "boy" in texts
    assert "Ann" in texts
    assert "Nikon" not in texts
    assert len(item.law_texts) == len(set(item.law_texts))


def test_each_photo_of_a_data_set_is_an_item_with_its_captions(tiny: Dataset) -> None:
    names = tiny.photos["photo"].unique().tolist()
    items = items_of(tiny, {names[0]: {"iso": 100.0}})
    assert [item.name for item in items] == names
    for item in items:
        captions = tiny.captions[tiny.captions["photo"] == item.name]
        assert item.captions == tuple(zip(captions["caption"], captions["text"], strict=True))
        assert item.path.is_absolute()
    assert [dict(item.facts) for item in items[:2]] == [{"iso": 100.0}, {}]
