"""The table `law`: the verdict on each photo under each age limit, its own one and what near-duplicates made of it.

A verdict's columns begin with `own_` where they are those of the photo by itself; `restricted` and `source` are what
is settled with its copies. A `seal` of NULL waits to be set anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from withsense_tf.index.tables.free_photos import FREE
from withsense_tf.index.tables.photo_states import DEPARTED_MARK
from withsense_tf.index.tables.photos_table import PhotoSet, ids_of, marks

LAW_TABLE: Final = """
CREATE TABLE law (
    photo INTEGER NOT NULL, age_limit INTEGER NOT NULL, own_restricted INTEGER NOT NULL, own_source TEXT NOT NULL,
    by_hand INTEGER NOT NULL, captions INTEGER NOT NULL, votes INTEGER NOT NULL, evidence TEXT NOT NULL,
    restricted INTEGER, source TEXT, own_seal TEXT NOT NULL DEFAULT '', seal TEXT, PRIMARY KEY (photo, age_limit)
) WITHOUT ROWID;
"""
# What a photo's own verdict says, before near-duplicates are seen to, and under which age limit.
_VERDICT: Final = "own_restricted, own_source, by_hand, captions, votes, evidence"
_OWN: Final = f"age_limit, {_VERDICT}"
_OF_LIVE: Final = "FROM law JOIN live ON live.id = law.photo"


def insert_verdicts(tables: sqlite3.Connection, verdicts: Iterable[tuple[Any, ...]]) -> None:
    """Write down photos' own verdicts, over those before: photo, age limit, and the columns of a verdict."""
    tables.executemany(
        f"INSERT OR REPLACE INTO law (photo, {_OWN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", verdicts
    )


def copy_strictest_verdict(tables: sqlite3.Connection, photo: int, age_limit: int) -> None:
    """Copy a photo's strictest verdict to an age limit that has none."""
    tables.execute(
        f"INSERT OR IGNORE INTO law (photo, {_OWN}) SELECT photo, ?, {_VERDICT} FROM law WHERE photo = ? "
        "ORDER BY own_restricted DESC LIMIT 1",
        (age_limit, photo),
    )


def delete_verdicts(tables: sqlite3.Connection, photos: Iterable[int]) -> None:
    """Forget the verdicts on photos."""
    tables.executemany("DELETE FROM law WHERE photo = ?", [(photo,) for photo in photos])


def judged_limits(tables: sqlite3.Connection) -> list[int]:
    """Return the age limits under which photos were judged."""
    return [limit for (limit,) in tables.execute("SELECT DISTINCT age_limit FROM law").fetchall()]


def own_verdicts(tables: sqlite3.Connection, photo: int) -> list[tuple[Any, ...]]:
    """Return a photo's own verdicts: age limit, and the columns of a verdict."""
    return tables.execute(f"SELECT {_OWN} FROM law WHERE photo = ?", (photo,)).fetchall()


def own_verdicts_of_live(
    tables: sqlite3.Connection, photos: Sequence[int], age_limit: int
) -> list[tuple[Any, ...]]:
    """Return the own verdicts on those of some photos that are live, by name: name, photo, the verdict's columns."""
    columns = ", ".join(f"law.{column}" for column in _VERDICT.split(", "))
    return tables.execute(
        f"SELECT name, photo, {columns} {_OF_LIVE} WHERE age_limit = ? "
        f"AND photo IN ({', '.join('?' * len(photos))}) ORDER BY name",
        (age_limit, *photos),
    ).fetchall()


def own_restriction(tables: sqlite3.Connection, photo: int, age_limit: int) -> bool | None:
    """Return whether a photo is restricted by itself, or None where it was not judged."""
    query = "SELECT own_restricted FROM law WHERE photo = ? AND age_limit = ?"
    row = tables.execute(query, (photo, age_limit)).fetchone()
    return None if row is None else bool(row[0])


def is_restricted_by_evidence(tables: sqlite3.Connection, photo: int) -> bool:
    """Return whether a photo is restricted for what is known of it, and not for want of captions."""
    query = "SELECT 1 FROM law WHERE photo = ? AND own_restricted AND own_source != 'no captions'"
    return tables.execute(query, (photo,)).fetchone() is not None


def departed_by_pixels(tables: sqlite3.Connection) -> set[int]:
    """Return the departed photos that were judged by their pixels alone, at which nobody can look again."""
    query = "SELECT photo FROM law JOIN photos ON photos.id = photo WHERE writer = ? AND own_source = 'classifier'"
    return {photo for (photo,) in tables.execute(query, (DEPARTED_MARK,))}


def settle_own_verdicts(tables: sqlite3.Connection) -> None:
    """Settle the own verdict on each live photo."""
    tables.execute(
        "UPDATE law SET restricted = own_restricted, source = own_source, seal = NULL "
        "WHERE (restricted IS NULL OR restricted != own_restricted OR source != own_source) "
        "AND photo IN (SELECT id FROM live)"
    )


