from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import save_photo
from PIL import Image

from withsense_tf.data.dataset import Dataset
from withsense_tf.experiments.studies.judge_report import draw_sheet, figures, plain_labels


def test_photos_are_clear_where_three_captions_or_none_say_a_plain_word(tiny: Dataset) -> None:
    photos = tiny.photos["photo"].tolist()
    clear, child = plain_labels(tiny, photos)
    assert clear.all()
    assert not child.any()


@pytest.mark.slow
def test_the_figures_have_an_interval_and_the_points_that_were_asked_for() -> None:
    child = np.arange(60) % 3 == 0
    chances = np.clip(child * 0.3 + np.random.default_rng(0).uniform(0, 0.7, 60), 0, 1)
    text = figures(chances, child, (0.3, 0.6))
    assert text.startswith("20 with a child and 40 without: AUC 0.")
    assert text.count("recall") == 3


@pytest.mark.parametrize("count", [0, 9])
def test_a_sheet_has_room_for_all_photos(tmp_path: Path, count: int) -> None:
    for at in range(count):
        save_photo(tmp_path / f"{at}.jpg", at)
    paths = np.array([str(tmp_path / f"{at}.jpg") for at in range(count)])
    draw_sheet(tmp_path / "sheet.png", paths, np.linspace(1, 0.6, count))
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (7 * 180, 360 if count else 180)
