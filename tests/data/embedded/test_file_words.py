from __future__ import annotations

import pytest

from withsense_tf.data.embedded.file_words import (
    DESCRIPTION,
    MOST_SIGNS,
    MOST_TAKEN,
    NOTHING,
    OTHER,
    Embedded,
    Finder,
    Text,
    decode,
    in_one_line,
)


def test_a_text_is_kept_once_and_in_one_line_and_nothing_of_an_empty_one() -> None:
    finder = Finder()
    for text in ("Two  dogs\n", b"Two dogs", "", "  "):
        finder.add("EXIF title", DESCRIPTION, text)
    assert finder.result() == Embedded((Text("EXIF title", DESCRIPTION, "Two dogs"),))


@pytest.mark.closed
@pytest.mark.parametrize(
    "text", [None, "a" * (MOST_SIGNS + 1), "Dogs \ufffd", b"\xe4\xe5\xf2\xe8", "????? ??"]
)
def test_what_cannot_be_read_is_noted_and_not_dropped(text: str | bytes | None) -> None:
    finder = Finder()
    finder.add("here", OTHER, text)
    assert finder.result().texts == ()
    assert [where for where, _ in finder.result().unread] == ["here"]


@pytest.mark.closed
def test_a_file_that_says_too_much_in_all_is_noted() -> None:
    finder = Finder()
    for number in range(MOST_TAKEN // 10_000 + 1):
        finder.add(f"part {number}", OTHER, "dogs " * 2_000)
    assert ("part 209", "there is too much of it") in finder.result().unread


def test_finders_without_finds_share_nothing_and_finds_add_up() -> None:
    assert Finder().result() is NOTHING
    one, two = Embedded((Text("a", OTHER, "x"),)), Embedded((), (("b", "why"),))
    assert one + two == Embedded(one.texts, two.unread)


def test_bytes_are_utf8_or_one_accent_of_windows_or_unknown() -> None:
    assert decode("Зима".encode()) == "Зима"
    assert decode(b"Ren\xe9\0Roy") == "René Roy"
    assert decode("Зима".encode("cp1251")) is None
    assert in_one_line(" a\x07 b\t\tc ") == "a b c"
