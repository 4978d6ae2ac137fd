"""All that an index holds, as one digest: equal for two indexes that answer alike, however they came about."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, UNREAD, texts_of_photos
from withsense_tf.index.tables.photos_table import photo_of_id
from withsense_tf.index.tables.state_table import get_state

# Photos that are looked at together.
BLOCK: Final = 1_000
LAW: Final = "age_limit, restricted, source, by_hand, captions, votes, evidence"


def contents(index: PhotoIndex) -> str:
    """Condense what is live: photos, what is said and decided of them, and their vectors by the model in use."""
    digest = hashlib.sha256()
    with index.catalog.reading() as tables:
        for photo in _each(index, tables):
            digest.update(json.dumps(photo, ensure_ascii=True, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def photo_contents(index: PhotoIndex) -> list[dict[str, Any]]:
    """Return all that is known of each live photo, in the order of the names.

    Neither numbers of rows and photos nor paths are in it: they depend on the order in which photos came, and on
    where the files lie.
    """
    # All at once: whoever stops amid them must not stay amid a reading.
    with index.catalog.reading() as tables:
        return list(_each(index, tables))


def _each(index: PhotoIndex, tables: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    model = index.current(tables) if get_state(tables, "current") is not None else None
    first = dict(tables.execute("SELECT fold, min(name) FROM live GROUP BY fold").fetchall())
    photos = tables.execute(
        "SELECT id, name, tag, digest, look, facts, fold FROM live ORDER BY name"
    ).fetchall()
    for at in range(0, len(photos), BLOCK):
        part = photos[at : at + BLOCK]
        vectors = _vectors(tables, model, [photo for photo, *_ in part])
        for (photo, name, tag, digest, look, facts, fold), kept in zip(part, vectors, strict=True):
            texts = texts_of_photos(tables, photo_of_id(photo))
            asked = f"SELECT {LAW} FROM law WHERE photo = ? ORDER BY age_limit"
            yield {
                "name": name,
                "tag": tag,
                "digest": digest,
                "look": look,
                "facts": json.loads(facts),
                "columns": tables.execute(
                    "SELECT name, text, number FROM facts WHERE photo = ? ORDER BY name", (photo,)
                ).fetchall(),
                "captions": texts.get((photo, CAPTIONS), ()),
                "words": tables.execute(
                    "SELECT forms, plain FROM words WHERE rowid = ?", (photo,)
                ).fetchall(),
                "other_texts": texts.get((photo, OTHER_TEXTS), ()),
                "unread": texts.get((photo, UNREAD), ()),
                "law": tables.execute(asked, (photo,)).fetchall(),
                "group": first[fold],
                "vectors": kept,
            }


def _vectors(
    tables: sqlite3.Connection, model: Generation | None, photos: Sequence[int]
) -> list[dict[str, str]]:
    """Return the digest of each kind of vector that a model keeps of each photo; none where it has no row."""
    found: list[dict[str, str]] = [{} for _ in photos]
    if model is None:
        return found
    asked = "SELECT row, first_caption, captions FROM rows WHERE generation = ? AND photo = ?"
    places = [tables.execute(asked, (model.number, photo)).fetchone() for photo in photos]
    here = [at for at, place in enumerate(places) if place is not None]
    rows = np.array([places[at][0] for at in here], np.int64)
    for part, engine in model.vectors.items():
        for at, vector in zip(here, engine.get(rows), strict=True):
            found[at][part] = _digest(vector)
    if model.each_caption is not None:
        for at in here:
            _, start, count = places[at]
            found[at]["each_caption"] = _digest(model.each_caption.get(np.arange(start, start + count)))
    return found


def _digest(vectors: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(vectors, "<f4").tobytes()).hexdigest()[:32]
