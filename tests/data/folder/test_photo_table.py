from __future__ import annotations

from pathlib import Path

from words_in_files import save

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
