"""Vectors and models whose bytes changed are noticed, and the vectors of an index are made anew in their place."""

from __future__ import annotations

import json
import shutil
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from index_digest import contents
from PIL import Image
from quick import least_seconds
from small_index import LAW, items_of_looks, new_whole_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.encoders.vectors.vector_shards import KEY, Shelf
from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.repair import repair_index
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.index.vectors.vector_file import START
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
COUNT = 12
PARTS = ("photo", "captions", "each_caption")


@pytest.fixture(scope="module")
def whole(
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    new_whole_index(folder / "index", fitted("hybrid"), items_of_looks(folder / "photos", COUNT), store)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Return an index whose photos are its own."""
    shutil.copytree(whole, tmp_path / "all")
    connection = sqlite3.connect(tmp_path / "all" / "index" / "catalog.sqlite")
    with connection:
        connection.execute(
            "UPDATE photos SET path = replace(path, ?, ?)", (str(whole), str(tmp_path / "all"))
        )
    connection.close()
    return tmp_path / "all"


def vectors_of(folder: Path, part: str) -> Path:
    (file,) = (folder / "index" / "generations").glob(f"*/vectors/{part}/rows.vectors")
    return file


def answers(folder: Path, store: VectorStore) -> list[dict]:
    search = Search(PhotoIndex(folder / "index", store), policy=LAW, country="BB")
    return [search(text, k=COUNT, minimum=0.0).as_dict() for text in ("a plain scarlet wall", "paper")]


def damage(file: Path, how: str) -> None:
    content = bytearray(file.read_bytes())
    rng = np.random.default_rng(0)
    if how == "noise":
        content[START:] = rng.bytes(len(content) - START)
    elif how == "zeros":
        content[START:] = bytes(len(content) - START)
    elif how == "a flipped bit":
        content[(len(content) + START) // 2] ^= 4
    elif how == "another order":
        half = (len(content) - START) // 2
        content[START : START + half], content[-half:] = content[-half:], content[START : START + half]
    elif how == "a shorter longest":
        content[32:40] = np.float64(1e-3).tobytes()
    elif how == "short":
        content = content[: START + (len(content) - START) // 3]
    elif how == "no header":
        content[:START] = bytes(START)
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(content)


HOW = [
    "noise", "zeros", "a flipped bit", "another order", "a shorter longest", "short", "no header", "gone",
]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "part"),
    [
        *((how, "photo") for how in HOW),
        ("zeros", "captions"),
        ("a flipped bit", "each_caption"),
        ("gone", "each_caption"),
    ],
)
@pytest.mark.slow
def test_changed_vectors_are_found_and_made_anew_so_that_answers_are_those_of_before(
    how: str, part: str, folder: Path, store: VectorStore
) -> None:
    before, held = answers(folder, store), contents(PhotoIndex(folder / "index", store))
    damage(vectors_of(folder, part), how)
    assert any("verify --repair" in line for line in verify_index(PhotoIndex(folder / "index", store)))
    assert not repair_index(PhotoIndex(folder / "index", store), LAW).unusable
    assert verify_index(PhotoIndex(folder / "index", store), files=True) == []
    assert answers(folder, store) == before
    assert contents(PhotoIndex(folder / "index", store)) == held


def test_changed_vectors_of_half_the_digits_are_found_and_made_anew(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    model = index.add_model(fitted("hybrid"), Engine(dtype="float16"))
    ingest(index, items_of_looks(looks, COUNT), LAW, model)
    take_over(index, model)
    held = contents(index)
    damage(vectors_of(tmp_path, "photo"), "a flipped bit")
    assert len(verify_index(index)) == 1
    assert repair_index(index, LAW).photos == 1
    assert verify_index(index) == []
    assert contents(index) == held


def test_changed_vectors_in_milvus_are_found_and_made_anew(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    model = index.add_model(fitted("hybrid"), Engine("milvus"))
    ingest(index, items_of_looks(looks, COUNT), LAW, model)
    take_over(index, model)
    held, engine = contents(index), index.generation(model).vectors["photo"]
    engine.write(3, engine.get(np.array([3])) + np.float32(1e-6))
    engine.remove(np.array([5]))
    problems = verify_index(index)
    assert "has no rows [5]" in problems[0]
    assert "verify --repair" in problems[1]
    repair_index(index, LAW)
    assert verify_index(index) == []
    assert contents(index) == held
    index.close()


@pytest.mark.parametrize("how", ["noise", "zeros", "a shorter longest"])
def test_a_search_of_files_that_hold_something_else_is_an_error_that_says_how_to_repair(
    how: str, folder: Path, store: VectorStore
) -> None:
    damage(vectors_of(folder, "photo"), how)
    with pytest.raises(DataError, match=r"damaged.*verify --repair --index .*index --overrides FILE"):
        answers(folder, store)


def test_rows_that_were_exchanged_in_the_tables_are_found_and_made_anew(
    folder: Path, store: VectorStore
) -> None:
    before, index = answers(folder, store), PhotoIndex(folder / "index", store)
    with index.catalog.writing() as tables:
        tables.execute("UPDATE rows SET photo = 3 - photo WHERE photo IN (1, 2)")
        tables.execute("UPDATE rows SET first_caption = 3 WHERE photo = 5")
        tables.execute("UPDATE rows SET row = 5000 WHERE photo = 7")
        tables.execute("DELETE FROM rows WHERE photo = 8")
    assert sum("verify --repair" in line for line in verify_index(index)) == 4
    repair_index(PhotoIndex(folder / "index", store), LAW)
    assert verify_index(PhotoIndex(folder / "index", store)) == []
    assert answers(folder, store) == before


def test_a_photo_without_vectors_and_without_its_file_leaves_the_index_for_the_quarantine(
    folder: Path, store: VectorStore
) -> None:
    photos = sorted((folder / "photos").iterdir())
    damage(vectors_of(folder, "photo"), "zeros")
    photos[0].unlink()
    Image.new("RGB", (32, 32)).save(photos[1])
    told = repair_index(PhotoIndex(folder / "index", store), LAW)
    assert (told.photos, len(told.unusable)) == (COUNT - 2, 2)
    assert "not the one that was indexed" in str(told)
    index = PhotoIndex(folder / "index", store)
    assert verify_index(index, files=True) == []
    with index.catalog.reading() as tables:
        names = {name for (name,) in tables.execute("SELECT name FROM quarantine")}
        assert tables.execute("SELECT count(*) FROM photos").fetchone()[0] == COUNT - 2
    assert names == {one.name for one in told.unusable}


def test_a_repair_without_the_folder_of_the_photos_removes_nothing(folder: Path, store: VectorStore) -> None:
    damage(vectors_of(folder, "photo"), "zeros")
    shutil.move(folder / "photos", folder / "elsewhere")
    with pytest.raises(SettingError, match=r"is their folder there\? Nothing was removed"):
        repair_index(PhotoIndex(folder / "index", store), LAW)
    shutil.move(folder / "elsewhere", folder / "photos")
    assert repair_index(PhotoIndex(folder / "index", store), LAW).photos == COUNT
    assert verify_index(PhotoIndex(folder / "index", store)) == []


def test_what_a_killed_writer_left_behind_the_last_row_is_no_damage(folder: Path, store: VectorStore) -> None:
    for part in PARTS:
        with vectors_of(folder, part).open("ab") as stream:
            stream.write(np.random.default_rng(1).bytes(1001))
    assert verify_index(PhotoIndex(folder / "index", store)) == []
    answers(folder, store)


def test_a_search_reads_no_model_whose_files_changed(folder: Path, store: VectorStore) -> None:
    (state,) = (folder / "index" / "generations").glob("*/form/state.json")
    text = state.read_text()
    # A number that is as good as any other.
    at = next(n for n in range(len(text) // 2, len(text)) if text[n].isdigit())
    state.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])
    json.loads(state.read_text())
    with pytest.raises(DataError, match=r"form.*not those that this index was built with"):
        answers(folder, store)
    assert verify_index(PhotoIndex(folder / "index", store))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_stored_vector_whose_bytes_changed_is_not_used_but_made_anew(dtype: str, tmp_path: Path) -> None:
    keys = np.array([f"photo {n}".encode() for n in range(40)], KEY)
    vectors = np.random.default_rng(0).normal(size=(40, 16)).astype(dtype).astype(np.float32)
    shelf = Shelf(tmp_path, "an encoder", dtype)
    shelf.add(keys, vectors)
    (file,) = tmp_path.glob("*.vectors")
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    shelf = Shelf(tmp_path, "an encoder", dtype)
    with pytest.warns(DataWarning, match=r"is damaged: 1 of the vectors"):
        found, kept = shelf.find(keys)
    assert found.sum() == 39
    np.testing.assert_array_equal(kept, vectors[found])
    shelf.add(keys[~found], vectors[~found])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        for number in range(20):
            # Files are joined on the way.
            shelf.add(np.array([f"other {number}".encode()], KEY), vectors[:1])
            np.testing.assert_array_equal(shelf.find(keys)[1], vectors)
    np.testing.assert_array_equal(Shelf(tmp_path, "an encoder", dtype).find(keys)[1], vectors)


def test_a_zeroed_page_of_the_tables_is_found(folder: Path, store: VectorStore) -> None:
    file = folder / "index" / "catalog.sqlite"
    pages = file.stat().st_size // 4096
    unseen = []
    for page in range(1, pages):
        content = bytearray(file.read_bytes())
        if not any(content[page * 4096 : (page + 1) * 4096]):
            continue
        other = folder / f"with {page}"
        shutil.copytree(folder / "index", other)
        content[page * 4096 : (page + 1) * 4096] = bytes(4096)
        (other / "catalog.sqlite").write_bytes(content)
        if not verify_index(PhotoIndex(other, store)):
            unseen.append(page)
        shutil.rmtree(other)
    assert unseen == []


@pytest.mark.slow
def test_a_look_at_the_vectors_when_an_index_is_opened_takes_no_time(
    folder: Path, store: VectorStore
) -> None:
    from withsense_tf.index.integrity.vector_checks import _check_sample

    index = PhotoIndex(folder / "index", store)
    with index.catalog.reading() as tables:
        generation = index.current(tables)
        _check_sample(tables, generation)
        assert least_seconds(lambda: _check_sample(tables, generation), enough=0.1) < 0.1
