"""Only what is read as it was looked at comes into an index."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, found, item_of, known, quarantine

from withsense_tf.data.folder.problems import Problem
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.vectors.store import VectorStore, _keys
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher


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


@pytest.mark.closed
@pytest.mark.parametrize("others", [(), (82, 83)], ids=["alone", "among others"])
def test_a_photo_that_no_encoder_can_read_is_set_aside_and_costs_itself_alone(
    index: PhotoIndex, looks: Path, tmp_path: Path, others: tuple[int, ...]
) -> None:
    bad, good = item_of(looks, "bad.png", 81), [item_of(looks, f"{look}.png", look) for look in others]
    store = VectorStore(tmp_path / "vectors")
    # As where an older version of Pillow could not decode it, which is remembered.
    reason = Problem("photo_truncated", "looks/bad.png", None, "bad.png", "decoding stopped")
    store._remember(store._shelf(SceneNet().identity), {_keys([bad.digest]).tolist()[0]: reason})
    report = ingest(PhotoIndex(index.folder, store), [*good, bad], LAW)
    assert (report.added, [one.name for one in report.quarantined]) == (len(good), ["bad.png"])
    assert quarantine(index)["bad.png"] == ("photo_truncated", "decoding stopped")
    assert found(index, "a wall").count("bad.png") == 0
    assert verify_index(index) == []
