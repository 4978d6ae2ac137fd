"""A query's vector -> the best rows of a model, with scores to rank by and numbers to show."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from withsense_tf.common.words import lemma
from withsense_tf.encoders.other_words import has_others, other_words
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.models_table import row_count
from withsense_tf.index.tables.row_lookup import caption_places, live_rows_among
from withsense_tf.index.tables.rows_table import all_rows, count_rows
from withsense_tf.index.tables.words_table import rows_with_words
from withsense_tf.index.vectors.tie_rule import rank_order
from withsense_tf.index.vectors.vector_index import Keep, VectorIndex
from withsense_tf.matchers.forms.hybrid_form import HybridForm
from withsense_tf.matchers.forms.word_fit import WordFit
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO, looks_of
from withsense_tf.search.said_words import (
    NO_WORDS,
    QueryWords,
    ShownTexts,
    as_captions_say,
    colour_limits,
    counts_of_forms,
    looks_of_said,
)

# A hybrid weighs every caption of so many photos: the best by their pixels, and the best by their captions.
CANDIDATES: Final = 1_000
# Rows that a network scores at once.
BLOCK: Final = 4_096


@dataclass(frozen=True, eq=False)
class RowRanking:
    """Rows, best first; what they are ranked by; the number of each, and what pixels, captions and words say of it."""

    rows: np.ndarray
    scores: np.ndarray
    numbers: np.ndarray
    image: np.ndarray | None
    captions: np.ndarray | None
    words: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: Sequence[int]) -> RowRanking:
        """Return the ranking of some of its places."""
        at = np.array(places, int)
        why = (None if part is None else part[at] for part in (self.image, self.captions, self.words))
        return RowRanking(self.rows[at], self.scores[at], self.numbers[at], *why)

    def by_pixels(self) -> RowRanking:
        """Return the ranking as pixels alone have it."""
        if self.image is None:
            return self
        order = np.argsort(-self.image, kind="stable")
        return replace(self.take(order.tolist()), scores=self.image[order], numbers=self.image[order])


@dataclass(frozen=True, eq=False)
class _Question:
    """What is asked of one state of an index: a point, the words behind it, and which rows may be found."""

    generation: Generation
    tables: sqlite3.Connection
    point: np.ndarray
    words: QueryWords
    keep: Keep | None
    count: int

    @property
    def model(self) -> int:
        """Return the number of the model."""
        return self.generation.number

    @cached_property
    def texts(self) -> ShownTexts:
        """Return what may be told of photos."""
        return self.words.texts or ShownTexts(self.tables)


def rank(
    generation: Generation,
    tables: sqlite3.Connection,
    query: np.ndarray,
    k: int,
    keep: Keep | None,
    words: QueryWords | None = NO_WORDS,
) -> RowRanking:
    """Return at least the best k rows for the vector of a query, as far as there are so many.

    Its `words` count by themselves where the model says so. Without any, it is a point among the photos (another
    photo's), and the number is the cosine.
    """
    form, count = generation.form, row_count(tables, generation.number)
    question = _Question(generation, tables, query, words or NO_WORDS, keep, count)
    if words is None:
        rows, scores = _best(question, generation.vectors[PHOTO], k)
        number = np.clip(scores, 0, 1)
        return RowRanking(rows, scores, number, number, None)
    if isinstance(form, HybridForm):
        return _rerank(question, form, k)
    ((part, engine),) = generation.vectors.items()
    if form.inner:
        rows, scores = _best(question, engine, k) if part == PHOTO else _best_live(question, engine, k, True)
    else:
        rows = keep.rows() if keep is not None else _rows_with_photo(question)
        rows, scores = _scan(engine, lambda block: form.scan(block, query), k, rows)
    number = form.numbers_at(engine.get(rows), query) if form.numbers_apart else form.number(scores)
    return RowRanking(
        rows, scores, number, number if part == PHOTO else None, number if part == CAPTIONS else None
    )


def _best(question: _Question, engine: VectorIndex, k: int) -> tuple[np.ndarray, np.ndarray]:
    keep = question.keep
    if keep is not None and keep.listed:
        return _scan(engine, lambda block: np.asarray(block @ question.point), k, keep.rows())
    most = min(k, question.count, engine.most or question.count)
    if not most:
        return np.zeros(0, np.int64), np.zeros(0)
    nearest = engine.search(question.point[None], most, question.count, keep)
    there = nearest.rows[0] >= 0
    return nearest.rows[0][there], nearest.scores[0][there].astype(np.float64)


def _best_live(
    question: _Question, engine: VectorIndex, k: int, in_full: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best k rows of live photos, `in_full` of those whose captions may all be told: others take no place.

    An engine keeps what an index went through, and one vector of all captions of a photo.
    """
    depth = k
    while True:
        rows, scores = _best(question, engine, depth)
        fit = np.isin(rows, live_rows_among(question.tables, question.model, rows))
        if in_full:
            fit &= ~np.isin(rows, list(question.texts.untold_captions(question.model, rows.tolist())))
        if fit.sum() >= k or len(rows) < depth:
            return rows[fit][:k], scores[fit][:k]
        depth *= 2


def _rows_with_photo(question: _Question) -> np.ndarray:
    """Return the rows that have a photo, sorted; an engine may have forgotten the others."""
    if count_rows(question.tables, question.model) == question.count:
        return np.arange(question.count)
    return all_rows(question.tables, question.model)


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


def _rerank(question: _Question, form: HybridForm, k: int) -> RowRanking:
    """Rank the candidates by all that is known of them, and behind them, if they are too few, others by their pixels.

    The candidates do not hang on k: with more of them, one could come in above the end of a page that was shown.
    """
    engines = question.generation.vectors
    candidates = [
        _best_live(question, engine, CANDIDATES, part == CAPTIONS)[0] for part, engine in engines.items()
    ]
    weights, weights_as_read = _weights(question, form)
    if forms := list(weights | weights_as_read):
        other_forms = list(dict.fromkeys(one for form in forms for one in other_words(form)))
        candidates += [_rows_with_words(question, some, forms) for some in (forms, other_forms) if some]
    rows = np.unique(np.concatenate(candidates))
    pixels = engines[PHOTO]
    front = len(rows)
    if front < k:
        others, _ = _best_live(question, pixels, k)
        rows = np.concatenate([rows, others[~np.isin(others, rows)]])
    # Row by row, so that a photo's score does not hang on which others are looked at.
    vectors = pixels.get(rows)
    cosines = (vectors * question.point).sum(axis=1).astype(np.float64)
    figures = form.pixels.figures(vectors, question.point)
    by_pixels = form.pixels.numbers_by(figures)
    looks, has_captions = _looks(question, rows)
    by_captions = np.where(looks.any(axis=1), looks[:, 0], np.nan)
    share, by_words, confirmation, limits = np.repeat([[0.0], [0], [0], [1]], len(rows), axis=1)
    if form.words is not None:
        counts, captions = _counts(question, weights, rows)
        in_captions = counts * has_captions[:, None], captions * has_captions
        looks = np.column_stack([looks, _word_looks(question, form, weights, in_captions)])
        as_read = counts, captions
        if weights_as_read != weights or any(map(has_others, weights)):
            as_read = _counts(question, weights_as_read, rows, by_others=True)
        share, by_words = looks_of_said(form.words, weights_as_read, as_read, has_captions, form.by_captions)
        confirmation = np.maximum(form.words.score(weights_as_read, *as_read), share * by_words)
        limits = colour_limits(form, question.words, question.model, rows, weights_as_read, as_read[0])
    before = form.number_of(cosines, by_pixels, looks, figures)
    numbers = np.minimum(form.with_words_said(before, share, by_words), limits)
    scores = form.places(form.score(cosines, by_pixels, looks), before, numbers, has_captions)
    scores[front:] = cosines[front:] - form.behind
    order = rank_order(scores, rows)
    return RowRanking(
        rows[order],
        scores[order],
        numbers[order],
        by_pixels[order],
        by_captions[order],
        np.where((looks.any(axis=1) | (share > 0)) & bool(forms), confirmation, np.nan)[order],
    )


def _weights(question: _Question, form: HybridForm) -> tuple[dict[str, float], dict[str, float]]:
    if form.words is None:
        return {}, {}
    text = question.words.text
    return form.words.weights(text), form.words.weights(as_captions_say(form, text))


def _counts(
    question: _Question, forms: Collection[str], rows: np.ndarray, by_others: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    return counts_of_forms(question.texts, question.model, list(forms), rows, by_others)


def _rows_with_words(question: _Question, some: Sequence[str], forms: Sequence[str]) -> np.ndarray:
    """Return the rows that may be found and whose captions or keywords have `some` words, and tell of the query's."""
    keep = question.keep
    where = () if keep is None else keep.where
    most, rarest = CANDIDATES, question.texts.rarest(some)
    while True:
        rows = rows_with_words(question.tables, question.model, rarest, most, where)
        # What may not be told brings nothing forward, and takes no place of others.
        free = rows[_counts(question, forms, rows, by_others=some is not forms)[0].any(axis=1)]
        if len(rows) < most or len(free) >= CANDIDATES:
            break
        most *= 4
    rows = free[:CANDIDATES]
    return rows[np.isin(rows, keep.rows())] if keep is not None and keep.listed else rows


def _word_looks(
    question: _Question,
    form: HybridForm,
    weights: Mapping[str, float],
    counts: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    unknown = {lemma(word) for word in form.unknown(question.words.text)}
    return (form.words or WordFit()).looks(weights, unknown, *counts)


def _looks(question: _Question, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the captions of each row's photo say of the query, (rows, 3), and whether it has some, (rows,)."""
    each_caption = question.generation.each_caption
    places = caption_places(question.tables, question.model, rows)
    first, captions = np.array([places.get(row, (0, 0)) for row in rows.tolist()], np.int64).reshape(-1, 2).T
    most = int(captions.max(initial=0))
    if not most or each_caption is None:
        return np.zeros((len(rows), 3)), captions > 0
    there = np.arange(most) < captions[:, None]
    place_of = {row: at for at, row in enumerate(rows.tolist())}
    for row, untold in question.texts.untold_captions(question.model, place_of).items():
        there[place_of[row], untold] = False
    at = np.where(there, first[:, None] + np.arange(most), 0)
    singles, place = np.unique(at[there], return_inverse=True)
    points = each_caption.get(singles)
    # Each photo's captions as a block of the same height; zeros where there are none.
    blocks = np.zeros((*there.shape, points.shape[1]), np.float32)
    blocks[there] = points[place]
    lengths = np.linalg.norm(blocks.sum(axis=1, dtype=np.float64), axis=1)
    return looks_of((blocks * question.point).sum(axis=2), lengths, there), np.asarray(there.any(axis=1))


def number_at(numbers: np.ndarray | None, at: int) -> float | None:
    """Return the number of a place; None where there are no numbers, or none for this one."""
    return None if numbers is None or np.isnan(numbers[at]) else float(numbers[at])
