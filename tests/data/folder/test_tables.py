from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.data.folder.tables import RawTable, read_table

COLUMNS = ("image", "query_id", "query_text")


def read(
    tmp_path: Path, content: str | bytes, columns: tuple[str, ...] = COLUMNS, header: bool = True
) -> RawTable:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, columns, header)


@pytest.mark.parametrize("separator", [",", "\t", "|", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separator_and_line_ends_are_detected(tmp_path: Path, separator: str, line_end: str) -> None:
    lines = [separator.join(COLUMNS), separator.join(["a.jpg", "b.jpg#1", "A dog"])]
    table = read(tmp_path, line_end.join(lines))
    assert [row.fields for row in table.rows] == [
        {"image": "a.jpg", "query_id": "b.jpg#1", "query_text": "A dog"}
    ]
    assert table.problems == ()


def test_columns_are_found_by_name_and_others_are_passed_over(tmp_path: Path) -> None:
    table = read(tmp_path, "|query_text|image|query_id\n0|A dog|a.jpg|b.jpg#1\n")
    assert table.rows[0].fields["image"] == "a.jpg"
    assert table.rows[0].fields["query_text"] == "A dog"


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfimage,query_id,query_text\na,b#1,c\n").rows[0].fields["image"] == "a"


def test_quotes_inside_a_text_stay(tmp_path: Path) -> None:
    table = read(tmp_path, 'image|query_id|query_text\na|b#1|a sign says " no "\na|b#2|" no " says a sign\n')
    assert [row.fields["query_text"] for row in table.rows] == ['a sign says " no "', '" no " says a sign']


def test_an_open_quote_does_not_swallow_the_next_rows(tmp_path: Path) -> None:
    table = read(tmp_path, 'image|query_id|query_text\na|b#1|"open\na|b#2|second"\na|b#3|third\n')
    assert [row.fields["query_text"] for row in table.rows] == ['"open', 'second"', "third"]
    assert [row.line for row in table.rows] == [2, 3, 4]


def test_a_quoted_text_may_hold_a_line_break(tmp_path: Path) -> None:
    table = read(tmp_path, 'image,query_id,query_text\na,b#1,"two\nlines, one text"\na,b#2,next\n')
    assert [row.fields["query_text"] for row in table.rows] == ["two\nlines, one text", "next"]


def test_a_row_over_several_lines_is_noted(tmp_path: Path) -> None:
    table = read(tmp_path, 'image,query_id,query_text\na,b#1,"two\nlines"\n')
    assert [(p.kind, p.line) for p in table.problems] == [("row_lines", 2)]
    assert table.rows_in_file == 1


def test_an_open_quote_in_a_comma_file_is_a_problem_and_the_next_row_is_kept(tmp_path: Path) -> None:
    table = read(
        tmp_path, 'image,query_id,query_text\na,b#1,"open\na,b#7,with commas, closes"\na,b#3,third\n'
    )
    assert [(p.kind, p.line) for p in table.problems] == [("row_open_quote", 2), ("row_width", 3)]
    assert [row.fields["query_text"] for row in table.rows] == ["third"]


def test_a_text_of_two_lines_with_commas_is_not_mangled(tmp_path: Path) -> None:
    table = read(tmp_path, 'image,query_id,query_text\na,b#1,"One bee\nred, green, and blue"\na,b#2,next\n')
    assert [row.fields["query_text"] for row in table.rows] == ["One bee\nred, green, and blue", "next"]


def test_a_quote_in_a_list_of_names_does_not_join_them(tmp_path: Path) -> None:
    table = read(tmp_path, 'image\n"a.jpg\nb.jpg\nc.jpg"\n', ("image",))
    assert [row.fields["image"] for row in table.rows] == ["b.jpg", 'c.jpg"']
    assert [(p.kind, p.line) for p in table.problems] == [("row_open_quote", 2)]


def test_a_folder_in_place_of_a_table_says_so(tmp_path: Path) -> None:
    (tmp_path / "captions.csv").mkdir()
    (problem,) = read_table(tmp_path / "captions.csv", COLUMNS, header=True).problems
    assert problem.kind == "file_missing"
    assert "directory" in problem.reason


def test_a_row_of_another_width_is_a_problem_with_its_line(tmp_path: Path) -> None:
    table = read(tmp_path, "image,query_id,query_text\na,b#1,c\na,b#2,c,d\na\n")
    assert [(p.kind, p.line) for p in table.problems] == [("row_width", 3), ("row_width", 4)]
    assert len(table.rows) == 1


def test_one_line_that_is_not_utf8_costs_only_that_line(tmp_path: Path) -> None:
    table = read(tmp_path, b"image,query_id,query_text\na,b#1,caf\xe9\na,b#2,caf\xc3\xa9\n")
    assert [(p.kind, p.line) for p in table.problems] == [("file_not_utf8", 2)]
    assert [row.fields["query_text"] for row in table.rows] == ["café"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        (b"image,query_id,query_text\n", "file_empty"),
        (b"image,query,text\na,b#1,c\n", "file_columns"),
        ("image,query_id,query_text\n".encode("utf-16"), "file_not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, kind: str) -> None:
    assert [problem.kind for problem in read(tmp_path, content).problems] == [kind]


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    table = read_table(tmp_path / "none.csv", COLUMNS, header=True)
    assert [problem.kind for problem in table.problems] == ["file_missing"]
    assert not table.usable


@pytest.mark.closed
def test_a_first_row_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    table = read(tmp_path, f"{'x' * 207_000}\ty\na.jpg\tb.jpg\n", ("left", "right"), header=False)
    assert [row.fields for row in table.rows] == [{"left": "a.jpg", "right": "b.jpg"}]
    assert [(problem.kind, problem.line) for problem in table.problems] == [("row_width", 1)]


def test_without_a_header_the_number_of_fields_decides(tmp_path: Path) -> None:
    columns = ("photo", "caption", "a", "b", "c")
    table = read(tmp_path, "broken line\nx.jpg\ty.jpg#1\t1\t2\t3\n", columns, header=False)
    assert table.rows[0].fields == {"photo": "x.jpg", "caption": "y.jpg#1", "a": "1", "b": "2", "c": "3"}
    assert [problem.line for problem in table.problems] == [1]


LETTERS = st.text(st.characters(codec="utf-8", exclude_characters='\0\n\r"\ufeff'), max_size=12)


@given(st.lists(LETTERS, min_size=1, max_size=8), st.lists(st.sampled_from([",", "\t", "|", ""]), min_size=8))
def test_every_line_is_a_row_or_a_problem(texts: list[str], separators: list[str]) -> None:
    lines = [separator.join([text, text]) for text, separator in zip(texts, separators, strict=False)]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "table.tsv"
        path.write_bytes("\n".join(lines).encode())
        table = read_table(path, ("left", "right"), header=False)
    accounted = {row.line for row in table.rows} | {problem.line for problem in table.problems}
    if table.usable:
        assert accounted == {number for number, line in enumerate(lines, start=1) if line.strip()}
    else:
        assert len(table.problems) == 1
