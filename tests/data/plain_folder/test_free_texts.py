from __future__ import annotations

import pytest

from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.free_texts import LONGEST_NOTE, take_free_text
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import read_lines

LOOKUP = PhotoLookup(["a.jpg", "b.jpg", "in/c.jpg"])


def found(name: str, text: str | bytes) -> Findings:
    findings = Findings()
    take_free_text(name, read_lines(name, text.encode() if isinstance(text, str) else text), LOOKUP, findings)
    return findings


def test_a_line_counts_for_the_photo_that_it_names_and_so_do_those_behind_it() -> None:
    texts = found(
        "notes.txt", "Of the sea\na.jpg: my daughter\nshe is four\nb.jpg is a boat\nx.jpg: a child\n"
    ).other_texts
    assert list(texts) == [
        ("notes.txt:2", "a.jpg", "a.jpg: my daughter"),
        ("notes.txt:3", "a.jpg", "she is four"),
        ("notes.txt:4", "b.jpg", "b.jpg is a boat"),
    ]


def test_a_note_that_names_no_photo_counts_for_those_beside_it() -> None:
    assert list(found("in/read me.txt", "Birthday of\nmy daughter").other_texts) == [
        ("in/read me.txt", "in/c.jpg", "Birthday of my daughter")
    ]
    assert not found("texts/readme.txt", "Birthday of my daughter").other_texts


def test_a_text_that_is_called_like_photos_counts_for_them() -> None:
    assert list(found("texts/C.txt", "my daughter").other_texts) == [
        ("texts/C.txt:1", "in/c.jpg", "my daughter")
    ]


def test_programs_and_pages_that_name_no_photo_say_nothing_of_any() -> None:
    findings = found("script.py", "for child in children:\n    print(child)\n")
    assert not findings.other_texts
    assert [problem.kind for problem in findings.problems] == ["file_no_photo"]


def test_a_list_of_names_says_no_more_than_the_names() -> None:
    assert not found("train.txt", "a.jpg\nb.jpg\n").other_texts


@pytest.mark.closed
def test_what_cannot_be_read_in_full_counts_against_the_photos_beside_it() -> None:
    assert {photo for photo, *_ in found("in/long.txt", "word " * LONGEST_NOTE).unread} == {"in/c.jpg"}
    assert {photo for photo, *_ in found("n.txt", "Зима\n".encode() + b"a.jpg \xff\xe9\xe8\n").unread} == {
        "a.jpg"
    }


@pytest.mark.closed
def test_a_line_that_is_too_long_costs_itself_alone() -> None:
    findings = found("in/notes.txt", f"c.jpg: my son\na.jpg {'word ' * 40_000}\nb.jpg is a boat\n")
    assert {photo for photo, *_ in findings.unread} == {"a.jpg"}
    assert [(photo, text) for _, photo, text in findings.other_texts] == [
        ("in/c.jpg", "c.jpg: my son"),
        ("b.jpg", "b.jpg is a boat"),
    ]
    (problem,) = findings.problems
    assert (problem.kind, problem.reason) == ("file_not_read", "1 of its lines cannot be read")


def test_a_list_of_photos_is_said_to_be_no_split() -> None:
    how = found("Flickr_8k.testImages.txt", "a.jpg\nb.jpg\ngone.jpg\n\n").how
    assert how["Flickr_8k.testImages.txt"].startswith("a list of 2 photos; it is no split here")
    for no_list in ("a.jpg\n", "a.jpg\nb.jpg\nmy daughter\n", "a.jpg: my daughter\nb.jpg\nin/c.jpg\n"):
        assert not found("notes.txt", no_list).how
