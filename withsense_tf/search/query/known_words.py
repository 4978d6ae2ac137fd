"""Whether a model can read a query, and which of its words mean nothing to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from withsense_tf.common.words import SMALL, english_lemmas, lemma, words
from withsense_tf.encoders.word_pairs import counterparts, english_of, russian_by_english
from withsense_tf.errors import some_of
from withsense_tf.matchers.chance.telling_words import tells
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.policy.law import Law
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.query.spelling import ENGLISH, LONGEST_WORD, is_real, may_be_asked, near_words

CYRILLIC: Final = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)
RUSSIAN: Final = re.compile("[а-яё]+")
CONSONANTS: Final = re.compile("[bcdfghjklmnpqrstvwxzбвгджзйклмнпрстфхцчшщъь]+")
LATIN: Final = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)
# Each is held against all words that a model knows; a query of a hundred unknown words is no typing error.
MOST_SUGGESTED: Final = 3
MOST_LISTED: Final = 10
# What makes an index read other languages; a reader of the page cannot.
NEEDS_MATCHER: Final = (
    " Or build the index with a matcher that reads it (in Python text='use', or a multilingual SigLIP 2 or "
    "MetaCLIP 2)."
)
# Small words of other languages that stand in few English queries.
_ELSEWHERE = """
    am der das und ein eine im mit auf dem le les une un et en du des sur dans avec el los las una por y con il di sul
    sulla nel um uma na em da een het op met w po z och ett og ja
"""
ELSEWHERE: Final = frozenset(_ELSEWHERE.split())
NEAR: Final = 5  # as the first of these may be one that the law forbids


def no_word(_: str) -> bool:
    """Know no word from captions: the model asks its vectors alone."""
    return False


def not_read(
    text: str, form: SearchForm, policy: Law, in_captions: Callable[[str], bool] = no_word
) -> str | None:
    """Return why a query cannot be answered, where neither model nor captions know any of it; else None."""
    if form.why_no_texts:
        return form.why_no_texts
    all_words = words(text)
    telling = [word for word in all_words if word not in SMALL]
    if any(in_captions(word) for word in telling):
        return None
    foreign = CYRILLIC.search(text) and not LATIN.search(text)
    if foreign and form.text.why_not_read("Russian"):
        languages = form.text.languages
        return (
            f"This index reads {' and '.join(languages)}, and the query is in another language. Ask in "
            f"{' or '.join(languages)}.{NEEDS_MATCHER}"
        )
    if not set(form.unknown(text)).issuperset(telling):
        return None
    unknown = [word for word in telling if tells(word)]
    if not unknown:
        return "The query describes nothing. Describe a scene, such as: a dog runs on a beach."
    listing = _with_suggestions(text, unknown, form, policy)
    return f"No telling word of the query is known to this index: {listing}. Say it otherwise."


def not_known(
    text: str, form: SearchForm, policy: Law, in_captions: Callable[[str], bool] = no_word
) -> str | None:
    """Return a line that names the words of a query that neither model nor captions know, or None."""
    unknown = [word for word in form.unknown(text) if tells(word) and not in_captions(word)]
    if not unknown:
        return None
    return (
        f"Not known to this index, and so not looked for: {_with_suggestions(text, unknown, form, policy)}."
    )


def other_language(
    text: str, form: SearchForm, shown: ShownWords, corrections: Iterable[tuple[str, str]] = ()
) -> str | None:
    """Return a line where more words of a query are in no list of the languages that are read than are usual there.

    Small words say nothing, nor do names and rare words that a list has: many languages have these letters. A slip
    counts as the usual word, or word of captions, that corrects it. Two strange words may be new ones or names, unless
    one has letters of another language, or a small word of one stands beside them; without a vowel it is no word.
    """
    better = {word: other for word, other in corrections if _is_usual(other) or shown.has(other)}
    every = dict.fromkeys(better.get(word, word) for word in words(text))
    telling = [word for word in every if word not in SMALL]
    in_captions = {word for word in telling if shown.has(word)}
    strange = [
        word for word in telling if word.isalpha() and not _is_listed(word) and word not in in_captions
    ]
    usual = in_captions.union(word for word in telling if word not in strange and _is_usual(word))
    has_letters = any(not _is_in_letters_read(word) for word in strange)
    most = 0 if has_letters else 2 - (not ELSEWHERE.isdisjoint(every))
    languages = form.text.languages
    if not languages or len(strange) <= max(len(usual), most):
        return None
    if all(map(CONSONANTS.fullmatch, strange)):
        return None
    listing = some_of([word[:LONGEST_WORD] for word in strange], MOST_LISTED)
    return (
        f"This index reads {' and '.join(languages)}, and words of the query seem to be in another language: "
        f"{listing}."
    )


def _is_in_letters_read(word: str) -> bool:
    return bool(ENGLISH.fullmatch(word) or RUSSIAN.fullmatch(word))


def _without_accents(word: str) -> str:
    """Return a word by its letters without their marks: "cafe" of "café". Russian ones have none: й is no и."""
    if RUSSIAN.fullmatch(word):
        return word
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))


def _is_listed(word: str) -> bool:
    plain = _without_accents(word)
    is_read = word.isdigit() or ENGLISH.fullmatch(plain) or RUSSIAN.fullmatch(word)
    return bool(is_read) and (is_real(plain) or bool(english_of(word)))


def _is_usual(word: str) -> bool:
    """Return whether a word of a list is more than rare: the long list of English ones has "una" and "sur", too."""
    plain = _without_accents(word)
    return (
        not ENGLISH.fullmatch(plain)
        or plain in english_lemmas()
        or not {plain, lemma(plain)}.isdisjoint(russian_by_english())
    )


def not_shut_out(terms: Iterable[str], shown: ShownWords) -> tuple[str, ...]:
    """Return the terms that must not be there, but that captions say in another language by words unknown here."""
    return tuple(
        term
        for term in terms
        if any(_is_in_other_letters(word, shown) for word in words(term))
        and not (len(words(term)) == 2 and counterparts(*words(term)))
    )


def _is_in_other_letters(word: str, shown: ShownWords) -> bool:
    """Return whether a word is in letters that captions hardly have, and nobody knows what they say in its place."""
    if word in SMALL or not word.isalpha() or counterparts(word) or shown.has(word):
        return False
    return shown.are_russian not in (None, bool(CYRILLIC.search(word)))


def _with_suggestions(text: str, unknown: list[str], form: SearchForm, policy: Law) -> str:
    """List words, each with the known one that is written most like it and that the law lets be asked for.

    What a model knows it has from the texts that it was trained on, and not all of these passed the law.
    """
    candidates = [word for word in form.text.known_words if 2 < len(word) <= LONGEST_WORD]
    listing: list[str] = []
    words = list(dict.fromkeys(unknown))
    for at, word in enumerate(words[:MOST_LISTED]):
        near = near_words(word, candidates)[:NEAR] if at < MOST_SUGGESTED else []
        better = next((one for one, _ in near if may_be_asked(one, word, text, policy)), None)
        listing.append(word[:LONGEST_WORD] if better is None else f"{word} (did you mean {better}?)")
    return some_of([*listing, *words[len(listing) :]], MOST_LISTED)
