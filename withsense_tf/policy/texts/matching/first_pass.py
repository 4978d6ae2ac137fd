"""A text -> where patterns match it, told from what is remembered of its words: most texts need nothing more.

What stands between two blanks, a chunk, is looked at once: how the rules spell it, whether it is a disguise or joined
words, and into which places of patterns its words fit. The rules read a text as they read its chunks one by one, unless
something reaches over a blank: letters with blanks between them, a word cut in two, an age in parts, tags. Where that
may be, and where a chunk is a disguise or joined words, nothing is told here, and the text is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
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
CALM_WORD: Final = re.compile(r"""([«"]?)([А-ЯЁ]?[а-яё]+(?<=[А-яЁё]{2}))([»"]?[.,:;?]?)""")
# The same of English words.
CALM_ENGLISH: Final = re.compile(r"""()([A-Z]?[a-z]{2,})([,.;:!?"]?)""")
# The weights of chunks are added up: of single letters or digits; of chunks that a pattern may need, that may be the
# head of a word cut in two, or its tail, that are spelt otherwise or hold a digit; and of those read with the text.
SINGLE_SIGN, NEED, HEAD, TAIL, CAREFUL, ODD = (1 << place for place in range(0, 72, 12))


class Chunk(NamedTuple):
    """How the rules spell a chunk, the kinds of its words, and what it may be a part of."""

    weight: int
    kinds: Kinds = ()
    text: str = ""  # where it is not spelt as it is written
    last_letters: str = ""  # where a word may begin with them


WEIGHT: Final = itemgetter(Chunk._fields.index("weight"))
KINDS: Final = itemgetter(Chunk._fields.index("kinds"))
ODD_CHUNK: Final = Chunk(ODD)


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
        self._words_of_lists = self._table.words_of_lists
        self._spelt = ChunkMemory(self._kinds)
        self._plain = ChunkMemory(self._plain_chunk)
        self._other = ChunkMemory(self._chunk)
        self._cut = ChunkMemory(lambda chunk: tuple(cut(chunk)))
        # Of words that are nothing more, one chunk for the same kinds, and for those of no list that are written alike.
        self._chunk_of_kinds: dict[Kinds, Chunk] = {}
        self._chunk_of_shape: dict[tuple[str, bool, str], Chunk] = {}

    def look(self, text: str, plain: bool) -> FirstLook | None:
        """Return where restricting patterns match a visible text; None where it must be read as a whole."""
        if len(text) > normalise.LONG_TEXT:
            return None
        parts = text.split(" ")
        chunks = list(map((self._plain if plain else self._other).__getitem__, parts))
        weight = sum(map(WEIGHT, chunks))
        if weight < LEAST_SPACED:
            return NOTHING
        if weight >= ODD:
            return None
        spelt = text
        is_cut = weight >= TAIL and weight % TAIL >= HEAD
        if is_cut or weight >= CAREFUL or weight % NEED >= LEAST_SPACED:
            read = self._spelt_by_chunks(text, parts, chunks, weight)
            if read is None:
                return None
            spelt = read
        return self._first_look(spelt, map(KINDS, chunks)) if weight % HEAD >= NEED else NOTHING

    def look_at_spelt(self, text: str) -> FirstLook:
        """Return where restricting patterns match a text that has been read as a whole."""
        return self._first_look(text, [self._spelt[chunk] for chunk in chunks_of(text)])

    def exempting(self, place: int, words: Words) -> list[Match]:
        """Return where the exempting patterns of the lexicon at a place match the words of a spelt text."""
        return _exempting(self._lexicons[place]).ways_in(words.words)

    def words(self, text: str) -> Words:
        """Return the words of a spelt text, and the stops around it."""
        return Words.of_text(text, self._cut.__getitem__)

    def _first_look(self, text: str, kinds: Iterable[Kinds]) -> FirstLook:
        all_ways = self._table.ways(kinds)
        if not all_ways:
            return NOTHING
        matches: dict[int, list[Match]] = {}
        for joint_number, ways in all_ways:
            place, number = self._owners[joint_number]
            matches.setdefault(place, []).append((number, ways))
        return FirstLook(text, matches)

    def _spelt_by_chunks(
        self, text: str, parts: Sequence[str], chunks: Sequence[Chunk], weight: int
    ) -> str | None:
        """Return a text as its chunks are spelt; None where something that the rules read may stand in several."""
        words: list[str] = []
        last_letters = ""
        for part, (_, _, word, last) in zip(parts, chunks, strict=True):
            if last_letters:
                bare = self._disguises.uncover_chunk(part) if word else part
                first = FIRST_LETTERS.match(bare)
                if first and last_letters + fold(first[0]) in self._disguises.naming:
                    return None
            words.append(word or part)
            last_letters = last
        spelt = " ".join(words)
        if weight >= CAREFUL and normalise.AGE_CODE.search(spelt):
            return None
        if weight % NEED >= LEAST_SPACED and (
            disguise.SPACED_LETTERS.search(text) or normalise.SPACED_LETTERS.search(spelt)
        ):
            return None
        return spelt

    def _kinds(self, chunk: str) -> Kinds:
        return self._table.kinds(cut(chunk))

    def _plain_chunk(self, chunk: str) -> Chunk:
        if calm := CALM_ENGLISH.fullmatch(chunk):
            return self._calm_chunk(chunk, *calm.groups(), plain=True)
        return self._alike(self._kinds(chunk)) if chunk and self._is_as_it_seems(chunk) else ODD_CHUNK

    def _chunk(self, chunk: str) -> Chunk:
        if calm := CALM_WORD.fullmatch(chunk):
            return self._calm_chunk(chunk, *calm.groups())
        if "<" in chunk:
            return ODD_CHUNK
        bare = self._disguises.uncover_chunk(chunk)
        text = normalise.apart(bare)
        words = text.split(" ")
        # Of two blanks one is a word.
        if words != text.split() or " " in bare or not self._is_as_it_seems(text):
            return ODD_CHUNK
        last, first = LAST_LETTERS.search(bare), FIRST_LETTERS.match(bare if text != chunk else chunk)
        last_letters = fold(last[1]) if last else ""
        weight = max(len(SINGLE.findall(chunk)), len(SINGLE.findall(text))) * SINGLE_SIGN
        weight += TAIL if first and fold(first[0]) in self._disguises.tails else 0
        weight += CAREFUL if text != chunk or DIGIT.search(text) else 0
        return self._alike(
            self._table.kinds([token for word in words for token in cut(word)]),
            text if text != chunk else "",
            last_letters if last_letters in self._disguises.beginnings else "",
            weight,
        )

    def _calm_chunk(self, chunk: str, before: str, word: str, behind: str, *, plain: bool = False) -> Chunk:
        """Return the same of a word as most are written: no sign in it can stand for a letter."""
        small, disguises = fold(word), self._disguises
        if not self._is_bare(small):
            return ODD_CHUNK
        if not plain:
            is_head, is_tail = (
                not behind and small in disguises.beginnings,
                not before and small in disguises.tails,
            )
            if is_head or is_tail:
                return self._alike(self._kinds(chunk), "", small if is_head else "", TAIL if is_tail else 0)
        if small in self._words_of_lists:
            return self._of_kinds(self._kinds(chunk))
        shape = before, word.islower(), behind
        alike = self._chunk_of_shape.get(shape)
        if alike is None:
            alike = self._chunk_of_shape[shape] = self._of_kinds(self._kinds(chunk))
        return alike

    def _of_kinds(self, kinds: Kinds) -> Chunk:
        """Return the chunk of words of some kinds that is nothing more."""
        chunk = self._chunk_of_kinds.get(kinds)
        if chunk is None:
            chunk = self._chunk_of_kinds[kinds] = self._alike(kinds)
        return chunk

    def _alike(self, kinds: Kinds, text: str = "", last_letters: str = "", weight: int = 0) -> Chunk:
        """Return one chunk for all alike: what is remembered of a new word must not be one object more."""
        weight += NEED if self._table.is_needed(kinds) else 0
        weight += HEAD if last_letters else 0
        return _one_of(Chunk(weight, kinds, text, last_letters))

    def _is_as_it_seems(self, text: str) -> bool:
        """Return whether no word of a text is disguised by its letters, or several joined."""
        return all(map(self._is_bare, runs(text)))

    def _is_bare(self, run: str) -> bool:
        if self._disguises.of_letters(run):
            return False
        return all(not joined_words.parts(run) for joined_words in self._joined_words)


@lru_cache(maxsize=MOST_ALIKE)
def _one_of(chunk: Chunk) -> Chunk:
    """Return one chunk for all alike."""
    return chunk


@lru_cache(maxsize=32)
def _exempting(lexicon: Lexicon) -> PatternTable:
    """Return the exempting patterns of a lexicon, when the first text needs them."""
    return PatternTable([lexicon], ((0, elements) for _, elements in lexicon.exempting))
