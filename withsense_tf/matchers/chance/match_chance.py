"""The chance that the best photo of a search is what was asked for, from its score and from the words of the query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.encoders.other_words import is_told
from withsense_tf.matchers.chance.caption_sense import FEW_PHOTOS, chance_by_sense
from withsense_tf.matchers.chance.familiarity import FEWEST, Familiarity
from withsense_tf.matchers.chance.word_looks import WordLooks

# The best photo is held against so many behind it.
REST: Final = 10


@dataclass(frozen=True)
class BestPhotos:
    """The best photos for a query that may be shown, best first, as many as one and the `REST`.

    - `scores`: their cosines, (photos,)
    - `numbers`: their calibrated numbers, by pixels and captions where there are both, (photos,)
    - `forms`: the basic forms that captions of the first have, or None where it has none or they are not read
    - `point`: where the first stands among texts, (width,), or None where it is found by captions alone
    - `captions`: what people said of the first, where that is read
    - `forms_of_rest`: the basic forms of each of the others, where they are read; looked at once, and no farther than
      to the first that has all words
    """

    scores: np.ndarray
    numbers: np.ndarray
    forms: frozenset[str] | None = None
    point: np.ndarray | None = None
    captions: tuple[str, ...] = ()
    forms_of_rest: Iterable[frozenset[str]] = ()


@dataclass(frozen=True)
class Chance:
    """How probable it is that the best photo was meant, from 0 to 1; whether that is enough; what nothing confirms.

    Where `few_photos` taught it, it misses much of what is there.
    """

    value: float
    fits: bool
    unconfirmed_words: tuple[str, ...] = ()
    few_photos: bool = False


@dataclass(eq=False, repr=False)
class ChanceLine(Saveable):
    """A logistic line on features, and the least chance by which something fits.

    `margins` foretell by how much a first score, and a first number, is above the rest, each by a slope and a constant,
    (2, 2): a filter may leave no rest to hold it against, and that says nothing of whether it fits.
    """

    weights: np.ndarray
    intercept: float
    least: float
    margins: np.ndarray | None = None

    def apply(self, features: np.ndarray) -> np.ndarray:
        """Return the chance of each row, (rows,)."""
        return np.asarray(1 / (1 + np.exp(-np.clip(features @ self.weights + self.intercept, -30, 30))))


@dataclass(eq=False, repr=False)
class MatchChance(Saveable):
    """Say how probable it is that the best of the photos is a match.

    Each of the `lines` is for another case: "pixels", or "captions" where the best photo has some, which confirm words
    of the query or do not; "translated pixels" and "translated captions" where the query is in letters that no training
    caption is written in, and English words are known for most of its words; "foreign pixels" and "foreign captions"
    where they are not. Where few photos teach, the "translated" ones are for all queries: they learned from captions in
    other words, and few captions have few of the words that people type. All know scores, and how familiar the query
    is. Only photos count that may be shown: how many there are beside them would tell of those that may not. `looks`
    sees each word by itself, where words have vectors and photos points.
    """

    familiarity: Familiarity
    lines: Mapping[str, ChanceLine]
    looks: WordLooks | None = None

    def of(self, text: str, best: BestPhotos) -> Chance | None:
        """Return the chance that the best photo is what the text asks for; None where nothing was learned of it."""
        case = self._case(text, best)
        line = self.lines.get(case)
        if line is None or not len(best.scores) or (self.looks is not None and best.point is None):
            return None
        features = chance_features(self.familiarity, [text], [best], case, margins=line.margins)
        if self.looks is not None:
            features = np.column_stack([features, look_features(self.looks, [text], [best], case)])
        value = float(line.apply(features)[0])
        familiarity = self.familiarity
        value = chance_by_sense(
            value, line.least, familiarity.vectors, text, best.captions, familiarity.photo_count_
        )
        readings = self.familiarity.readings(text)
        unconfirmed_words = _missing_words(readings, best.forms or frozenset())
        forms_of_each = chain([best.forms or frozenset()], best.forms_of_rest)
        if (
            value < line.least
            and readings
            and not all(_missing_words(readings, here) for here in forms_of_each)
        ):
            # People said all of it of one of them, in words that the captions learned from may never have had.
            value = line.least
        missing = [form for form in self.familiarity.unknown(text) if form in unconfirmed_words]
        return Chance(value, value >= line.least, tuple(missing), familiarity.photo_count_ < FEW_PHOTOS)

    def _case(self, text: str, best: BestPhotos) -> str:
        part = "captions" if best.forms is not None and "captions" in self.lines else "pixels"
        in_other_words = f"translated {part}"
        if self.familiarity.reads_words(text):
            has_few_words = self.familiarity.photo_count_ < FEW_PHOTOS and in_other_words in self.lines
            return in_other_words if has_few_words else part
        # A chance that was saved before words were translated has none.
        is_translated = in_other_words in self.lines and self.familiarity.translates(text)
        return in_other_words if is_translated else f"foreign {part}"


def _missing_words(readings: Mapping[str, str], here: frozenset[str]) -> list[str]:
    return [form for form, one in readings.items() if not is_told(form, here) and not is_told(one, here)]


def chance_features(
    familiarity: Familiarity,
    texts: Sequence[str],
    best: Sequence[BestPhotos],
    case: str,
    fewest: int = FEWEST,
    margins: np.ndarray | None = None,
) -> np.ndarray:
    """Return what the chance is read from, (texts, features); `case` and `margins` are those of a line."""
    of_score, of_number = (None, None) if margins is None else margins
    parts = [np.array([first_and_margin(one.scores, of_score) for one in best])]
    is_foreign, with_captions = case.startswith("foreign"), case.endswith("captions")
    if familiarity.vectors is not None:
        parts.append(familiarity.sentence_features(texts))
    if not is_foreign:
        familiarity.make_ready(texts, fewest)
        parts.append(np.array([familiarity.word_features(text, fewest) for text in texts]))
    if with_captions:
        parts.append(np.array([first_and_margin(one.numbers, of_number) for one in best]))
    if with_captions and not is_foreign:
        pairs = zip(texts, best, strict=True)
        parts.append(
            np.array(
                [_confirmation(familiarity, text, one.forms or frozenset(), fewest) for text, one in pairs]
            )
        )
    return np.column_stack(parts)


def look_features(
    looks: WordLooks, texts: Sequence[str], best: Sequence[BestPhotos], case: str, left_out: bool = False
) -> np.ndarray:
    """Return what each word by itself says of the best photo, (texts, features); `case` is that of a line."""
    is_foreign, with_captions = case.startswith("foreign"), case.endswith("captions")
    rows = []
    for text, one in zip(texts, best, strict=True):
        point = np.zeros(looks.points_.shape[1]) if one.point is None else one.point
        there = (one.forms or frozenset()) if with_captions else None
        rows.append(looks.features(text, point, there, is_foreign, left_out))
    return np.array(rows)


def first_and_margin(values: np.ndarray, usual: np.ndarray | None = None) -> tuple[float, float]:
    """Return the first value, and by how much it is above the mean of the rest; 0 where there is no rest.

    With a `usual` margin, by a slope and a constant, that stands for what lacks of the rest.
    """
    first, rest = float(values[0]), values[1 : REST + 1]
    margin = first - float(rest.mean()) if len(rest) else 0.0
    if usual is None:
        return first, margin
    share = len(rest) / REST
    return first, share * margin + (1 - share) * float(usual[0] * first + usual[1])


def _confirmation(
    familiarity: Familiarity, text: str, there: frozenset[str], fewest: int
) -> tuple[float, float, float]:
    """Return the share of a text's telling words, by how rare they are, that captions have; how many they do not have.

    The third is the share of the strange ones that these captions do not have either.
    """
    strangeness = familiarity.strangeness(text, fewest)
    rarity = {form: familiarity.rarity(form) for form in strangeness}
    total = sum(rarity.values()) or 1.0
    missing = [form for form in rarity if form not in there]
    return (
        1 - sum(rarity[form] for form in missing) / total,
        float(len(missing)),
        sum(rarity[form] * strangeness[form] for form in missing) / total,
    )
