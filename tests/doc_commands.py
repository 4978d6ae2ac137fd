"""Commands that docs show: which command line each means, and whether it takes what it is given."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from configparser import ConfigParser
from typing import Any

import typer
import typer.main
from doc_blocks import ROOT
from run_command import finish

sys.path.insert(0, str(ROOT / "docs/hooks"))
import command_pages
import python_pages  # noqa: F401  # for tests of it, which find it here

# Programs that docs may show beside our own; their options are their authors' to say.
OTHERS = ("cp", "mkdir", "tar", "curl", "milvus-lite", "jupyter", ".", "sudo", "echo", "docker")
PYTHONS = ("python", ".venv/bin/python", "next/bin/python")


def ours(line: str) -> tuple[typer.Typer, list[str]] | None:
    """Return which of our command lines is meant, and its words; None for other programs."""
    words = shlex.split(line, comments=True)
    apps = command_pages.all_apps()
    if words[0] == "withsense" or words[1:3] == ["-m", "withsense_tf"]:
        return apps["withsense"], words[1 if words[0] == "withsense" else 3 :]
    if words[0] in PYTHONS and words[1] == "-m" and words[2].startswith("withsense_tf"):
        return apps[f"python -m {words[2]}"], words[3:]
    return None


def parse(line: str) -> None:
    """Raise if a command cannot be what it seems: of ours an option is unknown, of make a target, of pip an extra."""
    if own := ours(line):
        _parse_ours(*own)
        return
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(words[1:]) <= set(targets), line
    elif words[0] in PYTHONS or words[0] == "pip":
        _parse_python(words, line)
    else:
        assert words[0] in OTHERS, f"{line}: no program that docs know"


def _parse_ours(app: typer.Typer, words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    while command is not None:
        is_asked_for_help = "--help" in words
        # It reads the words, with their types, and calls nothing.
        context = command.make_context("command", list(words), resilient_parsing=is_asked_for_help)
        words = [*getattr(context, "_protected_args", ()), *context.args]
        command = command.commands[words[0]] if words and hasattr(command, "commands") else None
        words = words[1:]


def _parse_python(words: list[str], line: str) -> None:
    if words[0] != "pip":
        assert words[1] == "-m", line
        words = words[2:]
    assert words[0] in ("pip", "venv", "pytest"), line
    # No index has the package: it comes from a clone, a wheel, or a folder of wheels.
    assert "--no-index" in words or not any(re.match(r"withsense_tf\b(?!-)", word) for word in words[1:]), (
        line
    )
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    known = set(config["options.extras_require"])
    for extras in re.findall(r"\[([\w,]+)\]", line):
        assert set(extras.split(",")) <= known, line
    for file in re.findall(r"-c (\S+)|-m pytest (\S+)", line):
        assert (ROOT / "".join(file)).exists(), line


def type_in(line: str) -> None:
    """Run a command as a reader would type it, ours within this process."""
    own = ours(line)
    if own is None:
        subprocess.run(["sh", "-c", line], check=True, capture_output=True)
        return
    app, words = own
    finish(app, *words)
