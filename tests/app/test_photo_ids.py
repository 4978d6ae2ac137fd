from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.app.photo_ids import KEY_FILE, PhotoIds
from withsense_tf.errors import DataError

IDS = PhotoIds(b"k" * 32)
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=80)


@given(NAMES)
def test_an_id_is_read_as_the_name_that_it_was_written_for(name: str) -> None:
    assert IDS.read(IDS.write(name)) == name


@given(NAMES)
def test_an_id_says_nothing_of_the_name(name: str) -> None:
    assert len(name) < 4 or name not in IDS.write(name)


@pytest.mark.closed
@given(NAMES, st.integers(0, 200), st.sampled_from("Aa0_-"))
def test_an_id_that_was_changed_is_none(name: str, at: int, sign: str) -> None:
    id_ = IDS.write(name)
    at %= len(id_)
    changed = id_[:at] + sign + id_[at + 1 :]
    assert changed == id_ or IDS.read(changed) is None


@pytest.mark.closed
@given(st.text(max_size=200))
def test_nobody_makes_an_id_up(text: str) -> None:
    assert IDS.read(text) is None


def test_names_of_some_length_have_ids_of_one_length() -> None:
    assert len({len(IDS.write("x" * length)) for length in range(1, 33)}) == 1


def test_another_key_gives_other_ids() -> None:
    other = PhotoIds(b"o" * 32)
    assert other.read(IDS.write("a.jpg")) is None


def test_the_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first, second = PhotoIds.of_folder(tmp_path / "state"), PhotoIds.of_folder(tmp_path / "state")
    assert second.read(first.write("a.jpg")) == "a.jpg"
    assert (tmp_path / "state" / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_half_a_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"half")
    with pytest.raises(DataError, match=r"no key of 32 bytes\. Bring it back from a copy; .*, remove it"):
        PhotoIds.of_folder(tmp_path)
