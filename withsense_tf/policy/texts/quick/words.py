"""A text as a row of words and signs, with a stop before and behind it: patterns may ask for its start and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

HEAD, TAIL = ". ", " ."
SENTENCE_ENDS: Final = ".!?;… "


@dataclass(frozen=True)
class Words:
    """The words of `text` (with its stops), and where each of them begins in it."""

    text: str
    words: Sequence[str]
    starts: Sequence[int]

    @classmethod
    def of_text(cls, text: str, cut: Callable[[str], Iterable[str]]) -> Words:
        """Return the words of a text with single blanks, where `cut` tells those between two blanks.

        >>> words = Words.of_text("A dog", str.split)
        >>> words.words, words.span(1, 3)
        (['.', 'A', 'dog', '.'], (0, 'A dog'))
        """
        words: list[str] = []
        starts: list[int] = []
        text, at = HEAD + text + TAIL, 0
        for chunk in text.split(" "):
            for word in cut(chunk):
                words.append(word)
                starts.append(at)
                at += len(word)
            at += 1
        return cls(text, words, starts)

    def span(self, start: int, end: int) -> tuple[int, str]:
        """Return the text of some words, the last one not included, and where it begins without the stop before.

        The end of the sentence before is asked for, but tells nothing.
        """
        begin = self.starts[start]
        whole = self.text[begin : self.starts[end - 1] + len(self.words[end - 1])]
        span = whole.lstrip(SENTENCE_ENDS)
        return max(begin - len(HEAD) + len(whole) - len(span), 0), span
