from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from withsense_tf.index.vectors import cores
from withsense_tf.index.vectors.cores import share


def test_each_block_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_pool", None)
    monkeypatch.setattr(cores, "usable_cores", lambda: 3)
    taken = share(list, range(0, 10_000, 3))
    assert sorted(block for part in taken for block in part) == list(range(0, 10_000, 3))


def test_a_helpers_error_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_pool", None)
    monkeypatch.setattr(cores, "usable_cores", lambda: 2)

    def work(blocks: Iterator[int]) -> None:
        for block in blocks:
            time.sleep(0.02)  # so that both get some
            if block == 1:
                raise ValueError("block 1")

    with pytest.raises(ValueError, match="block 1"):
        share(work, range(4))


def test_a_single_block_is_done_by_the_caller() -> None:
    assert share(list, range(0, 5, 5)) == [[0]]


def test_where_other_processes_have_the_other_cores_the_caller_does_it_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cores, "_pool", None)
    monkeypatch.setattr(cores, "usable_cores", lambda: 4)
    cores.limit_cores(1)
    assert share(list, range(100)) == [list(range(100))]
    cores.limit_cores(9)
    assert len(share(list, range(100))) <= 4
