from __future__ import annotations

from pathlib import Path

import pytest
from plain_photos import captions_of, kinds, photos, read, restricted
from words_in_files import listed, packet, titled

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.side_cars import side_xmp, take_side_text
from withsense_tf.data.plain_folder.text_encodings import read_lines

DOG = "A brown dog runs along the beach"


def test_each_line_beside_a_photo_is_a_caption_and_boxes_of_numbers_are_none(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    (root / "a.txt").write_text(f"{DOG}\n\nThe dog is wet\n")
    (root / "b.txt").write_text("0 0.5 0.5 0.1 0.2\n")
    (root / "c.txt").write_text("")
    data = read(root)
    assert captions_of(data) == {"a.jpg": [DOG, "The dog is wet"]}
    assert restricted(data) == {"b.jpg": "no captions", "c.jpg": "no captions"}


@pytest.mark.closed
def test_a_sentence_over_two_lines_is_read_whole() -> None:
    findings = Findings()
    take_side_text("a.txt", read_lines("a.txt", b"A three-\nyear old plays"), ["a.jpg"], findings)
    assert ("a.txt", "a.jpg", "A three-year old plays") in findings.other_texts


@pytest.mark.closed
@pytest.mark.parametrize(
    "lines",
    [
        ["Here is Ava, my", "five-year-old"],
        ["Here is Ava, now approx.", "five years old"],
        ["A three-", "year old plays"],
        ["A dog runs.", "A three-", "Year-old plays."],
        ["Here is Ava, a", "five", "year", "old"],
        ["Это наша трёх", "летняя Аня"],
        ["How old is she?", "Seven."],
        ["Mia's age.", "Five."],
        ["Here is Ava, aged approx.", "Five"],
        ["Маше исполнилось…", "Пять!"],
        ["Маше исполнилось...", "Пять!"],
    ],
)
def test_a_sentence_that_goes_over_lines_restricts_as_it_does_in_one(
    tmp_path: Path, lines: list[str]
) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (root / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    assert set(restricted(read(root))) == {"a.jpg"}


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("A dog runs.\nIt is wet all over.\n", set()),
        ("A dog runs . \n“The sea is rough!”\n«Море рядом с домом»", set()),
        ("A dog runs.\nIt is so wet\nand cold.\nA cat is dry.", {"It is so wet and cold."}),
        (
            "A dog runs.\nIt is wet.\n",
            {"A dog runs. It is wet."},
        ),  # so few words may belong to the line before
        ("A dog runs\nThe sea", {"A dog runs The sea"}),  # nobody knows whether the sentence was over
        ("A dog runs.\n3 cats", {"A dog runs. 3 cats"}),
        ("A boat of plan B.\nThe sea", {"A boat of plan B. The sea"}),
    ],
)
def test_captions_that_are_whole_are_not_judged_as_one_text(content: str, texts: set[str]) -> None:
    findings = Findings()
    take_side_text("a.txt", read_lines("a.txt", content.encode()), ["a.jpg"], findings)
    assert {text for _, _, text in findings.other_texts} == texts


@pytest.mark.closed
@pytest.mark.parametrize("content", [b"", b"<x:xmpmeta>", b"\x00\x01"])
def test_an_xmp_side_car_that_is_damaged_restricts_its_photo(tmp_path: Path, content: bytes) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "captions.csv").write_text(f"file,caption\na.jpg,{DOG}\nb.jpg,{DOG}\n")
    (root / "a.xmp").write_bytes(content)
    data = read(root)
    assert restricted(data) == {"a.jpg": "evidence not readable"}
    assert "file_not_read" in kinds(data)


def test_keywords_of_an_xmp_side_car_are_one_caption_beside_a_description(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    inner = listed("dc:description", DOG, kind="Alt") + listed("dc:subject", "dog", "beach")
    (root / "a.jpg.xmp").write_bytes(packet(inner))
    data = read(root)
    assert captions_of(data) == {"a.jpg": [DOG, "dog; beach"]}
    assert data.sources[["source", "photos", "captions"]].to_numpy().tolist() == [["XMP side-cars", 1, 2]]


def test_keywords_alone_are_a_caption_where_they_say_what_is_shown(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    for name, words in (("a", "dogs beach sunset"), ("b", "hands holding cream"), ("c", "dog beach girl")):
        (root / f"{name}.jpg.xmp").write_bytes(packet(listed("dc:subject", *words.split())))
    lines: list[str] = []
    data = load_dataset(root, tell=lines.append)
    assert captions_of(data) == {"a.jpg": ["dogs; beach; sunset"], "c.jpg": ["dog; beach; girl"]}
    assert restricted(data) == {"b.jpg": "no captions", "c.jpg": "captions"}
    assert "1 of those without have keywords alone" in lines[0]


@pytest.mark.closed
def test_an_xmp_file_of_no_photo_counts_for_those_that_it_may_mean() -> None:
    findings = Findings()
    found = side_xmp("in/a copy.xmp", titled("A child"), PhotoLookup(["in/a.jpg", "b.jpg"]), findings)
    assert found == {}
    assert list(findings.other_texts) == [("in/a copy.xmp", "in/a.jpg", "A child")]
