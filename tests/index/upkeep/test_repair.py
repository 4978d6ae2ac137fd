"""A damaged, foreign or half-built index is an error that says what to do, never a wrong answer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, ask, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.integrity.table_errors import repair
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.repair import repair_index
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


def test_an_index_that_was_copied_or_moved_is_whole(
    index_folder: Path, whole_index: Path, tmp_path: Path
) -> None:
    moved = index_folder.rename(tmp_path / "moved")
    ask(moved)
    assert contents(PhotoIndex(moved)) == contents(PhotoIndex(whole_index))


@pytest.mark.parametrize("part", ["photo", "captions", "each_caption"])
@pytest.mark.parametrize("how", ["short", "empty", "gone", "foreign", "no header"])
def test_damaged_vectors_are_an_error_that_names_what_makes_them_good(
    how: str, part: str, index_folder: Path, whole_index: Path, store: VectorStore
) -> None:
    (file,) = (index_folder / "generations").glob(f"*/vectors/{part}/rows.vectors")
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(
            {"short": content[:-1], "empty": b"", "foreign": b"words " * 99, "no header": content[:20]}[how]
        )
    with pytest.raises(
        DataError, match=re.escape(f"Run: withsense index verify --repair --index {index_folder}")
    ):
        ask(index_folder)
    before = contents(PhotoIndex(whole_index))
    repair_index(PhotoIndex(index_folder, store), LAW)
    index = PhotoIndex(index_folder, store)
    assert (verify_index(index), contents(index)) == ([], before)
    ask(index_folder)


@pytest.mark.parametrize("part", ["form", "matcher"])
@pytest.mark.parametrize("how", ["gone", "half a state", "a flipped bit", "no arrays"])
def test_a_damaged_model_is_an_error_that_names_what_puts_it_right(
    how: str,
    part: str,
    index_folder: Path,
    looks: Path,
    store: VectorStore,
    fitted: Callable[[str], Matcher],
) -> None:
    told = f"Run: withsense index build FOLDER --index {index_folder}"
    before = contents(PhotoIndex(index_folder))
    (model,) = (index_folder / "generations").glob(f"*/{part}")
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
        with pytest.raises(DataError, match=told):
            ask(index_folder)
    with pytest.raises(DataError, match=told):
        ingest(PhotoIndex(index_folder, store), items_of_looks(looks, 9), LAW)
    assert any(told in problem for problem in verify_index(PhotoIndex(index_folder)))
    assert not any("--repair" in problem for problem in verify_index(PhotoIndex(index_folder)))
    # A build trains the same model, whose files come in their place, or another one.
    index = PhotoIndex(index_folder, store)
    take_over(index, index.add_model(fitted("hybrid")))
    index = PhotoIndex(index_folder, store)
    assert (verify_index(index), contents(index)) == ([], before)
    ask(index_folder)


@pytest.mark.parametrize("parts", [["matcher"], ["matcher", "form", "vectors"]], ids=" ".join)
def test_photos_leave_an_index_whose_model_is_lost(
    parts: list[str], index_folder: Path, looks: Path, store: VectorStore
) -> None:
    (model,) = (index_folder / "generations").glob("*")
    for part in parts:
        shutil.rmtree(model / part)
    index = PhotoIndex(index_folder, store)
    assert ingest(index, [], LAW, remove=["003.png"]).removed == 1
    assert ingest(index, items_of_looks(looks, 3), LAW, others="remove").removed == 4


@pytest.mark.slow
def test_a_model_whose_files_were_exchanged_adds_no_photos_to_those_of_the_old_one(
    index_folder: Path, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    other = new_index(tmp_path / "other", fitted("two towers"), items_of_looks(looks, 2), store)
    (model,) = (index_folder / "generations").glob("*/matcher")
    (exchanged,) = (other.folder / "generations").glob("*/matcher")
    shutil.rmtree(model)
    shutil.copytree(exchanged, model)
    before = contents(PhotoIndex(index_folder))
    with pytest.raises(DataError, match=r"not the one that this index was built with.*index build FOLDER"):
        ingest(PhotoIndex(index_folder, store), items_of_looks(looks, 9), LAW)
    assert contents(PhotoIndex(index_folder)) == before


def test_a_photo_that_the_index_does_not_have_cannot_be_the_query(index_folder: Path) -> None:
    with pytest.raises(SettingError, match=r"no photo 'nobody\.jpg'"):
        Search(index_folder, policy=LAW, country="AQ")(photo="nobody.jpg")


def test_captions_that_a_model_counts_too_few_of_are_counted_again(index_folder: Path) -> None:
    index = PhotoIndex(index_folder)
    with index.catalog.writing() as tables:
        tables.execute("UPDATE generations SET captions = 1")
    (line,) = verify_index(index)
    assert line == f"Model 1 counts fewer captions than it has. {repair(index.folder)}"
    repair_index(index, LAW)
    assert verify_index(index) == []


def test_words_that_another_hand_took_are_made_anew(index_folder: Path) -> None:
    index = PhotoIndex(index_folder)
    before = contents(index)
    with index.catalog.writing() as tables:
        tables.execute("DELETE FROM words WHERE rowid = 2")
    assert verify_index(index)
    repair_index(index, LAW)
    assert (verify_index(index), contents(index)) == ([], before)
