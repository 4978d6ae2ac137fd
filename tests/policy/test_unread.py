"""What may speak of a photo and cannot be read keeps it from being shown."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import pytest

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataWarning
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.photo_decisions import UNREAD

pytestmark = pytest.mark.closed

LAW = Policy(Countries((CountryRule("RU", "children", 16),)))
PHOTOS = {"ant.jpg", "bee.jpg", "cat.jpg", "dog.jpg", "eel.jpg", "fox.jpg", "gnu.jpg", "hen.jpg"}


def gate_of(folder: Path) -> Gate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        data = load_dataset(folder)
    return LAW.gate(data, "RU", date(2026, 11, 20))


def restricted(gate: Gate) -> set[str]:
    return {photo for photo in PHOTOS if not gate.photo(photo)}


def append(folder: Path, row: bytes, file: str = "captions.csv") -> None:
    with (folder / file).open("ab") as stream:
        stream.write(row + b"\n")


@pytest.mark.parametrize(
    "row",
    [
        b"ant.jpg,ant.jpg#7,A boy, a dog",
        b"ant.jpg,ant.jpg#7",
        b"ant.jpg#7,A boy",
        b"ant.jpg;ant.jpg#7;A boy",
        b"ant.jpg|ant.jpg#7|A boy",
        b"ant.jpg\tant.jpg#7\tA boy",
        "ant.jpg,ant.jpg#7,Мальчик".encode("cp1251"),
        b"ant.jpg,ant.jpg#7,A b\0oy",
        b'ant.jpg,ant.jpg#7,"A boy',
        b'ant.jpg,ant.jpg#7,"A boy" and a dog',
        b"ant.jpg,ant.jpg#7,",
        b"ANT.JPEG,Ant.JPG #7,",
        b"ant .jpg#7 A boy",
        b"ant#7 A boy",
        "ant.jpg,ant.jpg#7,A boy".encode("utf-16-le"),
    ],
)
@pytest.mark.slow
def test_a_row_that_cannot_be_read_restricts_the_photo_that_it_names(folder: Path, row: bytes) -> None:
    append(folder, row)
    gate = gate_of(folder)
    assert restricted(gate) == {"ant.jpg"}
    assert gate.decisions["ant.jpg"].source == UNREAD
    assert any("captions.csv:" in line for line in gate.decisions["ant.jpg"].evidence)


@pytest.mark.parametrize("rest", [b"\rand a boy", b"\na boy, and a dog, and more", b"\r\n, a boy"])
def test_what_names_no_photo_belongs_to_the_row_before(folder: Path, rest: bytes) -> None:
    append(folder, b"cat.jpg,cat.jpg#7,A dog" + rest)
    # "a dog" may name dog.jpg, too.
    assert "cat.jpg" in restricted(gate_of(folder)) <= {"cat.jpg", "dog.jpg"}


def test_a_bad_row_without_a_name_and_without_a_row_before_may_mean_every_photo(folder: Path) -> None:
    path = folder / "captions.csv"
    header, *rows = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([header, b"a boy", *rows]))
    assert restricted(gate_of(folder)) == PHOTOS


@pytest.mark.parametrize(
    "caption",
    [
        "ant.jpg #7",
        "Ant.jpg#7",
        "ant.jpeg#7",
        "ant#7",
        "ant.JPG#7",
        "ant.jp#7",
        " ant.jpg# 7",
        "аnt.jpg#7x,ant",
    ],
)
@pytest.mark.slow
def test_a_childs_caption_with_a_damaged_id_restricts_its_photo(folder: Path, caption: str) -> None:
    append(folder, f"ant.jpg,{caption},A toddler".encode())
    append(folder, f"{caption}|A toddler".encode(), "caption_corpus.csv")
    assert restricted(gate_of(folder)) == {"ant.jpg"}


@pytest.mark.parametrize(
    "file", ["captions.csv", "caption_corpus.csv", "train_dataset.csv", "test_queries.csv"]
)
@pytest.mark.parametrize("damage", ["utf-16", "headless", "empty", "zeros"])
@pytest.mark.slow
def test_a_captions_file_that_cannot_be_read_restricts_every_photo(
    folder: Path, file: str, damage: str
) -> None:
    path = folder / file
    text = path.read_text()
    path.write_bytes(
        {
            "utf-16": text.encode("utf-16"),
            "headless": text.split("\n", 1)[1].encode(),
            "empty": b"",
            "zeros": b"\0" * 5000,
        }[damage]
    )
    assert restricted(gate_of(folder)) == PHOTOS


def test_a_damaged_row_of_a_photo_that_is_not_here_restricts_none(folder: Path) -> None:
    append(folder, b"owl.jpg#7|An owl|and more", "caption_corpus.csv")
    assert restricted(gate_of(folder)) == set()


def test_a_damaged_judged_row_restricts_the_owner_of_its_caption_alone(folder: Path) -> None:
    append(folder, b"dog.jpg,ant.jpg#7,A boy, a dog", "train_dataset.csv")
    assert restricted(gate_of(folder)) == {"ant.jpg"}


def test_a_caption_beside_another_photo_than_its_owner_counts_for_both(folder: Path) -> None:
    append(folder, b"dog.jpg,ant.jpg#7,A toddler")
    assert restricted(gate_of(folder)) == {"ant.jpg", "dog.jpg"}
