from __future__ import annotations

import errno
from pathlib import Path

import pytest

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import DiskError


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
