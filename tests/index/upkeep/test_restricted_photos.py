from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from small_index import item_of, new_index

from withsense_tf.index.upkeep.restricted_photos import restricted_count, told_restrictions
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.overrides import RELEASE


def test_restricted_photos_are_counted_by_why_and_some_are_named(
    tmp_path: Path, looks: Path, fitted: Callable[[str], Matcher]
) -> None:
    items = [item_of(looks, f"in/{n}.png", n, texts=()) for n in range(5)]
    items += [item_of(looks, "kid.png", 5, texts=["A child on a wall"]), item_of(looks, "wall.png", 6)]
    items += [item_of(looks, "copy.png", 5, light=1, texts=["A plain wall"])]
    place = "column keywords of photos.csv"
    items += [
        replace(item_of(looks, "sea.png", 7, texts=()), other_texts=((place, "keywords . sea, sunset"),))
    ]
    index = new_index(tmp_path / "index", fitted("closed form"), items)
    assert restricted_count(index) == 8
    assert told_restrictions(index).splitlines() == [
        "8 restricted: 5 no caption says what they show, 1 by their captions, 1 copies of restricted photos, 1 "
        "keywords alone, which do not say who is there. They are not shown where persons under 18 are protected.",
        "  no caption says what they show: in/0.png, in/1.png, in/2.png and 2 more",
        "  by their captions: kid.png",
        "  copies of restricted photos: copy.png",
        "  keywords alone, which do not say who is there: sea.png",
        RELEASE,
    ]


def test_an_index_without_restricted_photos_says_nothing(
    tmp_path: Path, looks: Path, fitted: Callable[[str], Matcher]
) -> None:
    index = new_index(tmp_path / "index", fitted("closed form"), [item_of(looks, "wall.png", 6)])
    assert (told_restrictions(index), restricted_count(index)) == ("", 0)
