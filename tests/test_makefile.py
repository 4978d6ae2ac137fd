"""What `make` installs: nothing that is there already, for a server may be running from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MARKS = {"demo": "demo", "compare": "installed"}
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")


def write_caller(program: Path, *, has_pip: bool = True) -> None:
    """Write a program that notes what it is called with, and runs nothing but a line of Python."""
    program.parent.mkdir(parents=True, exist_ok=True)
    import_pip = f'case "$2" in "import pip"*) exit {int(not has_pip)};; esac\n'
    program.write_text(
        f'#!/bin/sh\n{import_pip}[ "$1" = -c ] && exec {sys.executable} "$@"\necho "$@" >>calls\n',
        encoding="utf-8",
    )
    program.chmod(0o700)


def calls_of(
    folder: Path, target: str, *marks: str, programs: tuple[str, ...] = (), has_pip: bool = True
) -> list[str]:
    """Return how Python, and other programs, were called by a target, where these marks of earlier set-ups are new.

    What make prints comes into the file `lines`.
    """
    for name in ("Makefile", "setup.cfg", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(ROOT / name, folder / name)
        os.utime(folder / name, (1_000, 1_000))
    write_caller(folder / ".venv/bin/python", has_pip=has_pip)
    for program in ("python", *programs):
        write_caller(folder / program)
    for mark in marks:
        (folder / ".venv" / mark).touch()
    command = ["make", target, "PYTHON=./python"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=600)
    (folder / "lines").write_text(done.stdout, encoding="utf-8")
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


def read_lines(folder: Path) -> str:
    return (folder / "lines").read_text(encoding="utf-8")


@pytest.mark.parametrize(("target", "extra"), [("demo", "app"), ("compare", "test")])
def test_the_first_set_up_installs_the_package(tmp_path: Path, target: str, extra: str) -> None:
    calls = calls_of(tmp_path, target)
    assert any(call.endswith(f"-e .[{extra}]") for call in calls)
    assert "pip" not in calls[-1]
    # It is quiet for minutes: what it does is said once, and how much it downloads.
    assert re.findall(
        r"^Downloading and installing TensorFlow .*\(about [\d.]+ GB\)", read_lines(tmp_path), re.MULTILINE
    )
    assert read_lines(tmp_path).count("Downloading") == 1


@pytest.mark.parametrize("target", MARKS)
def test_a_set_up_that_is_there_is_left_alone(tmp_path: Path, target: str) -> None:
    assert len(calls_of(tmp_path, target, MARKS[target])) == 1
    assert "Downloading" not in read_lines(tmp_path)


@pytest.mark.parametrize("target", MARKS)
def test_an_environment_whose_making_was_ended_is_made_anew(tmp_path: Path, target: str) -> None:
    calls = calls_of(tmp_path, target, has_pip=False)
    assert calls[0] == "-m venv .venv"
    assert calls[1].startswith("-m pip install")
    (tmp_path / "whole").mkdir()
    assert "-m venv .venv" not in calls_of(tmp_path / "whole", target)


def test_behind_a_demonstration_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    calls = calls_of(tmp_path, "compare", "demo")
    assert calls[0] == "-m pip install --quiet -c constraints.txt -r .venv/needs.txt"
    assert len(calls) == 2
    assert "beside the demonstration (about " in read_lines(tmp_path)
    needs = (tmp_path / ".venv" / "needs.txt").read_text(encoding="utf-8").split("\n")
    assert {"fastapi>=0.115", "pytest>=8.4", 'uvloop>=0.20; sys_platform != "win32"'} <= set(needs)
    assert not any(line.startswith("#") for line in needs)


def test_a_demonstration_behind_the_tests_installs_nothing(tmp_path: Path) -> None:
    assert calls_of(tmp_path, "demo", "installed") == ["-m withsense_tf demo"]
    assert "Downloading" not in read_lines(tmp_path)


def test_a_demonstration_comes_up_on_the_port_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert calls_of(tmp_path, "demo", "demo") == ["-m withsense_tf demo --port 8123"]


@pytest.mark.parametrize("target", ["compare", "quick"])
@pytest.mark.parametrize(
    ("args", "goes_on"),
    [
        ("", "--skip-existing"),
        ("--skip-existing --seed 1", "--skip-existing --seed 1"),
        ("--data 'my photos' --set folds=3", "--data 'my photos' --set folds=3 --skip-existing"),
    ],
)
def test_a_comparison_takes_options_and_says_by_which_command_an_interrupted_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, args: str, goes_on: str
) -> None:
    monkeypatch.setenv("ARGS", args)
    (call,) = calls_of(tmp_path, target, "installed")
    assert call.endswith(args.replace("'", ""))
    # Ctrl-C at a terminal reaches the shell that make started, too: it waits for the program, and says it then.
    (tmp_path / ".venv/bin/python").write_text("#!/bin/sh\nkill -INT $PPID\nexit 130\n", encoding="utf-8")
    command = ["make", target, "PYTHON=./python"]
    # Who runs the tests in the background has Ctrl-C switched off, and so have their children.
    done = subprocess.run(
        command,
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert done.returncode != 0
    assert f'make {target} ARGS="{goes_on}"' in done.stdout


def test_docs_says_first_what_it_does_and_how_long_that_takes() -> None:
    # Where tests are run by make itself, it would say first which folder it is in.
    plan = subprocess.run(
        ["make", "--dry-run", "docs", f"PYTHON={sys.executable}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    )  # fmt: skip
    assert re.match(r'echo "This installs .*about a minute', plan.stdout, re.DOTALL)


def test_a_list_of_packages_changes_nothing_of_what_it_lists(tmp_path: Path) -> None:
    own, other = {"name": "withsense-tf", "bom-ref": "own"}, {"name": "numpy", "bom-ref": "other"}
    listing = tmp_path / "artifacts/sbom.json"
    listing.parent.mkdir()
    listing.write_text(json.dumps({"metadata": {}, "components": [other, own]}))
    calls = calls_of(
        tmp_path, "sbom", programs=("artifacts/sbom_tool/bin/python", "artifacts/sbom_tool/bin/cyclonedx-py")
    )
    assert calls == [
        "-m venv artifacts/sbom_tool",
        "-m pip install --quiet cyclonedx-bom>=7",
        "environment --output-reproducible --of JSON --output-file artifacts/sbom.json .venv/bin/python",
    ]
    # What the list is of is told from what that needs.
    assert json.loads(listing.read_text()) == {"metadata": {"component": own}, "components": [other]}
    assert sorted(path.name for path in (tmp_path / ".venv").iterdir()) == ["bin"]


def test_a_list_of_packages_that_are_not_installed_says_what_to_do(tmp_path: Path) -> None:
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    done = subprocess.run(
        ["make", "sbom"], cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "run make demo first" in done.stdout
