from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors import exact_index
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.vector_index import Keep, Nearest

WRITER = Path(__file__).with_name("exact_writer.py")
DTYPES = ("float32", "float16")


def keep(rows: np.ndarray) -> Keep:
    return Keep((), lambda: np.asarray(rows, np.int64))


def slow(vectors: np.ndarray, queries: np.ndarray, k: int, kept: np.ndarray | None = None) -> Nearest:
    """Sort all scores in float64; equal ones stay in the order of their rows."""
    rows = np.arange(len(vectors)) if kept is None else kept
    scores = queries.astype(np.float64) @ vectors[rows].astype(np.float64).T
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.full((len(queries), k), -1, np.int64)
    best = np.full((len(queries), k), -np.inf, np.float32)
    found[:, : order.shape[1]] = rows[order]
    best[:, : order.shape[1]] = np.take_along_axis(scores, order, axis=1)
    return Nearest(found, best)


def assert_same(mine: Nearest, other: Nearest) -> None:
    np.testing.assert_array_equal(mine.rows, other.rows)
    np.testing.assert_array_equal(mine.scores, other.scores)


def unit(rows: int, width: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, width), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut even a few rows into many blocks, so that they are shared among threads."""
    monkeypatch.setattr(exact_index, "BLOCK", 4096)


@pytest.fixture(params=DTYPES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExactIndex]:
    made = ExactIndex(tmp_path, 8, request.param)
    yield made
    made.close()


@settings(max_examples=80, deadline=None)
@given(
    rows=st.integers(0, 300),
    width=st.integers(1, 20),
    queries=st.integers(0, 12) | st.just(70),
    k=st.integers(1, 20),
    share=st.none() | st.sampled_from([0.0, 0.05, 0.3, 0.5, 1.0]),
    block=st.sampled_from([1, 500, 3000, exact_index.BLOCK]),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 1000),
)
def test_answers_are_those_of_sorting_everything(
    rows: int, width: int, queries: int, k: int, share: float | None, block: int, dtype: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    # Small whole numbers: every product is exact in each type, and many are equal.
    vectors = rng.integers(-3, 4, (rows, width)).astype(np.float32)
    asked = rng.integers(-3, 4, (queries, width)).astype(np.float32)
    kept = None if share is None else np.flatnonzero(rng.random(rows) < share)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_index, "BLOCK", block)
        patch.setattr(exact_index, "COPY_BLOCK", max(1, block // 3))
        index = ExactIndex(folder, width, dtype)
        index.write(0, vectors)
        found = index.search(asked, k, rows, None if kept is None else keep(kept))
        index.close()
    assert_same(found, slow(vectors, asked, k, kept))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("queries", [1, 5, 30])
def test_an_answer_does_not_depend_on_the_block_size(
    dtype: str, queries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ExactIndex(tmp_path, 33, dtype)
    index.write(0, unit(700, 33))
    asked = unit(queries, 33, seed=1)
    whole = index.search(asked, 9, 700)
    for size in (132, 1000, 7777):
        monkeypatch.setattr(exact_index, "BLOCK", size)
        assert_same(index.search(asked, 9, 700), whole)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_query_gets_the_same_answer_alone_and_among_many(
    dtype: str, tmp_path: Path, small_blocks: None
) -> None:
    index = ExactIndex(tmp_path, 33, dtype)
    index.write(0, unit(700, 33))
    asked = unit(30, 33, seed=1)
    alone = [index.search(asked[at : at + 1], 9, 700) for at in range(30)]
    together = Nearest(np.concatenate([a.rows for a in alone]), np.concatenate([a.scores for a in alone]))
    assert_same(index.search(asked, 9, 700), together)


def by_rows(vectors: np.ndarray, query: np.ndarray, k: int) -> Nearest:
    """Score row by row, as the index says it does, and sort everything; what is no number is not found."""
    with np.errstate(all="ignore"):
        scores = np.vecdot(vectors, query)
    order = np.argsort(-scores, kind="stable")
    order = order[~np.isnan(scores[order])][:k]
    found = Nearest(np.full((1, k), -1, np.int64), np.full((1, k), -np.inf, np.float32))
    found.rows[0, : len(order)], found.scores[0, : len(order)] = order, scores[order]
    return found


@pytest.mark.closed
@pytest.mark.parametrize("queries", [1, 20])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1e-42, 1e-30, 1.0, 1e4])
def test_answers_are_those_of_scoring_row_by_row_whichever_product_is_quickest(
    queries: int, dtype: str, scale: float, tmp_path: Path, small_blocks: None
) -> None:
    # Many rows are so alike that products in another order would sort them in another order.
    vectors = unit(1, 33) + np.float32(1e-7) * unit(3000, 33, seed=1)
    index = ExactIndex(tmp_path, 33, dtype)
    index.write(0, vectors)
    query = unit(1, 33, seed=2) * np.float32(scale)
    among = index.search(np.concatenate([query, unit(queries - 1, 33, seed=3)]), 9, 3000)
    found = Nearest(among.rows[:1], among.scores[:1])
    stored = index.get(np.arange(3000))
    if dtype == "float32":
        assert_same(found, by_rows(stored, query[0], 9))
    else:
        # Such a query is scored as one that is longer by a power of two.
        exponent = int(np.frexp(np.abs(query).max())[1])
        longer = by_rows(stored, np.ldexp(query[0], -exponent), 9)
        assert_same(found, Nearest(longer.rows, np.ldexp(longer.scores, exponent)))


@pytest.mark.closed
@pytest.mark.parametrize("queries", [1, 20])
@pytest.mark.parametrize("size", [1e18, 5e18, 3e19, 1e20])
def test_scores_near_the_largest_number_and_beyond_are_those_of_scoring_row_by_row(
    queries: int, size: float, tmp_path: Path, small_blocks: None
) -> None:
    rng = np.random.default_rng(0)
    vectors, asked = (
        rng.standard_normal((rows, 33), np.float32) * np.float32(size) for rows in (900, queries)
    )
    index = ExactIndex(tmp_path, 33)
    index.write(0, vectors)
    found = index.search(asked, 9, 900)
    for at in range(queries):
        alone = by_rows(vectors, asked[at], 9)
        assert_same(Nearest(found.rows[at : at + 1], found.scores[at : at + 1]), alone)


@pytest.mark.closed
def test_what_a_query_loses_in_the_type_of_the_rows_costs_no_hit(tmp_path: Path, small_blocks: None) -> None:
    # As float16, the query's first two numbers are equal: the rows then seem equally good.
    index = ExactIndex(tmp_path, 2, "float16")
    index.write(0, np.tile(np.eye(2, dtype=np.float32), (500, 1)))
    found = index.search(np.float32([[0.7000001, 0.7000002]]), 3, 1000)
    assert found.rows.tolist() == [[1, 3, 5]]


def test_a_rows_score_does_not_depend_on_k(index: ExactIndex) -> None:
    index.write(0, unit(300, 8))
    query = unit(1, 8, seed=1)
    few, many = index.search(query, 3, 300), index.search(query, 200, 300)
    np.testing.assert_array_equal(few.scores, many.scores[:, :3])


@pytest.mark.parametrize("queries", [1, 20])
def test_copies_of_a_vector_come_in_the_order_of_their_rows(
    queries: int, index: ExactIndex, small_blocks: None
) -> None:
    index.write(0, np.tile(unit(1, 8), (501, 1)))
    found = index.search(unit(queries, 8, seed=1), 7, 501)
    np.testing.assert_array_equal(found.rows, np.tile(np.arange(7), (queries, 1)))


@pytest.mark.parametrize("queries", [1, 20])
@pytest.mark.parametrize("order", [1, -1])
def test_rows_may_be_sorted_by_score(queries: int, order: int, index: ExactIndex, small_blocks: None) -> None:
    vectors = np.outer(np.arange(900)[::order] / 900, np.ones(8)).astype(np.float32)
    index.write(0, vectors)
    asked = np.ones((queries, 8), np.float32)
    stored = index.get(np.arange(900))
    np.testing.assert_array_equal(index.search(asked, 5, 900).rows, slow(stored, asked, 5).rows)


def test_faiss_finds_the_same_rows(tmp_path: Path) -> None:
    import faiss

    vectors, asked = unit(2000, 32), unit(20, 32, seed=1)
    index = ExactIndex(tmp_path, 32)
    index.write(0, vectors)
    flat = faiss.IndexFlatIP(32)
    flat.add(vectors)
    np.testing.assert_array_equal(index.search(asked, 10, 2000).rows, flat.search(asked, 10)[1])


def test_float16_scores_are_off_by_less_than_half_precision(tmp_path: Path) -> None:
    vectors, asked = unit(500, 64), unit(1, 64, seed=1)
    index = ExactIndex(tmp_path, 64, "float16")
    index.write(0, vectors)
    found = index.search(asked, 500, 500)
    true = vectors[found.rows[0]].astype(np.float64) @ asked[0].astype(np.float64)
    # A vector of length 1 is off by 2 ** -11 of its length at most, but for numbers near 0.
    assert np.abs(found.scores[0] - true).max() < 2**-11 + 1e-6


def test_every_finite_float16_is_scored_as_it_is(tmp_path: Path) -> None:
    values = np.arange(2**16, dtype=np.uint16).view(np.float16)
    values = values[np.isfinite(values)].astype(np.float32)
    index = ExactIndex(tmp_path, 1, "float16")
    index.write(0, values[:, None])
    found = index.search(np.ones((1, 1), np.float32), len(values), len(values))
    np.testing.assert_array_equal(found.scores[0], values[found.rows[0]])


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_float16_takes_very_short_and_very_long_queries(scale: float, tmp_path: Path) -> None:
    index = ExactIndex(tmp_path, 8, "float16")
    index.write(0, unit(50, 8))
    query = unit(1, 8, seed=1)
    usual, found = index.search(query, 5, 50), index.search(query * np.float32(scale), 5, 50)
    np.testing.assert_array_equal(found.rows, usual.rows)
    np.testing.assert_allclose(found.scores, usual.scores * scale, rtol=1e-5)


def test_many_queries_of_wide_vectors_are_asked_in_portions(tmp_path: Path) -> None:
    index = ExactIndex(tmp_path, 5000)
    vectors, asked = unit(40, 5000), unit(30, 5000, seed=1)
    index.write(0, vectors)
    np.testing.assert_array_equal(index.search(asked, 3, 40).rows, slow(vectors, asked, 3).rows)


def test_an_empty_index_finds_nothing(index: ExactIndex) -> None:
    found = index.search(unit(2, 8), 3, 0)
    assert found.rows.tolist() == [[-1] * 3] * 2
    assert (found.scores == -np.inf).all()


def test_only_the_rows_asked_for_are_found(index: ExactIndex) -> None:
    index.write(0, unit(20, 8))
    assert set(index.search(unit(1, 8), 20, 5).rows[0].tolist()) == {-1, 0, 1, 2, 3, 4}


def test_a_filter_may_name_rows_beyond_those_asked_for(index: ExactIndex) -> None:
    index.write(0, unit(20, 8))
    assert set(index.search(unit(1, 8), 3, 5, keep(np.array([1, 4, 9]))).rows[0].tolist()) == {1, 4, -1}


def test_vectors_come_back_as_float32(index: ExactIndex) -> None:
    vectors = unit(20, 8).astype(index.dtype).astype(np.float32)
    index.write(0, vectors)
    got = index.get(np.array([7, 0, 7]))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, vectors[[7, 0, 7]])


def test_getting_no_rows_gives_none(index: ExactIndex) -> None:
    assert index.get(np.zeros(0, np.int64)).shape == (0, 8)


def test_a_query_that_is_not_finite_is_refused(index: ExactIndex) -> None:
    with pytest.raises(DataError, match="not finite"):
        index.search(np.full((1, 8), np.nan, np.float32), 1, 0)


def test_queries_of_another_width_are_refused(index: ExactIndex) -> None:
    with pytest.raises(SettingError, match=r"\(n, 8\), got \(1, 9\)"):
        index.search(unit(1, 9), 1, 0)


def test_a_k_of_zero_is_refused(index: ExactIndex) -> None:
    with pytest.raises(SettingError, match="k from 1 up"):
        index.search(unit(1, 8), 0, 0)


def test_threads_find_what_is_committed_while_another_one_writes(index: ExactIndex) -> None:
    vectors = np.eye(8, dtype=np.float32)[np.arange(400) % 8] * np.arange(1, 401, dtype=np.float32)[:, None]
    committed, looks = [0], [0, 0]
    done = threading.Event()

    def read(reader: int) -> None:
        while not done.is_set():
            rows = committed[0]
            if rows:
                # The longest vector of its direction is the newest one.
                found = index.search(vectors[rows - 1 : rows], 1, rows)
                assert found.rows[0, 0] == rows - 1
                looks[reader] += 1

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read, reader) for reader in range(2)]
        for at in range(0, 400, 8):
            index.write(at, vectors[at : at + 8])
            committed[0] = at + 8
            # Both read on before all is written, however late their threads begin.
            while min(looks) < at // 40 and not any(reader.done() for reader in readers):
                time.sleep(0.001)
        done.set()
        assert [reader.result() for reader in readers] == [None, None]
    assert min(looks) >= 9


def test_a_reader_follows_the_writer_of_another_process(tmp_path: Path) -> None:
    reader = ExactIndex(tmp_path, 8)
    command = [sys.executable, str(WRITER), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            rows = int(line)
            assert reader.search(np.ones((1, 8), np.float32), 1, rows).rows[0, 0] == rows - 1
    assert writer.returncode == 0
    assert rows == 300


def test_a_forked_process_searches_too(tmp_path: Path, small_blocks: None) -> None:
    index = ExactIndex(tmp_path, 8)
    index.write(0, unit(600, 8))
    query = unit(1, 8, seed=1)
    expected = index.search(query, 3, 600).rows.tolist()
    child = os.fork()
    if not child:
        status = 2  # of an error, which must not leave this test a second time
        try:
            status = int(index.search(query, 3, 600).rows.tolist() != expected)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_importing_the_index_loads_nothing_heavy() -> None:
    code = "import sys, withsense_tf.index.vectors.exact_index; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "numpy" in loaded
    assert not {"tensorflow", "keras", "sklearn", "pandas", "scipy", "PIL"} & set(loaded)
