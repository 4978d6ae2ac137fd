from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_digest import contents, photo_contents
from small_index import LAW, found, item_of, items_of_looks, known, new_index, quarantine

from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photo_states import count_staged
from withsense_tf.index.upkeep import ingest as ingest_module
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

QUICK = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def names(index: PhotoIndex) -> list[str]:
    return [photo["name"] for photo in photo_contents(index)]


def bad_item(folder: Path, name: str, content: bytes) -> Item:
    path = folder / name
    path.write_bytes(content)
    return Item(name, path, f"digest of {content!r}", ((f"{name}#0", "A plain red wall ."),))


def test_new_photos_are_added_to_those_that_are_there(index: PhotoIndex, looks: Path) -> None:
    report = ingest(index, [item_of(looks, "new.png", 77)], LAW)
    assert (report.added, report.changed, report.removed, report.same) == (1, 0, 0, 0)
    assert names(index) == [*(f"{n:03d}.png" for n in range(6)), "new.png"]
    assert "new.png" in found(index, "a wall")


def test_photos_that_are_as_before_are_said_to_be_and_nothing_changes(index: PhotoIndex, looks: Path) -> None:
    before = contents(index)
    report = ingest(index, items_of_looks(looks, 6), LAW)
    assert (report.added, report.changed, report.removed, report.same) == (0, 0, 0, 6)
    assert contents(index) == before


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("vectors", lambda folder: item_of(folder, "002.png", 50, texts=None)),
        ("captions", lambda folder: item_of(folder, "002.png", 2, texts=["A lined navy cloth ."])),
        ("facts", lambda folder: item_of(folder, "002.png", 2, facts={"camera": "Holga"})),
    ],
)
def test_a_photo_that_changes_stands_in_the_place_of_its_old_state(
    what: str, change: Callable[[Path], Item], index: PhotoIndex, looks: Path
) -> None:
    before = known(index, "002.png")
    report = ingest(index, [change(looks)], LAW)
    assert (report.added, report.changed) == (0, 1)
    assert known(index, "002.png")[what] != before[what]
    assert names(index) == [f"{n:03d}.png" for n in range(6)]


def test_a_changed_column_is_filtered_by_at_once(index: PhotoIndex, looks: Path) -> None:
    ingest(index, [item_of(looks, "002.png", 2, facts={"camera": "Holga"})], LAW)
    assert found(index, "a wall", where=["camera=Holga"]) == ["002.png"]


def test_of_columns_whose_names_differ_by_case_alone_the_last_one_counts(
    index: PhotoIndex, looks: Path
) -> None:
    ingest(index, [item_of(looks, "002.png", 2, facts={"ISO": 100.0, "iso": 3200.0})], LAW)
    assert known(index, "002.png")["columns"] == [("iso", "3200", 3200.0)]
    assert found(index, "a wall", where=["iso=3200"]) == ["002.png"]


def test_photos_leave_by_name(index: PhotoIndex) -> None:
    report = ingest(index, [], LAW, remove=["001.png", "not there.png"])
    assert report.removed == 1
    assert "001.png" not in names(index)
    assert "001.png" not in found(index, "a wall")


def test_a_complete_list_takes_out_what_is_not_on_it(index: PhotoIndex, looks: Path) -> None:
    assert ingest(index, items_of_looks(looks, 2), LAW, others="remove").removed == 4
    assert names(index) == ["000.png", "001.png"]


@pytest.mark.closed
def test_a_complete_list_that_takes_the_captions_of_most_photos_is_refused(
    index: PhotoIndex, looks: Path
) -> None:
    before = contents(index)
    few = [item_of(looks, f"{look:03d}.png", look, texts=[]) for look in range(4)]
    items = [*few, *items_of_looks(looks, 6)[4:]]
    with pytest.raises(SettingError, match=r"4 of the 6 photos .* would lose all of them.*--replace"):
        ingest(index, items, LAW, others="remove")
    assert contents(index) == before
    with index.catalog.reading() as tables:
        assert count_staged(tables) == 0
    assert ingest(index, items, LAW, others="replace").changed == 4


