"""Checksums of vectors: those of a photo by one model are the ones that were written, and are still the photo's."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.index.integrity.table_errors import repair
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.rows_table import row_ends, rows_with_digests

BLOCK: Final = 4_096
# Rows that are looked at when an index is opened.
SAMPLE: Final = 30


@dataclass(frozen=True)
class CheckedRow:
    """A row of a model: of which photo, where its captions' vectors lie, and the checksum of all its vectors."""

    row: int
    photo: int
    first_caption: int
    captions: int
    checksum: int
    digest: str


def checksums(
    digests: Sequence[str],
    vectors: Mapping[str, np.ndarray],
    each: np.ndarray | None,
    captions: Sequence[int],
) -> list[int]:
    """Return the CRC-32 of each photo's digest and float32 vectors, and of those of its captions one by one."""
    parts = [np.ascontiguousarray(vectors[part], np.float32) for part in sorted(vectors)]
    singles = np.zeros((0, 0), np.float32) if each is None else np.ascontiguousarray(each, np.float32)
    sums, at = [], 0
    for n, (digest, count) in enumerate(zip(digests, captions, strict=True)):
        crc = zlib.crc32(digest.encode())
        for part in parts:
            crc = zlib.crc32(part[n].data, crc)
        if each is not None and count:
            crc = zlib.crc32(singles[at : at + count].data, crc)
            at += count
        sums.append(crc)
    return sums


def check_sample(tables: sqlite3.Connection, generation: Generation) -> None:
    """Check some rows of files that were just opened: files full of something else are seen at once."""
    if generation.engine.kind == "exact":
        generation.once("sample", lambda: _check_sample(tables, generation))


def _check_sample(tables: sqlite3.Connection, generation: Generation) -> None:
    first, last = row_ends(tables, generation.number)
    if first is None or last is None:
        return
    sample = {first, last, *(random.randint(first, last) for _ in range(SAMPLE))}
    rows = checked_rows(tables, generation, sorted(sample))
    bad = _bad(generation, rows)
    if bad:
        raise DataError(
            f"damaged: of {len(rows)} photos that were looked at, {len(bad)} have vectors in {generation.folder} that "
            f"are not those that were written. {repair(generation.folder)}"
        )


def checked_rows(
    tables: sqlite3.Connection, generation: Generation, some: Sequence[int] | None = None
) -> list[CheckedRow]:
    """Return the rows that a model has of photos, or some of them."""
    return [CheckedRow(*cells) for cells in rows_with_digests(tables, generation.number, some)]


def bad_rows(
    tables: sqlite3.Connection, generation: Generation
) -> Iterator[tuple[Sequence[CheckedRow], str]]:
    """Yield rows whose vectors are not those that were written, and why where they cannot be read at all."""
    rows = checked_rows(tables, generation)
    for at in range(0, len(rows), BLOCK):
        part = rows[at : at + BLOCK]
        try:
            bad, why = _bad(generation, part), ""
        except WithSenseError as error:
            bad, why = part, str(error)
        if bad:
            yield bad, why


def _bad(generation: Generation, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
    numbers = np.array([one.row for one in rows], np.int64)
    vectors = {part: engine.get(numbers) for part, engine in generation.vectors.items()}
    each = None
    if generation.each_caption is not None:
        places = [np.arange(one.first_caption, one.first_caption + one.captions) for one in rows]
        each = generation.each_caption.get(np.concatenate([np.zeros(0, np.int64), *places]))
    sums = checksums([one.digest for one in rows], vectors, each, [one.captions for one in rows])
    return [one for one, crc in zip(rows, sums, strict=True) if crc != one.checksum]