def settle_verdicts(tables: sqlite3.Connection, verdicts: Iterable[tuple[bool, str, int, int]]) -> None:
    """Settle what near-duplicates made of verdicts: restricted, source, photo, age limit."""
    tables.executemany(
        "UPDATE law SET restricted = ?, source = ?, seal = NULL WHERE photo = ? AND age_limit = ?", verdicts
    )


def live_restrictions(tables: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return what restricts live photos: name, age limit, photo, whether by itself, by hand, group, source."""
    return tables.execute(
        f"SELECT name, age_limit, photo, own_restricted, by_hand, fold, source {_OF_LIVE} WHERE restricted = 1"
    ).fetchall()


def live_evidence(tables: sqlite3.Connection, age_limit: int) -> list[tuple[Any, ...]]:
    """Return the live photos that are restricted under an age limit: id, name, source, evidence as JSON."""
    return tables.execute(
        f"SELECT live.id, name, source, evidence {_OF_LIVE} WHERE restricted = 1 AND age_limit = ?",
        (age_limit,),
    ).fetchall()


def count_free(tables: sqlite3.Connection, age_limit: int) -> int:
    """Return how many live photos are judged under an age limit and not restricted."""
    query = f"SELECT count(*) {_OF_LIVE} WHERE {FREE} AND age_limit = ?"
    return int(tables.execute(query, (age_limit,)).fetchone()[0])


def settled_restrictions(
    tables: sqlite3.Connection, names: Sequence[str], age_limit: int
) -> list[tuple[str, str]]:
    """Return the names of those of some live photos that are restricted at an age limit, and their files' digests."""
    return tables.execute(
        f"SELECT name, digest FROM live CROSS JOIN law ON law.photo = live.id AND age_limit = ? "
        f"WHERE name IN ({marks(names)}) AND restricted = 1",
        (age_limit, *names),
    ).fetchall()


def live_permissions(tables: sqlite3.Connection) -> list[tuple[str, int, bool]]:
    """Return the live photos that are not restricted: name, age limit, whether by hand."""
    return tables.execute(f"SELECT name, age_limit, by_hand {_OF_LIVE} WHERE restricted = 0").fetchall()


def count_restricted(tables: sqlite3.Connection) -> dict[int, int]:
    """Return how many live photos are restricted under each age limit."""
    return dict(tables.execute(f"SELECT age_limit, sum(restricted) {_OF_LIVE} GROUP BY age_limit").fetchall())


def put_own_seal(tables: sqlite3.Connection, photo: int, age_limit: int, seal: str) -> None:
    """Seal a photo's own verdict; what is settled waits for its seal."""
    tables.execute(
        "UPDATE law SET own_seal = ?, seal = NULL WHERE photo = ? AND age_limit = ?", (seal, photo, age_limit)
    )


def put_seals_of_settled(tables: sqlite3.Connection, seals: Iterable[tuple[str, int, int]]) -> None:
    """Seal settled verdicts: seal, photo, age limit."""
    tables.executemany("UPDATE law SET seal = ? WHERE photo = ? AND age_limit = ?", seals)


def drop_seals(tables: sqlite3.Connection, photos: Iterable[int]) -> None:
    """Drop the seals of the settled verdicts on photos."""
    tables.executemany("UPDATE law SET seal = NULL WHERE photo = ?", [(photo,) for photo in photos])


def settled_without_seal(tables: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return settled verdicts on live photos that wait for a seal: what it is over, photo, age limit."""
    return tables.execute(
        f"SELECT own_seal, fold, restricted, law.source, photo, age_limit {_OF_LIVE} WHERE law.seal IS NULL"
    ).fetchall()


class SealedVerdict(NamedTuple):  # some are made at each search, and these are made quickly
    """A verdict on a photo as it is written, its own one, what was settled of it (None: nothing yet), and the seals.

    `own` are the columns of a verdict as they are sealed: restricted, source, by hand, captions, votes, evidence.
    """

    seal: str | None
    own_seal: str
    group: int | None
    restricted: int | None
    source: str | None
    age_limit: int
    own: tuple[Any, ...]


def sealed_verdicts(tables: sqlite3.Connection, photos: PhotoSet) -> dict[int, list[SealedVerdict]]:
    """Return the verdicts on photos, by photo; one that has none is not there."""
    rows = tables.execute(
        f"SELECT photo, law.seal, own_seal, fold, restricted, source, {_OWN} FROM law "
        f"JOIN photos ON photos.id = photo WHERE photo IN ({ids_of(photos)}) ORDER BY photo, age_limit",
        photos.values,
    )
    verdicts: dict[int, list[SealedVerdict]] = {}
    for photo, seal, own_seal, group, restricted, source, age_limit, *own in rows:
        verdicts.setdefault(photo, []).append(
            SealedVerdict(seal, own_seal, group, restricted, source, age_limit, tuple(own))
        )
    return verdicts
