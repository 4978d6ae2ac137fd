"""Rule files, one a language: those of the package, and those that a service adds.

`rule_reader` says what may stand in one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from withsense_tf.common.limits import read_bytes
from withsense_tf.errors import DataError
from withsense_tf.policy.texts.lexicon import Lexicon
from withsense_tf.policy.texts.rule_reader import RuleReader

FOLDER: Final = Path(__file__).parent / "rules"
# The package's rule files are named after a language code, and a script where it is not the usual one: "ru-latn".
LANGUAGE_FILES: Final = "??[.-]*toml"


@dataclass(frozen=True)
class RuleFile:
    """A rule file with the content that was read: what is written into the file later changes nothing."""

    path: Path
    content: bytes

    def script(self) -> str:
        """Return the script that the rules are for, without growing their words."""
        return _script(self)

    def lexicon(self) -> Lexicon:
        """Return the words and rules of the file; a single mistake in it is an error."""
        return _lexicon(self)


def read_rule_file(path: Path) -> RuleFile:
    """Read one rule file."""
    try:
        return RuleFile(path, read_bytes(path))
    except OSError as error:
        raise DataError(
            f"{path} cannot be read as a TOML rule file ({error.strerror}), so nothing may be shown."
        ) from error


def packaged_rules(folder: Path = FOLDER) -> tuple[RuleFile, ...]:
    """Read the rule files of the package's folder, each named after its language."""
    paths = sorted(folder.glob(LANGUAGE_FILES))
    if not paths:
        raise DataError(f"{folder} holds no rule file ({LANGUAGE_FILES}).")
    return tuple(map(read_rule_file, paths))


def added_rules(folder: Path) -> tuple[RuleFile, ...]:
    """Read a folder of rule files of one's own: each of its files is one, and a mistake in any is an error."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read as a folder of rule files ({error.strerror}), so nothing may be shown."
        ) from error
    if not paths:
        raise DataError(
            f"{folder} holds no rule file, so nothing may be shown. Put one there, as fi.toml, or name no folder."
        )
    if foreign := [path.name for path in paths if path.suffix != ".toml"]:
        raise DataError(
            f"{folder} holds {foreign[0]}, which is no rule file (a name that ends in .toml), so nothing may be shown. "
            "Take it out of the folder."
        )
    files = tuple(map(read_rule_file, paths))
    for file in files:
        file.lexicon()  # now, and not when the first text of its script comes
    return files


def rules_digest(files: Iterable[RuleFile]) -> str:
    """Return the SHA-256 over names and contents of rule files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.path.name.encode() + b"\0" + file.content + b"\0")
    return digest.hexdigest()


# What is read is kept for every policy of the process.
@lru_cache(maxsize=64)
def _script(file: RuleFile) -> str:
    return RuleReader(file.path, file.content).script()


@lru_cache(maxsize=32)
def _lexicon(file: RuleFile) -> Lexicon:
    return RuleReader(file.path, file.content).read()
