from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.experiments.studies.small_folders import (
    FEW_PHOTOS,
    lines,
    photos_of_rare_nouns,
    search_of,
    write_folder,
)


def test_a_folder_has_so_many_photos_with_so_many_captions_and_no_judgements(
    colours: Dataset, tmp_path: Path
) -> None:
    write_folder(colours, tmp_path, 12, 2, 0)
    small = load_dataset(tmp_path)
    assert len(small.photos) == 12
    assert set(small.captions.groupby("photo").size()) == {2}
    assert not len(small.experts)
    texts = set(zip(colours.captions["photo"], colours.captions["text"], strict=True))
    assert set(zip(small.captions["photo"], small.captions["text"], strict=True)) <= texts


def test_rare_nouns_are_those_that_few_photos_have() -> None:
    texts = {f"{at}.jpg": ["A dog on a beach"] for at in range(FEW_PHOTOS + 1)}
    texts |= {"cat.jpg": ["Two cats and a dog", "Cats sleeping"]}
    assert photos_of_rare_nouns(texts, 0) == {"cat": {"cat.jpg"}}


@pytest.mark.slow
def test_what_is_typed_for_a_photo_is_asked_of_its_folder(colours: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    write_folder(colours, folder, 40, 3, 0)
    small = load_dataset(folder)
    own = small.captions.groupby("photo")["text"].first()
    typed = pd.DataFrame({"image": own.index, "russian": "подводная лодка", "english": own.to_numpy()})
    with search_of(folder, "auto", tmp_path / "store", 0) as search:
        table = list(lines(search, small, typed, {"en, foreign": ["a submarine"]}, 0))
    cells = {row[0].split(" (")[0]: row[1:] for row in (line.strip("| ").split(" | ") for line in table[3:])}
    assert float(cells["typed, english"][1]) > float(cells["typed, russian"][1])
    assert cells["en, foreign"][:2] == ["-", "-"]
