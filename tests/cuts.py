"""What a query does not want, as its first cue says it, in any language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from withsense_tf.search.query.tokens import Cut, Token, tokens


def cut_of(
    cut_at: Callable[[Sequence[Token], int, bool], Cut | None], text: str, strict: bool = True
) -> tuple[str, list[str], str] | None:
    """Return the phrase of the first cue, its terms, and what joins the rest."""
    words = tokens(text)
    for at in range(len(words)):
        cut = cut_at(words, at, strict)
        if cut is not None:
            phrase = " ".join(word.text for word in words[cut.first : cut.last])
            return phrase, [" ".join(word.text for word in words[a:b]) for a, b in cut.terms], cut.join
    return None
