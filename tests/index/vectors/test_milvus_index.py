from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors.filters import OPS, Condition, Where, matches
from withsense_tf.index.vectors.milvus_index import MOST_FOUND, MilvusIndex
from withsense_tf.index.vectors.vector_index import Fact, Keep

WIDTH = 8
Make = Callable[..., MilvusIndex]
HOSTILE = [
    'a"b',
    "it's",
    "back\\slash",
    '" or row >= 0 or "',
    "50%_off",
    "{row}",
    "a\nb",
    "$meta",
    "[0]",
    "день",
    "~1/a",
    "",
]


def unit(count: int, width: int = WIDTH, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def found(index: MilvusIndex, query: np.ndarray, k: int, rows: int, where: Where = ()) -> list[int]:
    keep = Keep(where, lambda: np.empty(0, np.int64)) if where else None
    got = index.search(query.reshape(1, -1), k, rows, keep).rows[0]
    return got[got >= 0].tolist()


def all_found(index: MilvusIndex, rows: int, *where: Condition) -> list[int]:
    return sorted(found(index, np.ones(WIDTH, np.float32), rows, rows, where))


@pytest.mark.parametrize("kind", ["FLAT", "HNSW"])
def test_a_search_finds_the_best_rows(make: Make, kind: str) -> None:
    index, vectors, queries = make(kind=kind), unit(300), unit(7, seed=1)
    index.write(0, vectors)
    best = np.argsort(-(queries @ vectors.T), axis=1)[:, :5]
    np.testing.assert_array_equal(index.search(queries, 5, 300).rows, best)


def test_scores_are_inner_products(make: Make) -> None:
    index, vectors, queries = make(), 3 * unit(50), unit(4, seed=1)
    index.write(0, vectors)
    got = index.search(queries, 5, 50)
    exact = np.take_along_axis(queries @ vectors.T, got.rows, axis=1)
    np.testing.assert_allclose(got.scores, exact, rtol=1e-5, atol=1e-6)


def test_more_queries_than_fit_into_one_message_are_answered_in_order(make: Make) -> None:
    index, vectors = make(), unit(300)
    index.write(0, vectors)
    assert index.search(vectors, 1, 300).rows[:, 0].tolist() == list(range(300))


def test_only_the_first_rows_are_found(make: Make) -> None:
    index, vectors = make(), unit(20)
    index.write(0, vectors)
    assert all_found(index, 12) == list(range(12))


def test_equal_scores_come_in_the_order_of_the_rows(make: Make) -> None:
    index = make()
    for at in (30, 20, 10, 0):  # more equal rows than asked for, written in an order of no use
        index.write(at, np.ones((10, WIDTH), np.float32))
    assert found(index, np.ones(WIDTH, np.float32), 5, 40) == [0, 1, 2, 3, 4]


def test_places_that_no_row_takes_are_empty(make: Make) -> None:
    index = make()
    index.write(0, unit(2))
    got = index.search(unit(1, seed=1), 4, 2)
    assert got.rows[0, 2:].tolist() == [-1, -1]
    assert got.scores[0, 2:].tolist() == [-np.inf, -np.inf]


def test_an_empty_collection_answers_with_nothing(make: Make) -> None:
    assert found(make(), unit(1), 3, 0) == []


def test_vectors_come_back_in_the_order_that_was_asked_for(make: Make) -> None:
    index, vectors = make(), unit(20)
    index.write(0, vectors)
    np.testing.assert_array_equal(index.get(np.array([7, 0, 19, 7])), vectors[[7, 0, 19, 7]])


VALUES: list[Fact] = [
    "Nikon D90", "NIKON D700", "canon", "Ångström", "IMG_001.jpg", "img-001", "50%_off", "IMG1001.jpg", "  two\nlines ",
    "2020", "2019", 2020.0, 400.0, "400", -0.5, 5.6, 1e20, "1e3", "2020.0", "0100", float("inf"), float("nan"),
    "2020-05", "2020-05-01", "2020-05-01 10:00", "2020-06-30T9", "2021-01", "2020-0x", "2020-05-0", "20200101", "202",
    "red", "red, blue", "blue, red", "blue, red, green", "dark red", "reds, blue", *HOSTILE,
]  # fmt: skip


@pytest.fixture(scope="session")
def album(address: str) -> Iterator[MilvusIndex]:
    """Have each value in a row of its own, and as the name of a column; the last row has none."""
    index = MilvusIndex(address, "album", WIDTH)
    index.write(0, unit(len(VALUES) + 1), album_facts())
    yield index
    index.close()


def album_facts() -> list[dict[str, Fact]]:
    return [*({"said": value, "colour": value, f"of {value}": 1.0} for value in VALUES), {}]


def matching(*where: Condition) -> list[int]:
    return [row for row, facts in enumerate(album_facts()) if matches(where, facts)]


@pytest.mark.parametrize("op", OPS)
@pytest.mark.slow
def test_a_condition_finds_the_rows_that_meet_it(album: MilvusIndex, op: str) -> None:
    asked = [*VALUES, "2020-05-01 1", "_001", "%", "\\", '"', "'", 2021.0, "n", "IKON D"]
    conditions = [Condition(column, op, value) for column in ("said", "colour") for value in asked]
    found = {repr(condition): all_found(album, len(VALUES) + 1, condition) for condition in conditions}
    assert found == {repr(condition): matching(condition) for condition in conditions}


@pytest.mark.parametrize("op", ["=", "!=", "<", ">=", "~"])
def test_a_column_that_only_one_row_has_is_found_in_no_other(album: MilvusIndex, op: str) -> None:
    conditions = [Condition(f"of {value}", op, 1.0) for value in VALUES]
    found = [all_found(album, len(VALUES) + 1, condition) for condition in conditions]
    assert found == [matching(condition) for condition in conditions]


def test_a_column_that_no_row_has_differs_from_everything(album: MilvusIndex) -> None:
    assert all_found(album, 5, Condition("lens", "!=", "50 mm")) == [0, 1, 2, 3, 4]


def test_all_conditions_must_hold(album: MilvusIndex) -> None:
    where = (Condition("said", "~", "nikon"), Condition("said", "!=", "nikon d90"))
    assert all_found(album, len(VALUES) + 1, *where) == [VALUES.index("NIKON D700")]


def test_removed_rows_are_not_found(make: Make) -> None:
    index = make()
    index.write(0, unit(10))
    index.remove(np.array([3, 4]))
    assert all_found(index, 10) == [0, 1, 2, 5, 6, 7, 8, 9]


def test_a_removed_row_cannot_be_got(make: Make) -> None:
    index = make()
    index.write(0, unit(10))
    index.remove(np.array([3]))
    with pytest.raises(DataError, match=r"has no rows \[3\] \(1 of 2\)"):
        index.get(np.array([2, 3]))


@pytest.mark.parametrize("kind", ["FLAT", "HNSW"])
def test_what_was_written_is_there_after_closing_and_opening_again(make: Make, kind: str) -> None:
    index, vectors = make("kept" + kind, kind=kind), unit(100)
    index.write(0, vectors, [{"n": float(row)} for row in range(100)])
    index.remove(np.array([0]))
    index.close()
    again = make("kept" + kind, kind=kind)
    assert all_found(again, 100, Condition("n", "<", 5.0)) == [1, 2, 3, 4]


def test_writing_over_a_tail_replaces_the_vectors(make: Make) -> None:
    index, new = make(), unit(4, seed=1)
    index.write(0, unit(10))
    index.write(6, new)
    np.testing.assert_array_equal(index.get(np.arange(6, 10)), new)


def test_writing_over_a_tail_leaves_no_row_twice(make: Make) -> None:
    index = make()
    index.write(0, unit(10))
    index.write(6, unit(4, seed=1))
    assert all_found(index, 10) == list(range(10))


def test_writing_over_a_row_takes_its_old_columns_away(make: Make) -> None:
    index = make()
    index.write(0, unit(3), [{"place": "Rome", "iso": 100.0}] * 3)
    index.write(1, unit(2), [{"iso": 100.0}] * 2)
    assert all_found(index, 3, Condition("place", "=", "rome")) == [0]


def test_a_second_client_finds_what_the_first_one_wrote(make: Make) -> None:
    first, second = make("shared"), make("shared")
    first.write(0, unit(5))
    assert all_found(second, 5) == [0, 1, 2, 3, 4]


def test_a_client_goes_on_when_another_one_closes(make: Make) -> None:
    first, second = make("shared2"), make("shared2")
    first.write(0, unit(5))
    first.close()
    assert all_found(second, 5) == [0, 1, 2, 3, 4]


def clustered(count: int, seed: int) -> np.ndarray:
    centres = unit(40, 32)
    rng = np.random.default_rng(seed)
    return centres[rng.integers(0, 40, count)] + 0.15 * rng.normal(size=(count, 32)).astype(np.float32)


@pytest.fixture(scope="session", params=["FLAT", "HNSW"])
def crowd(request: pytest.FixtureRequest, address: str) -> Iterator[MilvusIndex]:
    def opened() -> MilvusIndex:
        return MilvusIndex(address, "crowd" + request.param, 32, request.param)

    index = opened()
    index.write(
        0, clustered(3000, 1), [{"shelf": float(row % 100), "one": float(row)} for row in range(3000)]
    )
    index.close()  # waits for the graph, which is made behind the writer's back
    index = opened()
    yield index
    index.close()


def share_found(index: MilvusIndex, rows: np.ndarray, where: Where) -> float:
    vectors, queries = clustered(3000, 1), clustered(50, 2)
    best = rows[np.argsort(-(queries @ vectors[rows].T), axis=1)[:, :10]]
    got = index.search(queries, 10, 3000, Keep(where, lambda: rows) if where else None).rows
    return float(
        np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(got.tolist(), best.tolist(), strict=True)])
    )


