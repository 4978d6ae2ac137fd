"""Whether captions give a thing of a query another colour: of a man in red under a green umbrella, no red umbrella."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from withsense_tf.common.words import SMALL, lemma
from withsense_tf.data.pictures.main_colours import NAMES

COLOURS: Final = frozenset((*NAMES, "gray"))
GREYS: Final = frozenset(("gray", "grey"))
JOINS: Final = frozenset(("and", "и"))
# So far before a thing its colour may stand: "a red and white wooden bench".
REACH: Final = 5


def coloured_things(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return each colour that stands before a thing, with that thing, from words in lower case.

    >>> coloured_things("a red and white umbrella , a man in blue".split())
    (('red', 'umbrella'), ('white', 'umbrella'))
    """
    pairs = []
    for at, colour in enumerate(words):
        rest = (word for word in words[at + 1 :] if word not in COLOURS and word not in JOINS)
        thing = next(rest, "")
        if colour in COLOURS and thing.isalpha() and thing not in SMALL:
            pairs.append((colour, lemma(thing)))
    return tuple(pairs)


def has_another_colour(colour: str, thing: str, caption: Sequence[str]) -> bool:
    """Return whether captions, as words in lower case, tell colours of a thing, and this one never.

    >>> caption = "a man in red under a green umbrella".split()
    >>> has_another_colour("red", "umbrella", caption), has_another_colour("green", "umbrella", caption)
    (True, False)
    """
    colours: set[str] = set()
    for at, word in enumerate(caption):
        if lemma(word) == thing:
            colours.update(_colours_before(caption[max(0, at - REACH) : at]))
            # "The umbrella is red".
            colours.update(
                COLOURS.intersection(caption[at + 2 : at + 3]) if caption[at + 1 : at + 2] == ["is"] else ()
            )
    return bool(colours) and colours.isdisjoint(GREYS if colour in GREYS else {colour})


def _colours_before(words: Sequence[str]) -> set[str]:
    """Return the colours that stand before a place, back to the first small word that joins none."""
    colours: set[str] = set()
    for word in reversed(words):
        if not word.isalpha() or (word in SMALL and word not in JOINS):
            break
        colours |= COLOURS & {word}
    return colours
