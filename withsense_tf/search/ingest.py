"""Photos come into an index, change and leave; whatever happens on the way, a rerun ends where it should have ended.

Work goes batch by batch, and each batch is kept once it is done. Nothing of it is seen before all of it is published,
so a reader never meets half a change. Two writers may work at the same time; where both know a photo, the later one
to publish is right.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from withsense_tf.data.photo_file import PhotoError, read_photo
from withsense_tf.data.photos import usable_cores
from withsense_tf.errors import DataError, SettingError
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.fingerprint import SIDE, perceptual_hash
from withsense_tf.policy.gate import Policy
from withsense_tf.search.catalog import get_state, set_state
from withsense_tf.search.filters import fact_row
from withsense_tf.search.generations import Generation
from withsense_tf.search.items import Item
from withsense_tf.search.law import judge_items, put_law
from withsense_tf.search.photo_index import PhotoIndex
from withsense_tf.search.publish import Published, forget, publish
from withsense_tf.search.rows import Rows, put_rows, rows_of
from withsense_tf.terminal import track

BATCH: Final = 64
# Whoever staged something so long ago will not come back for it.
ABANDONED_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True)
class Report:
    """What became of the photos; `quarantined` gives name, kind and reason of those that cannot be used."""

    added: int
    changed: int
    removed: int
    same: int
    quarantined: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        told = f"{self.added:,} added, {self.changed:,} changed, {self.removed:,} removed, {self.same:,} as before"
        return told + (f", {len(self.quarantined):,} in quarantine" if self.quarantined else "")


def ingest(
    index: PhotoIndex,
    items: Sequence[Item],
    policy: Policy,
    model: int | None = None,
    complete: bool = False,
    remove: Iterable[str] = (),
) -> Report:
    """Add photos and bring changed ones up to date; `remove` some by name, or with `complete` all that are no item.

    `model` is the number of the model whose vectors are made, by default the one in use.
    """
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SettingError(f"{twice!r} is there twice: a name stands for one photo.")
    writer = f"{os.getpid()}-{secrets.token_hex(4)}"
    judge_anew(index, policy)
    with index.catalog.reading() as tables:
        generation = index.generation(model) if model is not None else index.current(tables)
    matcher = generation.matcher(index.store)
    waiting, known = _adopt(index, items, generation.number, writer)
    bad: list[tuple[str, str, str]] = []
    for at in track(
        range(0, len(waiting), BATCH), -(-len(waiting) // BATCH), "Indexing", done="batches of photos"
    ):
        bad += _stage(index, generation, matcher, waiting[at : at + BATCH], policy, writer)
    with index.catalog.writing() as tables:
        leaving = {*remove, *(name for name, _, _ in bad)}
        if complete:
            live = {name for (name,) in tables.execute("SELECT name FROM photos WHERE writer IS NULL")}
            leaving |= live - set(names)
        done = publish(tables, writer, leaving, policy.ownership.duplicates)
        _sweep(tables)
    _forget_rows(index, done)
    return Report(done.added, done.changed, done.removed, known, tuple(bad))


def fill(index: PhotoIndex, model: int) -> int:
    """Give a model the vectors of all live photos that it lacks; return how many it got. Then `switch` to it."""
    generation = index.generation(model)
    matcher = generation.matcher(index.store)
    got = 0
    while missing := _missing(index, model):
        for at in track(
            range(0, len(missing), BATCH), -(-len(missing) // BATCH), "Filling", done="batches of photos"
        ):
            got += _fill_some(index, generation, matcher, missing[at : at + BATCH])
    return got


def judge_anew(index: PhotoIndex, policy: Policy) -> bool:
    """Judge all photos by the policy as it is now, where it changed; say whether it had."""
    with index.catalog.reading() as tables:
        if get_state(tables, "policy") == policy.version:
            return False
        stored = _stored_items(tables, "")
    decided = [
        (photos, judge_items(policy, [item for _, item in photos]))
        for at in range(0, len(stored), 1000)
        for photos in [stored[at : at + 1000]]
    ]
    with index.catalog.writing() as tables:
        here = {photo for (photo,) in tables.execute("SELECT id FROM photos")}
        if here - {photo for photo, _ in stored}:
            raise DataError("Photos came in while the others were judged anew: run it again.")
        tables.execute("DELETE FROM law")
        for photos, found in decided:
            put_law(tables, [(photo, item.name) for photo, item in photos if photo in here], found)
        set_state(tables, policy=policy.version)
        publish(tables, "", (), policy.ownership.duplicates, judged_anew=True)
    return True


def _adopt(index: PhotoIndex, items: Sequence[Item], model: int, writer: str) -> tuple[list[Item], int]:
    """Return the photos that are to be worked on, and how many are live as they are.

    What a writer before has staged of the same photos is taken over: it was stopped, or is at the same work.
    """
    with index.catalog.writing() as tables:
        live = dict(tables.execute("SELECT name, tag FROM photos WHERE writer IS NULL"))
        held = {photo for (photo,) in tables.execute("SELECT photo FROM rows WHERE generation = ?", (model,))}
        staged = {
            (name, tag): photo
            for photo, name, tag in tables.execute(
                "SELECT id, name, tag FROM photos WHERE writer IS NOT NULL"
            )
            if photo in held
        }
        same = [item for item in items if live.get(item.name) == item.tag]
        # Where the file lies may change without the photo doing so.
        tables.executemany(
            "UPDATE photos SET path = ? WHERE name = ? AND path != ? AND writer IS NULL",
            [(str(item.path), item.name, str(item.path)) for item in same],
        )
        new = [item for item in items if live.get(item.name) != item.tag]
        taken = [(writer, staged[item.name, item.tag]) for item in new if (item.name, item.tag) in staged]
        tables.executemany("UPDATE photos SET writer = ? WHERE id = ?", taken)
    return [item for item in new if (item.name, item.tag) not in staged], len(same)


def _stage(
    index: PhotoIndex,
    generation: Generation,
    matcher: Matcher,
    items: Sequence[Item],
    policy: Policy,
    writer: str,
) -> list[tuple[str, str, str]]:
    """Work on one batch and keep it; return the photos that cannot be used, with kind and reason."""
    hashes, bad = _hashes(items)
    good, rows, refused = _encode(generation, matcher, [item for item in items if item.name in hashes])
    bad += refused
    decided = judge_items(policy, good)
    with index.catalog.writing() as tables:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        tables.executemany(
            "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?)",
            [
                (name, str(item.path), kind, reason, now)
                for name, kind, reason in bad
                for item in items
                if item.name == name
            ],
        )
        if get_state(tables, "policy") != policy.version:
            raise DataError("The law was changed while photos were judged by the one before: run it again.")
        photos = [_put_photo(tables, item, hashes[item.name], writer) for item in good]
        put_law(tables, list(zip(photos, [item.name for item in good], strict=True)), decided)
        put_rows(tables, generation, photos, good, rows)
        tables.executemany("DELETE FROM quarantine WHERE name = ?", [(item.name,) for item in good])
    return bad


def _hashes(items: Sequence[Item]) -> tuple[dict[str, int], list[tuple[str, str, str]]]:
    def one(item: Item) -> int | PhotoError:
        try:
            return perceptual_hash(read_photo(item.path, (SIDE, SIDE)))
        except PhotoError as error:
            return error

    with ThreadPoolExecutor(usable_cores()) as pool:
        found = list(zip(items, pool.map(one, items), strict=True))
    bad = [(item.name, known.kind, known.reason) for item, known in found if isinstance(known, PhotoError)]
    return {item.name: known for item, known in found if isinstance(known, int)}, bad


def _encode(
    generation: Generation, matcher: Matcher, items: Sequence[Item]
) -> tuple[list[Item], Rows, list[tuple[str, str, str]]]:
    """Return the photos that the matcher's encoders can read, what is kept of them, and the others with the reason."""
    try:
        return list(items), rows_of(generation, matcher, items), []
    except DataError:
        good, bad = [], []
        for item in items:
            try:
                rows_of(generation, matcher, [item])
                good.append(item)
            except DataError as error:
                bad.append((item.name, "photo_not_image", str(error)))
        return good, rows_of(generation, matcher, good), bad


