from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from withsense_tf.common.fingerprints import (
    LastMade,
    content_of,
    files_below,
    fingerprint,
    known_content_of,
    made_once,
    shared_in,
)


def name_of(folder: Path) -> str:
    return fingerprint(folder, files_below(folder), content_of, 12)


def test_a_folder_is_named_by_what_its_files_are_called_and_contain(tmp_path: Path) -> None:
    names = set()
    for folder, file, text in (("a", "one", "x"), ("b", "one", "y"), ("c", "two", "x"), ("d", "in/one", "x")):
        path = tmp_path / folder / file
        path.parent.mkdir(parents=True)
        path.write_text(text)
        names.add(name_of(tmp_path / folder))
    assert len(names) == 4
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    assert name_of(tmp_path / "elsewhere") in names


def test_a_known_file_is_read_again_when_its_size_or_time_changed_and_others_always(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_text("old")
    before = known_content_of(file)
    file.write_text("new")
    os.utime(file, ns=(1, 1))
    changed = known_content_of(file)
    assert changed != before
    file.write_text("odd")
    os.utime(file, ns=(1, 1))
    assert known_content_of(file) == changed
    assert content_of(file) != changed


def test_the_last_things_are_found_again_and_the_one_needed_longest_ago_goes() -> None:
    things, names = LastMade[list[str]](2), []

    def get(name: str) -> list[str]:
        return things.get(name, lambda: names.append(name) or [name])

    first = get("a")
    get("b")
    assert get("a") is first
    get("c")
    assert len(things) == 2
    assert get("a") is first
    assert get("b") == ["b"]
    assert names == ["a", "b", "c", "b"]


def test_what_takes_long_is_made_by_one_of_several_processes(tmp_path: Path) -> None:
    names: list[str] = []

    def get(name: str) -> list[str]:
        return made_once(name, lambda: names.append(name) or [name])

    with shared_in(tmp_path):
        assert [get("a"), get("b"), get("a")] == [["a"], ["b"], ["a"]]
        assert names == ["a", "b"]
        # Another process, which has none of it in its memory.
        script = (
            "import sys; from pathlib import Path; from withsense_tf.common.fingerprints import *\n"
            f"with shared_in(Path({str(tmp_path)!r})): print(made_once('a', lambda: 'made anew'))"
        )
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert ran.stdout.strip() == "['a']"
    assert get("a") == ["a"]
    assert names == ["a", "b", "a"]  # nobody shares any more


def test_what_cannot_be_handed_over_or_written_is_made_all_the_same(tmp_path: Path) -> None:
    with shared_in(tmp_path):
        assert made_once("a function", lambda: lambda: 7)() == 7
    with shared_in(tmp_path / "nowhere"):
        assert made_once("a", lambda: 7) == 7
    assert list(tmp_path.iterdir()) == []
