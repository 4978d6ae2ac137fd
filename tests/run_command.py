"""The command line, run within the process of the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import typer
import typer.main
import typer.testing
from typer.testing import CliRunner, Result

from withsense_tf.__main__ import app

# Each call would build all commands anew, which takes longer than many of them run; and they never change.
typer.testing._get_command = cache(typer.main.get_command)
runner = CliRunner()


def run(*words: str, code: int = 0) -> str:
    """Run a command, expect an exit code, and return what it printed."""
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.stdout


def finish(
    app: typer.Typer, *words: str, code: int = 0, env: Mapping[str, str | None] | None = None
) -> Result:
    """Run commands of any kind, expect an exit code, and return what came of it; what they raise is raised here."""
    done = runner.invoke(app, list(words), env=env)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def run_main(
    main: Callable[..., object], *words: str, code: int = 0, env: Mapping[str, str | None] | None = None
) -> str:
    """Run a function that is the one command of its module, and return all that it printed."""
    app = typer.Typer()
    app.command()(main)
    # Other processes take seconds to start.
    return finish(app, *words, code=code, env={"WITHSENSE_PROCESSES": "1", **(env or {})}).output


def law_variables(**files: str) -> dict[str, str | None]:
    """Return the environment that names these files of the law, and no others."""
    names = ("COUNTRIES", "OVERRIDES", "CONSENTS", "AUDIT", "LANGUAGES")
    return {f"WITHSENSE_{name}": files.get(name.lower()) for name in names}
