from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from subprocess import PIPE

import pytest
from filelock import FileLock, Timeout
from full_files import files_of_at_most, without_rights, without_room

from withsense_tf.common.atomic_files import (
    ALIVE,
    OwnFolder,
    alone_with,
    append_line,
    check_appendable,
    check_new_folder,
    fill_draft,
    whole_file,
    whole_folder,
)
from withsense_tf.errors import DiskError, RightsError, SettingError


def write(file: Path, error: Exception) -> None:
    with whole_file(file) as draft:
        draft.write_text("half")
        raise error


def test_a_file_appears_whole_and_its_draft_goes(tmp_path: Path) -> None:
    file = tmp_path / "new" / "words.txt"
    with whole_file(file) as draft:
        draft.write_text("half")
        assert not file.exists()
    assert file.read_text() == "half"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_appears_whole_or_not_at_all(is_there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    if is_there:
        folder.mkdir()
    with pytest.raises(FileNotFoundError), whole_folder(folder, "one") as draft:
        Path(draft / "none" / "half").touch()
    assert list(tmp_path.rglob("*")) == [folder] * is_there
    with whole_folder(folder, "one") as draft:
        (draft / "parts").mkdir()
        (draft / "parts" / "one").touch()
        assert not list(folder.glob("[!.]*"))
    assert sorted(tmp_path.rglob("*")) == [folder, folder / "parts", folder / "parts" / "one"]


@pytest.mark.parametrize("name", ["n" * 255, "写" * 85])
def test_a_new_folder_may_have_a_name_as_long_as_names_are(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with whole_folder(folder, "one") as draft:
        (draft / "one").touch()
    assert list(folder.iterdir()) == [folder / "one"]
    with without_rights(folder, "", mode=0), pytest.raises(RightsError):
        check_new_folder(folder)


def test_an_empty_folder_is_filled_where_nothing_beside_it_can_be_written(tmp_path: Path) -> None:
    (folder := tmp_path / "disk" / "out").mkdir(parents=True)
    with without_rights(tmp_path / "disk", "", mode=0o555), whole_folder(folder, "one") as draft:
        (draft / "one").touch()
    assert list(folder.iterdir()) == [folder / "one"]


def test_what_says_that_a_folder_is_whole_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[str] = []
    monkeypatch.setattr(Path, "rename", lambda _, place: places.append(place.name))
    with whole_folder(tmp_path, "b") as draft:
        for name in "bacd":
            (draft / name).touch()
    assert (sorted(places), places[-1]) == (list("abcd"), "b")


@pytest.mark.parametrize("is_there", [False, True])
def test_of_two_that_fill_a_folder_the_second_leaves_it_alone(is_there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    if is_there:
        folder.mkdir()

    def fill(folder: Path, name: str) -> None:
        with whole_folder(folder, "one") as draft:
            (draft / name).touch()
            if name != "one":
                fill(folder, "one")

    with pytest.raises(SettingError, match="is there already"):
        fill(folder, "two")
    assert list(tmp_path.rglob("*")) == [folder, folder / "one"]


@pytest.mark.parametrize("is_there", [False, True])
def test_drafts_of_a_folder_that_were_left_go_once_they_are_old(is_there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    place = folder if is_there else tmp_path
    old, young = place / ".out-0123abcd.draft", place / ".out-89abcdef.draft"
    for draft in (old, young):
        (draft / "parts").mkdir(parents=True)
    os.utime(old, (0, 0))
    with whole_folder(folder, "one") as draft:
        (draft / "one").touch()
    assert sorted(place.glob(".*")) == [young]
    assert (folder / "one").exists()


def test_a_file_behind_a_symbolic_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file, link = tmp_path / "real" / "words.txt", tmp_path / "words.txt"
    file.write_text("old")
    link.symlink_to(file)
    with whole_file(link) as draft:
        draft.write_text("new")
    assert (link.is_symlink(), file.read_text()) == (True, "new")


def test_a_file_has_one_lock_by_whatever_link_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file, link = tmp_path / "real" / "words.txt", tmp_path / "words.txt"
    file.touch()
    link.symlink_to(file)
    with alone_with(link), pytest.raises(Timeout):
        FileLock(f"{file}.lock", blocking=False).acquire()


def test_an_error_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("old")
    with pytest.raises(ValueError, match="stop"):
        write(file, ValueError("stop"))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_is_told_with_the_name_of_the_file_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    with pytest.raises(DiskError, match=r"words\.txt"):
        write(file, OSError(errno.ENOSPC, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_process_wrote_meanwhile_stays_where_it_is_not_to_be_replaced(
    tmp_path: Path,
) -> None:
    file = tmp_path / "words.txt"
    with whole_file(file, replace=False) as draft:
        draft.write_text("mine")
        file.write_text("theirs")
    assert file.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [file]


def test_a_line_is_appended_whole_or_not_at_all_and_a_new_file_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "new" / "lines.txt"
    assert append_line(file, b"one") == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open("ab") as stream:
        stream.write(b"half")
    assert append_line(file, b"two", lasting=True) == 8
    assert file.read_bytes() == b"one\nhalf\ntwo\n"
    with without_room(file), pytest.raises(DiskError, match=r"No space left on the disk for .*lines\.txt"):
        append_line(file, b"three")
    assert file.read_bytes() == b"one\nhalf\ntwo\n"


def test_half_a_line_for_which_there_is_room_does_not_stay(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    append_line(file, b"one")
    with files_of_at_most(100), pytest.raises(DiskError, match="No space left"):
        append_line(file, b"t" * 200)
    assert file.read_bytes() == b"one\n"


def test_a_file_of_another_user_cannot_be_appended_to_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    check_appendable(file)
    assert file.read_bytes() == b""
    with without_rights(tmp_path, "lines.txt"):
        for use in (check_appendable, lambda file: append_line(file, b"one")):
            with pytest.raises(RightsError, match=r"lines\.txt may not be read or written by who runs this"):
                use(file)
    append_line(file, b"one")
    assert [one.name for one in tmp_path.iterdir()] == ["lines.txt"]


def test_who_is_alone_with_a_file_has_a_lock_that_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "log.jsonl"
    with alone_with(file):
        lock = Path(f"{file}.lock")
        assert lock.stat().st_mode & 0o777 == 0o600
        with pytest.raises(Timeout), FileLock(lock, timeout=0):
            pass
    with FileLock(lock, timeout=0):
        pass


def test_a_draft_has_the_rights_of_its_file_and_a_new_one_is_its_owners_alone(tmp_path: Path) -> None:
    file, draft = tmp_path / "table.csv", tmp_path / "table.draft"
    fill_draft(draft, b"new", file)
    assert (draft.read_bytes(), draft.stat().st_mode & 0o777) == (b"new", 0o600)
    file.touch()
    file.chmod(0o640)
    fill_draft(draft, b"newer", file)
    assert (draft.read_bytes(), draft.stat().st_mode & 0o777) == (b"newer", 0o640)


def test_drafts_that_killed_processes_left_go_with_the_next_write(tmp_path: Path) -> None:
    table, other = tmp_path / "table[1].csv", tmp_path / "table[1]-mine.draft"
    other.write_text("mine")
    (tmp_path / "table[1]-0123abcd.draft").write_text("half")
    with whole_file(table) as draft:
        fill_draft(draft, b"new", table)
    assert sorted(tmp_path.iterdir()) == [other, table]


MAKE = """
import os, sys
from withsense_tf.common.atomic_files import OwnFolder
folder = OwnFolder("withsense-try-")
print(folder.name, flush=True)
sys.stdin.read()
"""


def test_a_folder_of_a_killed_process_goes_with_the_next_and_that_of_a_living_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    places = {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    killed, alive = (
        subprocess.Popen(
            [sys.executable, "-c", MAKE], stdin=PIPE, stdout=PIPE, text=True, env=os.environ | places
        )
        for _ in range(2)
    )
    folders = [Path(one.stdout.readline().strip()) for one in (killed, alive)]
    killed.kill()
    killed.wait()
    assert [folder.is_dir() for folder in folders] == [True, True]
    for folder in folders:
        os.utime(folder / ALIVE, (0, 0))
    own = OwnFolder("withsense-try-")
    assert [folder.is_dir() for folder in folders] == [False, True]
    alive.communicate("")
    assert not folders[1].exists()
    own.cleanup()
    assert not list(tmp_path.iterdir())
