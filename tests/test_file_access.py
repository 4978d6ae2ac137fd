"""Who may not use a file is told which one, whose it is, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from full_files import without_rights

from withsense_tf.file_access import has_right, is_on_read_only_disk, no_rights, no_writing, words_of


def test_who_may_not_write_is_told_whose_the_nearest_folder_is_that_is_there(tmp_path: Path) -> None:
    told = no_writing(tmp_path / "new" / "o.csv")
    owner = tmp_path.owner()
    assert told.startswith(
        f"{tmp_path}/new/o.csv may only be read: {tmp_path} is {owner}'s, with the rights drwx"
    )
    error = PermissionError(13, "Permission denied", str(tmp_path))
    assert f"(Permission denied: {tmp_path} is {owner}'s, with the rights drwx" in no_rights(error)
    # Who has it already may have no rights to it: a user is named, too, who needs them.
    for words in (told, no_rights(error)):
        assert f"Let user {os.geteuid()}, who runs this, read and write it and what lies beside it" in words


def test_what_may_not_even_be_read_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("mine")
    with without_rights(tmp_path, "o.csv"):
        assert not has_right(tmp_path / "o.csv", os.R_OK)
        assert "o.csv may not be read: " in no_writing(tmp_path / "o.csv")
    assert has_right(tmp_path / "o.csv", os.R_OK | os.W_OK)


def test_a_disk_that_may_only_be_read_is_named_in_place_of_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_on_read_only_disk(tmp_path / "new" / "o.csv")
    flags = os.statvfs_result((*os.statvfs(tmp_path)[:8], os.ST_RDONLY, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: flags)
    assert "o.csv may only be read: its disk is mounted so. Nothing was changed." in no_writing(
        tmp_path / "o.csv"
    )


def test_a_user_without_a_name_is_told_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless(self: Path) -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(Path, "owner", nameless)
    assert f"is user {tmp_path.stat().st_uid}'s" in no_writing(tmp_path)


def test_what_the_system_says_is_told_without_its_number() -> None:
    assert words_of(OSError(13, "Permission denied", "a.jpg")) == "Permission denied"
    assert [words_of(error) for error in (OSError("broken"), OSError(), ValueError("odd"))] == [
        "broken",
        "OSError",
        "odd",
    ]
