"""A photo that leaves takes no verdict with it: what looks like it stays restricted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import COUNTRIES, INNOCENT, LAW, draw_look, item_of, law, new_index, shown, turned

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.readable import UnusablePhoto
from withsense_tf.index.upkeep.restricted_photos import told_restrictions
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.overrides import Override
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed


@pytest.fixture
def items(kid: Item, copy: Item, wall: Item) -> list[Item]:
    return [kid, copy, wall]


def test_removing_the_photo_that_is_known_to_show_a_child_does_not_free_its_copy(index: PhotoIndex) -> None:
    ingest(index, [], LAW, remove=["far.png"])
    assert shown(index) == {"wall.png"}
    assert index_status(index).photos == 2
    told = index_status(index).as_text()
    # What is to be done where it is wrong works, as a test below shows.
    assert "1 restricted photos left, and their copies stay restricted, as is meant" in told
    assert told.endswith("a person allows: policy decide PHOTO allow")
    assert verify_index(index) == []
    compact_index(index)
    assert shown(index) == {"wall.png"}


def test_a_photo_that_is_here_under_another_name_has_not_left(
    index: PhotoIndex, kid: Item, copy: Item, wall: Item
) -> None:
    moved = dataclasses.replace(kid, name="new/far.png", captions=(("new/far.png#0", kid.captions[0][1]),))
    ingest(index, [moved, copy, wall], LAW, others="remove")
    assert index_status(index).departed == 0
    assert "restricted photos left" not in index_status(index).as_text()
    assert shown(index) == {"wall.png"}
    ingest(index, [], LAW, remove=["new/far.png"])
    # Its content left once, however many names it had.
    assert index_status(index).departed == 1


def test_neither_does_losing_it_damaging_it_or_another_picture_under_its_name(
    index: PhotoIndex, kid: Item, copy: Item, wall: Item, looks: Path
) -> None:
    damaged = UnusablePhoto("far.png", "far.png", "photo_truncated", "it breaks")
    ingest(index, [copy, wall, damaged], LAW, others="remove")
    assert shown(index) == {"wall.png"}
    ingest(index, [kid], LAW)
    assert index_status(index).departed == 0  # it is here again
    ingest(index, [item_of(looks, "far.png", 9, texts=[INNOCENT])], LAW)
    assert shown(index) == {"wall.png", "far.png"}
    assert index_status(index).departed == 1


def test_copies_that_come_later_are_restricted_too_under_any_name_and_turned(
    index: PhotoIndex, kid: Item, tmp_path: Path
) -> None:
    ingest(index, [], LAW, remove=["far.png", "copy.png"])
    same = dataclasses.replace(kid, name="same.png", captions=(("same.png#0", INNOCENT),))
    ingest(index, [same, turned(kid, tmp_path, "turned.jpg")], LAW)
    assert shown(index) == {"wall.png"}
    for photo in ("same.png", "turned.jpg"):
        assert Search(index, policy=LAW, country="BB")(photo=photo).notice is not None


def test_a_photo_that_left_is_judged_anew_with_the_others(index: PhotoIndex, copy: Item) -> None:
    by_hand = law(overrides={"wall.png": Override("wall.png", "restrict", "Ann", "a child far away")})
    judge_anew(index, by_hand)
    ingest(index, [], by_hand, remove=["far.png", "wall.png"])
    allowed = law(overrides={"copy.png": Override("copy.png", "allow", "Ann", "a doll", copy.digest)})
    judge_anew(index, allowed)
    assert shown(index, allowed) == {"copy.png"}
    judge_anew(index, LAW, lift=True)
    assert shown(index) == set()


def test_a_verdict_by_the_pixels_alone_stands_when_the_photo_left(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    bare = item_of(looks, "bare.png", 4, texts=[])
    told = item_of(looks, "told.png", 4, light=1, texts=[INNOCENT])
    judging = law(photo_judge=lambda paths: [0.9 if path.samefile(bare.path) else 0 for path in paths])
    index = new_index(tmp_path / "index", fitted("hybrid"), [bare, told], store, judging)
    ingest(index, [], judging, remove=["bare.png"])
    assert shown(index, judging) == set()
    stricter = law(photo_judge=judging.ownership.photo_judge, judge_threshold=0.05)
    judge_anew(index, stricter)
    assert shown(index, stricter) == set()


def test_an_index_shows_in_each_country_what_its_judge_of_photos_is_not_sure_of(
    index: PhotoIndex, wall: Item
) -> None:
    countries = Countries((*COUNTRIES.rules, CountryRule("EE", "children", judge_sure=0.9)))
    judging = law(countries, photo_judge=lambda paths: [0.7 * path.samefile(wall.path) for path in paths])
    judge_anew(index, judging)
    assert shown(index, judging) == set()
    assert shown(index, judging, "EE") == {"wall.png"}
    assert shown(index, judging, "DE") == set()
    assert verify_index(index) == []
    assert "restricted where persons under 16 are protected: 3" in index_status(index).as_text()
    assert "by a judge of photos: wall.png" in told_restrictions(index)


def test_of_photos_without_a_verdict_nothing_is_kept(index: PhotoIndex, looks: Path) -> None:
    bare = item_of(looks, "bare.png", 5, texts=[])
    ingest(index, [bare], LAW)
    ingest(index, [], LAW, remove=["wall.png", "bare.png"])
    with index.catalog.reading() as tables:
        assert {name for (name,) in tables.execute("SELECT name FROM photos")} == {"far.png", "copy.png"}
    ingest(index, [item_of(looks, "told.png", 5, light=1, texts=[INNOCENT])], LAW)
    assert shown(index) == {"told.png"}


def test_a_stranger_s_copy_of_a_photo_that_left_is_no_query_and_no_name_is_told(
    index: PhotoIndex, kid: Item, tmp_path: Path
) -> None:
    ingest(index, [], law(uncaptioned="allow"), remove=["far.png", "copy.png"])
    policy = law(uncaptioned="allow")
    copies = [turned(kid, tmp_path, "mine.jpg").path, kid.path]
    for file in copies:
        found = Search(index, policy=policy, country="BB")(photo=str(file), minimum=0.0)
        assert found.notice is not None
        assert "far" not in found.notice
    assert (
        Search(index, policy=policy, country="BB")(photo=str(draw_look(tmp_path, 77)), minimum=0.0).notice
        is None
    )
    ingest(index, [turned(kid, tmp_path, "again.jpg")], policy)
    with index.catalog.reading() as tables:
        told = tables.execute("SELECT source FROM law JOIN photos ON photos.id = photo WHERE writer IS NULL")
        assert not any("far.png" in source or "copy.png" in source for (source,) in told)
