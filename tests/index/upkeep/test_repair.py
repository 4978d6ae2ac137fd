"""A damaged, foreign or half-built index is an error that says what to do, never a wrong answer."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, items_of_looks, new_index

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.build import build_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


@pytest.fixture(scope="module")
def whole(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    index = new_index(folder, fitted("hybrid"), items_of_looks(looks, 8), store)
    # All of it into the one file, so that a copy is whole.
    connection = sqlite3.connect(folder / "catalog.sqlite")
    index.close()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "index"))


def ask(folder: Path) -> None:
    Search(folder, policy=LAW, country="AA")("a plain scarlet wall", minimum=0.0)


def test_an_index_that_was_copied_or_moved_is_whole(folder: Path, whole: Path, tmp_path: Path) -> None:
    moved = folder.rename(tmp_path / "moved")
    ask(moved)
    assert contents(PhotoIndex(moved)) == contents(PhotoIndex(whole))


@pytest.mark.parametrize("make", [lambda folder: folder.mkdir(), lambda folder: None], ids=["empty", "none"])
def test_a_folder_that_is_no_index_names_the_command_that_makes_one(
    make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "photos")
    with pytest.raises(DataError, match=r"is no index.*index build"):
        ask(tmp_path / "photos")


def test_an_index_of_another_format_is_to_be_built_anew(folder: Path) -> None:
    (folder / "index.json").write_text(json.dumps({"kind": "withsense index", "format": 99}))
    with pytest.raises(DataError, match=r"format 99.*Build the index anew"):
        ask(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": 1}'])
def test_a_damaged_mark_is_a_clear_error(text: str, folder: Path) -> None:
    (folder / "index.json").write_text(text)
    with pytest.raises(DataError, match=r"index\.json is damaged.*[Bb]uild the index anew"):
        ask(folder)


def test_missing_tables_are_a_clear_error(folder: Path) -> None:
    (folder / "catalog.sqlite").unlink()
    with pytest.raises(DataError, match=r"catalog\.sqlite is missing. Build the index anew"):
        ask(folder)


@pytest.mark.parametrize("how", ["empty", "half", "text", "flipped"])
def test_damaged_tables_are_a_clear_error(how: str, folder: Path) -> None:
    file = folder / "catalog.sqlite"
    content = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "half": content[: len(content) // 2],
            "text": b"these are words" * 1000,
            "flipped": content[:100] + b"\xff" * (len(content) - 100),
        }[how]
    )
    with pytest.raises(DataError, match=r"catalog\.sqlite is damaged.*build the index anew"):
        ask(folder)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("INSERT INTO quarantine SELECT 'a', 'b', 'c', 'd', 'e' FROM photos", sqlite3.IntegrityError),
        ("SELECT * FROM photos WHERE id = ?", sqlite3.ProgrammingError),
    ],
)
def test_what_is_wrong_with_a_question_to_whole_tables_is_no_damage(
    asked: str, error: type[Exception], folder: Path
) -> None:
    with pytest.raises(error), PhotoIndex(folder).catalog.writing() as tables:
        tables.execute(asked)
    ask(folder)


@pytest.mark.parametrize("part", ["photo", "captions", "each_caption"])
@pytest.mark.parametrize("how", ["short", "empty", "gone", "foreign", "no header"])
def test_damaged_vectors_are_a_clear_error(how: str, part: str, folder: Path) -> None:
    (file,) = (folder / "generations").glob(f"*/vectors/{part}/rows.vectors")
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(
            {"short": content[:-1], "empty": b"", "foreign": b"words " * 99, "no header": content[:20]}[how]
        )
    with pytest.raises(DataError, match=r"build the index anew"):
        ask(folder)


@pytest.mark.parametrize("part", ["form", "matcher"])
@pytest.mark.parametrize("how", ["gone", "half a state", "a flipped bit", "no arrays"])
def test_a_damaged_model_is_a_clear_error(
    how: str, part: str, folder: Path, looks: Path, store: VectorStore
) -> None:
    (model,) = (folder / "generations").glob(f"*/{part}")
    state, arrays = model / "state.json", model / "arrays.npz"
    if how == "gone":
        shutil.rmtree(model)
    elif how == "half a state":
        state.write_text(state.read_text()[:100])
    elif how == "no arrays":
        arrays.unlink()
    else:
        content = bytearray(arrays.read_bytes())
        content[len(content) // 2] ^= 1
        arrays.write_bytes(bytes(content))
    # A search needs the form alone, and new photos need both.
    if part == "form":
        with pytest.raises(DataError):
            ask(folder)
    with pytest.raises(DataError):
        ingest(PhotoIndex(folder, store), items_of_looks(looks, 9), LAW)


@pytest.mark.parametrize("parts", [["matcher"], ["matcher", "form", "vectors"]], ids=" ".join)
def test_photos_leave_an_index_whose_model_is_lost(
    parts: list[str], folder: Path, looks: Path, store: VectorStore
) -> None:
    (model,) = (folder / "generations").glob("*")
    for part in parts:
        shutil.rmtree(model / part)
    index = PhotoIndex(folder, store)
    assert ingest(index, [], LAW, remove=["003.png"]).removed == 1
    assert ingest(index, items_of_looks(looks, 3), LAW, others="remove").removed == 4


def test_another_model_is_built_in_the_place_of_one_that_is_lost(
    judged: Pairs, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    names = sorted(set(judged.photos["photo"]))
    first, second = (
        Pairs(judged.data, judged.table[judged.table["photo"].isin(some)]) for some in (names[:6], names[1:8])
    )
    index = PhotoIndex.make(tmp_path / "built", store)
    build_index(index, fitted("hybrid"), first, LAW, facts={names[1]: {"iso": 1.0}})
    shutil.rmtree(index.folder / "generations" / "1")
    again = PhotoIndex(index.folder, store)
    # One changes, one leaves, and two come.
    report = build_index(again, fitted("closed form"), second, LAW)
    assert (report.added, report.changed, report.removed, report.same) == (2, 1, 1, 4)
    fresh = PhotoIndex.make(tmp_path / "fresh", store)
    build_index(fresh, fitted("closed form"), second, LAW)
    assert contents(again) == contents(fresh)
    assert verify_index(again) == []


def test_a_model_whose_files_were_exchanged_adds_no_photos_to_those_of_the_old_one(
    folder: Path, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    other = new_index(tmp_path / "other", fitted("two towers"), items_of_looks(looks, 2), store)
    (model,) = (folder / "generations").glob("*/matcher")
    (exchanged,) = (other.folder / "generations").glob("*/matcher")
    shutil.rmtree(model)
    shutil.copytree(exchanged, model)
    before = contents(PhotoIndex(folder))
    with pytest.raises(DataError, match=r"not the one that this index was built with.*Build the index anew"):
        ingest(PhotoIndex(folder, store), items_of_looks(looks, 9), LAW)
    assert contents(PhotoIndex(folder)) == before


def test_an_index_that_is_not_built_yet_says_how_to_build_it(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    with pytest.raises(DataError, match=r"not built yet"):
        ask(index.folder)
    model = index.add_model(fitted("hybrid"))
    ingest(index, items_of_looks(looks, 3), LAW, model)
    with pytest.raises(DataError, match=r"not built yet.*index build"):
        ask(index.folder)
    with pytest.raises(DataError, match=r"not built yet.*index build"):
        ingest(index, items_of_looks(looks, 4), LAW)


def test_a_model_that_lacks_photos_is_not_put_to_use(
    fitted: Callable[[str], Matcher], folder: Path, store: VectorStore
) -> None:
    index = PhotoIndex(folder, store)
    with pytest.raises(SettingError, match=r"lacks 8 photos.*fill it first"):
        index.switch(index.add_model(fitted("closed form")))


def test_a_photo_that_the_index_does_not_have_cannot_be_the_query(folder: Path) -> None:
    with pytest.raises(SettingError, match=r"no photo 'nobody\.jpg'"):
        Search(folder, policy=LAW, country="AA")(photo="nobody.jpg")
