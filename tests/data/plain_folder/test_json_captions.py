"""JSON of COCO and of other shapes, and damaged JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plain_photos import captions_of, kinds, photos, read, restricted

DOG, CHILD = "A brown dog runs along the beach", "A small child sits on a swing"
TABLE = f"file,caption\na.jpg,{DOG}\nb.jpg,{DOG}\n"


def folder_with(tmp_path: Path, value: Any, name: str = "t.json", table: bool = True) -> Path:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    if table:
        (root / "captions.csv").write_text(TABLE)
    (root / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return root


def test_photos_of_coco_are_found_by_their_number_too(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "val/000000000042.jpg")
    value = {
        "images": [],
        "annotations": [{"image_id": 42, "caption": DOG}, {"image_id": 43, "caption": CHILD}],
    }
    (root / "captions.json").write_text(json.dumps(value))
    data = read(root)
    assert captions_of(data) == {"val/000000000042.jpg": [DOG]}
    assert "row_no_photo" in kinds(data)


@pytest.mark.closed
@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ({"image_id": 1, "caption": ["A", "child"]}, "evidence not readable"),
        ({"caption": CHILD}, "evidence not readable"),
        ("A child", "evidence not readable"),
        ({"image_id": 1, "category_id": 7}, "texts"),
    ],
)
def test_an_annotation_that_is_no_caption_counts_for_the_law(
    tmp_path: Path, annotation: Any, reason: str
) -> None:
    value = {
        "images": [{"id": 1, "file_name": "b.jpg"}],
        "annotations": [annotation],
        "categories": [{"id": 7, "name": "baby"}],
    }
    assert restricted(read(folder_with(tmp_path, value))) == {"b.jpg": reason}


@pytest.mark.closed
def test_what_a_json_says_of_the_whole_album_counts_for_all_its_photos(tmp_path: Path) -> None:
    value = {"album": "Birthday of my little daughter", "photos": [{"file": "b.jpg", "caption": "Cake"}]}
    data = read(folder_with(tmp_path, value))
    assert captions_of(data)["b.jpg"] == [DOG, "Cake"]
    assert restricted(data) == {"b.jpg": "texts"}


def test_json_that_names_no_photo_is_a_note(tmp_path: Path) -> None:
    data = read(folder_with(tmp_path, {"settings": {"kids": True, "deep": [[["child"]]]}}))
    assert restricted(data) == {}
    assert "file_no_photo" in kinds(data)


@pytest.mark.closed
def test_a_line_of_json_that_is_damaged_restricts_the_photo_that_it_names(tmp_path: Path) -> None:
    lines = [json.dumps({"file_name": "a.jpg", "text": "A lake"}), '{"file_name": "b.jpg", "text": "A chi']
    data = read(folder_with(tmp_path, "\n".join(lines), "metadata.jsonl"))
    assert captions_of(data)["a.jpg"] == [DOG, "A lake"]
    assert restricted(data) == {"b.jpg": "evidence not readable"}


@pytest.mark.closed
def test_json_that_is_nested_too_deeply_restricts(tmp_path: Path) -> None:
    value: Any = ["b.jpg", "a child"]
    for _ in range(150):
        value = [value]
    assert restricted(read(folder_with(tmp_path, value))).keys() == {"a.jpg", "b.jpg"}


def test_a_json_beside_one_photo_is_of_that_one(tmp_path: Path) -> None:
    value = {"title": "b.jpg", "description": "A boat far out on the sea", "url": "https://example.org/x"}
    data = read(folder_with(tmp_path, value, "b.jpg.json", table=False))
    assert captions_of(data) == {"b.jpg": ["A boat far out on the sea"]}
