"""Each word of a query by itself: whether the best photo or its captions show it, and whether words stand together.

A near miss is near to photos as a whole, and each of its words may be known; but one of them the best photo does not
show. Words have a place among photos as queries have. Those that captions do not have, in whatever language, stand
where the words are that they are nearest to; so no word is encoded twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.unit import unit
from withsense_tf.encoders.texts.near_words import LEAST, NEAREST, SHARPNESS
from withsense_tf.matchers.chance.familiarity import FEWEST, Familiarity
from withsense_tf.matchers.chance.noun_lists import strange_words
from withsense_tf.matchers.forms.word_fit import telling_forms

# So many words of captions have a place of their own, and so many that captions do not have are held against them.
MOST_WORDS: Final = 2_500
STRANGE_WORDS: Final = 2_000
# A photo is held against as many of the training photos that show a word best, of so many.
TOP: Final = 10
MOST_PHOTOS: Final = 600
# A word in another language is as rare as those that it is near to, so sharply.
RARITY_SHARPNESS: Final = 30.0
# Two words of captions are usually so near; what a single word lacks.
USUAL_NEARNESS: Final = 0.3
MOST_REMEMBERED: Final = 5_000


@dataclass(frozen=True)
class WordLook:
    """A word: its vector, its place among photos and how near they come to it, and how near words are to it.

    `here` and `strange` are the cosines with the nearest word that captions have, and that they do not have; `rarity`
    is that of the words of captions that it is near to.
    """

    vector: np.ndarray
    point: np.ndarray
    mean: float
    spread: float
    top: float
    here: float
    strange: float
    rarity: float


class WordLooks(Saveable):
    """Say of each word of a query whether a photo shows it; `familiarity` knows the words' vectors."""

    LEARNED: ClassVar[tuple[str, ...]] = (
        "forms_", "rarity_", "vectors_", "points_", "strange_vectors_", "photos_",
    )  # fmt: skip

    def __init__(self, familiarity: Familiarity) -> None:
        self.familiarity = familiarity

    def fit(self, points_of: Callable[[Sequence[str]], np.ndarray], photos: np.ndarray) -> Self:
        """Learn where words stand, by the points that towers give texts, and near to which photos, (photos, width).

        These are points of training photos as if nothing had been learned from them.
        """
        counts, encoder = self.familiarity.photos_with_, self.familiarity.vectors
        forms = [form for form, count in counts.items() if count >= FEWEST and len(form) > 1]
        self.forms_ = tuple(sorted(forms, key=lambda form: (-counts[form], form))[:MOST_WORDS])
        self.rarity_ = np.array([self.familiarity.rarity(form) for form in self.forms_])
        self._strange_forms = strange_words(counts)[: 2 * STRANGE_WORDS : 2]
        if encoder is not None and self.forms_ and self._strange_forms:
            self.vectors_ = unit(encoder.encode(self.forms_)).astype(np.float16)
            self.strange_vectors_ = unit(encoder.encode(self._strange_forms)).astype(np.float16)
            self.points_ = unit(points_of(self.forms_)).astype(np.float16)
            self.photos_ = np.asarray(photos[:MOST_PHOTOS], np.float16)
        return self

    @property
    def is_possible(self) -> bool:
        """Return whether there were words, and photos to hold them against."""
        return hasattr(self, "photos_") and len(self.photos_) >= TOP

    def features(
        self,
        text: str,
        point: np.ndarray,
        there: frozenset[str] | None,
        is_foreign: bool,
        left_out: bool = False,
    ) -> list[float]:
        """Return how well a photo at a point shows the words of a text, and whether these stand together.

        With the words `there` of the photo's captions, also how well these confirm each. Russian words are seen as the
        English ones that they are read as; where the text `is_foreign`, as the words that the encoder puts them near
        to, and then it says how strange they are, too. Where `left_out`, words are seen as if captions, and the strange
        words that they are held against, did not have them themselves: as another language's words are.
        """
        forms = telling_forms(text) if is_foreign else self.familiarity.forms(text)
        if not forms:
            return [0.0] * (7 + 6 * is_foreign + 4 * (there is not None))
        looks = self._looks(forms, left_out)
        unread = forms if is_foreign else self.familiarity.unread(text)
        rarity = np.array(
            [
                one.rarity if form in unread else self.familiarity.rarity(form)
                for form, one in zip(forms, looks, strict=True)
            ]
        )
        weights = rarity / rarity.sum()
        features = [*_how_well(looks, point, weights), *_together(looks)]
        if is_foreign:
            features += _strangeness(looks)
        if there is not None:
            features += self._confirmation(forms, looks, there, weights)
        return features

    def _confirmation(
        self, forms: Sequence[str], looks: Sequence[WordLook], there: frozenset[str], weights: np.ndarray
    ) -> list[float]:
        wide, places = self._wide[0], self._places
        rows = [places[form] for form in sorted(there) if form in places]
        nearness = np.zeros(len(forms))
        if rows:
            nearness = (np.stack([one.vector for one in looks]) @ wide[rows].T).max(axis=1)
        nearness = np.where([form in there for form in forms], 1.0, nearness)
        lowest = np.sort(nearness)
        return [float(lowest[0]), float(nearness @ weights), float(nearness.mean()), float(lowest[:2].mean())]

    def _looks(self, forms: Sequence[str], left_out: bool) -> list[WordLook]:
        memory: dict[tuple[str, bool], WordLook] = self.__dict__.setdefault("_memory", {})
        if len(memory) > MOST_REMEMBERED:
            memory = self.__dict__["_memory"] = {}  # another thread may read the old one
        new = [form for form in forms if (form, left_out) not in memory]
        if new:
            vectors = self.familiarity.word_vectors([[form for form in new if form not in self._places]])
            for form in new:
                at = self._places.get(form)
                vector = vectors[form] if at is None else self._wide[0][at]
                memory[form, left_out] = self._look(form, vector, at, left_out)
        return [memory[form, left_out] for form in forms]

    def _look(self, form: str, vector: np.ndarray, at: int | None, left_out: bool) -> WordLook:
        words, points, strange, photos = self._wide
        here, far = words @ vector, strange @ vector
        point = _between(here, points) if at is None else points[at]
        if left_out:
            if at is not None:
                here[at] = -1.0
            far[[place for place, other in enumerate(self._strange_forms) if other == form]] = -1.0
        cosines = photos @ point
        nearness = np.exp(RARITY_SHARPNESS * (here - here.max()))
        return WordLook(
            vector,
            point,
            float(cosines.mean()),
            float(cosines.std()) + 1e-6,
            float(np.sort(cosines)[-TOP:].mean()),
            float(here.max()),
            float(far.max()),
            float(nearness @ self.rarity_ / nearness.sum()),
        )

    @property
    def _places(self) -> dict[str, int]:
        if "_place" not in self.__dict__:
            self._place = {form: at for at, form in enumerate(self.forms_)}
        return self._place

    @property
    def _wide(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        if "_quick" not in self.__dict__:
            parts = (self.vectors_, self.points_, self.strange_vectors_, self.photos_)
            self._quick = tuple(part.astype(np.float32) for part in parts)
        words, points, strange, photos = self._quick
        return words, points, strange, photos


def _between(cosines: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the point of a word between those that it is near to, or zeros where it is near to none."""
    nearest = np.argsort(-cosines, kind="stable")[:NEAREST]
    nearest = nearest[cosines[nearest] > LEAST]
    if not len(nearest):
        return np.zeros(points.shape[1], np.float32)
    weights = np.exp(SHARPNESS * (cosines[nearest] - cosines[nearest[0]]))
    return np.asarray(unit(weights @ points[nearest]), np.float32)


def _how_well(looks: Sequence[WordLook], point: np.ndarray, weights: np.ndarray) -> list[float]:
    """Return how a photo's cosines with words stand to those of training photos: with all, and with the best."""
    cosines = np.stack([one.point for one in looks]) @ np.asarray(point, np.float32)
    spread = np.array([one.spread for one in looks])
    of_all = (cosines - [one.mean for one in looks]) / spread
    of_best = (cosines - [one.top for one in looks]) / spread
    return [float(of_all.min()), float(of_all @ weights), float(of_best.min()), float(of_best @ weights)]


def _together(looks: Sequence[WordLook]) -> list[float]:
    """Return how near words of a text are to others of it, among photos: the one farthest from its nearest; the mean.

    The third is the cosine of the two that are farthest from each other.
    """
    if len(looks) < 2:
        return [USUAL_NEARNESS, USUAL_NEARNESS, 0.0]
    points = np.stack([one.point for one in looks])
    cosines = np.asarray(points @ points.T, float)
    farthest = float(cosines.min())
    np.fill_diagonal(cosines, -1.0)
    nearest = cosines.max(axis=1)
    return [float(nearest.min()), float(nearest.mean()), farthest]


def _strangeness(looks: Sequence[WordLook]) -> list[float]:
    """Return how much nearer words are to strange ones than to words of captions; and how near, how many, how rare."""
    here = np.array([one.here for one in looks])
    far = np.array([one.strange for one in looks]) - here
    rarest = max(one.rarity for one in looks)
    return [
        float(far.max()),
        float(far.mean()),
        float(here.min()),
        float(here.mean()),
        float(len(looks)),
        rarest,
    ]
