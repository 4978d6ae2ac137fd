"""Ridge regression on pairs, from sums over photos and texts: there are far fewer of these than of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.matchers.search_forms import Line


@dataclass(frozen=True, eq=False)
class PairSums:
    """The sums that least squares needs of pairs whose features are [photo vector; text vector].

    `gram` (width, width) and `moments` (width,) are weighted sums of products of what is left when the weighted
    means of the vectors, `means` (width,), and of the targets, `mean`, are taken away.
    """

    gram: np.ndarray
    moments: np.ndarray
    means: np.ndarray
    mean: float

    @classmethod
    def of(
        cls,
        photos: np.ndarray,
        texts: np.ndarray,
        photo: np.ndarray,
        text: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
    ) -> PairSums:
        """Sum up pairs of photo `photo` (pairs,) of `photos` (photos, width) and text `text` of `texts`."""
        from scipy.sparse import csr_matrix

        # How much each photo, each text, and each photo with each text weighs.
        by_photo = np.bincount(photo, weight, len(photos))
        by_text = np.bincount(text, weight, len(texts))
        both = csr_matrix((weight, (photo, text)), (len(photos), len(texts)))
        means = np.hstack([by_photo @ photos, by_text @ texts]) / weight.sum()
        mean = float(np.average(target, weights=weight))
        width = photos.shape[1]
        photos, texts = photos - means[:width], texts - means[width:]
        across = photos.T @ (both @ texts)
        gram = np.block([[(photos.T * by_photo) @ photos, across], [across.T, (texts.T * by_text) @ texts]])
        pull = weight * (target - mean)
        moments = np.hstack(
            [np.bincount(photo, pull, len(photos)) @ photos, np.bincount(text, pull, len(texts)) @ texts]
        )
        return cls(gram, moments, means, mean)

    def line(self, penalty: float) -> Line:
        """Return the line of least squared error, with `penalty` times the squared length of its weights added."""
        from scipy.linalg import LinAlgError, cho_factor, cho_solve

        system = self.gram.copy()
        system[np.diag_indices_from(system)] += penalty
        try:
            weights = cho_solve(cho_factor(system, overwrite_a=True), self.moments)
        except LinAlgError:
            # Without a penalty to speak of, vectors that depend on each other leave it open.
            weights = np.linalg.lstsq(self.gram, self.moments, rcond=None)[0]
        return Line(weights, self.mean - float(self.means @ weights))
