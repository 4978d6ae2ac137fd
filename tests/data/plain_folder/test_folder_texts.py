from __future__ import annotations

from pathlib import Path

import pytest
from plain_photos import captions_of, kinds, photos, read, restricted

DOG = "A brown dog runs along the beach"


def test_a_table_beside_a_photo_of_its_name_is_a_table(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "captions.jpg", "a.jpg")
    (root / "captions.txt").write_text(f"a.jpg,{DOG}\ncaptions.jpg,A lake\n")
    assert captions_of(read(root)) == {"a.jpg": [DOG], "captions.jpg": ["A lake"]}


def test_a_text_beside_a_photo_that_begins_with_a_photos_name_is_no_table(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "dog.jpg", "x.jpg")
    (root / "x.txt").write_text("dog, brown\ndog, wet\n")
    assert captions_of(read(root)) == {"x.jpg": ["dog, brown", "dog, wet"]}


def test_judgements_that_are_not_read_are_said_to_be_so(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "ExpertAnnotations.tsv").write_text("a.jpg\tb.jpg#0\t1\t1\t2\nb.jpg\tb.jpg#0\t4\t4\t4\n")
    (how,) = read(root).sources["how"]
    assert "judgements are read in a With Sense folder alone" in how


@pytest.mark.closed
def test_a_text_that_may_not_be_opened_counts_against_its_photos(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "in/b.jpg")
    (root / "captions.csv").write_text(f"file,caption\na.jpg,{DOG}\nb.jpg,{DOG}\n")
    with (root / "in/more.csv").open("wb") as stream:
        stream.truncate((1 << 28) + 1)
    data = read(root)
    assert restricted(data) == {"in/b.jpg": "evidence not readable"}
    assert "file_not_read" in kinds(data)
