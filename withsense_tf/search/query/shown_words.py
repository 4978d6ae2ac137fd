"""The words of captions that whoever asks may know: those of photos that may be shown to them."""

from __future__ import annotations

import sqlite3
from typing import Final

from withsense_tf.common.words import lemma
from withsense_tf.encoders.other_words import is_said
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.captions_table import count_plain_captions
from withsense_tf.index.tables.words_table import (
    all_caption_words,
    count_plain_photos_with,
    plain_photos_with,
)
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.search.query.spelling import near_words
from withsense_tf.search.said_words import ShownTexts, as_captions_say

# Photos whose verdict is looked at, where the tables say that they may be shown.
LOOKED_AT: Final = 20


class ShownWords:
    """The words of captions, as one state of an index and a door have them."""

    def __init__(self, tables: sqlite3.Connection, door: IndexDoor) -> None:
        self._tables, self._door = tables, door
        self._answers: dict[tuple[str, str], bool] = {}
        self.texts, self._limit = ShownTexts(tables, door), door.limit

    def has(self, word: str) -> bool:
        """Return whether a photo that may be shown has a word in a caption, in any form."""
        return self._has("forms", lemma(word))

    def tell_of(self, form: SearchForm, word: str) -> bool:
        """Return whether captions have a word, or what tells of it, where the model counts words by themselves."""
        if getattr(form, "words", None) is None:
            return False
        return any(is_said(lemma(one), self.has) for one in as_captions_say(form, word).split())

    def says(self, text: str) -> bool:
        """Return whether a photo that may be shown has words in a caption, in a row and as they stand."""
        return self._has("plain", text)

    def near(self, word: str) -> list[tuple[str, int, int]]:
        """Return words that are written nearly like one, each with its slips and how many photos have it."""
        near = near_words(word, all_caption_words(self._tables))
        return [(other, slips, self._count(other)) for other, slips in near if self._has("plain", other)]

    def _count(self, word: str) -> int:
        plain = count_plain_photos_with(self._tables, "plain", word, self._limit)
        return plain + sum(map(self._door.lets_find, self.texts.names_with("plain", word)))

    @property
    def are_russian(self) -> bool | None:
        """Return whether most captions of plain photos are Russian; None where there are none.

        Others would tell of themselves: who adds words until the answer turns learns which ones were there.
        """
        russian, others = self._door.once_a_state(
            f"captions by letters at {self._limit}", lambda: count_plain_captions(self._tables, self._limit)
        )
        return russian > others if russian or others else None

    def _has(self, column: str, word: str) -> bool:
        if (column, word) not in self._answers:
            self._answers[column, word] = self._look_for(column, word)
        return self._answers[column, word]

    def _look_for(self, column: str, word: str) -> bool:
        plain = plain_photos_with(self._tables, column, word, self._limit, LOOKED_AT)
        lets_find = self._door.lets_find
        return any(map(lets_find, plain)) or any(map(lets_find, self.texts.names_with(column, word)))
