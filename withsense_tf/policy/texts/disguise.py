"""Words whose letters are parted, replaced, stretched or turned round -> the word, where it names a child.

Only a whole word counts, and only one that the rules restrict by itself: "ch!ld" is a child, and "mp3" stays what it
is. A word is read letter by letter; what is kept are the beginnings of words that it may still become.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import Final

from withsense_tf.common.words import SMALL
from withsense_tf.policy.texts.matching.chunk_memory import ChunkMemory
from withsense_tf.policy.texts.signs import TO_CYRILLIC, TO_LATIN, one_script
from withsense_tf.policy.texts.word_forms import english_words, fold

# What a sign may stand for; one that is not here may stand for a vowel: "ch*ld".
STANDS_FOR: Final = {
    **{
        "0": "oо",
        "1": "ilи",
        "2": "z",
        "3": "eезэ",
        "4": "aчаh",
        "5": "s",
        "6": "bgб",
        "7": "tтlг",
        "8": "bвg",
    },
    **{"9": "gqдя", "@": "aа", "$": "sс", "£": "l", "(": "cс", "<": "cс", "[": "cс", "{": "cс", "#": "h"},
    **{
        "!": "ilи",
        "|": "ilи",
        "¡": "ilи",
        "+": "tт",
        "i": "liи",
        "l": "il",
        "m": "м",
        "t": "т",
        "n": "пи",
        "r": "г",
    },
    **{"h": "н", "b": "ьв", "w": "шщ", "u": "и", "і": "и"},
}
# A Russian letter that is two in Latin: "mal4ik" is a malchik.
TWO_LETTERS: Final = {"4": "ch", "6": "sh", "9": "ya"}
VOWELS: Final = "aeiouyаеиоуыэюя"
# Signs between words: they part letters, but stand for none.
BETWEEN: Final = frozenset(".,;:-‐‑–—−_/\\&%~'\"“”«»…·• ")
OUTER: Final = ".,;:?\"“”«»…'"
EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")
# A sign before or behind a word is markup, and no vowel of it.
MASKED_EDGE: Final = re.compile(r"^[^\w(<\[{!|¡+@$£€¢]|[^\w!|¡+@$£€¢]$")
CHUNK: Final = re.compile(r"\S+")
PIECE: Final = re.compile(r"[^.,;:\-‐‑–—−_/\\&=~'\"“”«»…·•]+")
# Single letters with short gaps.
SPACED_LETTERS: Final = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,3}[^\W_]){2,}(?![^\W_])")
WORD_WITH_TAGS: Final = re.compile(r"[^\W\d_]+(?:<[^<>]{1,200}>[^\W\d_]*)+")
TAG: Final = re.compile(r"<[^<>]*>")
RUN: Final = re.compile(r"[^\W\d_]+")
# Line ends are blanks by then.
CUT: Final = re.compile(r"\b([^\W\d_]{2,})[-‐]? (?=[^\W\d_]{2,})([^\W\d_]+)\b")
LATIN_LETTER, OTHER_LETTER = re.compile("[A-Za-z]"), re.compile(r"[^\W\d_A-Za-z]")
# Shorter words stand in other words ("SONY"), and are others with a letter doubled ("soon") or backwards ("yob").
LONG: Final = 4
LONG_BACKWARDS: Final = 5
ALONE: Final = "aiавикосуя"  # words of one letter
# Longer runs are no words.
LONGEST: Final = 60
MOST_REMEMBERED: Final = 100_000
ONLY_START: Final = frozenset(("",))
NO_BEGINNINGS: Final[frozenset[str]] = frozenset()  # of nearly all words; one object for all


@lru_cache(maxsize=4_096)
def stands_for(sign: str) -> frozenset[str]:
    """Return the letters that a sign may stand for.

    >>> sorted(stands_for("8")), sorted(stands_for("₫")), sorted(stands_for("-"))
    (['b', 'g', 'в'], ['d'], [])
    """
    letters = STANDS_FOR.get(sign, "")
    if sign.isalpha():
        return frozenset((fold(sign), *letters))
    kind = unicodedata.category(sign)
    if not letters and kind == "Sc":
        return frozenset(unicodedata.name(sign)[0].lower())  # the dong sign is a d with strokes
    if not letters and kind in ("Po", "So") and sign not in BETWEEN:
        return frozenset(VOWELS)
    return frozenset(letters)


class Disguises:
    """Turn disguised words back, where they are among those that name a child by themselves.

    Words that are `counting` tell an age; in them other signs are replaced, and nothing else.
    """

    def __init__(self, naming: Set[str], innocent: Set[str], counting: Set[str] = frozenset()) -> None:
        self.naming = frozenset(word for word in naming if word.isalpha())
        self._innocent = frozenset(innocent)
        self._maskable = self.naming | {word for word in counting if word.isalpha()}
        self.beginnings = frozenset(word[:end] for word in self._maskable for end in range(len(word) + 1))
        # What may stand behind a blank that cuts such a word in two.
        self.tails = frozenset(word[start:] for word in self.naming for start in range(2, len(word) - 1))
        self._backwards = {word[::-1]: word for word in self.naming if len(word) >= LONG_BACKWARDS}
        self._harmless: set[str] = set()
        # Of nearly all words the first letters tell that they are no disguise.
        self._first_beginnings = ChunkMemory(self._beginnings_by)

    def uncover(self, text: str) -> str:
        """Return a visible text with its parted words together, and signs in them replaced by letters."""
        text = SPACED_LETTERS.sub(lambda match: self._together(match[0]), text)
        if "<" in text:
            text = WORD_WITH_TAGS.sub(lambda match: self._word(TAG.sub("", match[0])) or match[0], text)
        text = CHUNK.sub(lambda match: self.uncover_chunk(match[0]), text)
        return CUT.sub(self._whole, text)

    def unstretch(self, text: str, runs: Set[str]) -> str:
        """Return a text with the words that only letters disguise; `runs` are its runs of letters and digits."""
        new = runs - self._harmless
        if not new:
            return text
        words = {run: word for run in new if (word := self.of_letters(run))}
        if len(self._harmless) > MOST_REMEMBERED:
            self._harmless = set()
        self._harmless |= new - words.keys()
        return RUN.sub(lambda run: words.get(fold(run[0]), run[0]), text) if words else text

    def _whole(self, cut: re.Match[str]) -> str:
        """Put two parts of a word together, cut by the end of a line; two words are no parts of one."""
        word = fold(cut[1] + cut[2])
        parts = {fold(cut[1]), fold(cut[2])}
        others = parts - self.naming
        if others < parts and all(other in SMALL or other in english_words() for other in others):
            return cut[0]  # "baby in", though "babyin" is one with a slip
        return word if len(word) > LONG and word in self.naming and not parts <= english_words() else cut[0]

    def _word(self, signs: str, *, parted: bool = False) -> str:
        """Return the word that all of these signs make, or nothing; `parted` ones may have signs in between."""
        beginnings: Iterable[str] = {""}
        for sign in signs:
            # An i for an l: short words would become too many others by it.
            letters = {fold(sign)} if sign.isalpha() and len(signs) < LONG else stands_for(sign)
            if len(signs) > LONG and sign in TWO_LETTERS:
                letters = letters | {TWO_LETTERS[sign]}
            more = {start + letter for start in beginnings for letter in letters} & self.beginnings
            if parted and not sign.isalnum() and sign != "'":
                more |= set(beginnings)
            if not more:
                return ""
            beginnings = more
        # What is mostly other signs is a formula or a number: "70t" is no tot.
        count = sum(map(str.isalpha, signs))
        return min(
            (word for word in self._maskable.intersection(beginnings) if count >= max(2, len(word) // 2)),
            default="",
        )

    def uncover_chunk(self, chunk: str) -> str:
        """Return what stands between two blanks with the words that signs in it disguise."""
        bare = EDGES.sub("", chunk)
        if bare == chunk.strip(OUTER) and bare.isalpha():
            # A capital i for an l: "chiId". Other words of letters are looked at without their case.
            inside = bare[1:].lower() != bare[1:] != bare[1:].upper()
            small = fold(bare)
            if inside and small in self.naming:
                return chunk.replace(bare, small)  # "ChIlD" is no word of parts
            return chunk.replace(bare, (inside and self.of_letters(small)) or self._one_script(bare) or bare)
        if (
            len(bare) > LONGEST
            or not RUN.search(bare)
            or fold(bare) in self.naming
            or fold(bare) in self._innocent
        ):
            return chunk
        parted = not bare.isalpha() and not any(map(str.isdigit, bare))
        if parted and (word := self._word(one_script(bare), parted=True)):
            return chunk.replace(bare, word)
        return PIECE.sub(lambda piece: self._piece(piece[0]), chunk)

    def _one_script(self, word: str) -> str:
        """Return the word that a mixture of scripts makes in either of them, where most letters are the false ones."""
        if word.isascii() or not LATIN_LETTER.search(word) or not OTHER_LETTER.search(word):
            return ""
        spellings = (fold(word.translate(table)) for table in (TO_LATIN, TO_CYRILLIC))
        return next((spelling for spelling in spellings if spelling in self._maskable), "")

    def _piece(self, piece: str) -> str:
        if piece.isalpha():
            return self._one_script(piece) or piece
        # What stands for a letter may also be what ends a sentence: "k!ds!".
        for core in (piece, piece.rstrip("!|"), EDGES.sub("", piece)):
            if word := self._one_script(core):
                return piece.replace(core, word)
            if core.isalpha() or MASKED_EDGE.search(core) or fold(core) in self._innocent:
                continue
            if word := self._word(one_script(core)):
                return piece.replace(core, word)
        return piece

    def _together(self, signs: str) -> str:
        """Put single letters together, where they make a word or hold a long one."""
        letters = "".join(filter(str.isalnum, signs))
        if 2 * sum(map(str.isalpha, letters)) <= len(letters):
            return signs
        letters = one_script(letters).lower()
        if word := self._backwards.get(letters):
            return word
        best, at, end = "", 0, 0
        beginnings: set[tuple[str, int]] = set()
        for place, letter in enumerate(letters):
            beginnings.add(("", place))
            beginnings = {
                (start + option, first)
                for start, first in beginnings
                for option in stands_for(letter)
                if start + option in self.beginnings
            }
            # In one order, so that every process reads alike: "c h i l d" is a child, and no "chlid".
            for word, first in sorted(
                beginnings, key=lambda one: (one[0] != letters[one[1] : place + 1], one)
            ):
                if word in self.naming and len(word) > len(best):
                    best, at, end = word, first, place + 1
        before, behind = letters[:at], letters[end:]
        whole = all(not rest or rest in ALONE for rest in (before, behind))
        return f"{before} {best} {behind}".strip() if best and (whole or len(best) >= LONG) else signs

    def of_letters(self, run: str) -> str:
        """Return the word that a run of letters makes without repeated letters, with look-alikes, or backwards."""
        if not LONG <= len(run) <= LONGEST:
            return ""
        beginnings = self._first_beginnings[run[:LONG]]
        if not beginnings and run not in self._backwards:
            return ""
        if not run.isalpha() or run in self.naming:
            return ""
        thrice = re.sub(r"(.)\1{2,}", r"\1\1", run)
        # "Bubbles" is no word for babies with an l for an i.
        if not self._innocent.isdisjoint((run, thrice)) or run in english_words():
            return ""
        beginnings = self._longer(beginnings, run[LONG:])
        least = 1 if thrice != run else LONG
        best = min((word for word in beginnings & self.naming if len(word) >= least), default="")
        return best or self._backwards.get(run, "")

    def _beginnings_by(self, letters: str) -> frozenset[str]:
        """Return the beginnings of words that some first letters make; what fewer of them make is remembered, too."""
        return self._longer(self._first_beginnings[letters[:-1]], letters[-1]) if letters else ONLY_START

    def _longer(self, beginnings: Set[str], letters: str) -> frozenset[str]:
        """Return the beginnings of words that others become with these letters, of which some may repeat."""
        for letter in letters:
            longer = {start + option for start in beginnings for option in stands_for(letter)}
            repeating = {start for start in beginnings if start[-1:] == letter}
            beginnings = longer & self.beginnings | repeating
            if not beginnings:
                return NO_BEGINNINGS
        return frozenset(beginnings)
