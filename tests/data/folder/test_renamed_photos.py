from __future__ import annotations

import pytest

from withsense_tf.data.folder.photo_names import PhotoNames
from withsense_tf.data.folder.renamed_photos import renamed_test_photos
from withsense_tf.data.folder.tables import RawTable, TableRow

NAMES = PhotoNames(
    {"train": frozenset({"here.jpg"}), "test": frozenset({"test.jpg"})}, frozenset({"test.jpg"}), {}
)
OF_TEST = ["A dog runs.", "A dog on grass.", "The dog barks."]


def renamed(owner: str, texts: list[str]) -> list[tuple[str, int | None]]:
    captions = (
        [("test.jpg", text) for text in OF_TEST]
        + [(owner, text) for text in texts]
        + [("broken", "A dog runs.")]
    )
    rows = tuple(
        TableRow(line, {"query_id": f"{photo}#{line}" if photo != "broken" else photo, "query_text": text})
        for line, (photo, text) in enumerate(captions, start=2)
    )
    return [
        (problem.item, problem.line)
        for problem in renamed_test_photos([RawTable("c.csv", True, rows)], NAMES)
    ]


@pytest.mark.closed
@pytest.mark.parametrize("texts", [["a DOG runs!"], OF_TEST, ["A dog on grass", "A cat."]])
def test_an_owner_half_of_whose_captions_are_a_test_photos_is_one(texts: list[str]) -> None:
    assert renamed("copy.jpg", texts) == [("copy.jpg", 5)]


@pytest.mark.parametrize("texts", [["A cat."], ["A dog runs.", "A cat.", "A hen."], [" . "]])
def test_one_that_shares_fewer_is_another_photo(texts: list[str]) -> None:
    assert renamed("other.jpg", texts) == []


def test_a_photo_that_is_here_is_told_by_its_pixels_and_not_by_words() -> None:
    assert renamed("here.jpg", OF_TEST) == []
