"""What users brought stays, whatever a folder says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_index import CHILD, INNOCENT, LAW, draw_look, item_of, items_of_looks, new_index, shown

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.brought import BY_USER, brought_names, erase_kept_out, note_brought
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.photo_states import count_staged
from withsense_tf.index.tables.photos_table import live_of_name, live_tags
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import Others, ingest
from withsense_tf.index.upkeep.kept_out import keep_out
from withsense_tf.index.upkeep.repair import repair_index
from withsense_tf.index.upkeep.staging import Staging
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher

SAID = ("000.png#by Ann 0123456789abcdef", "A marmalade zeppelin .")


@pytest.fixture
def index(fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path) -> PhotoIndex:
    """Return an index of a folder's three photos, one photo that a user brought, and one caption."""
    items = items_of_looks(tmp_path / "folder", 3)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    brought = item_of(tmp_path / "state" / "photos", "upload_1.png", 5)
    note_brought(index, tmp_path / "state" / "photos")
    note_brought(index, tmp_path / "state" / "photos")
    ingest(index, [brought], LAW)
    ingest(index, [replace(items[0], captions=(*items[0].captions, SAID))], LAW)
    return index


def names(index: PhotoIndex) -> set[str]:
    with index.catalog.reading() as tables:
        return set(live_tags(tables))


def captions(index: PhotoIndex, name: str) -> list[tuple[str, str]]:
    with index.catalog.reading() as tables:
        ((_, item),) = stored_items(tables, live_of_name(name))
        return list(item.captions)


@pytest.mark.parametrize("others", ["keep", "remove", "replace"])
def test_a_folder_does_not_take_away_what_it_never_had(
    index: PhotoIndex, tmp_path: Path, others: Others
) -> None:
    report = ingest(index, items_of_looks(tmp_path / "folder", 2), LAW, others=others)
    assert (report.removed, report.changed) == (0 if others == "keep" else 1, 0)
    assert "upload_1.png" in names(index)
    assert captions(index, "000.png")[-1] == SAID


def test_what_was_brought_by_way_of_a_link_stays_too(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(tmp_path / "folder", 3)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    (tmp_path / "state").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "state")
    note_brought(index, tmp_path / "link" / "photos")
    ingest(index, [item_of(tmp_path / "link" / "photos", "upload_1.png", 5)], LAW)
    ingest(index, items, LAW, others="remove")
    assert "upload_1.png" in names(index)


def test_a_caption_of_a_user_stays_beside_new_ones_and_leaves_with_the_picture(
    index: PhotoIndex, tmp_path: Path
) -> None:
    told = item_of(tmp_path / "folder", "000.png", 0, texts=["A new word of the folder ."])
    ingest(index, [told], LAW)
    assert captions(index, "000.png") == [*told.captions, SAID]
    ingest(index, [item_of(tmp_path / "folder", "000.png", 7)], LAW)
    assert SAID not in captions(index, "000.png")


def test_what_a_user_brought_leaves_by_name_and_with_its_file(index: PhotoIndex, tmp_path: Path) -> None:
    with index.catalog.reading() as tables:
        assert brought_names(tables) == {"upload_1.png"}
    for file in (tmp_path / "state" / "photos").iterdir():
        file.unlink()
    ingest(index, items_of_looks(tmp_path / "folder", 3), LAW, others="remove")
    assert names(index) == {"000.png", "001.png", "002.png"}


def upload(index: PhotoIndex, tmp_path: Path, look: int = 6) -> Path:
    """Bring a photo as servers do, with a picture made of it, and return its file."""
    folder = tmp_path / "state" / "photos"
    drawn = item_of(folder, f"upload_{look}.png", look)
    file = drawn.path.rename(folder / drawn.name)
    ingest(index, [replace(drawn, path=file)], LAW)
    thumbnail = folder.parent / "thumbnails" / drawn.digest[:2] / f"{drawn.digest}-160-1.webp"
    thumbnail.parent.mkdir(parents=True)
    thumbnail.touch()
    return file


def pictures(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "state" / "thumbnails").rglob("*.webp"))


@pytest.mark.closed
def test_an_upload_that_is_removed_is_erased_with_its_pictures(index: PhotoIndex, tmp_path: Path) -> None:
    file, other = upload(index, tmp_path), upload(index, tmp_path, look=7)
    leaving, _ = keep_out(index, [file.name, "000.png"])
    # Who is stopped here has lost nothing: it is live.
    erase_kept_out(index)
    assert file.exists()
    ingest(index, [], LAW, remove=leaving)
    assert not file.exists()
    assert other.exists()
    assert len(pictures(tmp_path)) == 1
    # The files of a folder are its owner's.
    assert len(list((tmp_path / "folder").iterdir())) == 3
    assert verify_index(index, files=True) == []


