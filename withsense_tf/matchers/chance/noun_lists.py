"""English nouns: those that captions do not have, names of things, and those that the law lets no caption have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from withsense_tf.common.words import english_lemmas, frequent_words
from withsense_tf.policy.texts.text_policy import TextPolicy


def strange_words(counts: Mapping[str, int]) -> list[str]:
    """Return English nouns that captions do not have, the commonest in books first.

    Those that the law takes out of captions are none: that captions lack them says nothing of what photos show.
    Every other one is what texts are held against; the rest may be put into texts that are to be strange.
    """
    frequent = frequent_words()
    nouns = [
        noun
        for noun in english_nouns() - lawless_nouns()
        if noun not in counts and frequent.get(noun, 0) and len(noun) > 2
    ]
    return sorted(nouns, key=lambda noun: (-frequent[noun], noun))


@cache
def english_nouns() -> frozenset[str]:
    """Return basic forms that have a plural in "-s": nearly all are nouns, though some are verbs, too."""
    table = english_lemmas()
    return frozenset(
        noun
        for form, noun in table.items()
        if form == noun + "s" and noun.isalpha() and table.get(noun, noun) == noun
    )


@cache
def things() -> frozenset[str]:
    """Return English names of things and beasts, in their basic form."""
    text = (files("withsense_tf.matchers.chance") / "things.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@cache
def lawless_nouns() -> frozenset[str]:
    """Return English nouns that the strictest law lets no caption have."""
    law = TextPolicy(18)
    return frozenset(noun for noun in english_nouns() if law.verdict(noun).restricted)
