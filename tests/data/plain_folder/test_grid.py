from __future__ import annotations

import pytest

from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.grid import MOST_LOST, Grid, Roles, photo_column, roles_of, take_rows
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup

LOOKUP = PhotoLookup(["1.jpg", "2.jpg", "dog.jpg"])


def grid(columns: str, *rows: str, lost: dict[int, str] | None = None) -> Grid:
    names = tuple(columns.split(","))
    cells = [{name: (cell,) for name, cell in zip(names, row.split(","), strict=True)} for row in rows]
    return Grid("t.csv", names, list(enumerate(cells, start=2)), lost or {})


def test_names_with_an_ending_come_before_numbers_and_words_that_are_names_by_chance() -> None:
    assert photo_column(grid("id,file", "2,1.jpg", "1,2.jpg"), LOOKUP) == "file"
    assert photo_column(grid("id,words", "1,x", "2,y"), LOOKUP) == "id"
    assert photo_column(grid("animal,place", "dog,here", "cat,there", "cow,there"), LOOKUP) is None
    assert photo_column(grid("image,query_id", "1.jpg,1.jpg#0", "1.jpg,1.jpg#1"), LOOKUP) == "image"
    assert photo_column(grid("photo,place", "dog,here", "cat,there", "cow,there"), LOOKUP) == "photo"


def test_the_columns_of_a_table_are_told() -> None:
    roles = roles_of(grid("file,text,author", "1.jpg,A lake,Ann", "2.jpg,Two dogs,Bob"), LOOKUP)
    assert roles == Roles("file", ("text",))
    assert str(roles) == "photos by file, captions by text"


def test_a_column_of_captions_that_holds_hardly_any_is_named_with_what_takes_it() -> None:
    names = roles_of(grid("file,caption", "1.jpg,2664102751 d5a7", "2.jpg,2667783499 3a4f"), LOOKUP)
    assert "caption is passed over: mostly numbers or names (--text-column" in str(names)
    few = roles_of(grid("file,caption", "1.jpg,nan", "2.jpg,None", "dog.jpg,A dog"), LOOKUP)
    assert str(few) == "photos by file, captions by caption"


def test_cells_that_are_passed_over_are_noted_with_what_they_say() -> None:
    findings = Findings()
    table = grid("file,text", "1.jpg,A lake", "2.jpg,", "dog.jpg,OLYMPUS DIGITAL CAMERA")
    take_rows(table, Roles("file", ("text",)), LOOKUP, findings)
    assert [(one.kind, one.where, one.item, one.reason) for one in findings.problems] == [
        ("cell_no_caption", "t.csv:3", "2.jpg", "empty"),
        ("cell_no_caption", "t.csv:4", "dog.jpg", "'OLYMPUS DIGITAL CAMERA'"),
    ]
    assert "dog.jpg" in {photo for _, photo, _ in findings.other_texts}


@pytest.mark.closed
def test_a_number_under_a_telling_column_counts_though_the_name_has_it_too() -> None:
    findings = Findings()
    take_rows(grid("file,children", "1.jpg,1"), Roles("file", ()), LOOKUP, findings)
    assert list(findings.other_texts) == [("column children of 1.jpg", "1.jpg", "children")]
    assert findings.facts == {"1.jpg": {"children": 1.0}}


@pytest.mark.closed
def test_a_row_without_a_name_may_be_the_rest_of_the_row_before() -> None:
    findings = Findings()
    take_rows(grid("file,text", "1.jpg,A lake", ",with a child"), Roles("file", ("text",)), LOOKUP, findings)
    assert ("t.csv:3", "1.jpg", " . with a child") in findings.other_texts


@pytest.mark.closed
def test_a_cell_that_names_several_photos_counts_for_each() -> None:
    findings = Findings()
    take_rows(grid("file,text", "1.jpg 2.jpg,A child"), Roles("file", ("text",)), LOOKUP, findings)
    assert {photo for _, photo, text in findings.other_texts if "A child" in text} == {"1.jpg", "2.jpg"}


@pytest.mark.closed
def test_lost_lines_count_against_the_photo_that_they_name_or_the_one_before() -> None:
    findings = Findings()
    table = grid("file,text", "1.jpg,A lake", "2.jpg,A hill", lost={1: "dog.jpg ???", 9: "???"})
    take_rows(table, Roles("file", ("text",)), LOOKUP, findings)
    assert [(photo, where) for photo, where, _ in findings.unread] == [
        ("dog.jpg", "t.csv:1"),
        ("2.jpg", "t.csv:9"),
    ]
    many = grid("file,text", "1.jpg,A lake", lost=dict.fromkeys(range(3, MOST_LOST + 9), "?"))
    findings = Findings()
    take_rows(many, Roles("file", ("text",)), LOOKUP, findings)
    assert [photo for photo, *_ in findings.unread] == LOOKUP.names
