"""Matchers whose figures are known beforehand: one knows the answers, one lacks its weights."""

from __future__ import annotations

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.errors import WeightsMissingError
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.experiments.studies.ablations import answer
from withsense_tf.matchers.base import Matcher


class Oracle(Matcher):
    """A matcher that knows the answers: what figures it must get is known beforehand."""

    # Comparisons run no matcher of another package that knows the answers.
    __module__ = "withsense_tf.oracle"
    track = "image-only"

    @property
    def name(self) -> str:
        return "oracle"

    def _fit(self, pairs: Pairs) -> None:
        self.trained_ = set(pairs.content)

    def _score(self, pairs: Pairs) -> np.ndarray:
        assert not self.trained_ & set(pairs.content)
        return pairs.target

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        assert not self.trained_ & set(gallery.content)
        owner = [caption.split("#")[0] for caption in queries.captions]
        return np.array([[float(photo == own) for photo in gallery.names] for own in owner])


class Missing(Oracle):
    """A matcher whose weights are not here."""

    def _fit(self, pairs: Pairs) -> None:
        raise WeightsMissingError("no such preset")


def answer_split(matcher: Matcher, pairs: Pairs, split: str = "folds") -> Outcome:
    """Train a matcher for each task of a split (three folds), and return its outcome."""
    return answer(matcher.name, lambda number: matcher, tasks(pairs, split, 3, 0), split)
