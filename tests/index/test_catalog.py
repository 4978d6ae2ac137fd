from __future__ import annotations

import json
import re
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from full_files import without_rights
from small_index import ask

from withsense_tf.errors import DataError, RightsError, WithSenseWarning
from withsense_tf.index import catalog
from withsense_tf.index.catalog import Catalog, Tables
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import left_along
from withsense_tf.index.upkeep.verify import verify_index


@pytest.mark.closed
def test_a_wrong_question_to_the_tables_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    catalog = Catalog.make(tmp_path / "index")
    with pytest.raises(DataError, match="Expression tree") as wrong, catalog.reading() as tables:
        tables.execute(f"SELECT {'1 + ' * 2_000} 1")
    assert str(wrong.value).endswith("(maximum depth 1000).")


@pytest.mark.parametrize("make", [lambda folder: folder.mkdir(), lambda folder: None], ids=["empty", "none"])
def test_a_folder_that_is_no_index_names_the_command_that_makes_one(
    make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "photos")
    with pytest.raises(DataError, match=r"is no index.*index build"):
        ask(tmp_path / "photos")


@pytest.mark.parametrize("use", [Catalog, Catalog.make])
def test_of_what_is_no_index_it_is_said_what_it_is(use: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.jpg").touch()
    with pytest.raises(
        DataError, match=r"photos is no index, but a folder that has a\.jpg.*--index NEW_FOLDER"
    ):
        use(tmp_path / "photos")
    with pytest.raises(DataError, match=r"a\.jpg is no index, but a file\."):
        use(tmp_path / "photos/a.jpg")


def test_an_index_that_this_user_may_not_look_into_is_not_called_none(tmp_path: Path) -> None:
    Catalog.make(tmp_path / "index").close()
    with (
        without_rights(tmp_path, "index"),
        pytest.raises(
            RightsError, match=r"index may not be read or written by who runs this \(Permission denied"
        ),
    ):
        Catalog(tmp_path / "index")


# What cannot be read is in the way of a build, too: it needs another folder.
WAYS_OUT = (
    "Bring the folder of the index back from a copy, or build another one, with the options of the law that it had: "
    r".*build FOLDER --index NEW_FOLDER$"
)


@pytest.mark.parametrize("version", [1, 2, 99])
def test_an_index_of_another_format_is_to_be_built_anew(version: int, index_folder: Path) -> None:
    (index_folder / "index.json").write_text(json.dumps({"kind": "withsense index", "format": version}))
    with pytest.raises(DataError, match=rf"format {version};.* {WAYS_OUT}"):
        ask(index_folder)


def test_an_index_of_the_format_before_is_brought_up_to_this_one(index_folder: Path) -> None:
    with closing(sqlite3.connect(index_folder / "catalog.sqlite")) as connection:
        connection.execute("ALTER TABLE kept_out DROP COLUMN along")
    mark = index_folder / "index.json"
    mark.write_text(mark.read_text().replace(str(catalog.FORMAT), "5"))
    # Whoever only looks at it must know that there is no way back but the back-up.
    with pytest.warns(
        WithSenseWarning, match=r"was of format 5 and is of format 7 now.*before 0\.2\.0.*back-up"
    ):
        PhotoIndex(index_folder)
    assert json.loads(mark.read_text())["format"] == catalog.FORMAT
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with PhotoIndex(index_folder).catalog.reading() as tables:
            assert left_along(tables, {"a.png"}) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": 1}'])
def test_a_damaged_mark_is_a_clear_error(text: str, index_folder: Path) -> None:
    (index_folder / "index.json").write_text(text)
    with pytest.raises(DataError, match=rf"index\.json is damaged .*\. {WAYS_OUT}"):
        ask(index_folder)
    with pytest.raises(DataError, match=WAYS_OUT):
        Catalog.make(index_folder)


def test_missing_tables_are_a_clear_error(index_folder: Path) -> None:
    (index_folder / "catalog.sqlite").unlink()
    with pytest.raises(DataError, match=rf"catalog\.sqlite is missing\. {WAYS_OUT}"):
        ask(index_folder)


def test_an_index_that_lost_its_mark_is_told_from_a_folder_of_another_kind(index_folder: Path) -> None:
    (index_folder / "index.json").unlink()
    for look in (ask, Catalog.make):
        with pytest.raises(DataError, match=rf"is not whole: .*index\.json is missing\. {WAYS_OUT}"):
            look(index_folder)


@pytest.mark.parametrize("how", ["empty", "half", "text", "flipped"])
def test_damaged_tables_are_a_clear_error(how: str, index_folder: Path) -> None:
    file = index_folder / "catalog.sqlite"
    content = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "half": content[: len(content) // 2],
            "text": b"these are words" * 1000,
            "flipped": content[:100] + b"\xff" * (len(content) - 100),
        }[how]
    )
    with pytest.raises(DataError, match=rf"catalog\.sqlite is damaged .*\. {WAYS_OUT}"):
        ask(index_folder)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE photos SET path = CAST(x'736563726574ff' AS TEXT)", "'path'"),
        ("ALTER TABLE photos RENAME COLUMN digest TO hash", "no such column"),
    ],
)
def test_tables_that_lost_a_part_are_damaged_and_tell_no_text(
    change: str, what: str, index_folder: Path
) -> None:
    with closing(sqlite3.connect(index_folder / "catalog.sqlite")) as connection, connection:
        connection.execute(change)
    with pytest.raises(DataError) as caught:
        ask(index_folder)
    message = rf"catalog\.sqlite is damaged .*{what}.*\. {WAYS_OUT}"
    assert re.search(message, str(caught.value))
    assert "secret" not in str(caught.value)
    (problem,) = verify_index(PhotoIndex(index_folder))
    assert re.search(message, problem)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("INSERT INTO quarantine SELECT 'a', 'b', 'c', 'd', 'e' FROM photos", sqlite3.IntegrityError),
        ("SELECT * FROM photos WHERE id = ?", sqlite3.ProgrammingError),
    ],
)
def test_what_is_wrong_with_a_question_to_whole_tables_is_no_damage(
    asked: str, error: type[Exception], index_folder: Path
) -> None:
    with pytest.raises(error), PhotoIndex(index_folder).catalog.writing() as tables:
        tables.execute(asked)
    ask(index_folder)


