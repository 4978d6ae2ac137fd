"""Pixels and the photo's own captions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.captions import CAPTION_ASSISTED, FEWEST_TELLING, Captions, grid_of_looks
from withsense_tf.matchers.forms.hybrid_form import WORDS, HybridForm, hybrid_features, number_figures
from withsense_tf.matchers.forms.query_numbers import FEWEST_PAIRS, NumberNetwork
from withsense_tf.matchers.forms.word_fit import WordFit
from withsense_tf.matchers.own_captions import texts_to_learn_from
from withsense_tf.matchers.photo_features import Photos
from withsense_tf.matchers.search_forms import Line
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.caption_pairs import OWN_AGAINST_OTHERS, lone_in_halves, with_several_captions

PENALTIES: Final = np.logspace(-3, 2, 6)
# Pixels and captions count alike, where each photo has one caption and nothing teaches more: `hybrid_features`.
PLAIN: Final = (0.5, 0.5)
# Own captions tell a photo so well that pairs of captions leave pixels nothing to say. Yet pixels know what half fits,
# and what nobody wrote: they count a quarter as much (chosen on captioned photos: experiments/RESULTS.md, section 18).
PIXELS: Final = 0.25
LEAST_SPREAD: Final = 1e-6


@dataclass(eq=False, repr=False)
class Hybrid(Matcher):
    """Weigh what the pixels say of a text and what the photo's own other captions say of it.

    The weights are learned (ridge regression on the judgements), from what the towers say of each training photo
    when it is left out. Where there are judgements enough, a small network that also knows how near photos are to
    the text tells the numbers. A photo that has no other captions is scored by its pixels alone.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    - `captioned`: whether photos with captions and without judgements are learned from, too; a number: so many.
    - `words`: whether it counts by itself how many of the query's words the captions have, the rare ones most.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    track: ClassVar[str] = CAPTION_ASSISTED
    reads_caption_space: ClassVar[bool] = True

    LEARNED: ClassVar[tuple[str, ...]] = (
        "towers_",
        "captions_",
        "words_",
        "line_",
        "calibration_",
        "network_",
    )

    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder | None = None
    captioned: bool | int = True
    words: bool = True
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "hybrid"

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher."""
        towers = getattr(self, "towers_", None) or ClosedFormTowers(self.photo, self.text)
        return towers.describe() | {"matcher": self.name, "track": self.track}

    @property
    def vector_store(self) -> VectorStore | None:
        """Return where its towers have the vectors of photos."""
        return self.towers_.vector_store

    def _fit(self, pairs: Pairs) -> None:
        self.towers_ = ClosedFormTowers(
            self.photo, self.text, captioned=self.captioned, store=self.store
        ).fit(pairs)
        self.captions_ = Captions(self.text).fit(pairs)
        self.words_ = WordFit().fit(*texts_to_learn_from(pairs)) if self.words else None
        self.weigh(pairs)

    def weigh(self, pairs: Pairs) -> None:
        """Learn how to weigh pixels and captions from what each says of the pairs, their photos left out."""
        from sklearn.linear_model import LinearRegression, RidgeCV

        self.line_, self.calibration_, self.network_ = None, None, None
        telling = with_several_captions(pairs)
        # Of pairs that people judged, all are taken.
        is_judged = telling is pairs
        is_taught = is_judged or len(telling) >= FEWEST_TELLING
        if not is_taught:
            telling = lone_in_halves(pairs)
        looks = self.captions_.looks(telling, self.words_)[:, : WORDS + 1]
        has_captions = looks.any(axis=1)
        if has_captions.sum() < 2:
            return
        telling, looks = telling.take(np.flatnonzero(has_captions)), looks[has_captions]
        towers = self.towers_
        cosines, scores = towers.left_out_products(telling, towers.place_, towers.left_out_points_)
        features = hybrid_features(scores, looks)
        target, weight = telling.target, telling.weight
        if is_judged:
            ridge = RidgeCV(PENALTIES).fit(features, target, weight)
            self.line_ = Line(np.asarray(ridge.coef_), float(ridge.intercept_))
        elif is_taught:
            # Pairs of captions say nothing of what fits by half: a line that may fall would put the nearer photo lower.
            rising = LinearRegression(positive=True).fit(features, target, weight)
            self.line_ = _with_pixels(Line(np.asarray(rising.coef_), float(rising.intercept_)), features)
        else:
            # Halves of captions are less alike than captions of two people: they only say how large numbers are.
            weights = np.array([*PLAIN, *[0.0] * (features.shape[1] - len(PLAIN))])
            plain = LinearRegression(positive=True).fit((features @ weights)[:, None], target, weight)
            slope = float(plain.coef_[0])
            self.line_ = Line(weights * slope, float(plain.intercept_)) if slope > 0 else Line(weights, 0.0)
        line_scores = self.line_.apply(features)
        self.calibration_ = Calibration().fit(line_scores, target, weight)
        if is_taught and not is_judged:
            numbers = np.clip(towers.numbers_by(towers.figures(cosines, telling.texts)), 0, 1)
            self.calibration_ = self.calibration_.at_least_like(line_scores, numbers, weight)
        # Pairs of captions only tell own ones from others': what fits by half they do not teach.
        if is_judged and towers.query_numbers_ is not None and len(telling) >= FEWEST_PAIRS:
            figures = number_figures(scores, looks, towers.figures(cosines, telling.texts))
            self.network_ = NumberNetwork().fit(figures, target, weight)

    def search_form(self) -> HybridForm:
        """Return the search form: cosines with photos and captions, weighed by the learned line."""
        # One that was saved by an earlier version has learned nothing of words, and has no network.
        words, network = getattr(self, "words_", None), getattr(self, "network_", None)
        by_captions = self.fitted_target_.startswith(OWN_AGAINST_OTHERS)
        return HybridForm(
            self.towers_.search_form(), self.line_, self.calibration_, words, network, by_captions
        )

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the row of each photo, float32, (photos, width): of one that was learned from, as if it had not been.

        Its captions are read beside it, and pixels that learned them would only repeat them. How much pixels and
        captions count, and when something fits, was learned from such rows, too.
        """
        return np.asarray(self.towers_.rows_as_unseen(content, paths), np.float32)

    def adapt(self, pairs: Pairs) -> Hybrid:
        """Return a hybrid whose pixels have learned from the photos of these pairs, too; this one stays as it is.

        See `ClosedFormTowers.adapt`. How pixels and captions are weighed is learned anew where numbers are.
        """
        towers = self.towers_.adapt(pairs)
        if towers is self.towers_:
            return self
        hybrid = self.with_learned(pairs, sorted(towers.fitted_content_))
        hybrid.towers_ = towers
        if len(better := self.better_pairs(pairs)):
            hybrid.weigh(better)
        return hybrid

    def to_state(self) -> dict[str, Any]:
        """Return the state to save."""
        state = super().to_state()
        state["settings"] |= {"photo": self.towers_.features_.encoders, "text": self.towers_.text_}
        return state

    def _score(self, pairs: Pairs) -> np.ndarray:
        form = self.search_form()
        # Photos go through their tower once: what they are ranked by and the numbers hang on the same points.
        cosines, scores = self.towers_.products(pairs, as_unseen=True)
        figures = self.towers_.figures(cosines, pairs.texts)
        numbers = np.clip(self.towers_.numbers_by(figures), 0, 1)
        return form.number_of(scores, numbers, self.captions_.looks(pairs, form.words), figures)

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        cosines, scores_of_pixels = self.towers_.grids(gallery, queries, as_unseen=True)
        form = self.search_form()
        looks = grid_of_looks(self.captions_, gallery, queries, form.words)
        numbers = self.towers_.numbers_by(self.towers_.grid_figures(cosines, queries.texts))
        scores = form.score(scores_of_pixels.ravel(), numbers, looks.reshape(-1, looks.shape[2]))
        return scores.reshape(cosines.shape)


def _with_pixels(line: Line, features: np.ndarray) -> Line:
    """Return a line in which the score by the pixels, the first feature, moves scores by `PIXELS` of what they move."""
    spread = float(features[:, 0].std())
    if spread <= LEAST_SPREAD:
        return line  # pixels that say the same of all photos have nothing to say
    weights = np.array(line.weights, np.float64)
    weights[0] += PIXELS * float(line.apply(features).std()) / spread
    return Line(weights, line.intercept)
