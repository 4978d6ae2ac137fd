"""Pixels and captions together, as a search uses them: cosines, and how well captions confirm a query's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np

from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.query_numbers import NumberNetwork
from withsense_tf.matchers.forms.word_fit import WordFit
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO, CosineForm, Line, SearchForm

# Where, among what captions say, stands how well they confirm the query's words, which share of these the vectors do
# not know, and how well they confirm those.
WORDS, UNKNOWN, UNKNOWN_WORDS = 3, 4, 5
# Where no judgement has said what that is worth, captions that confirm all words bring a photo so far towards 1.
WORD_SHARE: Final = 0.5
# No judgement tells what words are worth that vectors do not know. So much makes a photo of which one caption in five
# has half of them fit by 1/3, "some of it is right".
WORTH: Final = 1.5
# So little of what photos of the same number are told apart by: it changes no number that is shown.
NUDGE: Final = 1e-5


class HybridForm(SearchForm):
    """Pixels and captions together: both rank, and the best of either are weighed anew with every caption."""

    each_caption: ClassVar[bool] = True
    asks_photos: ClassVar[bool] = True

    def __init__(
        self,
        pixels: CosineForm,
        line: Line | None,
        calibration: Calibration | None,
        words: WordFit | None = None,
        network: NumberNetwork | None = None,
        by_captions: bool = False,
    ) -> None:
        self.pixels = pixels
        self.line = line
        self.calibration = calibration
        self.words = words
        self.network = network
        # Captions alone taught it: no judgement has said what it is worth that all of a query's words are there.
        self.by_captions = by_captions
        self.text = pixels.text

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo; captions lie in the same space."""
        return {PHOTO: self.pixels.width, CAPTIONS: self.pixels.width}

    @property
    def behind(self) -> float:
        """Return what brings any cosine below all that it can score.

        What it weighs is at most 1, but a cosine from which local scaling took its share is at least -1.5, its square
        2.25.
        """
        most = 0.0 if self.line is None else np.abs(self.line.weights).sum() + abs(self.line.intercept)
        return float(2 + 2.3 * most)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, float32, (texts, width)."""
        return self.pixels.queries(texts)

    def caption_rows(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each caption, float32, (texts, width)."""
        return self.pixels.caption_rows(texts)

    def point(self, vectors: np.ndarray) -> np.ndarray:
        """Return vectors as points, as those of the pixels."""
        return self.pixels.point(vectors)

    def score(self, cosines: np.ndarray, numbers: np.ndarray, looks: np.ndarray) -> np.ndarray:
        """Return scores to rank by, from scores and numbers by the pixels and looks at captions, (photos, 3 or 6)."""
        # A little of the cosine itself, because calibrated numbers have steps, and ties rank badly.
        return self._put_together(cosines, numbers + 1e-3 * cosines, looks)

    def number_of(
        self,
        cosines: np.ndarray,
        numbers: np.ndarray,
        looks: np.ndarray,
        figures: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return calibrated numbers, from the same three arrays.

        With the `figures` that the numbers of the pixels are told by, a network tells them, where one was learned.
        """
        return np.asarray(np.clip(self._put_together(cosines, numbers, looks, True, figures), 0, 1))

    def with_words_said(self, numbers: np.ndarray, share: np.ndarray, by_words: np.ndarray) -> np.ndarray:
        """Return numbers, none lower than before, of photos of which a query's words were said.

        Vectors take a word for what is near to it: of a zeppelin they think as of a kite, and of the only cat as of
        dogs. That somebody said it of the photo says more. `share` is what the words weigh that count as said, and
        `by_words` how well captions confirm them, (photos,).
        """
        worth = np.minimum(WORTH * by_words, 1)
        return np.asarray(np.maximum(numbers, numbers + share * (worth - numbers)))

    def places(
        self, scores: np.ndarray, numbers: np.ndarray, higher: np.ndarray, has_captions: np.ndarray
    ) -> np.ndarray:
        """Return what photos stand in order by, from scores, and numbers before and after words were said of them.

        It is the number that is shown, and of equal ones the score. Where a network tells the numbers, the line ranks
        photos with captions, as a comparison measures it. A photo without captions, or whose number rose, stands where
        the others have its number: its score by the pixels alone is on no line.
        """
        if self.network is None or self.calibration is None:
            return np.asarray(higher + NUDGE * scores)
        like_others = self.calibration.score_of(higher) + NUDGE * scores
        risen = np.where(higher > numbers, np.maximum(scores, like_others), scores)
        return np.where(has_captions, risen, like_others)

    def _put_together(
        self,
        cosines: np.ndarray,
        alone: np.ndarray,
        looks: np.ndarray,
        calibrated: bool = False,
        figures: np.ndarray | None = None,
    ) -> np.ndarray:
        scores = np.array(alone, np.float64)
        says = looks[:, : WORDS + 1]
        has_captions = says.any(axis=1)
        if self.line is not None and has_captions.any():
            here = cosines[has_captions], says[has_captions]
            if calibrated and self.network is not None and figures is not None:
                scores[has_captions] = self.network.apply(number_figures(*here, figures[has_captions]))
            else:
                calibration = self.calibration if calibrated else None
                numbers = self.line.apply(hybrid_features(*here))
                scores[has_captions] = numbers if calibration is None else calibration.apply(numbers)
        if self.words is None:
            return np.asarray(scores)
        if self.line is None:
            scores += WORD_SHARE * looks[:, WORDS] * np.maximum(1 - scores, 0)
        by_words = np.minimum(WORTH * looks[:, UNKNOWN_WORDS], 1)
        return np.asarray(scores + looks[:, UNKNOWN] * (by_words - scores))


def hybrid_features(cosines: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """Return the features of a hybrid's line, (photos, 11), or (photos, 14) where words count."""
    columns = np.column_stack([cosines, looks])
    # Squares let a fit that is nearly perfect count for more than twice a fair one.
    return np.hstack([columns, columns**2, columns[:, :1] * columns[:, 1:]])


def number_figures(cosines: np.ndarray, looks: np.ndarray, figures: np.ndarray) -> np.ndarray:
    """Return what the network of a hybrid tells numbers by, (photos, 9), or (photos, 8) where words do not count."""
    return np.column_stack([cosines, looks, figures])
