from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scenes import scene

from withsense_tf.experiments.studies.find_copies import CHANGES, change_photos, count_right, draw_pairs, main


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_the_same_for_the_same_seed_and_another_picture(change: str, tmp_path: Path) -> None:
    for seed in range(7):
        scene(seed, (160, 120)).save(tmp_path / f"{seed}.png")
    paths = sorted(tmp_path.glob("*.png"))
    (one,), (again,) = (
        change_photos(paths, np.array([2]), change, tmp_path / name, [0, 1])[0] for name in "ab"
    )
    assert one.read_bytes() == again.read_bytes()
    with Image.open(one) as new, Image.open(paths[2]) as old:
        assert new.size != old.size or np.asarray(new.convert("RGB")).tolist() != np.asarray(old).tolist()


def test_links_with_the_own_photo_are_told_from_links_with_others() -> None:
    pairs = np.array([[5, 1, 4, 0], [2, 4, 5, 4]])
    assert count_right(pairs, [[1, 3], [2]], 4) == ({0, 1}, 1)


def test_pairs_are_drawn_a_line_each(tmp_path: Path) -> None:
    scene(0).save(tmp_path / "a.png")
    draw_pairs(tmp_path / "sheet.png", [(tmp_path / "a.png", tmp_path / "a.png")] * 2)
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (360, 360)


def test_the_table_has_a_line_for_each_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for seed in range(7):
        scene(seed, (160, 120)).save(folder / f"{seed}.png")
    main(
        folder,
        photos=2,
        vectors=0,
        part="train",
        store=None,
        sheet=tmp_path / "s.png",
        seed=0,
        output=tmp_path / "out",
    )
    printed = capsys.readouterr().out
    assert "7 photos, of which these pairs are taken for copies or parts: 0" in printed
    assert all(f"| {change} |" in printed for change in CHANGES)
    assert "| turned | 1.000 | 1.000 | 1.000 | 0 |" in printed
