from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.encoders.texts.word_vectors import read_vectors
from withsense_tf.errors import DataError


def test_lines_may_end_with_blanks_and_as_windows_writes_them(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(b"2 2 \r\na 1 2 \r\nb 3 4 \r\n")
    known = read_vectors(str(tmp_path / "v.txt"))
    assert known.table.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("content", [b"", b"2 3\n"], ids=["empty", "header alone"])
def test_a_file_without_vectors_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.txt").write_bytes(content)
    with pytest.raises(DataError, match="holds no word vectors"):
        read_vectors(str(tmp_path / "v.txt"))


def test_no_archive_under_an_archives_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "v.txt.gz").write_bytes(b"a 1 2\n")
    with pytest.raises(DataError, match="damaged or cannot be read"):
        read_vectors(str(tmp_path / "v.txt.gz"))