def test_recall_without_a_filter(crowd: MilvusIndex) -> None:
    assert share_found(crowd, np.arange(3000), ()) >= (1 if crowd.kind == "FLAT" else 0.97)


def test_recall_where_a_filter_leaves_one_row_in_a_hundred(crowd: MilvusIndex) -> None:
    where = (Condition("shelf", "=", 7.0),)
    assert share_found(crowd, np.arange(7, 3000, 100), where) >= (1 if crowd.kind == "FLAT" else 0.99)


def test_a_filter_that_leaves_fewer_rows_than_asked_for_finds_them_all(crowd: MilvusIndex) -> None:
    assert share_found(crowd, np.arange(2995, 3000), (Condition("one", ">=", 2995.0),)) == 1


def test_a_vector_of_another_width_is_an_error(album: MilvusIndex) -> None:
    with pytest.raises(SettingError, match=r"queries must have the shape \(n, 8\), got \(1, 9\)"):
        album.search(unit(1, 9), 1, 1)


def test_a_vector_that_is_no_number_is_an_error(album: MilvusIndex) -> None:
    with pytest.raises(DataError, match="NaN"):
        album.write(5, np.full((1, WIDTH), np.nan, np.float32))


def test_facts_of_another_number_than_vectors_are_an_error(album: MilvusIndex) -> None:
    with pytest.raises(SettingError, match="got 2 vectors and 1 facts"):
        album.write(5, unit(2), [{}])


def test_asking_for_more_rows_than_milvus_gives_is_an_error(album: MilvusIndex) -> None:
    with pytest.raises(SettingError, match="Ask for fewer"):
        album.search(unit(1), MOST_FOUND + 1, MOST_FOUND + 1)


def test_what_milvus_refuses_is_an_error_with_its_reason(make: Make, address: str) -> None:
    from pymilvus import MilvusClient

    index = make("dropped")
    client = MilvusClient(address)
    client.drop_collection("dropped")
    with pytest.raises(DataError, match="Milvus did not search where row < 5"):
        found(index, unit(1), 1, 5)
    client.close()
