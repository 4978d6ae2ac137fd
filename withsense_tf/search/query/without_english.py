"""English phrases that say what is not wanted: "without a dog", "with no cars", ", no people".

There is no grammar behind it, only words at which a phrase must end. So wherever a phrase could mean something else
(a sign, a title, a manner of speaking), the text is left alone: to search for too much is better than to hide photos.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from withsense_tf.common.words import english_lemmas
from withsense_tf.matchers.chance.noun_lists import english_nouns
from withsense_tf.search.query.tokens import Cut, Token, begins, clause, ends, is_word, low, word_table

TABLE: Final = word_table("english")
MOST_WORDS: Final = 3  # of one term; what is longer was probably misread
DETERMINERS: Final = TABLE["determiners"]
ARTICLES: Final = frozenset({"a", "an"})
PREPOSITIONS: Final = TABLE["prepositions"]
OTHER_ENDS: Final = TABLE["other_ends"]
THINGS_IN_ING: Final = TABLE["things_in_ing"]
LIGHT: Final = TABLE["light"]
NOT_SEEN: Final = TABLE["not_seen"]
# Most heads that end like this are no things; THINGS_ALIKE are.
ABSTRACT: Final = re.compile(r"(tion|sion|ness|ity|ism|ence|ance|ment)s?$")
THINGS_ALIKE: Final = TABLE["things_alike"]
SAYING: Final = TABLE["saying"]
TITLES: Final = frozenset({"dr", "mr", "mrs", "ms"})
HOLDS_NO: Final = PREPOSITIONS | TABLE["holds_no"] | TITLES
PEOPLE: Final = TABLE["people"]
BEING: Final = frozenset({"is", "are", "was", "were"})
# "no cars but lots of bikes" says what is there instead, "no cars but a taxi" which car.
INSTEAD: Final = TABLE["instead"]
TAILS: Final = [tail.split() for tail in sorted(TABLE["tails"])]


def cut_at(words: Sequence[Token], at: int, strict: bool = True) -> Cut | None:
    """Return the phrase whose "without" or "no" stands at this place, or None where it is no such phrase.

    Unless `strict`, signs, titles and manners of speaking count too: enough for what a caption does not mention.
    """
    if low(words, at) not in ("without", "no") or not is_word(words, at + 1):
        return None
    listing = _terms(words, at + 1)
    if listing is None:
        return None
    terms, last = listing
    if strict and (not _is_meant(words, at) or _is_rather_wanted(words, terms)):
        return None
    last, join = _tail(words, last)
    if strict and _has_exception(words, last):
        return None
    return Cut(_first(words, at), last, tuple(terms), join)


def _has_exception(words: Sequence[Token], last: int) -> bool:
    """Return whether the "but" that closes a phrase may say which of its things is there: "no trees but a palm"."""
    return low(words, last - 1) == "but" and low(words, last - 2) != "," and low(words, last) not in INSTEAD


def _first(words: Sequence[Token], at: int) -> int:
    """Return where the phrase of a "without" or "no" begins: at the "and", "with" or "where there is" before it."""
    cue, before = low(words, at), low(words, at - 1)
    if before in ("is", "are") and [low(words, at - 3), low(words, at - 2)] == ["where", "there"]:
        return at - 3
    first = at
    if before in ("but", "and", "yet") or (cue == "no" and before == "with"):
        first -= 1
        if cue == "no" and before == "with" and low(words, at - 2) in ("but", "and"):
            first -= 1
    return first


def _is_meant(words: Sequence[Token], at: int) -> bool:
    """Return whether a phrase says what is not wanted, and is no sign, title or manner of speaking."""
    return _is_meant_alone(words, at) if low(words, at) == "without" else at in _meant_places(tuple(words))


@lru_cache(maxsize=64)
def _meant_places(words: tuple[Token, ...]) -> frozenset[int]:
    """Return the places of every "no" that says what is not wanted.

    What is listed is meant as a whole or not at all: "a beach no cars and no dogs", "she is no angel and no saint".
    """
    places: set[int] = set()
    for together, is_joined in _lists(words):
        first, last = together[0], together[-1]
        # "no smoking and no food": what is no thing was listed first.
        is_second = low(words, first - 1) in ("and", "or", ",") and low(words, first - 3) == "no"
        if not is_second and all(_is_meant_alone(words, at, at != last, is_joined) for at in together):
            places.update(together)
    return frozenset(places)


def _is_meant_alone(words: Sequence[Token], at: int, goes_on: bool = False, is_joined: bool = False) -> bool:
    listing = _terms(words, at + 1)
    if listing is None:
        return False
    terms, last = listing
    return (
        _stands_alone(words, at, last, goes_on, is_joined)
        and all(_is_seen(words, *term) for term in terms)
        and not _is_said(words, at, terms)
    )


def may_exclude(words: Sequence[Token], at: int) -> bool:
    """Return whether an "isn't", or a bare "no", that was left among the words may say what is not wanted."""
    if low(words, at).endswith("n't"):
        return True
    listing = _terms(words, at + 1) if at and low(words, at) == "no" else None
    if listing is None or low(words, at - 1) in DETERMINERS | HOLDS_NO:
        return False
    return all(_is_seen(words, *term) for term in listing[0]) and not _is_said(words, at, listing[0])


def _lists(words: Sequence[Token]) -> Iterator[tuple[list[int], bool]]:
    """Yield the places of each list of "no", and whether it has several and a comma or "and" joins each two."""
    together: list[int] = []
    is_joined = True
    following: int | None = None
    for place in (place for place in range(len(words)) if low(words, place) == "no"):
        if together and place != following:
            yield together, is_joined and len(together) > 1
            together, is_joined = [], True
        together.append(place)
        following, has_join = _next_no(words, place)
        is_joined = is_joined and (has_join or following is None)
    if together:
        yield together, is_joined and len(together) > 1


def _next_no(words: Sequence[Token], at: int) -> tuple[int | None, bool]:
    """Return where the next "no" of a list stands, right behind what is listed so far, and whether it is joined."""
    listing = _terms(words, at + 1)
    if listing is None:
        return None, False
    last = after = listing[1]
    after += low(words, after) == ","
    after += low(words, after) in ("and", "or", "nor", "but", "yet")
    has_join = after > last
    after += low(words, after) == "with"
    return (after if low(words, after) == "no" else None), has_join


def _stands_alone(words: Sequence[Token], at: int, last: int, goes_on: bool, is_joined: bool) -> bool:
    """Return whether what is around a phrase allows to take it out; `goes_on` where a list with "no" does behind it."""
    first = _first(words, at)
    cue, before, after = low(words, at), low(words, at - 1), low(words, last)
    titled = words[at].text[0].isupper() and at > 0 and low(words, at - 1) not in (".", "!", "?")
    if titled and not all(word.text.isupper() for word in words if word.kind == "word"):
        return False
    if before in ("not", "or") or (before == "and" and low(words, at - 2) == "with"):
        return False
    if before in BEING | {"been"} and first == at:
        return False  # what would be left ends in its middle: "a town that has been"
    if after in ("that", "which", "who", "whose", "to"):
        return False
    if cue == "without":
        return at > 0 or ends(words, last) or after in DETERMINERS
    if first < at:
        return True
    if (low(words, at - 2) if before == "." else before) in TITLES:
        return False
    if at == 0:
        return ends(words, last)
    if begins(words, at):
        # "sunset - no crop" may be a note; a verb makes it a sentence: "birds, no two are alike".
        return after not in OTHER_ENDS - {"and", "or", "but", "nor"}
    head = low(words, last - 1)
    is_plural = head.endswith("s") and not head.endswith("ss")
    is_seen = is_plural or head in PEOPLE | english_nouns() or english_lemmas().get(f"{head}es") == head
    is_whole = goes_on or ends(words, last) or after in ("but", "yet")
    return is_whole and (is_seen or is_joined) and before not in HOLDS_NO and not before.endswith("ing")


def _is_seen(words: Sequence[Token], first: int, last: int) -> bool:
    head = low(words, last - 1)
    abstract = ABSTRACT.search(head) is not None and head not in THINGS_ALIKE
    return not abstract and not {low(words, place) for place in range(first, last)} & NOT_SEEN


def _is_said(words: Sequence[Token], at: int, terms: Sequence[tuple[int, int]]) -> bool:
    """Return whether the clause speaks of a sign, a title or a saying."""
    # Neither the "sign" of "no sign of people" nor the text that "no text" does not want.
    single_terms = {low(words, first) for first, last in terms if last - first == 1}
    around = clause(words, at)
    light = {word for word, after in pairwise(around) if word in LIGHT and after == "of"}
    return bool((SAYING - single_terms - light) & set(around))


def _terms(words: Sequence[Token], at: int) -> tuple[list[tuple[int, int]], int] | None:
    """Return the terms that are listed from this place on, and where the list ends; None where it is unsure."""
    term = _term(words, at)
    if term is None:
        return None
    terms = [term]
    while True:
        last = terms[-1][1]
        between = low(words, last)
        if between in ("or", "nor", "and"):
            after = low(words, last + 1)
            if between == "and" and after in ARTICLES:
                return None  # "without a hat and a dog": is the dog wanted?
            more = None if after in ("no", "with", "without") else _term(words, last + 1)
            return (terms, last) if more is None else ([*terms, more], more[1])
        if between == "," and (listing := _after_comma(words, last + 1)):
            more_terms, closing = listing
            # "without people, palm trees and a boat": are the trees wanted?
            return None if closing == "and" else (terms + more_terms, more_terms[-1][1])
        return terms, last


def _is_rather_wanted(words: Sequence[Token], terms: Sequence[tuple[int, int]]) -> bool:
    """Return whether the last of several terms may do something: "without cars and children playing"."""
    last = terms[-1][1]
    behind = low(words, last)
    does_something = behind in BEING or (behind.endswith("ing") and behind not in THINGS_IN_ING)
    joins = {low(words, place) for place in range(terms[0][1], last)}
    return does_something and len(terms) > 1 and "and" in joins


def _after_comma(words: Sequence[Token], at: int) -> tuple[list[tuple[int, int]], str] | None:
    """Return what follows the first comma of a list and the word that closes the list, or None if it is no list."""
    terms = []
    while (term := _term(words, at)) is not None:
        terms.append(term)
        at = term[1] + (low(words, term[1]) == ",")
        if low(words, at) in ("and", "or", "nor"):
            closing, final = low(words, at), _term(words, at + 1)
            return None if final is None else ([*terms, final], closing)
        if at == term[1]:
            return None
    return None


def _term(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return where the noun phrase at this place begins, without its article, and ends."""
    article = False
    while low(words, at) in DETERMINERS:
        article = article or low(words, at) in ARTICLES | {"the"}
        at += 1
    if low(words, at) in LIGHT and low(words, at + 1) == "of":
        return _term(words, at + 2)
    last = at
    while is_word(words, last) and not _ends_phrase(words, at, last, article):
        last += 1
    if not 0 < last - at <= MOST_WORDS:
        return None
    if low(words, last) == "of" and (more := _term(words, last + 1)) and more[1] - at <= MOST_WORDS + 1:
        return at, more[1]
    return at, last


def _ends_phrase(words: Sequence[Token], first: int, at: int, article: bool) -> bool:
    word = low(words, at)
    if word in PREPOSITIONS or word in OTHER_ENDS or (word in DETERMINERS and at > first):
        return True
    if not word.endswith("ing") or word in THINGS_IN_ING:
        return False
    # "without looking" is no thing, "without a swimming pool" is one.
    return not (at == first and article)


def _tail(words: Sequence[Token], last: int) -> tuple[int, str]:
    """Return where a phrase ends with what belongs to it, and what joins the rest: "on it", "but" before "with"."""
    for tail in TAILS:
        if [low(words, last + place) for place in range(len(tail))] == tail:
            last += len(tail)
            break
    if low(words, last) in ("on", "left") and ends(words, last + 1):  # "without a single light on"
        last += 1
    but = last + (low(words, last) == ",")
    if low(words, but) in ("but", "and", "yet") and low(words, but + 1) == "with":
        return but + 1, " "
    if low(words, but) in ("but", "yet") and low(words, but + 1) not in ("no", "without"):
        return but + 1, ", "
    return last, " "
