"""The command line, run within the process of the tests."""

from __future__ import annotations

from functools import cache

import typer.main
import typer.testing
from typer.testing import CliRunner

from withsense_tf.__main__ import app

# Each call would build all commands anew, which takes longer than many of them run; and they never change.
typer.testing._get_command = cache(typer.main.get_command)
runner = CliRunner()


def run(*words: str, code: int = 0) -> str:
    """Run a command, expect an exit code, and return what it printed."""
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.stdout
