"""The table `words`: a full-text index of what was said of each photo, by basic forms of words and as they stand.

A photo's keywords are one line more of `forms`, as far as its captions lack them, behind a mark; and each is a caption
of its own in `plain`. They tell of no photo what the law must know, and so those of a withheld photo count for nothing.

Both columns are texts of this package's own words, so that captions in any language are cut as queries are. `forms` has
the basic forms of a caption's words, each once, and `plain` the words in their order, for phrases.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np

from withsense_tf.common.words import lemma, lemmas, words
from withsense_tf.data.embedded.keyword_places import keywords_among
from withsense_tf.encoders.other_words import BOTH
from withsense_tf.errors import check_choice
from withsense_tf.index.tables.facts_table import to_sql
from withsense_tf.index.tables.free_photos import FREE, PLAIN, which_are
from withsense_tf.index.tables.photos_table import marks
from withsense_tf.index.vectors.filters import Where

WORDS_TABLE: Final = """
CREATE VIRTUAL TABLE words USING fts5(forms, plain, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");
"""
# What kind a text is, in the table of texts: one for the law, among which are keywords, or a caption.
_OTHER, _CAPTION = 0, 1
# Between two captions stands a sign that counts as a word and that no query can have, so that no phrase spans both.
BETWEEN: Final = " \ue000 "
# What begins the line of keywords.
KEYWORDS: Final = "\ue001"
# Ranking by words looks at so many photos: those that have the rarest of them.
MOST_RANKED: Final = 4_000
LOOKED_UP: Final = 500
_VOCABULARY: Final = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, col)"
Cells = tuple[str, str]
_LIVE: Final = "FROM words CROSS JOIN live ON live.id = words.rowid"


def forms_of(captions: Iterable[str]) -> str:
    """Return what `forms` holds: a line a caption, two blanks between its forms, so that " dog " is counted once each.

    >>> forms_of(["Two dogs .", "A dog and a dog"])
    ' two  dog \\n a  dog  and '
    """
    lines = (dict.fromkeys(lemma(word) for word in words(caption)) for caption in captions)
    return "\n".join(f" {'  '.join(line)} " for line in lines)


def plain_words(text: str) -> str:
    """Return a text's words as phrases are looked for.

    >>> plain_words("A red-hot Motorcycle!")
    'a red hot motorcycle'
    """
    return " ".join(words(text)).replace("ё", "е")


def insert_words(
    tables: sqlite3.Connection, photo: int, captions: Sequence[str], keywords: Sequence[str] = ()
) -> None:
    """Add the words of a new photo's captions and keywords."""
    if any(cells := cells_of(captions, keywords)):
        tables.execute("INSERT INTO words (rowid, forms, plain) VALUES (?, ?, ?)", (photo, *cells))


def cells_of(captions: Sequence[str], keywords: Sequence[str]) -> Cells:
    """Return what both columns have of a photo; two empty texts if nothing was said of it."""
    there = {form for caption in captions for form in lemmas(caption)}
    new = [keyword for keyword in keywords if not there.issuperset(lemmas(keyword))]
    lines = [forms_of(captions)] if captions else []
    lines += [f"{KEYWORDS}{forms_of([' '.join(new)])}"] if new else []
    return "\n".join(lines), BETWEEN.join(map(plain_words, [*captions, *new]))


def delete_words(tables: sqlite3.Connection, photo: int) -> None:
    """Forget the words of a photo."""
    tables.execute("DELETE FROM words WHERE rowid = ?", (photo,))


def photos_with_words(tables: sqlite3.Connection) -> set[int]:
    """Return the photos of whose captions or keywords there are words."""
    return {photo for (photo,) in tables.execute("SELECT rowid FROM words")}


def make_words_anew(tables: sqlite3.Connection) -> None:
    """Make the table of the captions of all photos but departed ones, whatever stood there."""
    tables.execute("DROP TABLE IF EXISTS words")
    tables.execute(WORDS_TABLE.strip().rstrip(";"))
    for photo, captions, keywords in list(_said_by_photo(tables)):
        insert_words(tables, photo, captions, keywords)


def _said_by_photo(tables: sqlite3.Connection) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    from withsense_tf.index.tables.photo_states import DEPARTED_MARK

    rows = tables.execute(
        "SELECT photo, counts, caption, text FROM captions JOIN photos ON photos.id = photo "
        "WHERE counts IN (?, ?) AND writer IS NOT ? ORDER BY photo, number",
        (_OTHER, _CAPTION, DEPARTED_MARK),
    )
    for photo, texts in groupby(rows, key=itemgetter(0)):
        some = list(texts)
        captions = [text for _, kind, _, text in some if kind == _CAPTION]
        yield photo, captions, keywords_among(text for _, kind, *text in some if kind == _OTHER)


def count_wrong_words(tables: sqlite3.Connection) -> int:
    """Return of how many photos the words are not those of their captions, or are counted otherwise than they stand."""
    rows = {
        photo: (forms, plain)
        for photo, forms, plain in tables.execute("SELECT rowid, forms, plain FROM words")
    }
    right = {
        photo: cells
        for photo, captions, keywords in _said_by_photo(tables)
        if any(cells := cells_of(captions, keywords))
    }
    wrong = sum(rows.get(photo) != right.get(photo) for photo in rows.keys() | right.keys())
    if wrong:
        return wrong
    # What is searched is not the columns but what SQLite made of them.
    plain = Counter(word for _, text in rows.values() for word in set(text.split()) if word.isascii())
    tables.execute(_VOCABULARY)
    try:
        counts = dict(tables.execute("SELECT term, doc FROM vocabulary WHERE col = 'plain'"))
    except sqlite3.DatabaseError:
        return max(1, len(rows))
    return max((abs(counts.get(word, 0) - count) for word, count in plain.items()), default=0)


def rows_with_phrases(
    tables: sqlite3.Connection, model: int, phrases: Sequence[str], where: Where
) -> np.ndarray:
    """Return the rows of live photos that have each phrase in a caption and meet filters, in order, int64."""
    condition, values = to_sql(where)
    query = (
        "SELECT row FROM (SELECT words.rowid AS photo, row FROM words CROSS JOIN live ON live.id = words.rowid "
        f"JOIN rows ON rows.photo = live.id AND generation = ? WHERE words MATCH ?) WHERE {condition} ORDER BY row"
    )
    match = " AND ".join(f"plain : {_quote(phrase)}" for phrase in phrases)
    return np.array([row for (row,) in tables.execute(query, (model, match, *values))], np.int64)


def rows_with_words(
    tables: sqlite3.Connection, model: int, forms: Sequence[str], most: int, where: Where
) -> np.ndarray:
    """Return the rows of live photos whose captions have some of these basic forms and that meet filters, int64.

    Two with a space between they have in a row, two with " + " between anywhere. They come best first, by BM25.
    """
    condition, values = to_sql(where)
    query = (
        "SELECT row FROM (SELECT words.rowid AS photo, row, rank AS worth FROM words CROSS JOIN live "
        "ON live.id = words.rowid JOIN rows ON rows.photo = live.id AND generation = ? WHERE words MATCH ?) "
        f"WHERE {condition} ORDER BY worth, row LIMIT ?"
    )
    rows = tables.execute(query, (model, _any_form(forms), *values, most))
    return np.array([row for (row,) in rows], np.int64)


def count_with_forms(tables: sqlite3.Connection, forms: Sequence[str]) -> int:
    """Return how often photos have some of these basic forms, a photo once for each, live or not: quickly."""
    tables.execute(_VOCABULARY)
    # A basic form is one term, but for some odd signs.
    query = f"SELECT total(doc) FROM vocabulary WHERE col = 'forms' AND term IN ({marks(forms)})"
    return int(tables.execute(query, forms).fetchone()[0])


def forms_at(
    tables: sqlite3.Connection, model: int, rows: np.ndarray, age_limit: int | None
) -> dict[int, str]:
    """Return the basic forms of what was said of each row's photo, as the table has them.

    Keywords of photos that are restricted at the age limit are left out.
    """
    texts = dict(
        _of_rows(
            tables,
            # Where SQLite keeps what stands in the columns: to ask the full-text index for it takes longer.
            "SELECT row, c0 FROM rows CROSS JOIN words_content ON words_content.id = rows.photo",
            (model,),
            rows.tolist(),
        )
    )
    with_keywords = [row for row, text in texts.items() if KEYWORDS in text] if age_limit is not None else []
    free, limits = which_are(FREE, age_limit, "rows.photo")
    free_rows = dict(_of_rows(tables, "SELECT row, photo FROM rows", (model, *limits), with_keywords, free))
    return texts | {
        row: texts[row].partition(KEYWORDS)[0].rstrip("\n") for row in with_keywords if row not in free_rows
    }


def _of_rows(
    tables: sqlite3.Connection, select: str, values: Sequence[object], rows: Sequence[int], more: str = ""
) -> Iterator[tuple[Any, ...]]:
    for at in range(0, len(rows), LOOKED_UP):
        # Rows are numbers of this package's own, so that they may stand in the SQL.
        here = ", ".join(map(str, rows[at : at + LOOKED_UP]))
        yield from tables.execute(f"{select} WHERE generation = ? {more} AND row IN ({here})", values)


def cells_at(tables: sqlite3.Connection, model: int, row: int, age_limit: int | None = None) -> Cells:
    """Return what both columns have of a row's photo; two empty texts if nothing was said of it.

    Keywords of a photo that is restricted at the age limit are left out.
    """
    cells: Cells | None = tables.execute(
        "SELECT c0, c1 FROM rows CROSS JOIN words_content ON words_content.id = rows.photo "
        "WHERE generation = ? AND row = ?",
        (model, row),
    ).fetchone()
    forms, plain = cells or ("", "")
    if age_limit is None or KEYWORDS not in forms:
        return forms, plain
    free_forms = forms_at(tables, model, np.array([row]), age_limit)[row]
    count = len(free_forms.splitlines())
    return (forms, plain) if free_forms == forms else (free_forms, BETWEEN.join(plain.split(BETWEEN)[:count]))


def read_cells(cells: Cells) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the basic forms of what was said of a photo, and that in plain words, one by one."""
    forms, plain = cells
    return frozenset(forms.split()) - {KEYWORDS}, tuple(plain.split(BETWEEN)) if plain else ()


def plain_photos_with(
    tables: sqlite3.Connection, column: str, word: str, age_limit: int | None, most: int
) -> list[str]:
    """Return the names of live photos that have a word in a column and are plain at an age limit, `most` of them."""
    query, values = _plain(column, word, age_limit)
    return [name for (name,) in tables.execute(f"SELECT live.name {query} LIMIT ?", (*values, most))]


def count_plain_photos_with(tables: sqlite3.Connection, column: str, word: str, age_limit: int | None) -> int:
    """Return how many live photos have a word in a column and are plain at an age limit."""
    query, values = _plain(column, word, age_limit)
    return int(tables.execute(f"SELECT count(*) {query}", values).fetchone()[0])


def _plain(column: str, word: str, age_limit: int | None) -> tuple[str, list[str | int]]:
    plain, limits = which_are(PLAIN, age_limit)
    return f"{_LIVE} WHERE words MATCH ?{plain}", [_match(column, word), *limits]


def photos_with(tables: sqlite3.Connection, column: str, word: str, photos: Collection[int]) -> list[int]:
    """Return those of some photos, by number, that have a word in a column."""
    rows = tables.execute(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid IN (SELECT value FROM json_each(?))",
        (_match(column, word), json.dumps(list(photos))),
    )
    return [photo for (photo,) in rows]


def all_caption_words(tables: sqlite3.Connection) -> list[str]:
    """Return the words of all captions, as they stand, of photos that may be seen and of others."""
    tables.execute(_VOCABULARY)
    terms = tables.execute(
        "SELECT term FROM vocabulary WHERE col = 'plain' AND term != ?", (BETWEEN.strip(),)
    )
    return [term for (term,) in terms]


def _match(column: str, word: str) -> str:
    return f"{check_choice('column', column, ('forms', 'plain'))} : ({_both(word)})"


def _any_form(forms: Sequence[str]) -> str:
    return f"forms : ({' OR '.join(map(_both, forms))})"


def _both(word: str) -> str:
    return " AND ".join(map(_quote, word.split(BOTH)))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
