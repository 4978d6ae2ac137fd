"""A text -> where patterns match it, told from what is remembered of its words: most texts need nothing more.

What stands between two blanks, a chunk, is looked at once: how the rules spell it, whether it is a disguise or joined
words, and into which places of patterns its words fit. The rules read a text as they read its chunks one by one, unless
something reaches over a blank: letters with blanks between them, a word cut in two, an age in parts, tags. Where that
may be, and where a chunk is a disguise or joined words, nothing is told here, and the text is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from withsense_tf.policy.texts import disguise, normalise
from withsense_tf.policy.texts.disguise import Disguises
from withsense_tf.policy.texts.lexicon import Lexicon
from withsense_tf.policy.texts.matching.chunk_memory import ChunkMemory
from withsense_tf.policy.texts.matching.cutting import cut
from withsense_tf.policy.texts.matching.pattern_table import Kinds, PatternTable
from withsense_tf.policy.texts.matching.word_row import Words, chunks_of
from withsense_tf.policy.texts.rule_engine import Match
from withsense_tf.policy.texts.word_forms import fold, runs

# So many unlike chunks are remembered.
MOST_ALIKE: Final = 20_000
# So many single letters or digits may be a word with blanks in it.
LEAST_SPACED: Final = 3
SINGLE: Final = re.compile(r"(?<![^\W_])[^\W_](?![^\W_])")
LAST_LETTERS: Final = re.compile(r"([^\W\d_]{2,})[-‐]?$")
FIRST_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
DIGIT: Final = re.compile(r"\d")
# A Russian word of several letters, small but for the first, and what may stand around it and is no part of it.
CALM_WORD: Final = re.compile(r"""[«"]?([А-ЯЁ]?[а-яё]+(?<=[А-яЁё]{2}))[»"]?[.,:;?]?""")


class Chunk(NamedTuple):
    """How the rules spell a chunk, the kinds of its words, and what it may be a part of."""

    text: str  # empty where it is spelt as it is written
    kinds: Kinds
    last_letters: str  # where a word may begin with them
    single: int
    has_digit: bool


@dataclass(frozen=True, slots=True)
class FirstLook:
    """A text as the rules spell it, and by the place of each lexicon where its restricting patterns match."""

    text: str
    matches: dict[int, list[Match]]


NOTHING: Final = FirstLook("", {})


class FirstPass:
    """The first look at texts for the lexicons of one script, in the order in which they read."""

    def __init__(self, lexicons: Sequence[Lexicon], disguises: Disguises) -> None:
        self._lexicons, self._disguises = tuple(lexicons), disguises
        self._joined_words = [one.joined_words for one in lexicons if one.joined_words is not None]
        rules = [(place, one.restricting) for place, one in enumerate(self._lexicons)]
        self._owners = [(place, number) for place, some in rules for number in range(len(some))]
        self._table = PatternTable(
            self._lexicons, ((place, elements) for place, some in rules for _, elements in some)
        )
        self._spelt = ChunkMemory(self._kinds)
        self._plain = ChunkMemory(self._kinds_of_plain)
        self._other = ChunkMemory(self._chunk)
        self._cut = ChunkMemory(lambda chunk: tuple(cut(chunk)))
        self._bare = ChunkMemory(self._is_bare)

    def look(self, text: str, plain: bool) -> FirstLook | None:
        """Return where restricting patterns match a visible text; None where it must be read as a whole."""
        if plain:
            kinds: list[Kinds] = []
            for some in map(self._plain.__getitem__, text.split(" ")):
                if some is None:
                    return None
                kinds.append(some)
            return self._first_look(text, kinds)
        if len(text) > normalise.LONG_TEXT or "<" in text:
            return None
        parts = text.split(" ")
        chunks = [chunk for chunk in map(self._other.__getitem__, parts) if chunk is not None]
        spelt = self._spelt_by_chunks(text, parts, chunks) if len(chunks) == len(parts) else None
        return None if spelt is None else self._first_look(spelt, [chunk.kinds for chunk in chunks])

    def look_at_spelt(self, text: str) -> FirstLook:
        """Return where restricting patterns match a text that has been read as a whole."""
        return self._first_look(text, [self._spelt[chunk] for chunk in chunks_of(text)])

    def exempting(self, place: int, words: Words) -> list[Match]:
        """Return where the exempting patterns of the lexicon at a place match the words of a spelt text."""
        return _exempting(self._lexicons[place]).ways_in(words.words)

    def words(self, text: str) -> Words:
        """Return the words of a spelt text, and the stops around it."""
        return Words.of_text(text, self._cut.__getitem__)

    def _first_look(self, text: str, kinds: Sequence[Kinds]) -> FirstLook:
        all_ways = self._table.ways(kinds)
        if not all_ways:
            return NOTHING
        matches: dict[int, list[Match]] = {}
        for joint_number, ways in all_ways:
            place, number = self._owners[joint_number]
            matches.setdefault(place, []).append((number, ways))
        return FirstLook(text, matches)

    def _spelt_by_chunks(self, text: str, parts: Sequence[str], chunks: Sequence[Chunk]) -> str | None:
        """Return a text as its chunks are spelt; None where something that the rules read may stand in several."""
        words: list[str] = []
        last_letters, single, has_digit = "", 0, False
        for part, (word, _, last, ones, digit) in zip(parts, chunks, strict=True):
            if last_letters:
                bare = self._disguises.uncover_chunk(part) if word else part
                first = FIRST_LETTERS.match(bare)
                if first and last_letters + fold(first[0]) in self._disguises.naming:
                    return None
            words.append(word or part)
            last_letters = last
            single += ones
            has_digit = has_digit or digit
        spelt = " ".join(words)
        if has_digit and normalise.AGE_CODE.search(spelt):
            return None
        if single >= LEAST_SPACED and (
            disguise.SPACED_LETTERS.search(text) or normalise.SPACED_LETTERS.search(spelt)
        ):
            return None
        return spelt

    def _kinds(self, chunk: str) -> Kinds:
        return self._table.kinds(cut(chunk))

    def _kinds_of_plain(self, chunk: str) -> Kinds | None:
        return self._kinds(chunk) if chunk and self._is_as_it_seems(chunk) else None

    def _chunk(self, chunk: str) -> Chunk | None:
        if calm := CALM_WORD.fullmatch(chunk):
            return self._calm_chunk(chunk, fold(calm[1]))
        bare = self._disguises.uncover_chunk(chunk)
        text = normalise.apart(bare)
        words = text.split(" ")
        # Of two blanks one is a word.
        if words != text.split() or " " in bare or not self._is_as_it_seems(text):
            return None
        last = LAST_LETTERS.search(bare)
        last_letters = fold(last[1]) if last else ""
        return Chunk(
            text,
            self._table.kinds([token for word in words for token in cut(word)]),
            last_letters if last_letters in self._disguises.beginnings else "",
            max(len(SINGLE.findall(chunk)), len(SINGLE.findall(text))),
            bool(DIGIT.search(text)),
        )

    def _calm_chunk(self, chunk: str, word: str) -> Chunk | None:
        """Return the same of a Russian word as most are written: no sign in it can stand for a letter."""
        if not self._bare[word]:
            return None
        may_go_on = chunk[-1].isalpha() and word in self._disguises.beginnings
        return _calm(self._table.kinds(cut(chunk)), word if may_go_on else "")

    def _is_as_it_seems(self, text: str) -> bool:
        """Return whether no word of a text is disguised by its letters, or several joined."""
        return all(map(self._bare.__getitem__, runs(text)))

    def _is_bare(self, run: str) -> bool:
        disguises, books = self._disguises, self._joined_words
        return not (disguises.of_letters(run) or any(book.parts(run) for book in books))


@lru_cache(maxsize=MOST_ALIKE)
def _calm(kinds: Kinds, last_letters: str) -> Chunk:
    """Return one chunk for all alike: what is remembered of a new word must not be one object more."""
    return Chunk("", kinds, last_letters, 0, False)


@lru_cache(maxsize=32)
def _exempting(lexicon: Lexicon) -> PatternTable:
    """Return the exempting patterns of a lexicon, when the first text needs them."""
    return PatternTable([lexicon], ((0, elements) for _, elements in lexicon.exempting))
