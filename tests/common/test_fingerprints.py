from __future__ import annotations

import os
from pathlib import Path

from withsense_tf.common.fingerprints import LastMade, content_of, files_below, fingerprint, known_content_of


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
