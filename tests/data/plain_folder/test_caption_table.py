"""Tables of any common shape, and hostile ones: what is read, and what counts for the law where it is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from plain_photos import captions_of, kinds, photos, read, restricted

from withsense_tf.data.plain_folder.caption_table import table_of
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import read_lines

DOG, CHILD = "A brown dog runs along the beach", "A small child sits on a swing"


def columns(text: str, *names: str) -> tuple[str, ...]:
    grid = table_of("t.csv", read_lines("t.csv", text.encode()), PhotoLookup(names or ["a.jpg", "b.jpg"]))
    assert grid is not None
    return grid.columns


def test_a_header_is_told_from_a_first_row() -> None:
    assert columns(f"file,text\na.jpg,{DOG}\n") == ("file", "text")
    assert columns(f"a.jpg;{DOG}\nb.jpg;{CHILD}\n") == ("column_1", "column_2")
    assert columns(f"image,text\nimage.jpg,{DOG}\n", "image.jpg", "b.jpg") == ("image", "text")
    assert columns(f",text,text\n1,a.jpg,{DOG}\n") == ("column_1", "text", "text_3")
    # None of its photos is here.
    assert columns(f"x.jpg;{DOG}\ny.jpg;{CHILD}\n") == ("column_1", "column_2")


def test_quotes_line_breaks_and_separators_in_cells_are_part_of_the_text(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    text = 'file,caption\na.jpg,"A sign says ""stop"", in red"\nb.jpg,"Two dogs\nrun, and\nswim"\n'
    text += "c.jpg,A boat, far away\n"
    (root / "t.csv").write_text(text, newline="")
    assert captions_of(read(root)) == {
        "a.jpg": ['A sign says "stop", in red'],
        "b.jpg": ["Two dogs run, and swim"],
        "c.jpg": ["A boat, far away"],
    }


def test_separators_that_nobody_quoted_are_part_of_the_last_text(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "t.csv").write_text("image,caption\na.jpg,A dog, wet, runs\nb.jpg,A cat, a hat\n")
    assert captions_of(read(root)) == {"a.jpg": ["A dog, wet, runs"], "b.jpg": ["A cat, a hat"]}


@pytest.mark.closed
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_row_that_is_too_long_costs_itself_alone(place: int, tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    rows = ["file,caption", f"b.jpg,{DOG}", "c.jpg,A lake"]
    rows.insert(place, f"a.jpg,{'very ' * 41_400}long")
    (root / "t.csv").write_text("\n".join(rows))
    data = read(root)
    assert captions_of(data) == {"b.jpg": [DOG], "c.jpg": ["A lake"]}
    assert restricted(data) == {"a.jpg": "evidence not readable"}
    lost = data.quarantine[data.quarantine["kind"] == "row_width"]
    assert lost["line"].tolist() == [place + 1]


@pytest.mark.closed
def test_a_quote_that_gathers_more_than_a_field_holds_costs_its_row_alone(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    far = [f"x{number}.jpg,A lake {'far ' * 60}away" for number in range(600)]
    (root / "t.csv").write_text("\n".join(["file,caption", 'a.jpg,"A lake', *far, f"b.jpg,{DOG}"]))
    data = read(root)
    assert captions_of(data) == {"b.jpg": [DOG]}
    assert restricted(data) == {"a.jpg": "evidence not readable"}


def test_names_without_ending_in_other_case_with_folders_and_with_numbers_are_photos(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "in/a.JPG", "in/b.jpg", "c d.png", "e.jpg")
    rows = [
        ("A", "A lake"),
        ("C:\\Users\\me\\in\\b.jpg", "A river"),
        ("./c d.PNG", "A hill"),
        ("e.jpg#3", "A road"),
    ]
    (root / "t.csv").write_text("\n".join(["id,caption", *(",".join(row) for row in rows)]))
    assert captions_of(read(root)) == {
        "in/a.JPG": ["A lake"],
        "in/b.jpg": ["A river"],
        "c d.png": ["A hill"],
        "e.jpg": ["A road"],
    }


def test_of_two_tables_the_one_that_names_no_photo_is_a_note(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (root / "captions.csv").write_text(f"file,caption\na.jpg,{DOG}\n")
    (root / "sales.csv").write_text("month;note\nMay;many kids came\nJune;few came\n")
    data = read(root)
    assert captions_of(data) == {"a.jpg": [DOG]}
    assert restricted(data) == {}
    assert data.quarantine[["kind", "file"]].to_numpy().tolist() == [["file_no_photo", "sales.csv"]]


@pytest.mark.closed
def test_a_photo_in_two_tables_is_restricted_by_either(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "one.csv").write_text(f"file,caption\na.jpg,{DOG}\nb.jpg,{DOG}\n")
    (root / "two.tsv").write_text(f"id\tcomment\na\t{CHILD}\n")
    data = read(root)
    assert captions_of(data)["a.jpg"] == [DOG, CHILD]
    assert restricted(data) == {"a.jpg": "captions"}


def test_a_russian_table_in_its_old_encoding_is_read(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    text = "файл;описание\na.jpg;Собака бежит по снегу\nb.jpg;Маленькая девочка на качелях\n"
    (root / "t.csv").write_bytes(text.encode("cp1251"))
    data = read(root)
    assert captions_of(data)["a.jpg"] == ["Собака бежит по снегу"]
    assert restricted(data) == {"b.jpg": "captions"}
    assert kinds(data) == {"file_encoding"}


@pytest.mark.closed
def test_a_row_that_cannot_be_read_restricts_the_photo_that_it_names_and_no_other(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    rows = [
        b"file,caption",
        f"a.jpg,{DOG}".encode(),
        b"b.jpg,\xe9\xe8\xff\xfe\xe9",
        "c.jpg,Café à côté".encode(),
    ]
    (root / "t.csv").write_bytes(b"\n".join(rows))
    data = read(root)
    assert restricted(data) == {"b.jpg": "evidence not readable"}
    assert "file_not_utf8" in kinds(data)


@pytest.mark.closed
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b""),
        ("t.csv", b"file,caption\n"),
        ("t.xlsx", b"PK\x03\x04"),
        ("t.json", b'{"images": ['),
        ("t.csv", "файл;описание\n".encode("utf-16")[:-1]),
        ("t.pdf", b"%PDF-1.7"),
    ],
)
def test_a_table_that_cannot_be_read_restricts_the_photos_that_it_may_speak_of(
    tmp_path: Path, name: str, content: bytes
) -> None:
    root = photos(tmp_path / "photos", "in/a.jpg", "in/b.jpg", "c.jpg")
    (root / "captions.csv").write_text(f"file,caption\na.jpg,{DOG}\nb.jpg,A lake\nc.jpg,A hill\n")
    (root / "in" / name).write_bytes(content)
    data = read(root)
    assert restricted(data) == dict.fromkeys(["in/a.jpg", "in/b.jpg"], "evidence not readable")
    assert "file_not_read" in kinds(data)


def test_an_open_quote_swallows_no_other_row(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    (root / "t.csv").write_text(f'file,caption\na.jpg,"{DOG}\nb.jpg,"A wet lake"\nc.jpg,A hill\n')
    data = read(root)
    assert captions_of(data) == {"b.jpg": ["A wet lake"], "c.jpg": ["A hill"]}
    assert restricted(data) == {"a.jpg": "evidence not readable"}


def test_a_row_that_names_no_photo_is_a_note_and_one_that_may_be_of_two_counts_for_both(
    tmp_path: Path,
) -> None:
    root = photos(tmp_path / "photos", "one/a.jpg", "two/a.jpg", "b.jpg")
    rows = ["file,caption", f"b.jpg,{DOG}", f"a.jpg,{CHILD}", f"gone.jpg,{CHILD}"]
    (root / "t.csv").write_text("\n".join(rows))
    data = read(root)
    assert captions_of(data) == {"b.jpg": [DOG]}
    assert restricted(data) == {"one/a.jpg": "texts", "two/a.jpg": "texts"}
    assert {"row_photo_unclear", "row_no_photo"} <= kinds(data)


@pytest.mark.slow
def test_a_table_of_many_photos_of_which_few_are_here_is_quick(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "49000.jpg", "49001.jpg")
    rows = [f"{n}.jpg,{DOG} number {n}\n" for n in range(50_000)]
    (root / "captions.txt").write_text("image,caption\n" + "".join(rows))
    start = time.process_time()
    data = read(root)
    assert time.process_time() - start < 10
    assert captions_of(data) == {f"{n}.jpg": [f"{DOG} number {n}"] for n in (49000, 49001)}


def test_a_table_without_captions_gives_facts_alone(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (root / "t.csv").write_text(
        "file,licence,author\na.jpg,Free for all who name the author,The studio by the sea\n"
    )
    data = read(root)
    assert captions_of(data) == {}
    assert data.listed_facts == {
        "a.jpg": {"licence": "Free for all who name the author", "author": "The studio by the sea"}
    }