def test_what_is_remembered_of_a_state_stays_bounded_and_goes_with_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "MOST_REMEMBERED", 10)
    reader, writer = Catalog.make(tmp_path / "index"), Catalog(tmp_path / "index")
    with reader.reading() as tables:
        assert isinstance(tables, Tables)
        tables.memory("law").update(dict.fromkeys(range(12)))
        # The older half goes, and what came last stays.
        assert list(tables.memory("law")) == list(range(5, 12))
        assert tables.memory("another law") == {}
        tables.memory("another law")["photo"] = 1
    with writer.writing() as tables:
        tables.execute("CREATE TABLE new (cell)")
    with reader.reading() as tables:
        assert isinstance(tables, Tables)
        assert tables.memory("another law") == {}


def test_a_new_index_is_its_owners_alone(tmp_path: Path) -> None:
    """It has the captions of photos that are withheld."""
    Catalog.make(tmp_path / "index").close()
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_written_to_says_so_whatever_was_read_amid_the_writing(tmp_path: Path) -> None:
    """Where an index may only be read, each connection is closed behind its use: not amid it."""
    index = Catalog.make(tmp_path / "index")
    index.close()
    with (
        without_rights(tmp_path, "index", mode=0o555),
        pytest.raises(DataError, match=r"index may only be read: .*, with the rights dr-xr-xr-x"),
    ):
        write_and_read(Catalog(tmp_path / "index"))


def write_and_read(index: Catalog) -> None:
    with index.writing() as tables:
        with index.reading() as same:
            same.execute("SELECT 1")
        tables.execute("DELETE FROM photos")
