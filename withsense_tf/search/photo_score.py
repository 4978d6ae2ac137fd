"""One photo and a text -> how well they fit: the number that the photo has in the answer to the text."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.row_lookup import row_of_live
from withsense_tf.index.vectors.vector_index import Keep
from withsense_tf.search.query.photo_query import Refusal
from withsense_tf.search.row_ranking import number_at, rank
from withsense_tf.search.said_words import QueryWords, ShownTexts


@dataclass(frozen=True)
class PhotoScore:
    """How well a photo fits, from 0 to 1; what pixels, captions and their words say, where the model asks them."""

    number: float
    image: float | None = None
    captions: float | None = None
    words: float | None = None


def photo_score(
    generation: Generation, tables: sqlite3.Connection, door: IndexDoor, text: str, photo: str
) -> PhotoScore | Refusal:
    """Return the score of a photo of the index for a text that the law allows; a refusal where it forbids the photo."""
    if not door.photo_query(photo).allowed or not door.photo(photo, "show"):
        return Refusal(door.rule.message)
    form = generation.form
    if form.why_no_texts:
        raise SettingError(form.why_no_texts)
    row = np.array([row_of_live(tables, generation.number, photo)], np.int64)
    ranking = rank(
        generation,
        tables,
        np.asarray(form.queries([text])[0]),
        1,
        Keep((), lambda: row, listed=True),
        QueryWords(text, ShownTexts(tables, door)),
    )
    if not len(ranking):
        return PhotoScore(0.0)  # captions alone are asked, and one of the photo's may not be told
    why = (number_at(numbers, 0) for numbers in (ranking.image, ranking.captions, ranking.words))
    return PhotoScore(float(ranking.numbers[0]), *why)
