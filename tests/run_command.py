"""The command line, run within the process of the tests."""

from __future__ import annotations

from typer.testing import CliRunner

from withsense_tf.__main__ import app

runner = CliRunner()


def run(*words: str, code: int = 0) -> str:
    """Run a command, expect an exit code, and return what it printed."""
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.stdout
