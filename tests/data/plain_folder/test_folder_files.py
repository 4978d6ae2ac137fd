from __future__ import annotations

from pathlib import Path

from words_in_files import save

from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.plain_folder.folder_files import files_of, kind_of


def test_files_are_told_by_their_ending_and_else_by_their_beginning(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "photo")
    (tmp_path / "README").write_text("words")
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    (tmp_path / "empty").write_bytes(b"")
    names = ["photo", "README", "film.mp4", "empty"]
    assert [kind_of(tmp_path / name) for name in names] == ["photo", "text", "other", "other"]
    endings = {
        "A.JPG": "photo",
        "t.TSV": "table",
        "a.jpg.xmp": "xmp",
        "x.json": "json",
        "x.XLSX": "unreadable",
    }
    assert {name: kind_of(Path(name)) for name in endings} == endings
    assert kind_of(tmp_path / "gone.token") == "unreadable"


def test_a_folder_that_a_link_leads_to_is_read_once_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "z/deep").mkdir(parents=True)
    (tmp_path / "z/deep/a.txt").write_text("")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    (tmp_path / "z/deep/round").symlink_to(tmp_path)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".DS_Store").write_bytes(b"")
    problems: list[Problem] = []
    assert list(files_of(tmp_path, problems)) == ["z/deep/a.txt"]
    assert sorted(problem.item for problem in problems) == [".hidden/", "a/", "z/deep/round/"]