@pytest.mark.closed
def test_an_upload_of_which_another_photo_has_the_content_stays_until_that_one_leaves(
    index: PhotoIndex, tmp_path: Path
) -> None:
    file = upload(index, tmp_path)
    keep_out(index, [file.name])
    twin = tmp_path / "folder" / "twin.png"
    shutil.copyfile(file, twin)
    with index.catalog.writing() as tables:
        tables.execute("UPDATE photos SET name = 'twin.png', path = ? WHERE name = ?", (str(twin), file.name))
    erase_kept_out(index)
    assert file.exists()
    ingest(index, [], LAW, remove=["twin.png"])
    assert not file.exists()
    assert twin.exists()


@pytest.mark.closed
def test_what_was_removed_before_files_were_erased_is_erased_by_compact(
    index: PhotoIndex, tmp_path: Path
) -> None:
    file = upload(index, tmp_path)
    content = file.read_bytes()
    leaving, _ = keep_out(index, [file.name])
    ingest(index, [], LAW, remove=leaving)
    file.write_bytes(content)
    compact_index(index)
    assert not file.exists()


@pytest.mark.closed
def test_a_copy_of_an_index_erases_no_upload_of_the_original(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    original = new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(tmp_path / "folder", 3), store)
    uploads = tmp_path / "index" / "app" / "photos"
    drawn = item_of(uploads, "upload_1.png", 5)
    file = drawn.path.rename(uploads / "upload_1.png")
    note_brought(original, uploads)
    ingest(original, [replace(drawn, path=file)], LAW)
    original.close()
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    copy = PhotoIndex(tmp_path / "copy", store)
    leaving, _ = keep_out(copy, ["upload_1.png"])
    ingest(copy, [], LAW, remove=leaving)
    assert not (tmp_path / "copy" / "app" / "photos" / "upload_1.png").exists()
    assert file.exists()


def restored(index: PhotoIndex, tmp_path: Path) -> PhotoIndex:
    """Return the index from a copy elsewhere, with the original gone."""
    index.close()
    shutil.copytree(tmp_path / "index", tmp_path / "restored" / "index")
    shutil.rmtree(tmp_path / "index")
    return PhotoIndex(tmp_path / "restored" / "index", index._store)


