"""The words of a query and what was said of photos: how often, and how much of the query it confirms."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.index.tables.words_table import KEYWORDS, forms_at
from withsense_tf.matchers.forms.word_fit import SAID_ONCE, WordFit
from withsense_tf.matchers.search_forms import SearchForm


@dataclass(frozen=True)
class QueryWords:
    """The text behind a point: its words count by themselves, but not in keywords of what `age_limit` restricts."""

    text: str = ""
    age_limit: int | None = None


NO_WORDS: Final = QueryWords()


def as_captions_say(form: SearchForm, text: str) -> str:
    """Return a query in the words that captions are asked for: English ones for Russian, where captions have these."""
    if form.chance_ is None:
        return text
    return " ".join(form.chance_.familiarity.forms(text))


def counts_of_forms(
    tables: sqlite3.Connection,
    model: int,
    forms: Sequence[str],
    rows: np.ndarray,
    age_limit: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many captions of each row's photo have each basic form, (rows, forms), and how many there are.

    Keywords are one of them where they have one of the forms, but not of photos that are restricted at an age limit:
    who gives keywords to a photo must not lose by it what captions say.
    """
    texts = forms_at(tables, model, rows, age_limit) if forms else {}
    marks = [f" {form} " for form in forms]
    there = [_text_that_counts(texts.get(row, ""), marks) for row in rows.tolist()]
    counts = np.array([[text.count(mark) for mark in marks] for text in there], float)
    captions = np.array([text.count("\n") + 1 if text else 0 for text in there], float)
    return counts.reshape(len(rows), len(forms)), captions


def _text_that_counts(text: str, marks: Sequence[str]) -> str:
    """Return what counts of what was said of a photo: keywords that have none of the words do not.

    >>> text = f" a dog \\n{KEYWORDS} canon "
    >>> _text_that_counts(text, [" dog "]), _text_that_counts(text, [" dog ", " canon "]) == text
    (' a dog ', True)
    """
    captions, sign, keywords = text.partition(KEYWORDS)
    return text if not sign or any(mark in keywords for mark in marks) else captions.rstrip("\n")


def looks_of_said(
    fit: WordFit,
    weights: Mapping[str, float],
    counts: tuple[np.ndarray, np.ndarray],
    has_captions: np.ndarray,
    whole_queries: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return of each row what the words weigh that count as said of its photo, and how well these are confirmed.

    They are those that no training caption had; or all, where `whole_queries` count and its captions have every word,
    and where its keywords are all that was said: these have no vectors, which would tell of the other words.
    It hangs on the photo's own captions: what others have would tell of those that may not be shown.
    """
    is_new = np.array([not fit.taught(form) for form in weights], bool)
    each = np.array(list(weights.values())) / max(sum(weights.values()), 1e-9)
    has_word = counts[0] > 0
    has_all = np.all(has_word, axis=1) if whole_queries else np.zeros(len(has_word), bool)
    counts_as_said = has_word & (is_new | has_all[:, None] | ~has_captions[:, None])
    share = np.asarray(np.vecdot(counts_as_said, each))
    by_words = fit.score(weights, counts[0] * counts_as_said, counts[1]) / np.maximum(share, 1e-9)
    # That other captions of the photo do not say it again is no word against it. Keywords say all once.
    by_words = np.where(has_all, np.maximum(by_words, SAID_ONCE), by_words)
    return share, np.where(has_captions, by_words, np.where(share > 0, SAID_ONCE, 0.0))