def _put_photo(tables: sqlite3.Connection, item: Item, look: int, writer: str) -> int:
    signed = int(np.uint64(look).astype(np.int64))  # SQLite knows no numbers without a sign
    photo = tables.execute(
        "INSERT INTO photos (name, tag, digest, path, hash, facts, writer, staged) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.name,
            item.tag,
            item.digest,
            str(item.path),
            signed,
            json.dumps(dict(item.facts)),
            writer,
            time.time(),
        ),
    ).lastrowid
    if photo is None:
        raise DataError("The tables gave no number to a new photo.")
    texts = [(*caption, 1) for caption in item.captions] + [(*text, 0) for text in item.other_texts]
    tables.executemany(
        "INSERT INTO captions VALUES (?, ?, ?, ?, ?)",
        [(photo, number, *caption) for number, caption in enumerate(texts)],
    )
    tables.executemany(
        "INSERT INTO facts VALUES (?, ?, ?, ?)",
        [(photo, name.casefold(), *fact_row(value)) for name, value in item.facts.items()],
    )
    return photo


def _missing(index: PhotoIndex, model: int) -> list[tuple[int, Item]]:
    with index.catalog.reading() as tables:
        return _stored_items(
            tables,
            "WHERE writer IS NULL AND id NOT IN (SELECT photo FROM rows WHERE generation = ?)",
            (model,),
        )