def test_a_complete_list_may_take_the_captions_of_half_of_the_photos(index: PhotoIndex, looks: Path) -> None:
    few = [item_of(looks, f"{look:03d}.png", look, texts=[]) for look in range(3)]
    assert ingest(index, [*few, *items_of_looks(looks, 6)[3:]], LAW, others="remove").changed == 3


def moved(looks: Path, count: int, **what: object) -> list[Item]:
    return [item_of(looks, f"moved/{look:03d}.png", look, **what) for look in range(count)]


def test_photos_that_have_other_names_are_said_to_be_moved_and_are_not_taken_for_gone(
    index: PhotoIndex, looks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "FEW", 1)
    with monkeypatch.context() as patch:
        # No photo is looked at again.
        patch.setattr(SceneNet, "forward", None)
        report = ingest(index, moved(looks, 5), LAW, others="remove")
    assert str(report) == "0 added, 0 changed, 1 removed, 0 as before, 5 moved to other names"
    assert names(index) == [f"moved/{look:03d}.png" for look in range(5)]
    ingest(index, [item_of(looks, "copy.png", 0)], LAW)
    # A copy that stays is none that came.
    assert (
        ingest(index, [item_of(looks, "copy.png", 0), *moved(looks, 5)[1:]], LAW, others="remove").removed
        == 1
    )


@pytest.mark.closed
def test_photos_that_move_do_not_lose_the_captions_of_most_either(index: PhotoIndex, looks: Path) -> None:
    before = contents(index)
    with pytest.raises(SettingError, match=r"6 of the 6 photos .* would lose all of them.*--replace"):
        ingest(index, moved(looks, 6, texts=[]), LAW, others="remove")
    assert contents(index) == before
    assert ingest(index, moved(looks, 6, texts=[]), LAW, others="replace").other_names == 6


def test_a_photo_that_left_leaves_nothing_in_the_tables(index: PhotoIndex) -> None:
    ingest(index, [], LAW, others="remove")
    with index.catalog.reading() as tables:
        left = {
            table: tables.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("photos", "captions", "facts", "law", "rows")
        }
    assert set(left.values()) == {0}


def test_a_name_that_is_there_twice_is_refused(index: PhotoIndex, looks: Path) -> None:
    with pytest.raises(SettingError, match=r"'000\.png' is there twice"):
        ingest(index, [*items_of_looks(looks, 1), *items_of_looks(looks, 1)], LAW)


