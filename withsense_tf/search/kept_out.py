"""Photos that were taken out of an index for good: whoever brings them again, under any name, they stay out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from withsense_tf.search.items import Item
from withsense_tf.search.photo_index import PhotoIndex


def keep_out(index: PhotoIndex, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Note photos of the index, and others of the same content, as kept out; they leave with the next ingest.

    Return the names that are to leave, and those that the index does not have.
    """
    since = datetime.now(UTC).isoformat(timespec="seconds")
    leaving: dict[str, None] = {}
    unknown = []
    with index.catalog.writing() as tables:
        for name in dict.fromkeys(names):
            found = tables.execute(
                "SELECT name, digest FROM photos WHERE writer IS NULL AND digest = "
                "(SELECT digest FROM photos WHERE writer IS NULL AND name = ?)",
                (name,),
            ).fetchall()
            if not found:
                unknown.append(name)
            for twin, digest in found:
                tables.execute("INSERT OR REPLACE INTO kept_out VALUES (?, ?, ?)", (twin, digest, since))
                leaving[twin] = None
    return list(leaving), unknown


def let_in(index: PhotoIndex, names: Iterable[str]) -> int:
    """Let photos that were kept out come in again with the next update; return how many these are."""
    with index.catalog.writing() as tables:
        return sum(
            tables.execute("DELETE FROM kept_out WHERE name = ?", (name,)).rowcount for name in set(names)
        )


def without_kept_out(index: PhotoIndex, items: Sequence[Item]) -> tuple[list[Item], int]:
    """Return the photos that may come in, and how many may not."""
    with index.catalog.reading() as tables:
        found = tables.execute("SELECT name, digest FROM kept_out").fetchall()
    names, digests = {name for name, _ in found}, {digest for _, digest in found}
    kept = [item for item in items if item.name not in names and item.digest not in digests]
    return kept, len(items) - len(kept)
