"""How much of what an exact engine finds an approximate one finds too."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence

import numpy as np

from withsense_tf.errors import SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.captions_table import live_captions
from withsense_tf.index.tables.models_table import row_count
from withsense_tf.index.tables.rows_table import live_rows
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.vector_index import Keep, Nearest, VectorIndex

# Two engines add up the same products in another order; scores of about 1 then differ by less than this.
ROUNDING = 1e-5
# Vectors that are copied at once.
BLOCK = 8_192


def recall_at(approximate: VectorIndex, exact: VectorIndex, queries: np.ndarray, k: int, rows: int) -> float:
    """Return which share of the exact best k of the first `rows` rows the approximate engine finds, from 0 to 1.

    A row that scores as high as the exact k-th is as good as it: of many equal rows, either engine may return any.
    """
    if len(queries) == 0 or k < 1 or rows < 1:
        raise SettingError(
            f"Recall needs queries, k and rows, got {len(queries)} queries, k={k}, rows={rows}. "
            "Give at least one of each."
        )
    best = exact.search(queries, k, rows)
    answers = approximate.search(queries, k, rows)
    hits = possible = 0
    for query, right, scores, rowids in zip(queries, best.rows, best.scores, answers.rows, strict=True):
        there = right >= 0
        possible += int(there.sum())
        if not there.any():
            continue
        answer = np.unique(rowids[rowids >= 0])
        lowest = float(scores[there][-1])
        # The vectors tell the score: what an approximate engine says of its own rows is not asked.
        true = exact.get(answer) @ query.astype(np.float32) if len(answer) else np.empty(0, np.float32)
        fair = np.isin(answer, right[there]) | (true >= lowest - ROUNDING * max(1.0, abs(lowest)))
        hits += min(int(fair.sum()), int(there.sum()))
    return hits / possible if possible else 1.0


def measure_recall(
    index: PhotoIndex, texts: Sequence[str] | None, k: int, sample: int
) -> list[tuple[str, float, int]]:
    """Return, for each kind of vector of the model in use, its name, its engine's recall, and how many texts asked.

    Without `texts`, captions of the index are the queries, drawn from all of them, the same ones each time.
    """
    recalls = []
    with index.catalog.reading() as tables:
        generation = index.current(tables)
        if not generation.form.inner:
            raise SettingError(
                "This index is searched by a network that looks at every photo: nothing is missed."
            )
        count, live = row_count(tables, generation.number), live_rows(tables, generation.number)
        asked_texts = (
            [text for text in texts if text.strip()] if texts is not None else _captions(tables, sample)
        )
        if not asked_texts or not len(live):
            raise SettingError("There is nothing to ask: give queries, and an index that has photos.")
        queries = generation.form.queries(asked_texts)
        for part, engine in generation.vectors.items():
            with tempfile.TemporaryDirectory(prefix="withsense-recall-") as folder:
                exact = ExactIndex(folder, engine.width)
                for at in range(0, len(live), BLOCK):
                    exact.write(at, engine.get(live[at : at + BLOCK]))
                recall = recall_at(_Live(engine, live, count), exact, queries, k, len(live))
                exact.close()
            recalls.append((part, recall, len(asked_texts)))
    return recalls


class _Live(VectorIndex):
    """An engine as if it had the live rows alone, numbered from 0."""

    def __init__(self, engine: VectorIndex, live: np.ndarray, count: int) -> None:
        self.engine, self.live, self.count = engine, live, count
        self.width = engine.width

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:  # noqa: ARG002  # all are live
        garbage = self.count - len(self.live)
        nearest = self.engine.search(queries, min(self.count, k + garbage), self.count)
        best = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf, np.float32)
        for at, some in enumerate(nearest.rows):
            here = np.isin(some, self.live)
            rows_here = np.searchsorted(self.live, some[here])[:k]
            best[at, : len(rows_here)] = rows_here
            scores[at, : len(rows_here)] = nearest.scores[at][here][:k]
        return Nearest(best, scores)

    def write(self, at: int, vectors: np.ndarray, facts: object = None) -> None:
        raise NotImplementedError

    def get(self, rows: np.ndarray) -> np.ndarray:
        return self.engine.get(self.live[rows])

    def remove(self, rows: np.ndarray) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def _captions(tables: sqlite3.Connection, sample: int) -> list[str]:
    captions = live_captions(tables)
    return [captions[at] for at in np.random.default_rng(0).permutation(len(captions))[:sample]]
