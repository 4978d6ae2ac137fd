from __future__ import annotations

import os
import socket
import traceback
from pathlib import Path

import pytest

from withsense_tf.encoders.weights.weight_files import fingerprint, first_line, is_local, weights_name
from withsense_tf.errors import WeightsMissingError
from withsense_tf.matchers.towers.pretrained import Pretrained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model" / "inner").mkdir(parents=True)
    (tmp_path / "model" / "a.bin").write_bytes(b"one")
    (tmp_path / "model" / "inner" / "b.bin").write_bytes(b"two")
    return tmp_path / "model"


@pytest.mark.parametrize("source", ["./none", "/none/at/all", "~/none", "../none"])
def test_what_looks_like_a_path_is_local_even_where_it_is_missing(source: str) -> None:
    assert is_local(source)


@pytest.mark.parametrize(
    "source", ["https://tfhub.dev/a/1", "kaggle://a/b", "hf://a/b", "bert_tiny_en", "a/b"]
)
def test_names_and_addresses_are_not_local(source: str) -> None:
    assert not is_local(source)


def test_a_file_in_the_present_folder_is_local(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert is_local("a.bin")


def test_equal_content_has_one_fingerprint_wherever_it_lies(folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "elsewhere")
    assert fingerprint(folder) == fingerprint(tmp_path / "elsewhere")
    assert fingerprint(folder / "a.bin") == fingerprint(tmp_path / "elsewhere" / "a.bin")


def test_every_file_counts_for_a_folders_fingerprint(folder: Path) -> None:
    fingerprints = {fingerprint(folder)}
    (folder / "inner" / "b.bin").write_bytes(b"TWO")
    fingerprints.add(fingerprint(folder))
    (folder / "inner" / "b.bin").rename(folder / "inner" / "c.bin")
    fingerprints.add(fingerprint(folder))
    (folder / "d.bin").write_bytes(b"")
    fingerprints.add(fingerprint(folder))
    assert len(fingerprints) == 4


def test_content_that_moves_from_one_file_to_the_next_is_other_content(tmp_path: Path) -> None:
    for name, parts in (("x", (b"ab", b"c")), ("y", (b"a", b"bc"))):
        (tmp_path / name).mkdir()
        for file, content in zip("pq", parts, strict=True):
            (tmp_path / name / file).write_bytes(content)
    assert fingerprint(tmp_path / "x") != fingerprint(tmp_path / "y")


def test_a_file_that_changed_is_read_again(folder: Path) -> None:
    file = folder / "a.bin"
    before = fingerprint(file)
    file.write_bytes(b"six")
    os.utime(file, ns=(0, 12_345))  # a clock may be coarse
    assert fingerprint(file) != before


def test_local_weights_are_named_by_file_and_content(folder: Path) -> None:
    assert weights_name(str(folder / "a.bin")) == f"file a.bin {fingerprint(folder / 'a.bin')}"
    assert len(fingerprint(folder)) == 12
    assert weights_name("https://tfhub.dev/a/1") == "https://tfhub.dev/a/1"


def test_of_a_long_error_its_first_line_is_kept_short() -> None:
    assert first_line(ValueError("short.\nand more")) == "short"
    assert first_line(ValueError("words " * 99)) == ("words " * 33).rstrip()
    assert first_line(KeyError()) == "KeyError"


def test_of_a_long_error_no_address_is_cut() -> None:
    address = f"https://x.org/{'y' * 300}"
    assert first_line(ValueError(f"cannot reach {address} now")) == "cannot reach"
    assert first_line(ValueError(f"{address} cannot be reached")) == address


@pytest.mark.closed
def test_of_a_long_error_no_sentence_and_no_bracket_is_cut() -> None:
    whole = "It has no config.json."
    assert first_line(ValueError(f"{whole} {'More words ' * 99}")) == whole[:-1]
    assert first_line(ValueError(f"cannot reach it (Caused by {'words ' * 99})")) == "cannot reach it"


@pytest.mark.closed
@pytest.mark.parametrize(
    "reason",
    [
        socket.gaierror(-2, "Name or service not known"),
        ConnectionRefusedError(111, "Refused"),
        TimeoutError(),
    ],
)
def test_of_a_network_that_is_not_there_the_host_and_the_innermost_reason_are_told(reason: OSError) -> None:
    library_error = RuntimeError(
        f"HTTPSConnectionPool(host='x.org', port=443): Max retries (Caused by {'y ' * 200})"
    )
    outer = ValueError("it failed")
    outer.__cause__ = library_error
    library_error.__context__ = reason
    assert first_line(outer) == f"x.org cannot be reached ({reason.strerror or 'TimeoutError'})"
    assert first_line(reason) == f"the network cannot be reached ({reason.strerror or 'TimeoutError'})"


@pytest.mark.closed
def test_an_error_about_a_network_has_a_short_traceback(offline: None) -> None:
    with pytest.raises(
        WeightsMissingError, match=r"loaded: \S+ cannot be reached \([^)]+\)\. Without"
    ) as failed:
        Pretrained("clip_vit_base_patch32").load()
    error = failed.value
    assert len(traceback.extract_tb(error.__traceback__)) <= 15
    assert len(traceback.format_exception(error)) <= 20
    assert "The above exception" not in "".join(traceback.format_exception(error))


def test_a_folder_with_a_name_that_is_not_utf_8_has_a_fingerprint_too(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "c\udcff.bin").write_bytes(b"three")
    assert fingerprint(folder) != before
