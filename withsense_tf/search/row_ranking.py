"""A query's vector -> the best rows of a model, with scores to rank by and numbers to show."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.models_table import row_count
from withsense_tf.index.tables.row_lookup import caption_places, live_rows_among
from withsense_tf.index.tables.rows_table import all_rows, count_rows
from withsense_tf.index.vectors.tie_rule import rank_order
from withsense_tf.index.vectors.vector_index import Keep, VectorIndex
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO, HybridForm, looks_of

# A hybrid weighs every caption of so many photos: the best by their pixels, and the best by their captions.
CANDIDATES: Final = 1_000
# Rows that a network scores at once.
BLOCK: Final = 4_096


@dataclass(frozen=True, eq=False)
class RowRanking:
    """Rows, best first; what they are ranked by; the number of each, and what pixels and captions say, if they do."""

    rows: np.ndarray
    scores: np.ndarray
    numbers: np.ndarray
    image: np.ndarray | None
    captions: np.ndarray | None

    def __len__(self) -> int:
        return len(self.rows)


def rank(
    generation: Generation,
    tables: sqlite3.Connection,
    query: np.ndarray,
    k: int,
    keep: Keep | None,
    similar: bool = False,
) -> RowRanking:
    """Return at least the best k rows for the vector of a query, as far as there are so many.

    With `similar` the query is a point among the photos (another photo's), and the number is the cosine.
    """
    form = generation.form
    count = row_count(tables, generation.number)
    if similar:
        rows, scores = _best(generation.vectors[PHOTO], query, k, count, keep)
        number = np.clip(scores, 0, 1)
        return RowRanking(rows, scores, number, number, None)
    if isinstance(form, HybridForm):
        return _rerank(generation, form, tables, query, k, count, keep)
    ((part, engine),) = generation.vectors.items()
    if form.inner:
        rows, scores = _best(engine, query, k, count, keep)
    else:
        rows = keep.rows() if keep is not None else _rows_with_photo(generation, tables, count)
        rows, scores = _scan(engine, lambda block: form.scan(block, query), k, rows)
    number = form.number(scores)
    return RowRanking(
        rows, scores, number, number if part == PHOTO else None, number if part == CAPTIONS else None
    )


def _best(
    engine: VectorIndex, query: np.ndarray, k: int, count: int, keep: Keep | None
) -> tuple[np.ndarray, np.ndarray]:
    most = min(k, count, engine.most or count)
    if not most:
        return np.zeros(0, np.int64), np.zeros(0)
    nearest = engine.search(query[None], most, count, keep)
    there = nearest.rows[0] >= 0
    return nearest.rows[0][there], nearest.scores[0][there].astype(np.float64)


def _best_live(
    generation: Generation,
    engine: VectorIndex,
    tables: sqlite3.Connection,
    query: np.ndarray,
    k: int,
    count: int,
    keep: Keep | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best k rows of live photos: what an index went through must not take their places."""
    depth = k
    while True:
        rows, scores = _best(engine, query, depth, count, keep)
        live = np.isin(rows, live_rows_among(tables, generation.number, rows))
        if live.sum() >= k or len(rows) < depth:
            return rows[live][:k], scores[live][:k]
        depth *= 2


def _rows_with_photo(generation: Generation, tables: sqlite3.Connection, count: int) -> np.ndarray:
    """Return the rows that have a photo, sorted; an engine may have forgotten the others."""
    if count_rows(tables, generation.number) == count:
        return np.arange(count)
    return all_rows(tables, generation.number)


def _scan(
    engine: VectorIndex, score: Callable[[np.ndarray], np.ndarray], k: int, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Score every one of the rows: no engine can rank by a network.

    Rows go in blocks that always begin at the same rows and have the same height, since a matrix product of another
    height may round otherwise: so a row's score hangs neither on filters nor on how many rows there are.
    """
    scores = np.zeros(len(rows))
    for at in np.unique(rows // BLOCK).tolist():
        here = rows // BLOCK == at
        place = rows[here] - at * BLOCK
        # Zeros stand where nothing is asked for.
        block = np.zeros((BLOCK, engine.width), np.float32)
        block[place] = engine.get(rows[here])
        scores[here] = score(block)[place]
    order = rank_order(scores, rows)[:k]
    return rows[order], scores[order]


def _rerank(
    generation: Generation,
    form: HybridForm,
    tables: sqlite3.Connection,
    query: np.ndarray,
    k: int,
    count: int,
    keep: Keep | None,
) -> RowRanking:
    """Rank the candidates by all that is known of them, and behind them, if they are too few, others by their pixels.

    The candidates do not hang on k: with more of them, one could come in above the end of a page that was shown.
    """

    def best(engine: VectorIndex, most: int) -> np.ndarray:
        return _best_live(generation, engine, tables, query, most, count, keep)[0]

    rows = np.unique(np.concatenate([best(engine, CANDIDATES) for engine in generation.vectors.values()]))
    pixels = generation.vectors[PHOTO]
    front = len(rows)
    if front < k:
        others = best(pixels, k)
        rows = np.concatenate([rows, others[~np.isin(others, rows)]])
    # Row by row, so that a photo's score does not hang on which others are looked at.
    cosines = (pixels.get(rows) * query).sum(axis=1).astype(np.float64)
    looks = _looks(generation, tables, rows, query)
    scores = form.score(cosines, looks)
    scores[front:] = cosines[front:] - _behind(form)
    order = rank_order(scores, rows)
    by_captions = np.where(looks.any(axis=1), looks[:, 0], np.nan)
    return RowRanking(
        rows[order],
        scores[order],
        form.number_of(cosines, looks)[order],
        form.pixels.number(cosines)[order],
        by_captions[order],
    )


def _behind(form: HybridForm) -> float:
    """Return what brings any cosine below all that a hybrid can score: what it weighs is at most 1."""
    most = 0.0 if form.line is None else np.abs(form.line.weights).sum() + abs(form.line.intercept)
    return float(2 + 1.01 * most)


def _looks(
    generation: Generation, tables: sqlite3.Connection, rows: np.ndarray, query: np.ndarray
) -> np.ndarray:
    """Return what the captions of each row's photo say of the query, (rows, 3)."""
    places = caption_places(tables, generation.number, rows)
    first, captions = np.array([places.get(row, (0, 0)) for row in rows.tolist()], np.int64).reshape(-1, 2).T
    most = int(captions.max(initial=0))
    if not most or generation.each_caption is None:
        return np.zeros((len(rows), 3))
    there = np.arange(most) < captions[:, None]
    at = np.where(there, first[:, None] + np.arange(most), 0)
    singles, place = np.unique(at[there], return_inverse=True)
    points = generation.each_caption.get(singles)
    # Each photo's captions as a block of the same height; zeros where there are none.
    blocks = np.zeros((*there.shape, points.shape[1]), np.float32)
    blocks[there] = points[place]
    lengths = np.linalg.norm(blocks.sum(axis=1, dtype=np.float64), axis=1)
    return looks_of((blocks * query).sum(axis=2), lengths, there)
