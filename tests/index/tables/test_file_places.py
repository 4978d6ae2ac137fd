"""Files in an index's own folder are written down from there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from withsense_tf.index.tables.file_places import file_at, own_folder, place_of


def test_tables_in_memory_have_no_folder(tables: sqlite3.Connection) -> None:
    assert own_folder(tables) is None
    assert place_of("/a/b.png", None) == file_at("/a/b.png", None) == "/a/b.png"


def test_the_folder_of_tables_is_the_one_that_their_file_lies_in(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "catalog.sqlite")
    assert own_folder(connection) == tmp_path.resolve()
    connection.close()


def test_a_path_from_where_a_command_runs_is_seen_as_the_folders_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert place_of("index/app/a.png", tmp_path.resolve() / "index") == "./app/a.png"


@pytest.mark.parametrize("path", ["", "/index2/a.png", "/a.png"])
def test_what_lies_elsewhere_stays_a_whole_path(path: str) -> None:
    assert place_of(path, Path("/index")) == path == file_at(path, Path("/index"))


def test_a_whole_path_of_a_version_before_leads_to_the_folders_own_file(tmp_path: Path) -> None:
    old = "/gone/index/app/photos/upload_1.png"
    assert file_at(old, tmp_path) == old
    (tmp_path / "app" / "photos").mkdir(parents=True)
    (tmp_path / "app" / "photos" / "upload_1.png").touch()
    assert file_at(old, tmp_path) == str(tmp_path / "app" / "photos" / "upload_1.png")
