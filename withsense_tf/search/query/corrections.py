"""Words of a query that nobody knows -> the real ones that were meant, where there is one that it can be.

A real word is never corrected, even if no photo has it. Nothing is learned by a correction that may not be shown: words
come from captions of photos that may be, and from a public list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

from withsense_tf.common.words import (
    CYRILLIC,
    SMALL,
    english_lemmas,
    frequent_words,
    lemma,
    russian_analyser,
    words,
)
from withsense_tf.encoders.word_pairs import english_of
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.policy.law import Law
from withsense_tf.search.query.parse import Query
from withsense_tf.search.query.russian_slips import (
    words_heard_alike,
    words_that_sound_the_same,
    words_typed_alike,
)
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.query.spelling import (
    LONGEST_WORD,
    in_place_of,
    is_real,
    may_be_asked,
    near_words,
    russian_words_near,
    same_to_the_law,
)
from withsense_tf.search.query.tokens import tokens

# Of two words that are as near, the one is meant that is so many times as frequent.
CLEARLY: Final = 10
MOST_CORRECTED: Final = 3
SHORTEST: Final = 4
# A shorter word that is two slips from one of a list may be a word of its own.
LONG: Final = 9
# A word as it was typed, and what it was read as.
Correction = tuple[str, str]


def correct(
    query: Query, form: SearchForm, shown: ShownWords, policy: Law
) -> tuple[Query, tuple[Correction, ...]]:
    """Return a query with unknown words corrected, and what was corrected; quotations stay as they are."""
    corrections: list[Correction] = []
    text = query.text
    for word in _unknown_words(text, form, shown)[:MOST_CORRECTED]:
        better = _meant_word(word, text, form, shown)
        whole = None if better is None else lawfully_with(better, word, text, policy)
        if better is not None and whole is not None:
            corrections.append((word, better))
            text = whole
    return replace(query, text=text), tuple(corrections)


def lawfully_with(better: str, word: str, text: str, policy: Law) -> str | None:
    """Return a query with a word in the place of another; None where the law would say anything else of it."""
    if not may_be_asked(better, word, text, policy):
        return None
    whole = outside_quotations(better, word, text)
    return whole if same_to_the_law(text, whole, policy) else None


def with_meant_word(word: str, text: str, shown: ShownWords, policy: Law) -> str:
    """Return a word of a query that nothing shows, beside the one of captions that may have been meant.

    A real word is not corrected, but who typed "trial" may have meant "trail", and can be asked. Other slips than two
    letters that changed places make other words too often: "bread" is no "break". Of short words only those are asked
    of that are none: "dgo" may be "dog", and "god" may not.
    """
    typed_word = word.lower()
    near = [] if len(word) <= SHORTEST and is_real(typed_word) else shown.near(typed_word)
    others = [
        (-count, other) for other, slips, count in near if slips == 1 and sorted(other) == sorted(typed_word)
    ]
    better = next(
        (other for _, other in sorted(others) if may_be_asked(other, typed_word, text, policy)), None
    )
    return _with_its_noun(word, text) if better is None else f"{word} (did you mean {better}?)"


def _with_its_noun(word: str, text: str) -> str:
    """Return a word, a Russian adjective with the noun behind it: alone it names nothing.

    >>> _with_its_noun("подводная", "подводная лодка"), _with_its_noun("лодка", "подводная лодка")
    ('подводная лодка', 'лодка')
    """
    pairs = ((one.text, other.text) for one, other in pairwise(tokens(text)) if other.kind == "word")
    noun = (
        next((other for one, other in pairs if one == word), None) if CYRILLIC.search(word.lower()) else None
    )
    if noun is None:
        return word
    of_word, of_noun = (russian_analyser().parse(one)[0].tag for one in (word, noun))
    return f"{word} {noun}" if of_word.POS in ("ADJF", "PRTF") and of_noun.POS == "NOUN" else word


def strange_words(text: str, form: SearchForm, shown: ShownWords, policy: Law) -> tuple[str, ...]:
    """Return words that neither captions nor any list know, as far as the model makes something of them.

    Each stands beside the one of the public list that may have been meant. What the model knows is not asked: that it
    knows a word of no list would tell of captions that may not be shown.
    """
    others = form.unknown(text)
    return tuple(
        _with_listed(word, text, policy) for word in _listed_nowhere(text, shown) if word not in others
    )[:MOST_CORRECTED]


def _with_listed(word: str, text: str, policy: Law) -> str:
    near = [] if CYRILLIC.search(word) else near_words(word, list(frequent_words()))
    best = _best({other: frequent_words()[other] for other, slips in near if slips == near[0][1]})
    better = best if best is not None and may_be_asked(best, word, text, policy) else None
    return word[:LONGEST_WORD] if better is None else f"{word} (did you mean {better}?)"


def _unknown_words(text: str, form: SearchForm, shown: ShownWords) -> list[str]:
    """Return the words that neither the model nor captions nor any list know, in lower case."""
    known = form.text.known_words
    # Encoders of sentences read any letters: that a word is near to those of captions does not make it one.
    strange = {word for word in words(text) if known and lemma(word) not in known}
    unknown = strange | set(form.unknown(text))
    return [word for word in _listed_nowhere(text, shown) if word in unknown]


def _listed_nowhere(text: str, shown: ShownWords) -> list[str]:
    candidates = []
    for at, token in enumerate(tokens(text)):
        word = token.text.lower()
        # A capital amid a text begins a name, and names are in no list.
        is_name = at > 0 and token.text[0].isupper() and not token.text.isupper()
        if token.kind != "word" or is_name or len(word) < SHORTEST or word in SMALL:
            continue
        if words(word) == [word] and not (is_real(word) or english_of(word) or shown.has(word)):
            candidates.append(word)
    return list(dict.fromkeys(candidates))


def _meant_word(word: str, text: str, form: SearchForm, shown: ShownWords) -> str | None:
    """Return the one word that was meant, or None where it may be several or none."""
    if CYRILLIC.search(word) and (better := _best(words_that_sound_the_same(word))) is not None:
        return better
    in_captions = shown.near(word)
    listed_words = near_words(word, _listed_words(word, text, form))
    near = [(other, slips) for other, slips in listed_words if slips < 2 or len(word) >= LONG]
    slips = min((pair[1] for pair in (*in_captions, *near)), default=0)
    worth = {other: count for other, distance, count in in_captions if distance == slips}
    if any(distance < int(slips) for _, distance in near_words(word, list(frequent_words()))):
        return None  # "swiming" is no "smiling"
    if not worth:
        counts = frequent_words()
        worth = {other: counts.get(other, 1) for other, distance in near if distance == slips}
    if not worth and CYRILLIC.search(word):
        worth = words_heard_alike(word) or words_typed_alike(word)
    return _best(worth)


def _best(worth: Mapping[str, int]) -> str | None:
    """Return the word that has clearly most, or None."""
    ranking = sorted(worth, key=lambda other: (-worth[other], other))
    # "dog" and "dogs" are no two words.
    others = [other for other in ranking[1:] if lemma(other) != lemma(ranking[0])]
    if not ranking or (others and worth[ranking[0]] < CLEARLY * worth[others[0]]):
        return None
    return ranking[0]


def _listed_words(word: str, text: str, form: SearchForm) -> list[str]:
    """Return real words in the same letters; Russian ones are those that the model knows, and those one slip away.

    Of a word that the model makes something of, only words of its captions: lists do not have every new one.
    """
    if not CYRILLIC.search(word):
        counts = frequent_words()
        if word in form.unknown(text):
            return list(counts)
        vocabulary, bases = set(form.text.known_words), english_lemmas()
        return [other for other in counts if other in vocabulary or bases.get(other) in vocabulary]
    known = [other for other in form.text.known_words if CYRILLIC.match(other) and is_real(other)]
    return list(dict.fromkeys([*known, *russian_words_near(word)]))


def outside_quotations(better: str, word: str, text: str) -> str:
    """Return a text with a word in the place of another, but not in quotations."""
    parts, end = [], 0
    for token in tokens(text):
        if token.kind == "quoted":
            parts += [in_place_of(better, word, text[end : token.start]), token.text]
            end = token.end
    return "".join([*parts, in_place_of(better, word, text[end:])])
