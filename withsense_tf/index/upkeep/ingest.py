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
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from withsense_tf.common.terminal import track
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.catalog import get_state
from withsense_tf.index.index_door import judge_items, put_law, warn_of_overrides
from withsense_tf.index.integrity.seal import photo_seal
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.model_rows import ModelGoneError, put_rows
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.publish import forget, publish
from withsense_tf.index.stored_items import CAPTIONS, OTHER_TEXTS, UNREAD
from withsense_tf.index.upkeep.forget_rows import forget_rows, leave_rows
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.kept_out import like_kept_out, without_kept_out
from withsense_tf.index.upkeep.readable import Refused, looks_of_files, readable_rows
from withsense_tf.index.vectors.filters import fact_rows
from withsense_tf.policy.current_policy import Policy

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

BATCH: Final = 64
# So many photos may leave at once without a question.
FEW: Final = 10
# Whoever staged something so long ago will not come back for it.
ABANDONED_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True)
class Report:
    """What became of the photos."""

    added: int
    changed: int
    removed: int
    same: int
    quarantined: tuple[Refused, ...]
    kept_out: int = 0

    def __str__(self) -> str:
        told = f"{self.added:,} added, {self.changed:,} changed, {self.removed:,} removed, {self.same:,} as before"
        told += f", {len(self.quarantined):,} in quarantine" if self.quarantined else ""
        return told + (f", {self.kept_out:,} kept out" if self.kept_out else "")


