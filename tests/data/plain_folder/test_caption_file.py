"""A table of captions that the user names, with its columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_photos import captions_of, photos, read

from withsense_tf.data.plain_folder.caption_file import CaptionFile, captions_of_options
from withsense_tf.errors import DataError, KindError, SettingError

TABLE = "left,right,words\na.jpg,b.jpg,DSC-01 SEA\nb.jpg,a.jpg,HARBOUR\n"


def test_columns_that_are_named_are_taken_as_they_are(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "t.csv").write_text(TABLE)
    assert captions_of(read(root)) == {}
    asked = CaptionFile(Path("t.csv"), "RIGHT", ("3",))
    assert captions_of(read(root, captions=asked)) == {"b.jpg": ["DSC-01 SEA"], "a.jpg": ["HARBOUR"]}


def test_names_of_a_table_and_of_one_column_may_be_plain_texts(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (root / "t.csv").write_text("file,note,words\na.jpg,DSC-01,SEA\n")
    asked = CaptionFile(str(root / "t.csv"), text_columns="words")  # type: ignore[arg-type]  # that is tried
    assert captions_of(read(root, captions=asked)) == {"a.jpg": ["SEA"]}
    with pytest.raises(KindError, match="name of a table of captions"):
        CaptionFile(5)  # type: ignore[arg-type]  # that is tried


def test_the_table_may_lie_elsewhere_and_have_the_name_of_one_in_the_folder(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "t.csv").write_text("file,caption\na.jpg,A lake\n")
    (tmp_path / "t.csv").write_text("file,caption\nb.jpg,A hill\n")
    data = read(root, captions=CaptionFile(tmp_path / "t.csv"))
    assert captions_of(data) == {"a.jpg": ["A lake"], "b.jpg": ["A hill"]}


def test_the_name_of_the_table_is_enough(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (tmp_path / "t.csv").write_text("file,caption\na.jpg,A lake\n")
    for name in (tmp_path / "t.csv", str(tmp_path / "t.csv")):
        assert captions_of(read(root, captions=name)) == {"a.jpg": ["A lake"]}
    with pytest.raises(KindError, match="the name of a table of captions"):
        read(root, captions=["t.csv"])


def test_what_is_not_there_is_an_error_that_says_what_is(tmp_path: Path, folder: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "t.csv").write_text(TABLE)
    with pytest.raises(SettingError, match="no file of captions gone"):
        read(root, captions=CaptionFile(Path("gone.csv")))
    with pytest.raises(SettingError, match="its columns are left, right, words"):
        read(root, captions=CaptionFile(Path("t.csv"), "photo"))
    with pytest.raises(DataError, match="names no photo of the folder in its column words"):
        read(root, captions=CaptionFile(Path("t.csv"), "words"))
    with pytest.raises(SettingError, match="are of a --caption-file"):
        captions_of_options(None, "left", None)
    with pytest.raises(SettingError, match="is for plain folders"):
        read(folder, captions=CaptionFile(root / "t.csv"))
    assert captions_of_options(None, None, None) is None
