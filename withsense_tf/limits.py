"""How much is taken of what comes from outside: files, queries, names. What is larger is an error, at once.

Every bound is far above what anybody needs, and low enough that reading it takes no memory and no time worth a word.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from withsense_tf.errors import SettingError

# A caption has some hundred signs; what is much longer is no description.
QUERY_SIGNS: Final = 1_000
NAME_SIGNS: Final = 4_096  # of a file with its folders: no system takes more
JSON_BYTES: Final = 64 * 2**20  # a results.json of hundreds of models has a few


def check_length(what: str, text: str, most: int) -> str:
    """Return a text of at most `most` signs; a longer one is an error.

    >>> check_length("The query", "a dog", 1000)
    'a dog'
    """
    if len(text) > most:
        raise SettingError(f"{what} has {len(text):,} signs; at most {most:,} are read. Say it shorter.")
    return text


def parse_json(text: str | bytes) -> Any:
    """Return what a JSON text says; whatever is wrong with it is a ValueError.

    >>> parse_json("[" * 100_000)
    Traceback (most recent call last):
    ValueError: its brackets are nested too deeply
    """
    try:
        return json.loads(text)
    except RecursionError:
        # The reader's own frames are of no use to anybody.
        raise ValueError("its brackets are nested too deeply") from None


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


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name that no system can have is none.

    >>> is_file(Path("a" * 100_000))
    False
    """
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
