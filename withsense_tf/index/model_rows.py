"""What a model keeps of photos: computed for some of them, and written behind what is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from withsense_tf.common.blas_threads import one_blas_thread
from withsense_tf.common.unit import unit
from withsense_tf.errors import DataError
from withsense_tf.index.integrity.vector_checks import checksums
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.models_table import (
    add_to_caption_count,
    add_to_row_count,
    caption_count,
    find_model,
    row_count,
)
from withsense_tf.index.tables.rows_table import insert_rows
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

T = TypeVar("T")


class ModelGoneError(DataError):
    """A model was dropped while photos were worked on for it."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What a model keeps of some photos: their vectors, and those of their captions with how many each has."""

    vectors: dict[str, np.ndarray]
    each: np.ndarray | None
    captions: np.ndarray

    def take(self, at: Sequence[int]) -> Rows:
        """Return what is kept of some of the photos."""
        some = np.asarray(at, np.int64)
        vectors = {part: rows[some] for part, rows in self.vectors.items()}
        if self.each is None:
            return Rows(vectors, None, self.captions[some])
        owner = np.repeat(np.arange(len(self.captions)), self.captions)
        parts = [self.each[owner == one] for one in some]
        each = np.concatenate(parts) if parts else self.each[:0]
        return Rows(vectors, each, self.captions[some])


@one_blas_thread()
def rows_of(generation: Generation, matcher: Matcher, items: Sequence[Item]) -> Rows:
    """Compute what a model keeps of photos that can be read."""
    widths = generation.form.widths
    # Captions keep one core busy, and all that follows the network of photos another.
    with ThreadPoolExecutor(max_workers=1) as pool:
        captions = pool.submit(_captions_of, generation, items) if CAPTIONS in widths else None
        vectors = {PHOTO: _photos_of(matcher, items, widths[PHOTO])} if PHOTO in widths else {}
        if captions is None:
            return Rows(vectors, None, np.zeros(len(items), np.int64))
        points, counts = captions.result()
    sums = np.zeros((len(items), widths[CAPTIONS]))
    np.add.at(sums, np.repeat(np.arange(len(items)), counts), points)
    vectors[CAPTIONS] = unit(sums).astype(np.float32)
    return Rows(vectors, points if generation.form.each_caption else None, counts)


def _photos_of(matcher: Matcher, items: Sequence[Item], width: int) -> np.ndarray:
    digests, paths = [item.digest for item in items], [item.path for item in items]
    if items:
        # All at once, so that the encoder gets whole batches; its vectors are in the store from then on.
        matcher.photo_rows(digests, paths)
    photos = list(zip(digests, paths, strict=True))
    return _one_by_one(lambda photo: matcher.photo_rows([photo[0]], [photo[1]]), photos, width)


def _captions_of(generation: Generation, items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of all captions, and how many each photo has."""
    form = generation.form
    counts = np.array([len(item.captions) for item in items], np.int64)
    texts = [text for item in items for _, text in item.captions]
    form.text.make_ready(texts)
    return _one_by_one(lambda text: form.caption_rows([text]), texts, form.widths[CAPTIONS]), counts


def sums_of(generation: Generation, items: Sequence[Item], rows: Rows) -> list[int]:
    """Return the checksums of what is kept of photos, as it comes back from where it is kept."""
    return checksums(
        [item.digest for item in items],
        {part: generation.as_stored(vectors) for part, vectors in rows.vectors.items()},
        None if rows.each is None else generation.as_stored(rows.each),
        rows.captions.tolist(),
    )


def _one_by_one(compute: Callable[[T], np.ndarray], things: Sequence[T], width: int) -> np.ndarray:
    """Compute the vectors of things, each by itself.

    In a matrix product a row may be rounded otherwise at another place and in another company, by some processors'
    kernels, and a vector must not hang on what it came with.
    """
    return np.concatenate([np.zeros((0, width), np.float32), *(compute(thing) for thing in things)])


def put_rows(
    tables: sqlite3.Connection,
    generation: Generation,
    photos: Sequence[int],
    items: Sequence[Item],
    rows: Rows,
) -> None:
    """Write the vectors of photos behind those of a model; the caller's transaction makes them count."""
    if find_model(tables, generation.number) is None:
        raise ModelGoneError(f"Model {generation.number} was dropped meanwhile: run it again.")
    places = row_count(tables, generation.number) + np.arange(len(photos))
    write_rows(tables, generation, places, photos, items, rows)
    add_to_row_count(tables, generation.number, len(photos))


def write_rows(
    tables: sqlite3.Connection,
    generation: Generation,
    places: np.ndarray,
    photos: Sequence[int],
    items: Sequence[Item],
    rows: Rows,
) -> None:
    """Write the vectors of photos into rows of a model, rising ones, and their captions' behind what is there."""
    # As in the tables: of names that differ by case alone the last one counts.
    facts = [{name.casefold(): value for name, value in item.facts.items()} for item in items]
    for run in np.split(np.arange(len(places)), np.flatnonzero(np.diff(places) != 1) + 1):
        if len(run):
            some = {part: vectors[run] for part, vectors in rows.vectors.items()}
            generation.write(int(places[run[0]]), some, [facts[n] for n in run])
    first = caption_count(tables, generation.number)
    if rows.each is not None and generation.each_caption is not None:
        generation.each_caption.write(first, rows.each)
    starts = first + np.cumsum(rows.captions) - rows.captions
    sums = sums_of(generation, items, rows)
    cells = zip(places.tolist(), photos, starts.tolist(), rows.captions.tolist(), sums, strict=True)
    insert_rows(tables, generation.number, cells)
    add_to_caption_count(tables, generation.number, int(rows.captions.sum()))
