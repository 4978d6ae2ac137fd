from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.experiments.runs.latest_run import LATEST, latest_in, point_to


@pytest.mark.parametrize("links", [True, False])
def test_the_newest_run_has_a_second_name_that_is_moved_along_and_moved_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def refuse(*_: object, **__: object) -> None:
            raise OSError("a system without links")

        monkeypatch.setattr(Path, "symlink_to", refuse)
    first, second = (tmp_path / "runs" / name for name in ("1-a", "2-b"))
    for run in (first, second):
        run.mkdir(parents=True)
        point_to(run)
        assert latest_in(tmp_path / "runs") == run
    (tmp_path / "runs").rename(tmp_path / "moved")
    latest = tmp_path / "moved" / LATEST
    assert latest.is_symlink() == links
    assert latest_in(tmp_path / "moved") == tmp_path / "moved" / "2-b"
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == ["1-a", "2-b", LATEST]


def test_what_leads_to_no_run_here_is_no_latest_one(tmp_path: Path) -> None:
    assert latest_in(tmp_path) is None
    for text in ("../elsewhere\n", "\n", "latest\n", "gone\n"):
        (tmp_path / LATEST).write_text(text)
        assert latest_in(tmp_path) is None


def test_a_copy_of_a_run_under_that_name_is_kept_under_another_one(tmp_path: Path) -> None:
    (tmp_path / LATEST).mkdir()
    (tmp_path / LATEST / "results.json").write_text("{}")
    (tmp_path / "2-b").mkdir()
    point_to(tmp_path / "2-b")
    assert latest_in(tmp_path) == tmp_path / "2-b"
    assert [path.parent.name[:5] for path in tmp_path.glob("*/results.json")] == ["copy-"]