@pytest.mark.parametrize("by_older_version", [False, True])
def test_an_index_that_is_restored_elsewhere_has_its_uploads(
    by_older_version: bool, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(tmp_path / "folder", 3)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    uploads = tmp_path / "index" / "app" / "photos"
    drawn = item_of(uploads, "upload_1.png", 5)
    upload = replace(drawn, path=drawn.path.rename(uploads / "upload_1.png"))
    note_brought(index, uploads)
    ingest(index, [upload], LAW)
    if by_older_version:
        with index.catalog.writing() as tables:
            tables.execute("UPDATE photos SET path = ? WHERE name = ?", (str(upload.path), upload.name))
    copy = restored(index, tmp_path)
    assert verify_index(copy, files=True) == []
    report = ingest(copy, items_of_looks(tmp_path / "folder", 2), LAW, others="remove")
    assert (report.removed, "upload_1.png" in names(copy)) == (1, True)


def test_uploads_of_a_folder_that_was_moved_are_found_in_the_new_one(
    index: PhotoIndex, tmp_path: Path
) -> None:
    old, new = tmp_path / "state" / "photos", tmp_path / "elsewhere" / "photos"
    shutil.copytree(old, new)
    next(new.iterdir()).rename(new / "upload_1.png")
    shutil.rmtree(old)
    note_brought(index, new)
    assert verify_index(index, files=True) == []


def test_uploads_of_a_folder_that_is_not_there_are_not_removed(index: PhotoIndex, tmp_path: Path) -> None:
    (tmp_path / "state").rename(tmp_path / "not mounted")
    ingest(index, items_of_looks(tmp_path / "folder", 3), LAW, others="remove")
    assert "upload_1.png" in names(index)


def test_an_id_says_whether_a_user_gave_the_caption() -> None:
    assert BY_USER.search(SAID[0])
    assert not BY_USER.search("000.png#0")


def with_caption(index: PhotoIndex, name: str, caption: tuple[str, str]) -> Item:
    """Return a photo as a server brings a caption to it that a user gave."""
    with index.catalog.reading() as tables:
        ((_, item),) = stored_items(tables, live_of_name(name))
    return replace(item, captions=(*item.captions, caption), adds_captions=True)


def amid_staging(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once, on a thread of its own, when a writer has staged its first batch."""
    stage_batch, waiting = Staging._stage_batch, [act]

    def stage_and_act(self: Staging, *batch: Any) -> None:
        stage_batch(self, *batch)
        if waiting:
            with ThreadPoolExecutor(1) as other:
                other.submit(waiting.pop()).result()

    monkeypatch.setattr(Staging, "_stage_batch", stage_and_act)


LATER = ("001.png#by Bob 0123456789abcdee", "A turquoise gramophone .")


@pytest.mark.parametrize("others", ["keep", "remove"])
def test_a_caption_that_comes_amid_an_update_of_the_folder_stays(
    index: PhotoIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: Others
) -> None:
    server = PhotoIndex(index.folder, index.store)
    amid_staging(monkeypatch, lambda: ingest(server, [with_caption(server, "001.png", LATER)], LAW))
    items = items_of_looks(tmp_path / "folder", 3)
    told = item_of(tmp_path / "folder", "002.png", 2, texts=["A new word of the folder ."])
    ingest(index, [*items[:2], told], LAW, others=others)
    assert captions(index, "001.png") == [*items[1].captions, LATER]
    assert captions(index, "002.png") == list(told.captions)


def test_a_caption_that_comes_amid_a_change_of_its_own_photo_stays(
    index: PhotoIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = PhotoIndex(index.folder, index.store)
    amid_staging(monkeypatch, lambda: ingest(server, [with_caption(server, "001.png", LATER)], LAW))
    told = item_of(tmp_path / "folder", "001.png", 1, texts=["A new word of the folder ."])
    ingest(index, [told], LAW)
    assert captions(index, "001.png") == [*told.captions, LATER]


def test_what_a_folder_says_of_a_photo_amid_a_caption_for_it_stays(
    index: PhotoIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updater = PhotoIndex(index.folder, index.store)
    told = item_of(tmp_path / "folder", "001.png", 1, texts=["Two children play in the sand ."])
    amid_staging(monkeypatch, lambda: ingest(updater, [told], LAW))
    ingest(index, [with_caption(index, "001.png", LATER)], LAW)
    assert captions(index, "001.png") == [*told.captions, LATER]
    with index.catalog.reading() as tables:
        assert not IndexDoor(LAW, tables).photo("001.png")


def test_a_photo_that_left_amid_a_caption_for_it_does_not_come_back(
    index: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    remover = PhotoIndex(index.folder, index.store)
    amid_staging(monkeypatch, lambda: ingest(remover, [], LAW, remove=["001.png"]))
    ingest(index, [with_caption(index, "001.png", LATER)], LAW)
    assert "001.png" not in names(index)
    with index.catalog.reading() as tables:
        assert count_staged(tables) == 0


def test_captions_that_two_servers_bring_at_the_same_time_both_stay(
    index: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, before = PhotoIndex(index.folder, index.store), captions(index, "001.png")
    more = ("001.png#by Cy 0123456789abcded", "A quilted samovar .")
    amid_staging(monkeypatch, lambda: ingest(other, [with_caption(other, "001.png", more)], LAW))
    ingest(index, [with_caption(index, "001.png", LATER)], LAW)
    assert captions(index, "001.png") == [*before, more, LATER]


@pytest.mark.closed
@pytest.mark.parametrize("way", ["update", "repair"])
def test_an_upload_whose_file_is_damaged_leaves_and_what_restricted_its_copies_stays_known(
    index: PhotoIndex, tmp_path: Path, way: str
) -> None:
    uploads = tmp_path / "state" / "photos"
    ingest(
        index, [item_of(uploads, "upload_2.png", 6, texts=[CHILD]), item_of(uploads, "upload_3.png", 7)], LAW
    )
    copy = item_of(tmp_path / "folder", "copy.png", 6, light=2, texts=[INNOCENT])
    ingest(index, [copy], LAW)
    assert shown(index) == {"000.png", "001.png", "002.png", "upload_1.png", "upload_3.png"}
    draw_look(uploads, 6).write_text("broken")
    shutil.copy(draw_look(uploads, 7), draw_look(uploads, 5))
    told = verify_index(index, files=True)
    assert all(
        any(f"The file of {name} " in line for line in told) for name in ("upload_1.png", "upload_2.png")
    )
    if way == "repair":
        left = repair_index(index, LAW).unusable
    else:
        left = ingest(
            index, [*items_of_looks(tmp_path / "folder", 3), copy], LAW, others="remove"
        ).quarantined
    assert {one.name for one in left} == {"upload_1.png", "upload_2.png"}
    assert verify_index(index, files=True) == []
    assert "copy.png" in names(index)
    assert shown(index) == {"000.png", "001.png", "002.png", "upload_3.png"}
    # Who sends the picture once more brings it in.
    draw_look(uploads, 5).unlink()
    ingest(index, [item_of(uploads, "upload_1.png", 5)], LAW)
    assert "upload_1.png" in shown(index)


def test_an_index_of_uploads_is_not_emptied_by_a_disk_that_broke(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(tmp_path / "photos", 12)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    note_brought(index, tmp_path / "photos")
    for item in items:
        item.path.write_text("broken")
    with pytest.raises(SettingError, match="12 of the 12 photos"):
        ingest(index, [], LAW, others="remove")
    with pytest.raises(SettingError, match="12 of 12 photos"):
        repair_index(index, LAW)
    assert len(names(index)) == 12
