"""Bounds on what comes from outside: files, queries, names. What is larger is an error, at once.

Every bound is far above what anybody needs, and low enough that reading it takes no memory and no time worth a word.
"""

from __future__ import annotations

import errno
import io
import json
import lzma
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.errors import SettingError

# A caption has some hundred signs; what is much longer is no description.
QUERY_SIGNS: Final = 1_000
NAME_SIGNS: Final = 4_096  # of a file with its folders: no system takes more
ARRAY_BYTES: Final = 2**28  # of packed arrays; outcomes and networks of 64 MB are large
FILE_BYTES: Final = 2**30  # larger than any table, photo or list of decisions
TOML_LINE: Final = 10_000
JSON_BYTES: Final = 64 * 2**20  # a results.json of hundreds of models has a few
LEVELS: Final = 100  # brackets within brackets; captions have four, saved matchers about a dozen
TOO_DEEP: Final = "its brackets are nested too deeply"


def check_length(what: str, text: str, most: int) -> None:
    """Raise where a text has more than `most` signs."""
    if len(text) > most:
        raise SettingError(f"{what} has {len(text):,} signs; at most {most:,} are read. Say it shorter.")


def parse_json(
    text: str | bytes, object_of: Callable[[list[tuple[str, Any]]], dict[str, Any]] | None = None
) -> Any:
    """Return what a JSON text says; whatever is wrong with it is a ValueError.

    `object_of` makes each object of its names and values.

    >>> parse_json("[" * 100_000)
    Traceback (most recent call last):
    ValueError: its brackets are nested too deeply
    >>> parse_json("[" * 101 + "]" * 101)
    Traceback (most recent call last):
    ValueError: its brackets are nested too deeply
    """
    try:
        value = json.loads(text, object_pairs_hook=object_of)
    except RecursionError:
        # The reader's own frames are of no use to anybody.
        raise ValueError(TOO_DEEP) from None
    brackets = (
        text.count(b"[") + text.count(b"{") if isinstance(text, bytes) else text.count("[") + text.count("{")
    )
    if brackets > LEVELS:
        _check_nesting(value)
    return value


def _check_nesting(value: Any) -> None:
    """Raise a ValueError where lists and objects are nested too deeply.

    Python's own bound differs between its versions: what 3.11 refuses, 3.13 reads, and those who go into it fail then.
    """
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(LEVELS):
        level = [
            part
            for whole in level
            for part in (whole.values() if isinstance(whole, dict) else whole)
            if isinstance(part, dict | list)
        ]
        if not level:
            return
    raise ValueError(TOO_DEEP)


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text says; whatever is wrong with it is a ValueError.

    >>> parse_toml("a = " + "[" * 9_000)
    Traceback (most recent call last):
    ValueError: its brackets are nested too deeply
    """
    # A key of many parts takes time by the square of their number, and stands on one line.
    if any(len(line) > TOML_LINE for line in text.splitlines()):
        raise ValueError(f"a line is longer than {TOML_LINE:,} signs")
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    _check_nesting(value)
    return value


def read_arrays(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file; damage and Python objects in it are a ValueError, as are far too large ones.

    What the file says of its arrays' sizes is held against the bound before any of them is read: packed, a few
    kilobytes may be gigabytes. What lies unpacked in the file may be as large as it is.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
            most = max(ARRAY_BYTES, file.stat().st_size)
            if sum(sizes.values()) > most:
                raise ValueError(f"its arrays have {sum(sizes.values()):,} bytes, more than {most:,}")
            for name, size in sizes.items():
                with archive.open(name) as stream:
                    if stated_bytes(stream) > size:
                        raise ValueError(f"its array {name} is not whole")
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (
        zipfile.BadZipFile,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        SyntaxError,
    ) as error:
        raise ValueError(str(error) or "its end is missing") from error


def write_arrays(file: Path, **arrays: Any) -> None:
    """Write arrays as numpy and `read_arrays` read them, packed more closely than numpy does: the wheel has a bound."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    with zipfile.ZipFile(content) as parts, zipfile.ZipFile(file, "w") as packed_file:
        for part in parts.namelist():
            kind, strategy = _least_packing(parts.read(part))
            info = zipfile.ZipInfo(part)
            info.compress_type = kind
            with packed_file.open(info, "w") as stream:
                if kind == zipfile.ZIP_DEFLATED:
                    # Numbers that repeat no others are told by their frequency alone. zipfile has no setting for
                    # that: where it once keeps its packer elsewhere, files are larger, and read as before.
                    stream._compressor = _deflater(strategy)  # type: ignore[attr-defined]  # it has it
                stream.write(parts.read(part))


def _deflater(strategy: int) -> Any:
    return zlib.compressobj(9, zlib.DEFLATED, -15, 9, strategy)


def _least_packing(content: bytes) -> tuple[int, int]:
    """Return the kind of packing that leaves least of some bytes, and the strategy of zlib."""
    sizes = {(zipfile.ZIP_LZMA, 0): len(lzma.compress(content, lzma.FORMAT_ALONE))}
    for strategy in range(zlib.Z_RLE + 1):
        deflater = _deflater(strategy)
        sizes[zipfile.ZIP_DEFLATED, strategy] = len(deflater.compress(content) + deflater.flush())
    return min(sizes, key=lambda one: sizes[one])


def stated_bytes(stream: Any) -> int:
    """Return how many bytes an array has by its header; one that Python objects would be made of is a ValueError."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects")
    # With Python's numbers, which do not overflow.
    count = 1
    for side in shape:
        count *= int(side)
    return count * int(dtype.itemsize)


def read_json(file: Path) -> Any:
    """Return what a JSON file says; a file that is too large or wrong is a ValueError, one not there an OSError."""
    return parse_json(read_text(file, JSON_BYTES))


def read_text(file: Path, most: int) -> str:
    """Return a text file of at most `most` bytes; a larger one, or one that is not UTF-8, is a ValueError."""
    with file.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return data.decode("utf-8")


def read_bytes(file: Path, most: int = FILE_BYTES) -> bytes:
    """Return the content of a file on a disk; an OSError if it is none, or far too large.

    A pipe keeps its readers waiting, and a device never ends.
    """
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, no file on a disk", str(file))
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(file))
    return file.read_bytes()


def is_file(path: Path) -> bool:
    """Return whether there is such a file; a name that no system can have is none.

    >>> is_file(Path("a" * 100_000))
    False
    """
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_dir(path: Path) -> bool:
    """Return whether there is such a folder; a name that no system can have is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
