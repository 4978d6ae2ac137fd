"""Tables of word vectors: from a file in word2vec's text format, or from a spaCy pipeline."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.limits import is_file
from withsense_tf.encoders.weights.weight_files import first_line
from withsense_tf.errors import DataError, SettingError, shown
from withsense_tf.file_access import path_of

LONGEST_LINE: Final = 100_000  # a word and some thousand numbers
SUFFIXES: Final = (".txt", ".vec", ".txt.gz", ".vec.gz")


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Each known word's row in a table of vectors, float32, (words, width)."""

    rows: dict[str, int]
    table: np.ndarray

    def row(self, word: str) -> int | None:
        """Return the row of a word in lower case; a table that knows only "Paris" still answers "paris"."""
        row = self.rows.get(word)
        return self.rows.get(word.capitalize()) if row is None else row


def read_vectors(source: str) -> WordVectors:
    """Read a file of word vectors, or take those of an installed spaCy pipeline or a pipeline's folder."""
    if source.endswith(SUFFIXES):
        if not is_file(path_of(source)):
            raise SettingError(f"{source}: there is no such file of word vectors.")
        return _read_text(path_of(source))
    return _of_pipeline(source)


def _read_text(path: Path) -> WordVectors:
    """Read "word number number ..." a line; a first line "words width", as word2vec writes, may stand above."""
    rows: dict[str, int] = {}
    vectors: list[np.ndarray] = []
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), ""), start=1):
                if len(line) == LONGEST_LINE:
                    raise DataError(
                        f"{path.name}, line {number}: more than {LONGEST_LINE:,} signs, expected a word and its "
                        "numbers."
                    )
                # A word may hold blanks of other kinds, so only the plain blank divides.
                word, _, rest = line.rstrip("\n ").partition(" ")
                try:
                    vector = np.array(rest.split(" "), np.float32)
                except ValueError as error:
                    raise DataError(
                        f"{path.name}, line {number}: expected a word and its numbers ({first_line(error)})."
                    ) from error
                if number == 1 and len(vector) == 1:
                    continue
                if vectors and len(vector) != len(vectors[0]):
                    raise DataError(
                        f"{path.name}, line {number}: {len(vector):,} numbers after {shown(word)}, expected "
                        f"{len(vectors[0]):,}."
                    )
                if not np.isfinite(vector).all():
                    raise DataError(
                        f"{path.name}, line {number}: a number after {shown(word)} is not finite."
                    )
                if word not in rows:
                    rows[word] = len(vectors)
                    vectors.append(vector)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} is damaged or cannot be read: {first_line(error)}.") from error
    if not vectors:
        raise DataError(f"{path.name} holds no word vectors: expected lines of a word and its numbers.")
    return WordVectors(rows, np.stack(vectors))


def _of_pipeline(name: str) -> WordVectors:
    import spacy

    try:
        pipeline = spacy.load(name)
    except (OSError, ValueError) as error:
        raise SettingError(
            f"{name!r} is neither a file of word vectors ({', '.join(SUFFIXES)}) nor a spaCy pipeline that is "
            "installed here, nor a pipeline's folder. Install the pipeline, or give a file."
        ) from error
    vectors = pipeline.vocab.vectors
    strings = pipeline.vocab.strings
    rows = {strings[key]: int(row) for key, row in vectors.key2row.items() if key in strings}
    if not rows or not vectors.shape[1]:
        raise SettingError(
            f"The spaCy pipeline {name!r} has no word vectors; those whose names end in _md and _lg have."
        )
    table = np.asarray(vectors.data, np.float32)
    for word, row in list(rows.items()):
        rows.setdefault(word.lower(), row)
    return WordVectors(rows, table)
