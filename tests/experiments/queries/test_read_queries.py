from __future__ import annotations

import re
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.experiments.queries.read_queries import read_typed_queries


def test_the_queries_of_the_package_are_russian_with_english_beside_and_name_each_photo_once(
    tmp_path: Path,
) -> None:
    table = read_typed_queries()
    assert len(table) >= 150
    assert not table["image"].duplicated().any()
    assert table["russian"].map(lambda text: bool(re.fullmatch(r"[\W\dА-Яа-яЁё]+", text))).all()
    assert not table["english"].map(lambda text: bool(re.search(r"[А-Яа-яЁё]", text))).any()
    # A folder without queries of its own is asked these.
    assert read_typed_queries(tmp_path).equals(table)


def test_where_the_source_is_not_there_the_error_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.experiments.queries.read_queries.TYPED_QUERIES", "elsewhere.csv")
    with pytest.raises(
        DataError, match=r"no elsewhere\.csv with the columns image, russian, english.* leave these splits"
    ):
        read_typed_queries()


def test_a_folder_may_have_typed_queries_of_its_own(tmp_path: Path) -> None:
    text = "english;image;russian\nan ant;ant.jpg;муравей\n"
    (tmp_path / "queries_ru.csv").write_text(text, encoding="utf-8")
    assert read_typed_queries(tmp_path).to_dict("records") == [
        {"image": "ant.jpg", "russian": "муравей", "english": "an ant"}
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image,russian\na.jpg,собака\n", "image, russian, english"),
        ("image,russian,english\na.jpg,собака\n", "queries_ru.csv"),
        ("image,russian,english\na.jpg,собака, \n", "one lacks some"),
        ("", "has no rows"),
    ],
)
def test_typed_queries_that_lack_a_language_or_a_cell_are_an_error(
    text: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "queries_ru.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        read_typed_queries(tmp_path)
