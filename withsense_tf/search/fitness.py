"""Whether the best photo of an answer is a match: by its chance where the model learned one, and why if it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from withsense_tf.common.words import CYRILLIC, lemma, lemmas, words
from withsense_tf.encoders.other_words import is_said
from withsense_tf.encoders.word_pairs import counterparts
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.words_table import read_cells
from withsense_tf.matchers.chance.match_chance import BestPhotos, Chance
from withsense_tf.matchers.chance.telling_words import tells
from withsense_tf.matchers.forms.hybrid_form import HybridForm
from withsense_tf.matchers.search_forms import PHOTO, SearchForm
from withsense_tf.policy.law import Law
from withsense_tf.search.query.corrections import with_meant_word
from withsense_tf.search.query.known_words import MOST_LISTED
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.query.spelling import LONGEST_WORD
from withsense_tf.search.query.tokens import tokens
from withsense_tf.search.row_ranking import RowRanking
from withsense_tf.search.said_words import ShownTexts
from withsense_tf.search.search_request import MINIMUM

# A terminal is told its option (`search/hits`).
NEAREST: Final = "nearest with minimum=0"
FEW_TAUGHT: Final = "Few photos taught this index, so it may miss one that fits."
_NUMBERS = """
    two three four five six seven eight nine ten два три четыре пять шесть семь восемь девять десять
"""
NUMBERS: Final = frozenset(_NUMBERS.split())  # in their basic forms


def chance_of_best(
    generation: Generation,
    shown: ShownTexts | None,
    point: np.ndarray,
    text: str,
    best: RowRanking,
    is_behind: bool = False,
) -> Chance | None:
    """Return the chance that the first of some photos, which may be shown, is what a text asks for.

    It was learned of what comes first of all. Where minus words shut out what stood before (`is_behind`), a photo that
    people described must have the least number by itself, too. Without `shown`, no captions are read.
    """
    form = generation.form
    if form.chance_ is None or not len(best):
        return None
    pixels = form.pixels if isinstance(form, HybridForm) else form
    if PHOTO not in generation.vectors:
        return form.chance_.of(text, BestPhotos(best.scores, best.numbers))
    # Without what is taken from the scores that photos are ranked by: the chance was learned from cosines.
    width = len(point) - pixels.numbers_apart
    vectors = generation.vectors[PHOTO].get(best.rows)
    cosines = (vectors[:, :width] * point[:width]).sum(axis=1).astype(np.float64)
    if pixels is form or shown is None:
        return form.chance_.of(text, BestPhotos(cosines, best.numbers, point=vectors[0, :width]))
    first, *rest = best.rows.tolist()
    forms, captions = read_cells(shown.cells_at(generation.number, first))
    # Read as far as they are needed: where the first has every word, none of them is.
    forms_of_rest = (read_cells(shown.cells_at(generation.number, row))[0] for row in rest)
    chance = form.chance_.of(
        text, BestPhotos(cosines, best.numbers, forms or None, vectors[0, :width], captions, forms_of_rest)
    )
    number = float(best.numbers[0])
    if chance is not None and is_behind and forms and number < MINIMUM:
        return replace(chance, value=min(chance.value, number), fits=False)
    return chance


def words_not_there(
    text: str, chance: Chance, in_captions: Callable[[str], bool], not_known: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the words of a query, as they were typed, that nothing confirms: not the model, and no caption shown.

    What the model does not know was not looked for; a number, or a word such as "near", names nothing that could be
    missing. Of a Russian word, captions may have the English one, and of each another one that tells of it.
    """
    missing = {form for form in chance.unconfirmed_words if not _is_anywhere(form, in_captions)}
    typed_words = [
        token.text
        for token in tokens(text)
        for word in words(token.text)
        if tells(word) and word not in not_known and lemma(word) in missing - NUMBERS
    ]
    return tuple(word[:LONGEST_WORD] for word in dict.fromkeys(typed_words))[:MOST_LISTED]


def missing_words(
    text: str,
    chance: Chance | None,
    form: SearchForm,
    shown: ShownWords,
    policy: Law,
    strange: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return what of a query nothing confirms; where it fits, what no caption says, for pixels may have misled.

    Each stands with the thing that it belongs to, or with what may have been meant, as `strange` words may already.
    """
    if chance is None:
        return ()
    if chance.fits:
        chance = replace(chance, unconfirmed_words=tuple(lemmas(text)))
    missing = words_not_there(text, chance, shown.has, form.unknown(text))
    better = {word.split()[0]: word for word in strange if " " in word}
    return tuple(
        dict.fromkeys(
            better.get(word.lower()) or with_meant_word(word, text, shown, policy) for word in missing
        )
    )


def _is_anywhere(form: str, in_captions: Callable[[str], bool]) -> bool:
    own = (form, *counterparts(form)) if CYRILLIC.search(form) else (form,)
    return any(is_said(one, in_captions) for one in own)


def nothing_fits(
    number: float, least: float, chance: Chance | None, missing: tuple[str, ...], is_foreign: bool = False
) -> str:
    """Return the line that says that nothing fits, and what is missing where that is known.

    The chance of a query in a language that is not read (`is_foreign`) is not told: it means nothing.

    Where a law holds, nothing is said of what it withholds: neither that it has such a photo, nor that it has none.
    """
    if chance is None:
        return f"No good match: the best photo scores {number:.2f}, and {least:.2f} is the least."
    if is_foreign:
        return f"No good match; {NEAREST}."
    line = f"No good match: the chance that the best photo is one is {chance.value:.2f}"
    if missing:
        line = f"{not_said(missing)[:-1]}, and none looks like it"
    return f"{line}; {NEAREST}.{f' {FEW_TAUGHT}' if chance.few_photos else ''}"


def not_said(missing: tuple[str, ...]) -> str:
    """Return the line beside photos that are shown, where no caption has some words of the query."""
    listing = ", ".join(missing[:-1]) + " or " * (len(missing) > 1) + missing[-1]
    return f"No caption of photos that may be shown says {listing}."


def nearest_alone(chance: Chance, is_foreign: bool = False) -> str:
    """Return the line above photos that are shown on request though nothing fits."""
    if is_foreign:
        return "These are the nearest."
    return f"These are the nearest: the chance that the best photo is a match is {chance.value:.2f}."
