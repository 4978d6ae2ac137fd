from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import simsimd

from withsense_tf.index.vectors import short_vectors
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.short_vectors import REPAID, ShortCopies, ShortVectors
from withsense_tf.index.vectors.vector_index import Nearest

WIDTH = 64


@pytest.fixture(autouse=True)
def few_rows_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_vectors, "LEAST_ROWS", 500)


def vectors_of(kind: str, rows: int = 4_000) -> np.ndarray:
    rng = np.random.default_rng(7)
    points = rng.standard_normal((rows, WIDTH))
    if kind != "alike in all directions":
        points *= 0.8 ** np.arange(WIDTH)
        points = points @ np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0]
    if kind == "many the same":
        points[rows // 2 :] = points[rng.integers(0, 50, rows - rows // 2)]
    scale = {"very long": 1e15, "very short": 1e-18}.get(kind, 1.0)
    return np.asarray(points * scale, np.float32)


KINDS = ("few directions", "alike in all directions", "many the same", "very long", "very short")


def old_index(folder: Path, vectors: np.ndarray) -> ExactIndex:
    """Return an index whose file was written a while ago."""
    index = ExactIndex(folder, vectors.shape[1])
    index.write(0, vectors)
    make_old(folder)
    return index


def make_old(folder: Path, seconds: float = 60.0) -> None:
    """Let a file look as if it had been written before: only its time of change tells that from the truth."""
    at = time.time() - seconds
    os.utime(folder / "rows.vectors", (at, at))


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.index.vectors.vector_file.SETTLED_NS", -1)


def full(index: ExactIndex, query: np.ndarray, k: int, rows: int) -> Nearest:
    return index._scan(query[None], k, rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 10, 200])
def test_answers_are_bit_by_bit_those_of_scoring_every_row(
    kind: str, k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    vectors = vectors_of(kind)
    index = old_index(tmp_path, vectors)
    index.warm_up(len(vectors))
    rng = np.random.default_rng(1)
    queries = [*vectors[:5], *(vectors[5:10] * np.float32(0.3)), *rng.standard_normal((5, WIDTH), np.float32)]
    for query in np.asarray(queries, np.float32):
        for rows in (len(vectors), len(vectors) - 777):
            short, every = index.search(query[None], k, rows), full(index, query, k, rows)
            np.testing.assert_array_equal(short.rows, every.rows)
            assert short.scores.tobytes() == every.scores.tobytes()


def test_most_queries_are_answered_by_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch)
    vectors = vectors_of("few directions")
    index = old_index(tmp_path, vectors)
    index.warm_up(len(vectors))
    answers = [index._by_short_copy(query[None], 10, len(vectors)) for query in vectors[:20]]
    assert sum(answer is not None for answer in answers) >= 15


def test_a_bound_lies_above_the_score_of_each_row_whatever_the_directions() -> None:
    vectors = vectors_of("few directions")
    copy = ShortVectors.of(vectors)
    assert copy is not None
    for query in vectors[:20] * np.float32(1.4):
        _, bounds, off = copy.bounds(query, len(vectors))
        assert (bounds + off >= vectors.astype(np.float64) @ query).all()


def test_products_of_whole_numbers_are_exact() -> None:
    rng = np.random.default_rng(0)
    rows = rng.choice(np.array([-127, -126, -1, 0, 1, 127], np.int8), (2_000, 1_024))
    rows[0], rows[1] = 127, -127
    for query in rows[:5]:
        products = np.asarray(simsimd.cdist(rows, query[None], "dot", out_dtype="float32")).reshape(-1)
        assert (products == rows.astype(np.int64) @ query.astype(np.int64)).all()


def test_a_row_that_is_written_anew_in_its_place_is_found_at_the_next_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    vectors = vectors_of("few directions")
    index = old_index(tmp_path, vectors)
    index.warm_up(len(vectors))
    query = vectors[3] * np.float32(2)
    index.write(1_234, query[None] * np.float32(3))
    assert index.search(query[None], 1, len(vectors)).rows.tolist() == [[1_234]]


def test_a_file_that_was_just_written_is_not_copied(tmp_path: Path) -> None:
    vectors = vectors_of("few directions")
    index = ExactIndex(tmp_path, WIDTH)
    index.write(0, vectors)
    index.warm_up(len(vectors))
    assert index._by_short_copy(vectors[:1], 10, len(vectors)) is None


def test_a_copy_is_made_when_it_will_have_paid() -> None:
    vectors, copies = vectors_of("few directions"), ShortCopies()
    answers = [copies.of(vectors, (1, 1)) is not None for _ in range(REPAID + 1)]
    assert answers == [False] * (REPAID - 1) + [True, True]


def test_a_copy_of_fewer_rows_does_not_stand_for_more() -> None:
    vectors, copies = vectors_of("few directions"), ShortCopies()
    assert copies.of(vectors[:3_000], (1, 1), now=True) is not None
    assert copies.of(vectors, (1, 1)) is None


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_damaged_vectors_have_no_copy(number: float) -> None:
    vectors = vectors_of("few directions")
    vectors[1_001, 5] = number
    assert ShortVectors.of(vectors) is None
