from __future__ import annotations

import pytest

from withsense_tf.data.folder.cells import BadRowError
from withsense_tf.data.folder.photo_names import PhotoNames
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.table_rows import CaptionBook, FileReader, caption_table
from withsense_tf.data.folder.tables import RawTable, TableRow

NAMES = PhotoNames(
    {"train": frozenset({"a.jpg", "b.jpg"}), "test": frozenset({"t.jpg"})},
    frozenset({"t.jpg"}),
    {"train": frozenset({"a.jpg"}), "test": frozenset({"t.jpg"})},
)


def reader() -> tuple[FileReader, list[Problem]]:
    problems: list[Problem] = []
    return FileReader(CaptionBook(), NAMES, problems), problems


def rows(*fields: dict[str, str]) -> RawTable:
    return RawTable("x.csv", True, tuple(TableRow(line, one) for line, one in enumerate(fields, start=2)))


def caption(image: str, caption_id: str, text: str) -> dict[str, str]:
    return {"image": image, "query_id": caption_id, "query_text": text}


def test_a_caption_has_one_text_and_the_first_stands() -> None:
    book = CaptionBook()
    book.enter("a.jpg#0", "A dog", "x.csv:2")
    book.enter("a.jpg#0", "A dog", "y.csv:2")
    with pytest.raises(BadRowError, match=r"x\.csv:2 says 'A dog', here it is 'A cat'"):
        book.enter("a.jpg#0", "A cat", "y.csv:3")
    assert (book.text("a.jpg#0"), book.text("a.jpg#1")) == ("A dog", None)


def test_a_caption_stays_with_its_owner_and_its_part_is_that_of_the_owner() -> None:
    read, problems = reader()
    captions = read.captions(
        rows(
            caption("a.jpg", "a.jpg#0", " A  dog "),
            caption("a.jpg", "t.jpg#0", "A cat"),
            caption("z.jpg", "z.jpg#0", "A"),
        )
    )
    table = caption_table(captions, NAMES.part).set_index("caption")
    assert table["text"].to_dict() == {"a.jpg#0": "A dog", "t.jpg#0": "A cat", "z.jpg#0": "A"}
    assert table["part"].to_dict() == {"a.jpg#0": "train", "t.jpg#0": "test", "z.jpg#0": "corpus"}
    assert [problem.kind for problem in problems] == ["owner_differs", "caption_photo_missing"]
    # A caption beside another photo than its owner's may be of that one: the law is to know it.
    assert ("t.jpg#0", "a.jpg", "A cat") in read.other_texts


@pytest.mark.closed
def test_a_row_that_is_left_out_is_held_against_the_photo_that_it_may_mean() -> None:
    read, problems = reader()
    assert (
        read.captions(rows(caption("a.jpg", "a.jpg#x", "A toddler"), caption("a.jpg", "a.jpg#1", " "))) == []
    )
    assert [problem.kind for problem in problems] == ["bad_caption_id", "text_empty"]
    assert {photo for _, photo, text in read.other_texts if "A toddler" in text} == {"a.jpg"}
    assert {photo for photo, _, _ in read.unread} == {"a.jpg"}


@pytest.mark.closed
def test_what_stands_where_nobody_said_anything_is_no_caption() -> None:
    read, problems = reader()
    texts = ("None", "nan", "n/a", "-", "нет", "no caption")
    assert read.captions(rows(*(caption("a.jpg", f"a.jpg#{n}", text) for n, text in enumerate(texts)))) == []
    assert {problem.kind for problem in problems} == {"text_empty"}


def test_judgements_of_test_captions_unusable_photos_and_unknown_texts_are_left_out() -> None:
    read, problems = reader()
    read.captions(rows(caption("a.jpg", "a.jpg#0", "A dog")))
    scores = {"expert1": "1", "expert2": "2", "expert3": "4"}
    pairs = [
        ("a.jpg", "a.jpg#0"),
        ("a.jpg", "t.jpg#0"),
        ("b.jpg", "a.jpg#0"),
        ("a.jpg", "b.jpg#0"),
        ("a.jpg", "a.jpg#0"),
    ]
    table = read.expert_table(rows(*({"photo": photo, "caption": one, **scores} for photo, one in pairs)))
    assert table.to_numpy().tolist() == [["a.jpg", "a.jpg#0", 1, 2, 4]]
    assert [problem.kind for problem in problems] == [
        "row_test_caption",
        "row_photo_missing",
        "row_text_missing",
        "duplicate_row",
    ]


def test_a_share_is_that_of_the_votes_and_one_that_differs_is_left_out() -> None:
    read, problems = reader()
    read.captions(rows(caption("a.jpg", "a.jpg#0", "A dog"), caption("b.jpg", "b.jpg#0", "A cat")))
    votes = {"photo": "a.jpg", "yes": "1", "no": "2"}
    table = read.crowd_table(
        rows(
            {**votes, "caption": "a.jpg#0", "share": "0.3333"},
            {**votes, "caption": "b.jpg#0", "share": "0.4"},
        )
    )
    assert table["share"].tolist() == [1 / 3]
    assert [problem.kind for problem in problems] == ["share_mismatch"]


def test_a_photo_that_rows_name_and_nobody_has_is_one_problem_with_a_count() -> None:
    read, _ = reader()
    captions = read.captions(
        rows(caption("A.jpg", "a.jpg#0", "A dog"), caption("A.jpg", "b.jpg#0", "A cat")), judged=True
    )
    assert len(read.beside_photos(rows(), captions, "train")) == 0
    (problem,) = read.missing_photos()
    assert (problem.where, problem.reason) == ("train_images/A.jpg", "named by 2 rows; there is a.jpg")
