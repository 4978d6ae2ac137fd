from __future__ import annotations

from pathlib import Path

import pytest
from threadpoolctl import threadpool_info
from words_in_files import save

from withsense_tf.data.folder import photo_table
from withsense_tf.data.folder.photo_table import PhotoPlace, look_at_photos
from withsense_tf.data.folder.problems import Problem


def test_photos_are_looked_at_without_looks_first_and_what_is_none_is_told(tmp_path: Path) -> None:
    places = [PhotoPlace(save(tmp_path / "a.jpg"), "in/a.jpg", "train", plain=True)]
    (tmp_path / "b.jpg").write_bytes(b"words")
    (tmp_path / "c.txt").write_bytes(b"words")
    places += [PhotoPlace(tmp_path / name, name, "train") for name in ("b.jpg", "c.txt")]
    problems: list[Problem] = []
    photos = look_at_photos(places, False, problems, with_looks=False)
    assert photos["photo"].tolist() == ["in/a.jpg"]
    assert photos["look"].tolist() == [""]
    assert look_at_photos(places, True, [])["look"].tolist() != [""]
    assert [(problem.kind, problem.file) for problem in problems] == [
        ("photo_not_image", f"{tmp_path.name}/b.jpg"),
        ("photo_skipped", f"{tmp_path.name}/c.txt"),
    ]
    assert places[0].where == "in/a.jpg"


def test_each_photo_that_is_looked_at_multiplies_with_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, counts = photo_table.read_looks, []

    def count_threads(paths: list[Path]) -> list[str]:
        counts.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return real(paths)

    monkeypatch.setattr(photo_table, "read_looks", count_threads)
    look_at_photos([PhotoPlace(save(tmp_path / "a.jpg"), "a.jpg", "train")], False, [])
    assert set(counts) == {1}
