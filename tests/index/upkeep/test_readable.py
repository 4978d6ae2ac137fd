"""Only what is read as it was looked at comes into an index."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents, photo_contents
from small_index import LAW, item_of, items_of_looks, new_index

from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


@pytest.fixture(scope="module")
def matcher(fitted: Callable[[str], Matcher]) -> Matcher:
    return fitted("hybrid")


@pytest.fixture
def index(matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", matcher, items_of_looks(looks, 6), store)


def known(index: PhotoIndex, name: str) -> dict:
    return next(photo for photo in photo_contents(index) if photo["name"] == name)


def quarantine(index: PhotoIndex) -> dict[str, tuple[str, str]]:
    with index.catalog.reading() as tables:
        found = tables.execute("SELECT name, kind, reason FROM quarantine").fetchall()
    return {name: (kind, reason) for name, kind, reason in found}


def found(index: PhotoIndex, text: str, **asked: object) -> list[str]:
    hits = Search(index, policy=LAW, country="AA")(text, k=50, minimum=0.0, **asked)
    return [hit.photo for hit in hits]


def test_a_photo_that_changes_between_looking_and_indexing_gives_no_vector_to_its_old_content(
    index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    item = item_of(looks, "new.png", 80)
    file = Path(shutil.copy(item.path, tmp_path / "new.png"))
    moving = dataclasses.replace(item, path=file)
    shutil.copy(item_of(looks, "other", 82).path, file)
    assert [one.kind for one in ingest(index, [moving], LAW).quarantined] == ["photo_changed"]
    ingest(index, [item, item_of(looks, "other.png", 82)], LAW)
    assert known(index, "new.png")["vectors"]["photo"] != known(index, "other.png")["vectors"]["photo"]
    assert quarantine(index) == {}


def test_a_store_of_vectors_that_is_damaged_empties_no_index(
    index: PhotoIndex, matcher: Matcher, looks: Path, tmp_path: Path
) -> None:
    broken = VectorStore(tmp_path / "vectors")
    broken._shelf(SceneNet().identity)
    (about,) = (tmp_path / "vectors").glob("*/about.json")
    about.write_text("{")
    other = PhotoIndex(index.folder, VectorStore(tmp_path / "vectors"))
    before = contents(index)
    with pytest.raises(ValueError, match="is damaged"):
        ingest(other, [item_of(looks, "002.png", 90), item_of(looks, "new.png", 91)], LAW)
    assert contents(index) == before
    assert quarantine(index) == {}
