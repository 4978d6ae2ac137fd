"""Russian phrases that say what is not wanted: "без собак", ", нет людей", "ни машин, ни собак", "не в воде".

What is missing stands in the genitive, and the cases say where such a phrase ends: "без людей | пляж на рассвете".
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Any, Final

from withsense_tf.common.words import russian_analyser
from withsense_tf.search.query.tokens import Cut, Token, begins, clause, ends, is_word, low, word_table

TABLE: Final = word_table("russian")
MOST_WORDS: Final = 3
# Readings of a word that are rarer than this, such as surnames, are passed over.
LEAST_SCORE: Final = 0.05
DETERMINERS: Final = TABLE["determiners"]
GENITIVE: Final = frozenset({"gent"})
# In what nothing is to be: "не в воде", "не на снегу".
PLACES: Final = frozenset({"в", "во", "на"})
LOCATIVE: Final = frozenset({"loct", "loc2"})
TAILS: Final = [tail.split() for tail in sorted(TABLE["tails"])]
IDIOMS: Final = TABLE["idioms"]
ADJECTIVES: Final = frozenset({"ADJF", "PRTF"})
CONJUNCTIONS: Final = frozenset({"и", "но", "а", "да"})
NONE_OF: Final = frozenset({"никаких", "никакого", "никакой"})
WHICH: Final = frozenset({"котором", "которой", "которых", "которого", "которым", "которыми"})
BEFORE_WHICH: Final = frozenset(
    {"в", "на", "у", "над", "под", "за", "перед", "с", "возле", "около", "вокруг", "рядом"}
)
# Beside these, who is not liked looks like what is missing: "ни собак, ни кошек не любит".
NEGATIONS: Final = word_table("taken_back")["negations"] - {"нет"}
# Where one of these is left, the rest has no end: "место, откуда".
OPEN_ENDS: Final = frozenset({"откуда", "куда", "когда", "что", "чтобы", "если", "чей", "чья", "чье", "чьи"})
NOT_SEEN: Final = TABLE["not_seen"]
# Most nouns that end like this are no things; THINGS_ALIKE are.
ABSTRACT: Final = re.compile(r"(ость|ение|ание|ствие|ция)$")
THINGS_ALIKE: Final = TABLE["things_alike"]
SAYING: Final = TABLE["saying"]


def cut_at(words: Sequence[Token], at: int, strict: bool = True) -> Cut | None:
    """Return the phrase whose "без", "нет", "ни", "не" or "никаких" stands at this place, or None if it is none.

    Unless `strict`, signs, titles and manners of speaking count too: enough for what a caption does not mention.
    """
    cue = low(words, at)
    if cue in ("без", "безо"):
        cut = _without(words, at, strict)
    elif cue == "нет":
        cut = _is_not(words, at, strict) or _is_not_behind(words, at)
    elif cue == "ни":
        cut = _neither(words, at, strict)
    elif cue == "не":
        cut = _not_there(words, at)
    else:
        cut = _none_of(words, at, strict) if cue in NONE_OF else None
    if cut is None or (strict and (SAYING & set(clause(words, at)) or _titled(words, at))):
        return None
    if strict and (low(words, cut.first - 1) in OPEN_ENDS or low(words, cut.first - 1).startswith("котор")):
        return None
    if strict and any(_unseen(words, *term) for term in cut.terms):
        return None
    last, join = _but(words, _tail(words, cut.last))
    return Cut(cut.first, last, cut.terms, join)


def _without(words: Sequence[Token], at: int, strict: bool) -> Cut | None:
    before = low(words, at - 1)
    if strict and (before in ("не", "или") or (before == "и" and low(words, at - 2) in ("с", "со"))):
        return None
    listing = _terms(words, at + 1)
    if listing is None:
        return None
    # "собака, которая без хвоста": nothing else is said of it.
    takes_before = before in CONJUNCTIONS or (before.startswith("котор") and ends(words, listing[1]))
    return Cut(at - takes_before, listing[1], tuple(listing[0]))


def _is_not(words: Sequence[Token], at: int, strict: bool) -> Cut | None:
    """Read "где нет машин", "в котором нет людей", ", нет людей"."""
    listing = _terms(words, at + 1)
    if listing is None:
        return None
    terms, last = listing
    first = _clause_start(words, at)
    if strict and first is None and not ends(words, last) and not _goes_on(words, at, last):
        return None  # "нет дыма без огня": a phrase of its own, not what a photo lacks
    return Cut(at if first is None else first, last, tuple(terms))


def _goes_on(words: Sequence[Token], at: int, last: int) -> bool:
    """Return whether "нет" is said again of the same thing: "пляж нет машин и нет собак"."""
    return at > 0 and low(words, last + (low(words, last) in CONJUNCTIONS)) == "нет"


def _neither(words: Sequence[Token], at: int, strict: bool) -> Cut | None:
    """Read "ни машин, ни собак", "где ни машин, ни собак" and ", ни одной собаки"."""
    listing = _terms(words, at + 1)
    if listing is None:
        return None
    terms, last = listing
    first = _clause_start(words, at)
    if strict:
        phrase = [low(words, place) for place in range(at, last) if is_word(words, place)]
        is_whole = phrase.count("ни") > 1 or (first is not None and phrase[1] in DETERMINERS)
        others = [low(words, place) for place in [*range(at), *range(last, len(words))]]
        is_other = " ".join(phrase) in IDIOMS or bool(NEGATIONS & set(others))
        is_other = is_other or "ни" in others[:at] or low(words, at - 1) == "нет"
        if not is_whole or is_other or (at == 0 and not ends(words, last)):
            return None
    last += low(words, last) == "нет" and ends(words, last + 1)  # "ни машин, ни собак нет"
    return Cut(at if first is None else first, last, tuple(terms))


def _not_there(words: Sequence[Token], at: int) -> Cut | None:
    """Read "не в воде", "но не на снегу" and "а не кошка"."""
    before = low(words, at - 1)
    if low(words, at + 1) in PLACES:
        term = _term(words, at + 2, LOCATIVE)
    else:
        term = _term(words, at + 1, frozenset({"nomn"})) if before in ("но", "а") else None
    if term is None or at == 0:
        return None
    return Cut(at - (before in CONJUNCTIONS), term[1], (term,))


def _is_not_behind(words: Sequence[Token], at: int) -> Cut | None:
    """Read "где машин нет" and ", людей нет"."""
    if not ends(words, at + 1):
        return None
    for start in range(max(0, at - MOST_WORDS), at):
        term = _term(words, start)
        first = _clause_start(words, start) if start else 0
        if term is not None and term[1] == at and first is not None:
            return Cut(first, at + 1, (term,))
    return None


def _none_of(words: Sequence[Token], at: int, strict: bool) -> Cut | None:
    listing = _terms(words, at + 1)
    if listing is None:
        return None
    first, last = _clause_start(words, at), listing[1]
    if strict and first is None and not ends(words, last):
        return None
    return Cut(at if first is None else first, last, tuple(listing[0]))


def _clause_start(words: Sequence[Token], at: int) -> int | None:
    """Return where the clause that a "нет" at this place opens begins, or None if it opens none."""
    before = low(words, at - 1)
    if before in WHICH and low(words, at - 2) in BEFORE_WHICH:
        return at - 2
    if before == "где" or before in CONJUNCTIONS:
        return at - 1
    return at if begins(words, at) else None


def _titled(words: Sequence[Token], at: int) -> bool:
    inside = words[at].text[0].isupper() and at > 0 and low(words, at - 1) not in (".", "!", "?")
    return inside and not all(word.text.isupper() for word in words if word.kind == "word")


def _terms(words: Sequence[Token], at: int) -> tuple[list[tuple[int, int]], int] | None:
    """Return the terms that are listed from this place on, and where the list ends."""
    term = _term(words, at + (low(words, at) == "ни"))  # "нет ни машин, ни собак"
    if term is None:
        return None
    terms = [term]
    while (between := low(words, terms[-1][1])) in ("и", "или", "ни", ","):
        following = terms[-1][1] + 1
        if between != "ни" and low(words, following) == "ни":
            between, following = "ни", following + 1
        more = _term(words, following)
        # A comma goes on with the list only where an "и" or "или" will close it.
        if more is None or (between == "," and low(words, more[1]) not in ("и", "или", ",")):
            break
        if between == "и" and _is_rather_wanted(words, more):
            return None
        terms.append(more)
    return terms, terms[-1][1]


def _is_rather_wanted(words: Sequence[Token], term: tuple[int, int]) -> bool:
    """Return whether a term behind "и" may stand in the nominative: "море без волн и чайки на берегу"."""
    word = low(words, term[1] - 1)
    return _share(word, {"NOUN"}, {"nomn"}) > _share(word, {"NOUN"})


def _term(words: Sequence[Token], at: int, cases: Set[str] = GENITIVE) -> tuple[int, int] | None:
    """Return where the things in the genitive at this place begin and end: adjectives, a noun, and whose it is."""
    nouns = {"NOUN"}
    while low(words, at) in DETERMINERS or low(words, at) in NONE_OF:
        at += 1
    last = at
    while is_word(words, last) and _share(low(words, last), ADJECTIVES, cases) > _share(
        low(words, last), nouns, cases
    ):
        last += 1
    if is_word(words, last) and _share(low(words, last), nouns, cases) >= LEAST_SCORE:
        last += 1
        # "следов самолётов": a noun behind it that is hardly anything but a genitive.
        if is_word(words, last) and _share(low(words, last), nouns) > 0.5:
            last += 1
    elif last == at or not ends(words, last):
        return None  # an adjective stands for people only where nothing follows: "кадр без посторонних"
    return (at, last) if last - at <= MOST_WORDS else None


def _share(word: str, parts: Set[str], cases: Set[str] = GENITIVE) -> float:
    """Return how likely a word is one of these parts of speech in one of these cases."""
    parses: list[Any] = russian_analyser().parse(word)
    return float(sum(p.score for p in parses if p.tag.POS in parts and p.tag.case in cases))


def _tail(words: Sequence[Token], last: int) -> int:
    """Return where a phrase ends with what belongs to it: "без людей на переднем плане"."""
    for tail in TAILS:
        if [low(words, last + place) for place in range(len(tail))] == tail:
            return last + len(tail)
    return last


def _unseen(words: Sequence[Token], first: int, last: int) -> bool:
    forms = {
        p.normal_form for place in range(first, last) for p in russian_analyser().parse(low(words, place))
    }
    parses = russian_analyser().parse(low(words, last - 1))
    heads = {p.normal_form for p in parses if p.tag.case in GENITIVE | LOCATIVE}
    abstract = any(ABSTRACT.search(head) for head in heads) and not heads & THINGS_ALIKE
    return abstract or bool({form.replace("ё", "е") for form in forms} & NOT_SEEN)


def _but(words: Sequence[Token], last: int) -> tuple[int, str]:
    """Return where a phrase ends with the "но" behind it, and what joins the rest."""
    but = last + (low(words, last) == ",")
    if low(words, but) in CONJUNCTIONS and low(words, but + 1) in ("с", "со"):
        return but + 1, " "
    if low(words, but) in ("а", "но", "зато") and low(words, but + 1) not in ("без", "не", "нет", *NONE_OF):
        return but + 1, ", "
    return last, " "