def _stored_items(
    tables: sqlite3.Connection, where: str, values: Sequence[object] = ()
) -> list[tuple[int, Item]]:
    """Return photos of the tables as they once came."""
    from pathlib import Path

    found = tables.execute(
        f"SELECT id, name, path, digest, facts FROM photos {where} ORDER BY id", values
    ).fetchall()
    return [
        (
            photo,
            Item(
                name,
                Path(path),
                digest,
                _texts(tables, photo, 1),
                _texts(tables, photo, 0),
                json.loads(facts),
            ),
        )
        for photo, name, path, digest, facts in found
    ]


def _texts(tables: sqlite3.Connection, photo: int, counts: int) -> tuple[tuple[str, str], ...]:
    asked = "SELECT caption, text FROM captions WHERE photo = ? AND counts = ? ORDER BY number"
    return tuple((caption, text) for caption, text in tables.execute(asked, (photo, counts)))


def _fill_some(
    index: PhotoIndex, generation: Generation, matcher: Matcher, missing: Sequence[tuple[int, Item]]
) -> int:
    rows = rows_of(generation, matcher, [item for _, item in missing])
    with index.catalog.writing() as tables:
        here = [
            at
            for at, (photo, _) in enumerate(missing)
            if tables.execute("SELECT 1 FROM photos WHERE id = ?", (photo,)).fetchone()
            and not tables.execute(
                "SELECT 1 FROM rows WHERE photo = ? AND generation = ?", (photo, generation.number)
            ).fetchone()
        ]
        put_rows(
            tables,
            generation,
            [missing[at][0] for at in here],
            [missing[at][1] for at in here],
            rows.take(here),
        )
    return len(here)


def _sweep(tables: sqlite3.Connection) -> None:
    """Forget what was staged long ago and never published."""
    old = time.time() - ABANDONED_SECONDS
    found = tables.execute("SELECT id FROM photos WHERE writer IS NOT NULL AND staged < ?", (old,)).fetchall()
    forget(tables, [photo for (photo,) in found])


def _forget_rows(index: PhotoIndex, done: Published) -> None:
    """Let the engines forget what no state of the tables has any more; what a kill leaves does no harm."""
    for number, rows in done.rows.items():
        index.generation(number).remove(np.array(sorted(rows), np.int64))
