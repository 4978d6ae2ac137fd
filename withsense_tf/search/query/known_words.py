"""Whether a model can read a query, and which of its words mean nothing to it."""

from __future__ import annotations

import difflib
import re
from typing import Final

from withsense_tf.common.words import words
from withsense_tf.index.index_door import age_limits
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.policy.law import Law

CYRILLIC: Final = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)
LATIN: Final = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)
# Words that describe nothing by themselves: a query of which only these are known is not known. spaCy's lists, which
# TF-IDF leaves out, take a second to import, and count "bottom" and "name" among them.
_SMALL = """
    a an the this that these those some any each every all both and or but nor so if than as of in on at by for from
    to into onto over under up down out off with without about above below between through during before after near
    beside behind along across around is are was were be been being am do does did has have had will would can could
    may might it its he she they them his her their him i we you me my our your who whom which what where when how
    there here not no very more most other another such own same just only too also then
    и в во на с со к ко у о об от до из за по под над при для без не ни но а или что это этот эта эти тот та те он
    она оно они его её их как так же бы ли где когда который которая которые
"""
SMALL: Final = frozenset(_SMALL.split())
# Each is held against all words that a model knows; a query of a hundred unknown words is no typing error.
MOST_SUGGESTED: Final = 3
MOST_LISTED: Final = 10
NEAR: Final = 5  # as the first of these may be one that the law forbids
LONGEST_WORD: Final = 40


def not_read(text: str, form: SearchForm, policy: Law) -> str | None:
    """Return why a query cannot be answered, where the model reads none of it; else None."""
    if form.why_no_texts:
        return form.why_no_texts
    all_words = words(text)
    foreign = CYRILLIC.search(text) and not LATIN.search(text)
    if foreign and (languages := form.text.languages) and "Russian" not in languages:
        return (
            f"This index reads {' and '.join(languages)}, and the query is in another language. Ask in "
            f"{' or '.join(languages)}, or build the index with a matcher that reads it (a multilingual SigLIP 2 or "
            "MetaCLIP 2)."
        )
    telling = [word for word in all_words if word not in SMALL]
    if not telling:
        return "The query describes nothing. Describe a scene, such as: a dog runs on a beach."
    unknown = set(form.unknown(text))
    if unknown.issuperset(telling):
        listing = _with_suggestions(text, telling, form, policy)
        return f"No telling word of the query is known to this index: {listing}. Say it otherwise."
    return None


def not_known(text: str, form: SearchForm, policy: Law) -> str | None:
    """Return a line that names the words of a query that the model does not know, or None."""
    unknown = [word for word in form.unknown(text) if word not in SMALL]
    if not unknown:
        return None
    return (
        f"Not known to this index, and so not looked for: {_with_suggestions(text, unknown, form, policy)}."
    )


def _with_suggestions(text: str, unknown: list[str], form: SearchForm, policy: Law) -> str:
    """List words, each with the known one that is written most like it and that the law lets be asked for.

    What a model knows it has from the texts that it was trained on, and not all of these passed the law.
    """
    candidates = [word for word in form.text.known_words if 2 < len(word) <= LONGEST_WORD]
    listing: list[str] = []
    words = list(dict.fromkeys(unknown))
    for at, word in enumerate(words[:MOST_LISTED]):
        near: list[str] = []
        if at < MOST_SUGGESTED and 2 < len(word) <= LONGEST_WORD:
            near = difflib.get_close_matches(word, candidates, NEAR, 0.75)
        better = next((one for one in near if _may_be_asked(one, word, text, policy)), None)
        listing.append(word[:LONGEST_WORD] if better is None else f"{word} (did you mean {better}?)")
    more = len(words) - len(listing)
    return ", ".join(listing) + (f" and {more} more" if more else "")


def _may_be_asked(better: str, word: str, text: str, policy: Law) -> bool:
    """Return whether the law of no country holds anything against a word, alone and in the place of another.

    "7 year old" says what "year" does not.
    """
    # As a text, not as a pattern: what a model knows may hold any signs.
    whole = better.join(re.split(rf"\b{re.escape(word)}\b", text, flags=re.IGNORECASE))
    for limit in age_limits(policy):
        alone, before, after = (
            verdict.restricted for verdict in policy.texts(limit).verdicts([better, text, whole])
        )
        if alone or (after and not before):
            return False
    return True
