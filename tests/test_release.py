"""What is handed out: the package to install and its source, built as for a release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
MOST_BYTES = 2_000_000
# What builds, measures and versions leave in a folder.
LEFT = shutil.ignore_patterns(
    ".git", ".venv", "artifacts", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)
pytestmark = pytest.mark.slow


class Release(NamedTuple):
    wheel: Path
    source: Path
    output: str


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Build both of a copy: a build leaves files in the folder that it builds of."""
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(ROOT, folder / "copy", ignore=LEFT)
    (folder / "copy/artifacts").mkdir()
    shutil.copy(ROOT / "artifacts/README.md", folder / "copy/artifacts")
    output = build(folder / "copy", folder / "dist")
    (wheel,), (source,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    return Release(wheel, source, output)


def build(source: Path, dist: Path, *options: str) -> str:
    """Build what the options ask for, or both, and return what was printed."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(dist), str(source)]
    # With it, setuptools warns that it compiles nothing.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def files_of_wheel(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def files_of_source(release: Release) -> set[str]:
    with tarfile.open(release.source) as archive:
        names = [member.name.partition("/")[2] for member in archive if member.isfile()]
    return {name for name in names if ".egg-info" not in name and name != "PKG-INFO"}


def suffixes(names: Iterable[str]) -> set[str]:
    return {Path(name).suffix for name in names}


def test_it_is_built_without_a_warning(release: Release) -> None:
    assert [line for line in release.output.splitlines() if "warning" in line.lower()] == []


def test_what_is_installed_is_small(release: Release) -> None:
    assert release.wheel.stat().st_size < MOST_BYTES


def test_what_is_installed_holds_the_package_and_what_it_reads(release: Release) -> None:
    names = [name for name in files_of_wheel(release.wheel) if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in names} == {"withsense_tf"}
    assert suffixes(names) == {
        ".py",
        ".typed",
        ".css",
        ".html",
        ".js",
        ".npy",
        ".npz",
        ".svg",
        ".toml",
        ".txt",
        ".xz",
    }


def test_a_module_that_is_gone_comes_into_no_wheel(release: Release, tmp_path: Path) -> None:
    with tarfile.open(release.source) as archive:
        archive.extractall(tmp_path, filter="data")
    (copy,) = tmp_path.iterdir()
    # What `pip install .` leaves.
    gone = copy / "build/lib/withsense_tf/stale_module.py"
    gone.parent.mkdir(parents=True)
    gone.write_text("")
    build(copy, tmp_path / "dist", "--wheel")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert files_of_wheel(wheel) == files_of_wheel(release.wheel)


def test_the_source_has_every_file_of_the_repository(release: Release) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no repository, but source that was handed out")
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listing.stdout.splitlines()) - files_of_source(release) == set()
