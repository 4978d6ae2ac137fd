from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.shared_scans import Scan, SharedScans
from withsense_tf.index.vectors.vector_index import Nearest


def numbered(queries: np.ndarray, k: int, rows: int) -> Nearest:
    """Answer each query by its own number and the count of rows."""
    at = queries[:, :1].astype(np.int64)
    return Nearest(at + np.arange(k), np.full((len(queries), k), rows, np.float32))


def ask_all(shared: SharedScans, scan: Scan, asked: list[tuple[int, int, int]]) -> list[Nearest]:
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(
            pool.map(
                lambda one: shared.search(scan, np.full((1, 4), one[0], np.float32), one[1], one[2]), asked
            )
        )


def test_everybody_gets_the_own_answer() -> None:
    shared, calls = SharedScans(8), list[int]()
    end = time.monotonic() + 60

    def slow(queries: np.ndarray, k: int, rows: int) -> Nearest:
        calls.append(len(queries))
        # The first one is at work until all others have come.
        while len(calls) == 1 and len(shared._waiting) < 23 and time.monotonic() < end:
            time.sleep(0.01)
        return numbered(queries, k, rows)

    asked = [(number, number % 5 + 1, 100 + number % 2) for number in range(24)]
    for (number, k, rows), nearest in zip(asked, ask_all(shared, slow, asked), strict=True):
        assert nearest.rows.tolist() == [[number + place for place in range(k)]]
        assert nearest.scores.tolist() == [[rows] * k]
    assert sum(calls) == 24
    assert max(calls) == 8
    # The first one alone, then eleven and twelve that ask for as many rows, in eights.
    assert len(calls) == 5


def test_a_search_alone_waits_for_nobody() -> None:
    shared = SharedScans(8)
    assert [
        shared.search(numbered, np.full((1, 4), 3, np.float32), 1, 9).rows.tolist() for _ in range(3)
    ] == [[[3]]] * 3


@pytest.mark.closed
def test_who_fails_leaves_the_others_their_answers() -> None:
    began = threading.Event()

    def fail_on_7(queries: np.ndarray, k: int, rows: int) -> Nearest:
        began.set()
        time.sleep(0.02)
        if (queries == 7).any():
            raise ValueError("seven")
        return numbered(queries, k, rows)

    shared = SharedScans(8)

    def ask(number: int) -> object:
        try:
            return shared.search(fail_on_7, np.full((1, 4), number, np.float32), 1, 9).rows.tolist()
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(12)))
    assert answers == [[[number]] if number != 7 else "seven" for number in range(12)]
    assert ask(1) == [[1]]


@pytest.mark.closed
def test_answers_do_not_hang_on_whom_they_were_found_with(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    index = ExactIndex(tmp_path / "vectors", 32)
    index.write(0, rng.normal(size=(5_000, 32)).astype(np.float32))
    queries = rng.normal(size=(40, 32)).astype(np.float32)
    alone = [index.search(query[None], 7, 5_000) for query in queries]
    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(lambda query: index.search(query[None], 7, 5_000), queries))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.scores, other.scores)
    index.close()
