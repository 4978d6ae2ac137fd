from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataWarning
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore.content_sections import files_section, words_section

Sections = Callable[[Path], dict[str, Section]]


def test_what_was_left_out_is_counted(folder: Path) -> None:
    assert files_section(load_dataset(folder)).conclusion == "Nothing was left out."
    (folder / "train_images/bee.jpg").write_bytes(b"")
    with pytest.warns(DataWarning):
        section = files_section(load_dataset(folder))
    assert "10 rows, photos or files were left out" in section.conclusion
    assert section.table is not None
    assert "photo files of zero bytes" in set(section.table["what"])


def test_no_photo_of_a_child_is_on_the_contact_sheet(
    folder: Path, sections_of: Sections, check_drawn: Callable[..., None]
) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(re.sub(r"A (bee|cat|dog|eel),", "A child,", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "best_and_worst")
    assert sections["best_and_worst"].table is not None
    assert set(sections["best_and_worst"].table["photo"]) <= {"ant.jpg", "fox.jpg"}
    assert "restricts 50.0 % of the 8 photos" in sections["law"].conclusion


def test_captions_without_a_word_that_means_something_are_explored(
    folder: Path, sections_of: Sections, check_drawn: Callable[..., None]
) -> None:
    (folder / "caption_corpus.csv").unlink()
    for name in ("captions.csv", "train_dataset.csv", "test_queries.csv"):
        path = folder / name
        path.write_text(re.sub(r"A [a-z]{3}(, seen| of kind)[^\"|\n]*", "of it", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "caption_lengths")
    assert sections["words"].picture is None
    assert sections["words"].conclusion == "No caption has a word that means something."


def test_equally_common_words_stand_in_the_order_of_the_alphabet(tiny: Dataset) -> None:
    # The order of a set of words is another in each process; eight animals are named as often as each other.
    table = words_section(tiny).table
    assert table is not None
    rows = list(zip(-table["captions"], table["word"], strict=True))
    assert rows == sorted(rows)
    assert len({count for count, _ in rows}) < len(rows) - 6
