"""Words of captions and a model without an index, and what becomes of a query that was typed over them."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from small_index import LAW

from withsense_tf.common.words import lemma, words
from withsense_tf.search.query.corrections import correct
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.query.spelling import near_words


class Shown:
    """The words of captions that may be known, each with how many photos have it."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def has(self, word: str) -> bool:
        return lemma(word) in {lemma(other) for other in self.counts}

    def near(self, word: str) -> list[tuple[str, int, int]]:
        return [(other, slips, self.counts[other]) for other, slips in near_words(word, list(self.counts))]


def form_of(known: Sequence[str]) -> Any:
    text = SimpleNamespace(known_words=tuple(known))
    return SimpleNamespace(
        text=text, unknown=lambda query: tuple(word for word in words(query) if word not in known)
    )


def corrected(text: str, known: Sequence[str] = ("a", "dog"), **captions: int) -> tuple[str, dict[str, str]]:
    query, corrections = correct(parse_query(text), form_of(known), Shown(captions), LAW)
    return query.text, dict(corrections)
