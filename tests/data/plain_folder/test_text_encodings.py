from __future__ import annotations

import pytest

from withsense_tf.data.plain_folder.text_encodings import encoding_of, read_lines

RUSSIAN = "Девочка сидит на качелях\nЗимний лес, собаки бегут по снегу\n"


@pytest.mark.parametrize(
    "encoding", ["cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_russian_is_read_in_all_its_encodings(encoding: str) -> None:
    text = read_lines("t.txt", f"a.jpg;{RUSSIAN}".encode(encoding))
    assert text.whole == f"a.jpg;{RUSSIAN}".strip()
    assert [problem.kind for problem in text.problems] == ["file_encoding"]


def test_utf_8_needs_no_note() -> None:
    text = read_lines("t.txt", f"\ufeff{RUSSIAN}".encode())
    assert (text.whole, text.problems) == (RUSSIAN.strip(), [])


def test_lines_that_are_damaged_in_utf_8_are_lost_alone() -> None:
    text = read_lines("t.txt", "Зима\n".encode() + b"a.jpg \xff\xfe\xe9\n" + "Лето\n".encode())
    assert text.whole == "Зима\nЛето"
    assert list(text.lost_lines) == [2]


def test_what_no_dictionary_knows_is_not_guessed() -> None:
    assert encoding_of(b"a.jpg;\xe1\xe2\xe3\xe4\xe5 \xf1\xf2\xf3\xf4 \xe9\xe8\xe7\xe6") is None


def test_half_a_utf_16_file_is_lost() -> None:
    text = read_lines("t.txt", "a.jpg Зима".encode("utf-16")[:-1])
    assert not text.lines
    assert text.lost_lines
    assert [problem.kind for problem in text.problems] == ["file_not_utf8"]
