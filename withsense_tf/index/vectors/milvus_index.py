"""Vectors in Milvus: a Milvus Lite file on one machine, or a server or cluster that many machines search.

The address alone says which; all else is the same. A row number is the primary key, and the columns of a row are kept
beside its vector, so that Milvus filters by itself. Milvus Lite files belong to one process at a time; several
processes share a server.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.index.vectors.milvus_filter import ROW, expression, milvus_fields
from withsense_tf.index.vectors.milvus_open import VECTOR, answers, connect, let_go, open_collection
from withsense_tf.index.vectors.tie_rule import rank_order
from withsense_tf.index.vectors.vector_index import Fact, Keep, Nearest, VectorIndex

# Milvus' own limits: how many rows one answer may have, and how far a search in an HNSW graph may look.
MOST_FOUND = 16384
_WIDEST = 32768
# A message holds some megabytes, whatever the width; a server takes 64.
_MESSAGE = 16 * 2**20
_SECONDS = 120.0
_QUERIES = 256


class MilvusIndex(VectorIndex):
    """An index in Milvus. `kind="FLAT"` is exact; `kind="HNSW"` is faster on many rows and misses some.

    `ef` is how many rows of an HNSW graph a search looks at; with a filter it looks at `ef_filtered`, because rows
    that the filter leaves out cost places. `token` is what a server asks for (`user:password`).
    """

    most = MOST_FOUND

    def __init__(
        self,
        address: str,
        collection: str,
        width: int,
        kind: str = "FLAT",
        *,
        token: str = "",
        links: int = 16,
        ef_build: int = 200,
        ef: int = 512,
        ef_filtered: int = 4096,
        timeout: float = 5.0,
    ) -> None:
        self.kind = check_choice("kind", kind, ("FLAT", "HNSW"))
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", collection):
            raise SettingError(
                f"A Milvus collection's name has letters, digits and _, and starts with no digit; got {collection!r}."
            )
        self.width = width
        self.collection = collection
        self.address = str(address)
        self._ef, self._ef_filtered = ef, ef_filtered
        self._client, file = connect(self.address, token, timeout)
        # Whoever forgets to close must not keep others from a Milvus Lite file for ever.
        self._closing = weakref.finalize(self, _close, self._client, file)
        # Milvus ends its own things when the process ends.
        self._closing.atexit = False
        try:
            build = {"M": links, "efConstruction": ef_build} if kind == "HNSW" else {}
            open_collection(self._client, collection, width, kind, build, self.address)
            # Milvus Lite serves many processes as well; it says so in its version.
            self._lite = "lite" in str(self._client.get_server_version())
        except BaseException:
            self.close()
            raise

    def write(self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None) -> None:
        """Write vectors, and the columns of each row, into the rows from `at` on, over what is there."""
        vectors = self._check("vectors", vectors)
        if facts is not None and len(facts) != len(vectors):
            raise SettingError(
                f"Each vector needs its facts: got {len(vectors)} vectors and {len(facts)} facts."
            )
        with answers(f"take rows from {at} on"):
            for part in self._parts(len(vectors)):
                rows = [
                    {ROW: at + i, VECTOR: vectors[i], **(milvus_fields(facts[i]) if facts else {})}
                    for i in part
                ]
                self._forget_columns([row[ROW] for row in rows])
                self._open.upsert(self.collection, rows, timeout=_SECONDS)
            self._settle()

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:
        """Return the best k of the first `rows` rows for each query."""
        queries = self._check("queries", queries)
        nearest = Nearest(
            np.full((len(queries), k), -1, np.int64), np.full((len(queries), k), -np.inf, np.float32)
        )
        most = min(k, rows)
        if most > MOST_FOUND:
            raise SettingError(f"Milvus answers with {MOST_FOUND} rows at most, got k={k}. Ask for fewer.")
        if most < 1:
            return nearest
        where = keep.where if keep else ()
        condition = expression(where, rows)
        with answers(f"search where {condition}"):
            for at in range(0, len(queries), _QUERIES):
                some = queries[at : at + _QUERIES]
                for i, (best, scores) in enumerate(self._best(some, most, condition, bool(where)), start=at):
                    nearest.rows[i, : len(best)] = best
                    nearest.scores[i, : len(best)] = scores
        return nearest

    def get(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows."""
        numbers = [int(row) for row in rows]
        vectors: dict[int, Any] = {}
        with answers("give vectors"):
            for part in self._parts(len(numbers)):
                ids = [numbers[i] for i in part]
                for hit in self._open.get(
                    self.collection, ids, output_fields=[ROW, VECTOR], timeout=_SECONDS
                ):
                    vectors[hit[ROW]] = hit[VECTOR]
        missing = [row for row in numbers if row not in vectors]
        if missing:
            raise DataError(
                f"{self._place} has no rows {missing[:5]} ({len(missing)} of {len(numbers)}). They were never written, "
                "or were removed; index the photos again."
            )
        return np.asarray([vectors[row] for row in numbers], np.float32).reshape(-1, self.width)

    def remove(self, rows: np.ndarray) -> None:
        """Forget rows."""
        with answers("remove rows"):
            for part in self._parts(len(rows)):
                self._open.delete(self.collection, ids=[int(rows[i]) for i in part], timeout=_SECONDS)
            self._settle()

    def drop(self) -> None:
        """Drop the collection for ever."""
        with answers("drop a collection"):
            self._open.drop_collection(self.collection, timeout=_SECONDS)
        self.close()

    def close(self) -> None:
        """Close the connection, and a Milvus Lite file if nobody else here uses it."""
        self._client = None
        self._closing()

    @property
    def _place(self) -> str:
        return f"The collection {self.collection!r} of {self.address}"

    @property
    def _open(self) -> Any:
        if self._client is None:
            raise DataError(f"{self._place} was closed. Open a new index.")
        return self._client

    def _rows(self, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
        return list(
            self._open.get(
                self.collection, ids, output_fields=fields, consistency_level="Strong", timeout=_SECONDS
            )
        )

    def _parts(self, count: int) -> Iterator[range]:
        step = max(1, min(4096, _MESSAGE // (4 * self.width)))
        return (range(at, min(at + step, count)) for at in range(0, count, step))

    def _check(self, what: str, vectors: np.ndarray) -> np.ndarray:
        vectors = np.ascontiguousarray(vectors, np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.width:
            raise SettingError(f"{what} must have the shape (n, {self.width}), got {vectors.shape}.")
        if not np.isfinite(vectors).all():
            raise DataError(
                f"{what} hold NaN or infinity, which have no place in an index. Encode the photos again."
            )
        return vectors

    def _forget_columns(self, rows: list[int]) -> None:
        # Milvus Lite keeps columns of an old row that the new one does not have; a server does not.
        if self._lite:
            old = self._rows(rows, [ROW])
            if old:
                self._open.delete(self.collection, ids=[row[ROW] for row in old], timeout=_SECONDS)

    def _settle(self) -> None:
        # A server has written down what it acknowledged, and limits how often it is asked to flush. Milvus Lite
        # has not, and searches unflushed rows twenty times as slowly.
        if self._lite:
            self._open.flush(self.collection, timeout=_SECONDS)

    def _best(
        self, queries: np.ndarray, k: int, condition: str, filtered: bool
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the rows and scores of each query, equal scores by row."""
        best: list[tuple[np.ndarray, np.ndarray]] = [(np.empty(0), np.empty(0))] * len(queries)
        unsettled_queries = list(range(len(queries)))
        # Milvus returns any of equally good rows. One more than asked for shows whether some are left out.
        limit = min(k + 1, MOST_FOUND)
        while unsettled_queries:
            again = []
            answer = self._open.search(
                self.collection,
                list(queries[unsettled_queries]),
                anns_field=VECTOR,
                filter=condition,
                limit=limit,
                search_params={"metric_type": "IP", "params": self._breadth(limit, filtered)},
                consistency_level="Strong",
                timeout=_SECONDS,
            )
            for i, hits in zip(unsettled_queries, answer, strict=True):
                best[i] = _best_rows(
                    np.asarray(hits.ids, np.int64), np.asarray(hits.distances, np.float32), k
                )
                if k < limit < MOST_FOUND and len(hits) == limit and hits.distances[-1] == best[i][1][-1]:
                    again.append(i)
            unsettled_queries, limit = again, min(2 * limit, MOST_FOUND)
        short = [i for i, (rows, _) in enumerate(best) if len(rows) < k]
        if short and self.kind == "HNSW":
            self._look_at_all(best, short, queries, k, condition)
        return best

    def _breadth(self, limit: int, filtered: bool) -> dict[str, int]:
        if self.kind == "FLAT":
            return {}
        return {"ef": min(max(self._ef_filtered if filtered else self._ef, 2 * limit), _WIDEST)}

    def _look_at_all(
        self,
        best: list[tuple[np.ndarray, np.ndarray]],
        short: list[int],
        queries: np.ndarray,
        k: int,
        condition: str,
    ) -> None:
        # A graph may not lead to the few rows that a strict filter leaves; so few can be compared one by one.
        most = min(MOST_FOUND, 2 * _MESSAGE // (4 * self.width))
        candidates = self._open.query(
            self.collection,
            filter=condition,
            output_fields=[ROW, VECTOR],
            limit=most,
            consistency_level="Strong",
            timeout=_SECONDS,
        )
        if len(candidates) < most:
            rows = np.asarray([row[ROW] for row in candidates], np.int64)
            vectors = np.asarray([row[VECTOR] for row in candidates], np.float32).reshape(-1, self.width)
            for i in short:
                best[i] = _best_rows(rows, vectors @ queries[i], k)


def _close(client: Any, file: Path | None) -> None:
    client.close()
    if file is not None:
        let_go(file)


def _best_rows(rows: np.ndarray, scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    order = rank_order(scores, rows)[:k]
    return rows[order], scores[order]