def ingest(
    index: PhotoIndex,
    items: Sequence[Item],
    policy: Policy,
    model: int | None = None,
    complete: bool = False,
    remove: Iterable[str] = (),
    refused: Sequence[Refused] = (),
    replace: bool = False,
    lift: bool = False,
) -> Report:
    """Add photos and bring changed ones up to date; `remove` some by name, or with `complete` all that are no item.

    Vectors are made by the model in use, or by `model` while none is. Photos that cannot be used stop nothing; they
    go into quarantine, with those that were `refused` before. What is both an item and to be removed stays. Photos
    that were kept out stay out. That `complete` removes more than half of the index needs `replace`, and that a
    restriction falls because its evidence left needs `lift`.
    """
    items, out = without_kept_out(index, items)
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SettingError(f"{twice!r} is there twice: a name stands for one photo.")
    writer = f"{os.getpid()}-{secrets.token_hex(4)}"
    policy = policy.current()
    judge_anew(index, policy, lift)
    bad: dict[str, Refused] = {}
    shut: set[str] = set()
    known = None
    while True:
        with index.catalog.reading() as tables:
            generation = _generation(index, tables, model)
        matcher = None
        waiting, same = _adopt(index, items, generation.number, writer)
        known = same if known is None else known
        waiting = [item for item in waiting if item.name not in bad.keys() | shut]
        try:
            for at in track(
                range(0, len(waiting), BATCH), -(-len(waiting) // BATCH), "Indexing", unit="batches of photos"
            ):
                # Not before there is work: a model that cannot be loaded keeps no photo from leaving.
                matcher = matcher or generation.matcher(index.store)
                found, like = _stage(index, generation, matcher, waiting[at : at + BATCH], policy, writer)
                bad |= {one.name: one for one in found}
                shut |= like
        except ModelGoneError:
            with index.catalog.reading() as tables:
                if _generation(index, tables, model).number == generation.number:
                    raise
            continue  # with the model that took its place
        with index.catalog.writing() as tables:
            # Meanwhile a new model may have been put to use, or another writer may have published other states of
            # the same photos: then these are worked on again, so that what is published is whole.
            lacking, _ = _adopt(index, items, generation.number, writer)
            now = _generation(index, tables, model)
            if now.number != generation.number or any(item.name not in bad.keys() | shut for item in lacking):
                continue
            _check_law(tables, policy)
            refused_now = (*refused, *bad.values())
            leaving = ({*remove, *(one.name for one in refused)} - set(names)) | set(bad) | shut
            if complete:
                live = {name for (name,) in tables.execute("SELECT name FROM live")}
                leaving |= live - set(names)
                _check_not_emptied(index, len(live), len(leaving & live), replace)
            _quarantine(tables, refused_now, None if complete else {*names, *remove})
            done = publish(tables, writer, leaving, policy.ownership.duplicates, lift)
            leave_rows(index, tables, done.rows)
            _sweep(tables)
        forget_rows(index)
        index.remove_dropped()
        if complete:
            warn_of_overrides(index, policy)
        return Report(done.added, done.changed, done.removed, known, refused_now, out + len(shut))


def _check_not_emptied(index: PhotoIndex, live: int, leaving: int, replace: bool) -> None:
    if not replace and leaving > FEW and leaving > live / 2:
        raise SettingError(
            f"{leaving:,} of the {live:,} photos of {index.folder} would be removed: is the folder whole, and the "
            "right one? Nothing was changed. To remove them, say --replace."
        )


def _generation(index: PhotoIndex, tables: sqlite3.Connection, model: int | None) -> Generation:
    """Return the model in use; before there is one, the one that is to be."""
    if get_state(tables, "current") is None and model is not None:
        return index.generation(model)
    return index.current(tables)


def _adopt(index: PhotoIndex, items: Sequence[Item], model: int, writer: str) -> tuple[list[Item], int]:
    """Return the photos that are to be worked on, and how many are live as they are.

    What another writer has staged of the same photos is taken over: it was stopped, or is at the same work. In the
    latter case it takes its photos back before it publishes, or finds them live.
    """
    with index.catalog.writing() as tables:
        live = dict(tables.execute("SELECT name, tag FROM live"))
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
        taken = [
            (writer, str(item.path), staged[item.name, item.tag])
            for item in new
            if (item.name, item.tag) in staged
        ]
        tables.executemany("UPDATE photos SET writer = ?, path = ? WHERE id = ?", taken)
        # Another writer was quicker with the same.
        twice = tables.execute(
            "SELECT mine.id FROM photos AS mine JOIN live ON live.name = mine.name AND live.tag = mine.tag "
            "WHERE mine.writer = ?",
            (writer,),
        ).fetchall()
        forget(tables, [photo for (photo,) in twice])
    return [item for item in new if (item.name, item.tag) not in staged], len(same)


def _stage(
    index: PhotoIndex,
    generation: Generation,
    matcher: Matcher,
    items: Sequence[Item],
    policy: Policy,
    writer: str,
) -> tuple[list[Refused], set[str]]:
    """Work on one batch and keep it; return the photos that cannot be used, and those that must stay out."""
    looks, bad = looks_of_files(items)
    shut = like_kept_out(index, looks)
    let_in = [item for item in items if item.name in looks.keys() - shut]
    good, rows, refused = readable_rows(generation, matcher, let_in)
    bad += refused
    decided = judge_items(policy, good)
    with index.catalog.writing() as tables:
        _check_law(tables, policy)
        photos = [_put_photo(tables, item, looks[item.name], writer) for item in good]
        put_law(tables, list(zip(photos, [item.name for item in good], strict=True)), decided, policy)
        put_rows(tables, generation, photos, good, rows)
    return bad, shut


def _check_law(tables: sqlite3.Connection, policy: Policy) -> None:
    if get_state(tables, "policy") != policy.version:
        raise DataError("The law was changed while photos were judged by the one before: run it again.")


def _quarantine(tables: sqlite3.Connection, bad: Sequence[Refused], names: Collection[str] | None) -> None:
    """Write down which photos cannot be used and why; forget what was said of `names`, or of all, before."""
    if names is None:
        tables.execute("DELETE FROM quarantine")
    else:
        tables.executemany("DELETE FROM quarantine WHERE name = ?", [(name,) for name in names])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    tables.executemany(
        "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?)",
        [(one.name, one.path, one.kind, one.reason, now) for one in bad],
    )


def _put_photo(tables: sqlite3.Connection, item: Item, look: str, writer: str) -> int:
    photo = tables.execute(
        "INSERT INTO photos (name, tag, digest, path, look, facts, twins, writer, staged, seal) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.name,
            item.tag,
            item.digest,
            str(item.path),
            look,
            json.dumps(dict(item.facts)),
            json.dumps(item.twins),
            writer,
            time.time(),
            photo_seal(item, look),
        ),
    ).lastrowid
    if photo is None:
        raise DataError("The tables gave no number to a new photo.")
    kinds = ((CAPTIONS, item.captions), (OTHER_TEXTS, item.other_texts), (UNREAD, item.unread))
    texts = [(*text, kind) for kind, some in kinds for text in some]
    tables.executemany(
        "INSERT INTO captions VALUES (?, ?, ?, ?, ?)",
        [(photo, number, *caption) for number, caption in enumerate(texts)],
    )
    tables.executemany(
        "INSERT INTO facts VALUES (?, ?, ?, ?)", [(photo, *row) for row in fact_rows(item.facts)]
    )
    return photo


def _sweep(tables: sqlite3.Connection) -> None:
    """Forget what was staged long ago and never published."""
    old = time.time() - ABANDONED_SECONDS
    found = tables.execute("SELECT id FROM photos WHERE writer IS NOT NULL AND staged < ?", (old,)).fetchall()
    forget(tables, [photo for (photo,) in found])
