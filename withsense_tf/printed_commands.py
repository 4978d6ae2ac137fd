"""How a command of this program is written where a person is told to run it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NO_OPTIONS: Final[Mapping[str, object]] = MappingProxyType({})


def command_line(*words: object, options: Mapping[str, object] = NO_OPTIONS) -> str:
    """Write a command so that a shell reads each word, and each value of an option, as one, whatever is in it.

    >>> command_line("data", "check", "my photos")
    "withsense data check 'my photos'"
    """
    return " ".join(["withsense", *(shlex.quote(str(word)) for word in words)]) + option_words(options)


def index_command(index: object, *words: object, options: Mapping[str, object] = NO_OPTIONS) -> str:
    """Write a command for this index.

    >>> index_command("an index", "update", "FOLDER")
    "withsense index update FOLDER --index 'an index'"
    """
    return command_line("index", *words, options={"--index": index, **options})


def install_words(extra: str) -> str:
    """Say how an extra of this package is installed: no index has the package.

    >>> install_words("app")
    'pip install ".[app]" in a clone of the source, or pip install "FILE.whl[app]" with its wheel'
    """
    return f'pip install ".[{extra}]" in a clone of the source, or pip install "FILE.whl[{extra}]" with its wheel'


def option_words(options: Mapping[str, object]) -> str:
    """Write options with their values, a blank before each.

    >>> option_words({"--overrides": "of people.csv", "--min-votes": 2})
    " --overrides 'of people.csv' --min-votes 2"
    """
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in options.items())
