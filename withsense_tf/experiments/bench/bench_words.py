"""Time the words of captions: making the full-text index, and what it adds to a search, in time of a processor.

    python -m withsense_tf.experiments.bench.bench_words [--photos 100000]

Captions are made up: ten English words each, drawn by how frequent books have them, among the commonest 8,000. Russian
ones are the same with words of a few templates, since what takes time there is the analyser.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from withsense_tf.common import terminal

CAPTIONS: Final = 5
WORDS: Final = 10
VOCABULARY: Final = 8_000
# As many candidates as a hybrid has at most: by pixels, by captions and by words.
CANDIDATES: Final = 3_000
RUNS: Final = 5
QUERIES: Final = (
    "two dogs run on a beach", "the man and the woman in front of the old house", "a submarine",
    "people water time work life",
)  # fmt: skip
RUSSIAN: Final = (
    "две собаки бегут по пляжу у моря", "мужчина в красной куртке стоит на горе", "женщины идут по улице города",
    "велосипедист прыгает через ручей", "кошка спит на подоконнике",
)  # fmt: skip


def bench_words(
    photos: Annotated[int, typer.Option(min=1_000, help="Photos, five captions each.")] = 100_000,
) -> None:
    """Print how many captions a second are taken in, and how many milliseconds a query's words take."""
    from withsense_tf.common.words import english_lemmas, lemma

    english_lemmas()
    with tempfile.TemporaryDirectory(prefix="withsense-bench-") as folder:
        with closing(make_tables_file(Path(folder) / "words.sqlite")) as tables:
            seconds = fill(tables, made_up_captions(photos, np.random.default_rng(0)))
            typer.echo(
                f"English: {CAPTIONS * photos / seconds:,.0f} captions a second into the full-text index"
            )
            for query in QUERIES:
                typer.echo(f"  {query!r}: {1_000 * time_query(tables, query, photos):.1f} ms")
        with closing(make_tables_file(Path(folder) / "russian.sqlite")) as tables:
            lemma.cache_clear()
            some = min(photos, 20_000)
            texts = np.random.default_rng(0).choice(RUSSIAN, (some, CAPTIONS)).tolist()
            typer.echo(f"Russian: {CAPTIONS * some / fill(tables, iter(texts)):,.0f} captions a second")


def make_tables_file(file: Path) -> sqlite3.Connection:
    """Return a connection to the tables of an index in a new file."""
    from withsense_tf.index.tables.schema import make_tables, show_live

    tables = sqlite3.connect(file, isolation_level=None)
    tables.execute("PRAGMA journal_mode = WAL")
    make_tables(tables)
    show_live(tables)
    return tables


def made_up_captions(photos: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield the captions of each photo."""
    from withsense_tf.common.words import frequent_words

    words = np.array(list(frequent_words())[:VOCABULARY], object)
    shares = 1 / (np.arange(len(words)) + 2.7)
    drawn_words = rng.choice(words, (photos, CAPTIONS, WORDS), p=shares / shares.sum())
    return ([" ".join(line) for line in photo] for photo in drawn_words)


def fill(tables: sqlite3.Connection, captions: Iterator[Sequence[str]]) -> float:
    """Take photos in, each with a row of model 1; return the seconds that their words took."""
    from withsense_tf.index.tables.photos_table import insert_photo
    from withsense_tf.index.tables.rows_table import insert_rows
    from withsense_tf.index.tables.words_table import insert_words

    photos = list(enumerate(captions, start=1))
    tables.execute("BEGIN")
    blank = {"tag": "", "digest": "", "path": "", "look": "", "facts": "{}", "twins": "[]", "seal": ""}
    for photo, _ in photos:
        insert_photo(tables, name=str(photo), writer=None, staged=0.0, **blank)
    insert_rows(tables, 1, [(photo - 1, photo, 0, CAPTIONS, 0) for photo, _ in photos])
    begin = time.process_time()
    for photo, texts in photos:
        insert_words(tables, photo, texts)
    tables.execute("COMMIT")
    return time.process_time() - begin


def time_query(tables: sqlite3.Connection, query: str, photos: int) -> float:
    """Return the shortest time of some that a query's words take: to find rows by them, and to weigh candidates."""
    from withsense_tf.index.tables.words_table import rows_with_words
    from withsense_tf.matchers.forms.word_fit import WordFit
    from withsense_tf.search.row_ranking import CANDIDATES as MOST
    from withsense_tf.search.said_words import ShownTexts, counts_of_forms

    fit, texts = WordFit(), ShownTexts(tables)
    rows = np.random.default_rng(1).choice(photos, min(CANDIDATES, photos), replace=False)

    def once() -> None:
        weights = fit.weights(query)
        rows_with_words(tables, 1, texts.rarest(list(weights)), MOST, ())
        fit.looks(weights, (), *counts_of_forms(texts, 1, list(weights), rows))

    return min(_time(once) for _ in range(RUNS))


def _time(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    terminal.run_main(bench_words)
