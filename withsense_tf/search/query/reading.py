"""A query as it was typed -> as it is read: without its filters, words as captions write them, slips corrected."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.vectors.filters import Where
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.search.caption_spelling import as_captions_write
from withsense_tf.search.query.corrections import Correction, correct, strange_words
from withsense_tf.search.query.known_words import not_shut_out, other_language
from withsense_tf.search.query.mentions import may_be_said
from withsense_tf.search.query.parse import Query, parse_query
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.query.tokens import tokens
from withsense_tf.search.query.typed_filters import TypedFilters, read_filters
from withsense_tf.search.query.without import unread_exclusion


@dataclass(frozen=True)
class Reading:
    """What a text says: what to look for, which filters it has, which words were corrected, and a hint.

    `not_shut_out` are terms that must not be there, but that no word of captions is known for, and `unsaid` those that
    no caption says; `strange_words` are those that nobody knows and that were not corrected; `language` says that
    they are of another language, and `unread_exclusion` is a "not" or "except" that was left among the words.
    """

    query: Query
    where: Where = ()
    corrections: tuple[Correction, ...] = ()
    hint: str | None = None
    not_shut_out: tuple[str, ...] = ()
    strange_words: tuple[str, ...] = ()
    language: str | None = None
    unread_exclusion: str | None = None
    unsaid: tuple[str, ...] = ()

    def beside(self, missing: Sequence[str]) -> Reading:
        """Return the reading without those strange words that are told as missing."""
        names = {word.split()[0].lower() for word in missing}
        return replace(
            self, strange_words=tuple(one for one in self.strange_words if one.split()[0] not in names)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person should know of how the text was read."""
        lines = [correction_note(word, better) for word, better in self.corrections]
        if self.language:
            lines.append(self.language)
        elif self.strange_words:
            lines.append(f"Unknown word: {', '.join(self.strange_words)}.")
        if self.not_shut_out:
            lines.append(
                f"Could not be left out, as no word of the captions is known for it: {', '.join(self.not_shut_out)}."
            )
        if self.unsaid:
            lines.append(f"Took nothing out by captions, as none says it: {', '.join(self.unsaid)}.")
        if self.unread_exclusion:
            lines.append(
                f"“{self.unread_exclusion}” was not understood and excludes nothing: put a minus before each word that "
                "must not be there, such as: beach -dog."
            )
        return (*lines, *([self.hint] if self.hint else []))


def correction_note(word: str, better: str) -> str:
    """Return the line that says what a word was read as, and how it is searched for as it stands."""
    return f"Read as {better}: to search for {word} instead, put it in quotation marks, or search literally."


def read_query(
    text: str, form: SearchForm, tables: sqlite3.Connection, door: IndexDoor, literal: bool, has_photo: bool
) -> Reading:
    """Read a text that the law allows; `literal` takes all its words as they stand."""
    filters = TypedFilters(text) if literal else read_filters(text, tables, door)
    if not filters.text.strip():
        if text.strip() and not has_photo:
            raise SettingError(
                f"The query {text!r} has filters alone: say what to look for among these photos, too, such as: "
                f"a dog {text.strip()}"
            )
        return Reading(Query("", ()), filters.where, (), filters.hint)
    query = parse_query(filters.text)
    shown = ShownWords(tables, door)
    foreign_terms = not_shut_out(query.without, shown)
    unsaid = _unsaid([term for term in query.without if term not in foreign_terms], shown)
    if literal or form.why_no_texts:
        return Reading(query, filters.where, (), filters.hint, foreign_terms, unsaid=unsaid)
    unread = unread_exclusion(tokens(query.text))
    query, readings = as_captions_write(query, form, shown, door.policy)
    before = query
    query, corrections = correct(query, form, shown, door.policy)
    strange = strange_words(query.text, form, shown, door.policy)
    if language := other_language(before.text, form, shown, corrections):
        query, corrections = before, ()
    return Reading(
        query,
        filters.where,
        (*readings, *corrections),
        filters.hint,
        foreign_terms,
        strange,
        language,
        unread,
        unsaid,
    )


def _unsaid(terms: Sequence[str], shown: ShownWords) -> tuple[str, ...]:
    if not terms or shown.are_russian is None:
        return ()
    return tuple(term for term in terms if not may_be_said(term, shown.has))