def test_photos_are_encoded_once_whatever_happens_to_their_captions(
    matcher: Matcher, looks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    forward = SceneNet.forward
    monkeypatch.setattr(
        SceneNet, "forward", lambda self, pixels: encoded.append(len(pixels)) or forward(self, pixels)
    )
    index = new_index(tmp_path / "index", matcher, items_of_looks(looks, 5))
    assert sum(encoded) == 5
    changed = item_of(looks, "002.png", 2, texts=["A lined navy cloth ."])
    ingest(index, [*items_of_looks(looks, 2), changed, item_of(looks, "copy.png", 3)], LAW)
    assert sum(encoded) == 5
    ingest(index, [item_of(looks, "003.png", 60)], LAW)
    assert sum(encoded) == 6


@pytest.mark.parametrize(
    ("how", "kind"),
    [("empty", "photo_empty"), ("text", "photo_not_image"), ("truncated", "photo_truncated")],
)
def test_a_bad_photo_goes_into_quarantine_with_its_reason_and_stops_nothing(
    how: str, kind: str, index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    good = item_of(looks, "new.png", 80)
    content = {"empty": b"", "text": b"these are words", "truncated": good.path.read_bytes()[:600]}[how]
    report = ingest(index, [bad_item(tmp_path, "bad.jpg", content), good], LAW)
    assert report.added == 1
    assert [one.name for one in report.quarantined] == ["bad.jpg"]
    assert quarantine(index)["bad.jpg"][0] == kind
    assert quarantine(index)["bad.jpg"][1]
    assert "new.png" in names(index)
    assert "bad.jpg" not in names(index)


def test_a_bad_photo_leaves_quarantine_when_it_is_mended(
    index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    ingest(index, [bad_item(tmp_path, "bad.jpg", b"")], LAW)
    ingest(index, [item_of(looks, "bad.jpg", 81)], LAW)
    assert quarantine(index) == {}
    assert "bad.jpg" in names(index)


def test_a_bad_photo_leaves_quarantine_when_it_is_gone(
    index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    ingest(index, [bad_item(tmp_path, "bad.jpg", b"")], LAW)
    ingest(index, items_of_looks(looks, 6), LAW, others="remove")
    assert quarantine(index) == {}


def test_a_bad_photo_leaves_quarantine_when_it_is_removed(index: PhotoIndex, tmp_path: Path) -> None:
    ingest(index, [bad_item(tmp_path, "bad.jpg", b"")], LAW)
    ingest(index, [], LAW, remove=["bad.jpg"])
    assert quarantine(index) == {}


def test_a_photo_that_becomes_unreadable_leaves_the_index(index: PhotoIndex, tmp_path: Path) -> None:
    report = ingest(index, [bad_item(tmp_path, "003.png", b"")], LAW)
    assert report.removed == 1
    assert "003.png" not in names(index)
    assert "003.png" in quarantine(index)


def test_a_photo_whose_file_was_moved_is_the_same_photo(
    index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    item = item_of(looks, "003.png", 3)
    moved = dataclasses.replace(item, path=Path(shutil.copy(item.path, tmp_path / "moved.png")))
    assert ingest(index, [moved], LAW).same == 1
    (hit,) = [
        hit
        for hit in Search(index, policy=LAW, country="AQ")("a wall", k=50, minimum=0.0)
        if hit.photo == "003.png"
    ]
    assert hit.path == moved.path


# A history: some photos come in pieces, in some order, in states that change, and some leave in between.
STATES = st.fixed_dictionaries(
    {
        "look": st.integers(0, 5),
        "light": st.integers(0, 1),
        "texts": st.sampled_from(
            [None, (), ("A plain red wall .",), ("A child near a wall .", "A lined blue cloth .")]
        ),
        "facts": st.sampled_from([None, {}, {"camera": "Holga"}]),
    }
)
STEPS = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from("abcdefgh"), STATES, min_size=1, max_size=5),
        st.sets(st.sampled_from("abcdefgh"), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


def made(looks: Path, states: dict[str, dict]) -> list[Item]:
    return [item_of(looks, f"{name}.png", **state) for name, state in states.items()]


@given(steps=STEPS, last=st.dictionaries(st.sampled_from("abcdefgh"), STATES, max_size=6), data=st.data())
@QUICK
@pytest.mark.slow
def test_an_index_is_the_same_whatever_its_history(
    steps: Sequence, last: dict, data: st.DataObject, matcher: Matcher, looks: Path, store: VectorStore
) -> None:
    items = made(looks, last)
    with tempfile.TemporaryDirectory() as folder:
        at_once = new_index(Path(folder) / "at once", matcher, items, store)
        pieces = new_index(Path(folder) / "pieces", matcher, [], store)
        for step in steps:
            if isinstance(step, dict):
                ingest(pieces, made(looks, step), LAW, lift=True)
            else:
                ingest(pieces, [], LAW, remove=[f"{name}.png" for name in step])
        order = data.draw(st.permutations(items))
        cut = data.draw(st.integers(0, len(order)))
        ingest(pieces, order[:cut], LAW, lift=True)
        gone = set(names(pieces)) - {item.name for item in items}
        ingest(pieces, order[cut:], LAW, remove=gone, lift=True)
        assert list(photo_contents(pieces)) == list(photo_contents(at_once))
        assert contents(pieces) == contents(at_once)
        pieces.close()
        at_once.close()
