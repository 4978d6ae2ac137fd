"""Which version of the code made a figure."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def code_version() -> str:
    """Name the version, and in a git checkout the commit, with a plus where files differ from it."""
    name = f"withsense_tf {version('withsense_tf')}"
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return name
    git = ["git", "-C", str(root)]
    try:
        commit = subprocess.run(
            [*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
        )
        status = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return name
    return f"{name} {commit.stdout.strip()}{'+' if status.stdout.strip() else ''}"
