"""Who may not use a file is told which one, whose it is, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import write_folder
from full_files import without_rights

from withsense_tf.data.folder.folder_check import check_folder
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.plain_folder.caption_file import CaptionFile
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.file_access import has_right, is_on_read_only_disk, no_rights, no_writing, path_of, words_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.targets.blend import relevance


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


def test_the_home_folder_is_read_in_every_path_that_a_person_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_folder(tmp_path / "photos")
    assert check_folder("~/photos").folder == str(tmp_path / "photos")
    assert CaptionFile("~/texts.csv").file == tmp_path / "texts.csv"
    assert VectorStore("~/vectors").folder == tmp_path / "vectors"
    assert PhotoIndex.make("~/index").folder == tmp_path / "index"
    constant = Constant().fit(relevance(load_dataset("~/photos")))
    assert save_matcher(constant, "~/mine") == tmp_path / "mine"
    assert load_matcher("~/mine").name == constant.name
    assert path_of("~nobody-is-called-so/a") == Path("~nobody-is-called-so/a")
