from __future__ import annotations

from pathlib import Path

from full_files import without_rights
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


def test_a_link_to_itself_is_passed_over_as_one_to_nowhere_is(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.jpg").write_bytes(b"a")
    (tmp_path / "sub/loop2").symlink_to("loop2")
    (tmp_path / "sub/one.jpg").symlink_to("two.jpg")
    (tmp_path / "sub/two.jpg").symlink_to("one.jpg")
    (tmp_path / "sub/under").symlink_to("a.jpg/photo.jpg")
    problems: list[Problem] = []
    assert list(files_of(tmp_path, problems)) == ["sub/a.jpg"]
    assert [(one.item, one.reason) for one in problems] == [
        (f"sub/{name}", "a link to nowhere") for name in ("loop2", "one.jpg", "two.jpg", "under")
    ]


def test_a_link_to_where_nobody_may_look_is_passed_over_with_the_reason(tmp_path: Path) -> None:
    for name in ("sub", "closed"):
        (tmp_path / name).mkdir()
    (tmp_path / "closed/b.jpg").write_bytes(b"b")
    (tmp_path / "sub/link.jpg").symlink_to(tmp_path / "closed/b.jpg")
    problems: list[Problem] = []
    with without_rights(tmp_path, "closed"):
        assert list(files_of(tmp_path / "sub", problems)) == []
    assert [(one.item, one.reason) for one in problems] == [("link.jpg", "Permission denied")]
