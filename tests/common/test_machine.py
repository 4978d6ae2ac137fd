from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from withsense_tf.common import machine


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    return tmp_path


def test_without_a_container_the_machine_counts(container: Path) -> None:
    assert 1 <= machine.usable_cores() <= (os.cpu_count() or 1)
    # Others may take or give back much of it between two looks.
    assert any(
        machine.free_memory() == pytest.approx(psutil.virtual_memory().available, rel=0.2) for _ in range(10)
    )


def test_a_container_gives_no_more_than_its_limits(container: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    for limit, cores in (
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("9900000 100000", 16),
        ("max 100000", 16),
    ):
        (container / "cpu.max").write_text(limit + "\n")
        assert machine.usable_cores() == cores
    (container / "memory.max").write_text("5000000\n")
    (container / "memory.current").write_text("4500000\n")
    assert machine.free_memory() == 500_000
    # Files that are merely kept in memory are given back.
    (container / "memory.stat").write_text("anon 4000000\ninactive_file 300000\n")
    assert machine.free_memory() == 800_000
    (container / "memory.max").write_text("max\n")
    assert machine.free_memory() > 800_000
