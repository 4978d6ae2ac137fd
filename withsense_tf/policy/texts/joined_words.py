"""Words written together, as in hashtags and file names -> the words apart, so that the rules can read them.

Only words that a rule file lists are taken apart, and only where one of them names a child: "babyboy" is "baby boy",
and "cowboy" stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

from withsense_tf.policy.texts.word_forms import fold

# Longer runs are no words, and would take long.
LONGEST: Final = 40
# So many words are remembered as not joined; then it starts anew.
MOST_REMEMBERED: Final = 100_000
LETTERS: Final = re.compile(r"[^\W\d_]+")


class JoinedWords:
    """The words of one rule file that may be written together, and which of them name a child."""

    def __init__(self, child: Set[str], other: Set[str], whole: Set[str]) -> None:
        self._child = frozenset(child)
        self._parts = self._child | other
        self._whole = frozenset(whole)  # words of their own: "schoolgirl", "paperboy"
        self._holds_child = re.compile("|".join(map(re.escape, sorted(child))))
        self._not_joined: set[str] = set()

    def apart(self, text: str, runs: Set[str]) -> str:
        """Return a text with its joined words apart; `runs` are its runs of letters and digits."""
        new = runs - self._not_joined
        if not new:
            return text
        parts_of_run = {run: " ".join(parts) for run in new if (parts := self.parts(run))}
        if len(self._not_joined) > MOST_REMEMBERED:
            self._not_joined = set()
        self._not_joined |= new - parts_of_run.keys()
        return LETTERS.sub(lambda run: parts_of_run.get(fold(run[0]), run[0]), text) if parts_of_run else text

    def parts(self, run: str) -> tuple[str, ...]:
        """Return the words that a run is made of, or nothing where it is not made of listed words.

        >>> JoinedWords({"boy"}, {"baby", "my"}, {"babyboy"}).parts("mybabyboy")
        ('my', 'baby', 'boy')
        """
        if len(run) > LONGEST or run in self._whole or not self._holds_child.search(run):
            return ()
        # For each place, the words up to it: with a child among them if there is a way.
        ways: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(run) + 1):
            for start in [start for start in ways if run[start:end] in self._parts]:
                way = (*ways[start], run[start:end])
                if end not in ways or self._child.isdisjoint(ways[end]):
                    ways[end] = way
        words = ways.get(len(run), ())
        return words if len(words) > 1 and not self._child.isdisjoint(words) else ()
