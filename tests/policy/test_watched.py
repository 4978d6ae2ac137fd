from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from withsense_tf.policy.watched import SETTLED_NS, Watched


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "law"
    path.write_bytes(b"one")
    return path


def test_the_same_content_is_the_same_object_however_often_it_is_asked_for(file: Path) -> None:
    watched = Watched(file, lambda content: [content])
    first = watched.value()
    assert first == [b"one"]
    file.write_bytes(b"one")
    assert watched.value() is first


@pytest.mark.closed
def test_another_content_is_seen_even_with_the_size_and_time_of_the_old_one(file: Path) -> None:
    watched = Watched(file, bytes)
    times = file.stat().st_mtime_ns
    assert watched.value() == b"one"
    file.write_bytes(b"two")
    os.utime(file, ns=(times, times))
    assert watched.value() == b"two"


@pytest.mark.closed
def test_an_error_is_raised_each_time_and_the_old_value_is_not_given_instead(file: Path) -> None:
    watched = Watched(file, int)
    with pytest.raises(ValueError, match="one"):
        watched.value()
    file.write_bytes(b"7")
    assert watched.value() == 7
    file.write_bytes(b"x")
    for _ in range(2):
        with pytest.raises(ValueError, match="x"):
            watched.value()
    file.unlink()
    with pytest.raises(FileNotFoundError):
        watched.value()


def test_a_file_that_has_settled_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[bytes] = []

    def read() -> bytes:
        reads.append(file.read_bytes())
        return reads[-1]

    watched = Watched(file, bytes, read)
    now = file.stat().st_ctime_ns + 2 * SETTLED_NS
    monkeypatch.setattr("withsense_tf.policy.watched.time", SimpleNamespace(time_ns=lambda: now))
    assert [watched.value() for _ in range(3)] == [b"one"] * 3
    assert len(reads) == 1
