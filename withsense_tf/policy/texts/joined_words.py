"""Words written together, as in hashtags and file names -> the words apart, so that the rules can read them.

Only where one of the words names a child: "babyboy" is "baby boy", and "cowboy" stays what it is. The other words are
those that a rule file lists or, where it names a dictionary, any that is in it: "kidsatpool" is "kids at pool".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Set
from functools import cache
from typing import Final

from withsense_tf.common.words import frequent_words, russian_analyser
from withsense_tf.policy.texts.matching.chunk_memory import ChunkMemory
from withsense_tf.policy.texts.word_forms import any_of, english_words, fold

# Longer runs are no words, and would take long.
LONGEST: Final = 40
# So many words are remembered; then it starts anew.
MOST_REMEMBERED: Final = 100_000
LETTERS: Final = re.compile(r"[^\W\d_]+")
# A word of a dictionary has no more letters.
LONGEST_PART: Final = 16
# What a listed word costs that no dictionary has: as much as one of 160,000.
COST_OF_LISTED: Final = 12.0
POSSESSIVE: Final = 3.0
ONE_WORD_MORE: Final = 1.4
# Rarer entries of the dictionary are scraps and slips of the pen.
LEAST_COUNT: Final = 150_000
# The few words of one or two letters that are no scraps of other words.
SHORT_RUSSIAN: Final = re.compile("[авикосуя]|бы|во|да|до|за|из|ко|мы|на|не|ни|но|об|он|от|по|со|то|ты")

# Word -> how rare it is, or None where it is no word.
Rarity = Callable[[str], float | None]


@cache
def rare_english(word: str) -> float | None:
    """Return how rare an English word is: the logarithm of how many words are read until it comes.

    >>> rare_english("xqzt") is None, rare_english("the") < rare_english("pool")
    (True, True)
    """
    counts = frequent_words()
    if len(word) == 1 and word not in "ai":
        return None
    if (count := counts.get(word, 0)) >= LEAST_COUNT:
        return _log_of_all() - math.log(count)
    if word.endswith("s") and len(word) > LONG and (count := counts.get(word[:-1], 0)) >= LEAST_COUNT:
        return _log_of_all() - math.log(count) + POSSESSIVE  # "babysfirst": the apostrophe is gone
    return None


# The table of Russian words is read letter by letter, which takes long.
IN_RUSSIAN: Final = ChunkMemory(lambda word: bool(russian_analyser().word_is_known(word)))


def rare_russian(word: str) -> float | None:
    """Return how rare a Russian word is; no table has counts, so that fewer and longer words are better."""
    if len(word) <= SHORT:
        return 1.0 if SHORT_RUSSIAN.fullmatch(word) else None
    return 1.0 + 1.0 / len(word) if IN_RUSSIAN[word] else None


@cache
def _log_of_all() -> float:
    return math.log(sum(frequent_words().values()))


LONG: Final = 3
SHORT: Final = 2
DICTIONARIES: Final[Mapping[str, Rarity]] = {"english": rare_english, "russian": rare_russian}


class JoinedWords:
    """The words of one rule file that may be written together, and which of them name a child."""

    def __init__(
        self, child: Set[str], other: Set[str], whole: Set[str], rarity: Rarity | None = None
    ) -> None:
        self._rarity = rarity
        # "Detina" is a big fellow, but where no counts tell which of two readings is likelier, the child is read.
        self._slack = ONE_WORD_MORE if rarity is rare_russian else 0.0
        self._child = frozenset(child)
        self._parts = self._child | other
        self._whole = frozenset(whole)  # words of their own: "schoolgirl", "paperboy"
        self._child_in = any_of(child).search
        self._words_of_dictionary = ChunkMemory(self._of_dictionary)
        self._parts_by_run: dict[str, str] = {}  # of each run that was met, its parts, if it has any

    def apart(self, text: str, runs: Set[str]) -> str:
        """Return a text with its joined words apart; `runs` are its runs of letters and digits."""
        if len(self._parts_by_run) > MOST_REMEMBERED:
            self._parts_by_run = {}
        parts_by_run, parts_of_run = self._parts_by_run, {}
        for run in runs:
            if run not in parts_by_run:
                parts_by_run[run] = " ".join(self.parts(run))
            if parts := parts_by_run[run]:
                parts_of_run[run] = parts
        if not parts_of_run:
            return text

        def written_apart(run: re.Match[str]) -> str:
            parts = parts_of_run.get(fold(run[0]), run[0])
            # "Kidman" in a sentence is a name, unless a rule file says of all its parts that they are joined.
            name = run[0].istitle() and parts.count(" ") == 1 and not self._parts.issuperset(parts.split())
            return run[0] if name and not text.startswith("#", run.start() - 1) else parts

        return LETTERS.sub(written_apart, text)

    def parts(self, run: str) -> tuple[str, ...]:
        """Return the words that a run is made of, or nothing where it is not made of listed words.

        >>> JoinedWords({"boy"}, {"baby", "my"}, {"babyboy"}).parts("mybabyboy")
        ('my', 'baby', 'boy')
        """
        if len(run) > LONGEST or not self._child_in(run):
            return ()
        if run in self._whole or run in self._parts or run in english_words():
            return ()
        # For each place, the words up to it: with a child among them if there is a way.
        ways: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(run) + 1):
            for start in [start for start in ways if run[start:end] in self._parts]:
                way = (*ways[start], run[start:end])
                if end not in ways or self._child.isdisjoint(ways[end]):
                    ways[end] = way
        words = ways.get(len(run), ())
        if len(words) > 1 and not self._child.isdisjoint(words):
            return words
        return self._words_of_dictionary[run]

    def _of_dictionary(self, run: str) -> tuple[str, ...]:
        """Return the likeliest words of a run, where one of them names a child and none is unknown."""
        if self._rarity is None or self._rarity(run) is not None:
            return ()
        # For each place and for words with and without a child, the likeliest words up to it.
        ways: dict[tuple[int, bool], tuple[float, tuple[str, ...]]] = {(0, False): (0.0, ())}
        for end in range(1, len(run) + 1):
            for start in range(max(0, end - LONGEST_PART), end):
                word = run[start:end]
                before = [(child, ways[start, child]) for child in (False, True) if (start, child) in ways]
                cost = self._cost(word) if before else None
                for child, (sum_before, words) in before if cost is not None else ():
                    key, whole = (end, child or word in self._child), sum_before + (cost or 0.0)
                    if key not in ways or whole < ways[key][0]:
                        ways[key] = (whole, (*words, word))
        without, (cost_with, words) = ways.get((len(run), False)), ways.get((len(run), True), (0.0, ()))
        likely = without is None or cost_with <= without[0] + self._slack
        return words if len(words) > 1 and likely else ()

    def _cost(self, word: str) -> float | None:
        cost = self._rarity(word) if self._rarity is not None else None
        return COST_OF_LISTED if cost is None and word in self._parts else cost
