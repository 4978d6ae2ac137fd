from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from withsense_tf.data.folder.photo_folders import read_photo_folders
from withsense_tf.data.folder.tables import RawTable, TableRow

NO_TABLE = RawTable("test_images.csv", usable=False, there=False)


def table(name: str, **fields: str) -> RawTable:
    return RawTable(name, True, (TableRow(2, fields),))


def test_photos_of_both_folders_are_read_with_their_part(folder: Path) -> None:
    photos, copies, names, problems = read_photo_folders(folder, NO_TABLE, NO_TABLE, decode=False)
    assert photos.groupby("part").size().to_dict() == {"test": 2, "train": 6}
    assert len(copies) == 0
    assert problems == []
    assert names.part("ant.jpg") == "train"
    assert names.part("gnu.jpg") == "test"
    assert names.part("owl.jpg") == "corpus"
    assert names.hint("ANT.jpg") == "; there is ant.jpg"


@pytest.mark.closed
@pytest.mark.parametrize(
    ("test_images", "queries"),
    [
        (table("test_images.csv", image="bee.jpg"), NO_TABLE),
        (NO_TABLE, table("test_queries.csv", image="bee.jpg", query_id="gnu.jpg#0")),
        (NO_TABLE, table("test_queries.csv", image="gnu.jpg", query_id="bee.jpg#0")),
    ],
)
def test_a_photo_that_any_table_names_as_a_test_photo_is_none_for_training(
    folder: Path, test_images: RawTable, queries: RawTable
) -> None:
    photos, copies, names, _ = read_photo_folders(folder, test_images, queries, decode=False)
    assert "bee.jpg" not in set(photos["photo"])
    assert copies["photo"].tolist() == ["bee.jpg"]
    assert "bee.jpg" in names.test
    assert "bee.jpg" not in names.usable["train"]


def test_the_same_file_twice_is_one_group_named_by_the_lowest_digest(folder: Path) -> None:
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/zoo.jpg")
    photos, _, _, problems = read_photo_folders(folder, NO_TABLE, NO_TABLE, decode=False)
    pair = photos[photos["photo"].isin(["ant.jpg", "zoo.jpg"])]
    assert pair["group"].nunique() == 1
    assert set(pair["group"]) == set(pair["digest"])
    assert [(problem.kind, problem.item) for problem in problems] == [("photo_twice", "zoo.jpg")]
