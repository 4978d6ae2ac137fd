"""A demo set and an index of it, which are made once for all tests of commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_command import run

from withsense_tf.demo import write_demo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "demo"
    write_demo(folder, seed=0, train=36, test=6, captioned=0)
    return folder


@pytest.fixture(scope="package")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a smaller set of other photos, some of them of the same names."""
    folder = tmp_path_factory.mktemp("data") / "small"
    write_demo(folder, seed=1, train=16, test=2, captioned=0)
    return folder


@pytest.fixture(scope="package")
def index(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("index") / "index")
    assert "42 added" in run("index", "build", str(demo), "--index", folder)
    return folder
