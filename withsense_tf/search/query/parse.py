"""What a photographer types -> what to look for, and what must not be in the photo.

A term that must not be there is written with a minus (`beach -dog`, `beach -"red car"`), or in plain words ("a beach
without a dog", "пляж без собак"). What is taken out of the text is always reported. Words in quotation marks are
left as they are and must stand so in a caption. Everything that may not be meant that way is left, too: "no parking
sign", "without doubt".
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from withsense_tf.errors import SettingError
from withsense_tf.index.tables.words_table import plain_words
from withsense_tf.search.query.mentions import mentions
from withsense_tf.search.query.tokens import Cut, Token, scan, tokens
from withsense_tf.search.query.without import cuts_at

# No digit behind a minus: -20 is a number. A minus sign (U+2212) counts, a dash does not.
MINUS: Final = re.compile(r"(?<![^\s,;])[-−](?=[\"“«„'’]?[^\W\d_])")
MOST_TERMS: Final = 30  # each is held against every caption of the photos that are found
QUOTES: Final = "\"“”«»„'’"


@dataclass(frozen=True)
class Query:
    """The text to look for, and the terms that must not be in a photo, as they were typed, in their order.

    `phrases` are the quotations of the text: a caption of the photo must have each.
    """

    text: str
    without: tuple[str, ...]
    phrases: tuple[str, ...] = ()


# One search parses a text as it came, and again once its filters are out of it, which changes few of them.
@lru_cache(maxsize=64)
def parse_query(text: str) -> Query:
    """Take out of a text what it does not want; raise if nothing to look for is left."""
    query = text.strip()
    rest, minus = _minus_terms(query)
    words = tokens(rest)
    cuts = _cuts(words)
    positive = _without_cuts(rest, words, cuts) if minus or cuts else " ".join(query.split())
    in_words = [
        (words[first].start, _slice(rest, words, first, last)) for cut in cuts for first, last in cut.terms
    ]
    # `rest` has blanks where terms with a minus stood, so that places in both are the same.
    without = tuple(dict.fromkeys(term for _, term in sorted([*minus, *in_words])))
    if len(without) > MOST_TERMS:
        raise SettingError(
            f"There are {len(without)} terms that must not be in a photo; at most {MOST_TERMS} are taken. Use fewer."
        )
    if not re.search(r"\w", positive):
        if not without:
            if query:
                raise SettingError(
                    f"No words were read in {query[:60]!r}. Expected some, such as: a dog on a beach."
                )
            raise SettingError("The query is empty. Expected some words, such as: a dog on a beach.")
        raise SettingError(
            f"The query {query!r} says only what must not be in a photo ({', '.join(without)}): a query needs "
            "something to look for. Say it too, such as: beach -dog. Or put the words in quotation marks to look "
            "for them as they stand."
        )
    quotations = (plain_words(token.text) for token in tokens(positive) if token.kind == "quoted")
    return Query(positive, without, tuple(dict.fromkeys(filter(None, quotations))))


def _minus_terms(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the text with blanks for the terms that have a minus, and these terms, each with its place."""
    quotations = [(token.start, token.end) for token in tokens(text) if token.kind == "quoted"]
    terms: list[tuple[int, str]] = []
    rest = text
    for minus in MINUS.finditer(text):
        if any(start < minus.start() < end for start, end in quotations):
            continue
        term = next(token for token in scan(text[minus.end() :]) if token.kind != "mark")
        start, end = minus.start(), minus.end() + term.end
        terms.append((start, " ".join(term.text.strip(QUOTES).split())))
        rest = rest[:start] + " " * (end - start) + rest[end:]
    return rest, terms


def _cuts(words: Sequence[Token]) -> list[Cut]:
    """Return the phrases in plain words that say what is not wanted, one behind the other."""
    cuts: list[Cut] = []
    for at in range(len(words)):
        if cuts and at < cuts[-1].last:
            continue
        cut = next(cuts_at(words, at), None)
        if cut is not None and not (cuts and cut.first < cuts[-1].last):
            cuts.append(cut)
    # "a man with a beard and without a beard": what is there twice is compared, not shut out.
    cut_places = {place for cut in cuts for place in range(cut.first, cut.last)}
    others = [word for place, word in enumerate(words) if place not in cut_places]
    stems = {_stem(word.low) for word in others if word.kind != "quoted"}
    rest = " ".join(word.text for word in others)
    terms = {tuple(word.low for word in words[a:b]) for cut in cuts for a, b in cut.terms}
    clashes = {term for term in terms if _is_named(term, stems, rest)}
    return [
        cut
        for cut in cuts
        if not any(tuple(word.low for word in words[a:b]) in clashes for a, b in cut.terms)
    ]


def _is_named(term: Sequence[str], stems: Set[str], rest: str) -> bool:
    """Return whether the rest of a query, whose stems are given too, wants what a term shuts out.

    "A woman on a beach, no people": "people" are anybody, so that no photo of a woman would be left.
    """
    return _stem(term[-1]) in stems or mentions(rest, " ".join(term))


def _stem(word: str) -> str:
    """Return a word without the ending by which its forms differ; rough, but it needs no word table."""
    return re.sub(r"(?<=\w{3})(?:e?s|[аеиоуыэюяйь]|ами|ями|ов|ев|ой|ей|ом|ем|ах|ях)$", "", word)


def _without_cuts(text: str, words: Sequence[Token], cuts: Sequence[Cut]) -> str:
    for cut in reversed(cuts):
        text = text[: words[cut.first].start] + cut.join + text[words[cut.last - 1].end :]
    return _tidy(text)


def _tidy(text: str) -> str:
    """Close the gaps that cuts leave: no empty brackets, no doubled commas, no comma or dash at either end."""
    text = re.sub(r"\(\s*\)", " ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+(?=[,;.!?])", "", text)
    text = re.sub(r"[,;](?=[,;.!?])|\.(?=\.$)", "", text)
    return re.sub(r"^[\s,;.—–-]+(?=\s|$)|[\s,;:—–-]+$", "", text).strip()


def _slice(text: str, words: Sequence[Token], first: int, last: int) -> str:
    return " ".join(text[words[first].start : words[last - 1].end].split())
