from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import spacy

from withsense_tf.encoders.texts.word_vectors import read_vectors
from withsense_tf.errors import DataError, SettingError

LINES = ["a 1 0 0", "dog 0 1 0", "cat 0 0 2", "Paris 5 5 5", "собака 0 3 0"]
TABLE = {"a": [1, 0, 0], "dog": [0, 1, 0], "cat": [0, 0, 2], "paris": [5, 5, 5], "собака": [0, 3, 0]}


def write(path: Path, lines: list[str]) -> Path:
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def packed() -> bytes:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(400, 5)).round(4).tolist()
    return gzip.compress(
        "\n".join(f"w{n} {' '.join(map(str, row))}" for n, row in enumerate(numbers)).encode()
    )


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a blank English pipeline with three vectors."""
    blank = spacy.blank("en")
    for word, vector in (("dog", [0, 1]), ("Cat", [2, 0]), ("собака", [0, 3])):
        blank.vocab.set_vector(word, np.array(vector, np.float32))
    folder = tmp_path_factory.mktemp("pipelines") / "small"
    blank.to_disk(folder)
    return folder


def test_lines_may_end_with_blanks_and_as_windows_writes_them(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(b"2 2 \r\na 1 2 \r\nb 3 4 \r\n")
    vectors = read_vectors(str(tmp_path / "v.txt"))
    assert vectors.table.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("content", [b"", b"2 3\n"], ids=["empty", "header alone"])
def test_a_file_without_vectors_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.txt").write_bytes(content)
    with pytest.raises(DataError, match="holds no word vectors"):
        read_vectors(str(tmp_path / "v.txt"))


def test_no_archive_under_an_archives_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "v.txt.gz").write_bytes(b"a 1 2\n")
    with pytest.raises(DataError, match="damaged or cannot be read"):
        read_vectors(str(tmp_path / "v.txt.gz"))


@pytest.mark.parametrize("name", ["v.txt", "v.vec", "v.txt.gz", "v.vec.gz"])
@pytest.mark.parametrize("header", [[], ["5 3"]], ids=["plain", "header"])
def test_every_form_of_a_word2vec_file_gives_the_same_table(
    tmp_path: Path, name: str, header: list[str]
) -> None:
    vectors = read_vectors(str(write(tmp_path / name, header + LINES)))
    table = {word: vectors.table[vectors.row(word)].tolist() for word in TABLE}
    assert table == TABLE
    assert vectors.table.dtype == np.float32
    assert len(vectors.rows) == 5


def test_of_a_word_that_stands_twice_the_first_line_counts(tmp_path: Path) -> None:
    vectors = read_vectors(str(write(tmp_path / "v.txt", ["a 1 2", "a 3 4"])))
    assert vectors.table.tolist() == [[1, 2]]


@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz"])
@pytest.mark.parametrize(
    "wrong", ["b 3 4 5", "b 3", "b x 4", "b", "b 3 nan", "b inf 4"], ids=lambda line: line.replace(" ", "_")
)
def test_a_damaged_line_is_named_once(tmp_path: Path, name: str, wrong: str) -> None:
    write(tmp_path / name, ["a 1 2", wrong, "c 5 6"])
    with pytest.raises(DataError, match="line 2") as caught:
        read_vectors(str(tmp_path / name))
    assert str(caught.value).count(name) == 1


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_archive_is_an_error(tmp_path: Path, share: float) -> None:
    (tmp_path / "v.txt.gz").write_bytes(packed()[: int(len(packed()) * share)])
    with pytest.raises(DataError, match=r"v\.txt\.gz"):
        read_vectors(str(tmp_path / "v.txt.gz"))


def test_damage_anywhere_in_an_archive_is_a_data_error(tmp_path: Path) -> None:
    whole, rng = packed(), np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole)
        # Past the header, whose file name and time may be anything.
        at = int(rng.integers(10, len(whole) - 8))
        damaged[at] ^= 0xFF
        (tmp_path / "v.txt.gz").write_bytes(damaged)
        with pytest.raises(DataError, match=r"v\.txt\.gz"):
            read_vectors(str(tmp_path / "v.txt.gz"))


def test_a_pipelines_folder_gives_its_vectors_in_lower_case_too(pipeline: Path) -> None:
    vectors = read_vectors(str(pipeline))
    assert [vectors.table[vectors.row(word)].tolist() for word in ("dog", "cat", "собака")] == [
        [0, 1],
        [2, 0],
        [0, 3],
    ]
    assert vectors.row("zebra") is None


def test_a_pipeline_without_vectors_is_an_error(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(SettingError, match="has no word vectors; those whose names end in _md and _lg"):
        read_vectors(str(tmp_path / "blank"))


@pytest.mark.parametrize("source", ["no_such_pipeline", "no_such_folder/", "v.csv"])
def test_a_source_that_is_nothing_says_what_can_be_given(source: str) -> None:
    with pytest.raises(SettingError, match=r"neither a file of word vectors \(\.txt.*nor a spaCy pipeline"):
        read_vectors(source)


def test_a_file_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"none\.txt: there is no such file"):
        read_vectors(str(tmp_path / "none.txt"))
