"""A text as a row of words and signs, with a stop before and behind it: patterns may ask for its start and its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from withsense_tf.policy.texts.matching.word_kinds import STOPS

HEAD, TAIL = ". ", " ."
SENTENCE_ENDS: Final = "".join(STOPS) + " "
CHUNK: Final = re.compile(r"(?<= ) +|[^ ]+")


def chunks_of(text: str) -> list[str]:
    """Return what stands between the blanks of a text; of several blanks, all but the first are a chunk.

    So are those at its start and its end, as other blanks stand there, between the text and its stops.

    >>> chunks_of("a b   c"), chunks_of(" a")
    (['a', 'b', '  ', 'c'], [' ', 'a'])
    """
    if text and "  " not in text and text[0] != " " != text[-1]:
        return text.split(" ")
    return CHUNK.findall(HEAD + text + TAIL)[1:-1]


@dataclass(frozen=True)
class Words:
    """The words of `text` (with its stops), and where each of them begins in it."""

    text: str
    words: Sequence[str]
    starts: Sequence[int]

    @classmethod
    def of_text(cls, text: str, cut: Callable[[str], Sequence[str]]) -> Words:
        """Return the words of a text with single blanks, where `cut` tells those between two blanks.

        >>> words = Words.of_text("A dog", str.split)
        >>> words.words, words.span(1, 3)
        (['.', 'A', 'dog', '.'], (0, 'A dog'))
        """
        words: list[str] = []
        starts: list[int] = []
        at = 0
        for chunk in (HEAD[0], *chunks_of(text), TAIL[-1]):
            parts = cut(chunk)
            words += parts
            if len(parts) == 1:
                starts.append(at)
                at += len(chunk)
            else:
                for word in parts:
                    starts.append(at)
                    at += len(word)
            at += chunk[0] != " "
        return cls(HEAD + text + TAIL, words, starts)

    def span(self, start: int, end: int) -> tuple[int, str]:
        """Return the text of some words, the last one not included, and where it begins without the stop before.

        The end of the sentence before is asked for, but tells nothing; the stop behind the text nobody wrote.
        """
        begin = self.starts[start]
        last = min(self.starts[end - 1] + len(self.words[end - 1]), len(self.text) - len(TAIL))
        whole = self.text[begin:last]
        span = whole.lstrip(SENTENCE_ENDS)
        return max(begin - len(HEAD) + len(whole) - len(span), 0), span
