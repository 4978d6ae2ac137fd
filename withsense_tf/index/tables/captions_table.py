"""The table `captions`: the texts of each photo, and what of them counts as a caption."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from withsense_tf.data.embedded.keyword_places import keywords_among
from withsense_tf.index.tables.free_photos import FREE, PLAIN, which_are
from withsense_tf.index.tables.photos_table import PhotoSet, ids_of
from withsense_tf.index.tables.words_table import insert_words

CAPTIONS_TABLE: Final = """
CREATE TABLE captions (photo INTEGER NOT NULL, number INTEGER NOT NULL, caption TEXT NOT NULL, text TEXT NOT NULL,
    counts INTEGER NOT NULL, PRIMARY KEY (photo, number)) WITHOUT ROWID;
"""
# What a row holds: a text for the law alone, a caption, or where one cannot be read.
OTHER_TEXTS, CAPTIONS, UNREAD = 0, 1, 2
RUSSIAN: Final = "А-яЁё"  # letters, as a pattern has them


def insert_texts(tables: sqlite3.Connection, photo: int, texts: Iterable[tuple[str, str, int]]) -> None:
    """Add the texts of a new photo, each with its id and its kind; captions and keywords are found by their words."""
    rows = list(texts)
    tables.executemany(
        "INSERT INTO captions VALUES (?, ?, ?, ?, ?)",
        [(photo, number, *text) for number, text in enumerate(rows)],
    )
    others = ((id_, text) for id_, text, kind in rows if kind == OTHER_TEXTS)
    insert_words(tables, photo, [text for _, text, kind in rows if kind == CAPTIONS], keywords_among(others))


def texts_of_photos(
    tables: sqlite3.Connection, photos: PhotoSet
) -> dict[tuple[int, int], tuple[tuple[str, str], ...]]:
    """Return the texts of photos, each with its id, by photo and kind."""
    rows = tables.execute(
        f"SELECT photo, counts, caption, text FROM captions WHERE photo IN ({ids_of(photos)}) "
        "ORDER BY photo, number",
        photos.values,
    )
    texts: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for photo, kind, caption, text in rows:
        texts.setdefault((photo, kind), []).append((caption, text))
    return {key: tuple(some) for key, some in texts.items()}


def live_captions(tables: sqlite3.Connection) -> list[str]:
    """Return the captions of live photos, each text once, in their order."""
    texts = tables.execute(
        "SELECT DISTINCT text FROM captions JOIN live ON live.id = photo WHERE counts = 1 ORDER BY text"
    )
    return [text for (text,) in texts]


def captioned_names(tables: sqlite3.Connection) -> set[str]:
    """Return the names of the live photos that have captions."""
    names = tables.execute("SELECT DISTINCT name FROM captions JOIN live ON live.id = photo WHERE counts = 1")
    return {name for (name,) in names}


def count_live_captions(tables: sqlite3.Connection) -> int:
    """Return how many captions live photos have."""
    return int(
        tables.execute(
            "SELECT count(*) FROM captions JOIN live ON live.id = photo WHERE counts = 1"
        ).fetchone()[0]
    )


def free_captions(
    tables: sqlite3.Connection, age_limit: int | None, most_signs: int, is_russian: bool | None = None
) -> Iterator[tuple[int, str]]:
    """Yield short captions of live photos that may be seen at an age limit, each with its photo, from all over.

    `is_russian` asks for captions with Russian letters, or for those without. Those of a photo stand together.
    """
    free, values = which_are(FREE, age_limit)
    letters = "" if is_russian is None else f"AND (text GLOB '*[{RUSSIAN}]*') = ? "
    yield from tables.execute(
        "SELECT captions.photo, text FROM captions JOIN live ON live.id = captions.photo "
        f"WHERE counts = ? AND length(text) <= ? {letters}{free} "
        "ORDER BY (captions.photo * 40503) % 65536, captions.photo, number",
        (CAPTIONS, most_signs, *([] if is_russian is None else [is_russian]), *values),
    )


def count_plain_captions(tables: sqlite3.Connection, age_limit: int | None) -> tuple[int, int]:
    """Return how many captions of live photos that are plain at an age limit are Russian, and how many are not."""
    plain, values = which_are(PLAIN, age_limit)
    russian, every = tables.execute(
        f"SELECT total(text GLOB '*[{RUSSIAN}]*'), count(*) FROM captions JOIN live ON live.id = captions.photo "
        f"WHERE counts = ?{plain}",
        (CAPTIONS, *values),
    ).fetchone()
    return int(russian), every - int(russian)
