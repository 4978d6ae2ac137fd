"""Two towers without gradient descent: from photo features to the space of captions by kernel ridge regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.common.processes import stage
from withsense_tf.common.unit import unit
from withsense_tf.data.dataset import Pairs, check_pairs
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.base import FeatureMatcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.query_numbers import FEWEST_PAIRS, FEWEST_PHOTOS, QueryNumbers
from withsense_tf.matchers.own_captions import Examples, fit_texts, training_examples
from withsense_tf.matchers.photo_features import FEWEST_SHARED, PhotoFeatures, Photos, photo_encoders
from withsense_tf.matchers.towers.base import LastFit, Towers
from withsense_tf.matchers.towers.caption_means import mean_captions, mean_reciprocal_rank
from withsense_tf.matchers.towers.kernel_ridge import BaseRows, base_rows
from withsense_tf.matchers.towers.large_fit import fit_by_landmarks
from withsense_tf.matchers.towers.local_scaling import LocalScaling

# Features have about length 1, so photos lie about 1.4 apart; these reach from nearly linear to quite local. Their mean
# is as good as the best of them, and nothing is to be chosen.
GAMMAS: Final = (0.15, 0.6, 1.2)
PENALTIES: Final = (0.1, 0.2, 0.4, 0.8)
# Where towers are adapted, few photos bear only a little.
ADAPTING_PENALTIES: Final = (*PENALTIES, 1.6, 3.2, 6.4, 12.8)
# Up to so many photos the answer is exact; ten thousand would need 5.4 GB and most of the time.
MOST_EXACT: Final = 7_500
LANDMARKS: Final = 4_096
LAST_FIT: Final = LastFit()


@dataclass(eq=False, repr=False)
class ClosedFormTowers(Towers, FeatureMatcher):
    """Foretell, for a photo, the mean of its captions' points, from the photos that look like it.

    The text tower is a caption space, learned from captions alone. The photo tower is kernel ridge regression on
    the photo features, with Gaussian kernels of several widths (`gammas`) averaged. Its penalty is chosen, and the
    scores calibrated, by what it says of each training photo when that photo is left out, which has a closed form.
    There is no randomness and no network. From more than 7,500 photos on, 4,096 of them, drawn by chance, stand as
    landmarks for all (Nyström), so that memory does not grow with their number.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    - `gammas`: how narrow the kernels are; `penalties`: those that are tried.
    - `captioned`: whether photos with captions and without judgements are learned from, too.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    reads_caption_space: ClassVar[bool] = True
    LEARNED: ClassVar[tuple[str, ...]] = (
        "text_", "features_", "seen_", "coefficients_", "penalty_", "left_out_points_", "place_", "calibration_",
        "mean_caption_", "local_scaling_", "query_numbers_",
    )  # fmt: skip

    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder | None = None
    gammas: Sequence[float] = GAMMAS
    penalties: Sequence[float] = PENALTIES
    captioned: bool | int = True
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "two towers, closed form"

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, dim)."""
        features = self.features_.transform(content, paths)
        return unit(gaussian_kernel(features, self.seen_, self.gammas) @ self.coefficients_)

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, (texts, dim)."""
        return unit(self.text_.encode(texts))

    def left_out_cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosines of training pairs as if each pair's photo had not been trained on, (pairs,)."""
        return self.left_out_products(pairs, self.place_, self.left_out_points_)[0]

    def adapt(self, pairs: Pairs) -> ClosedFormTowers:
        """Return towers that foretell the captions of these pairs' photos, too; these stay as they are.

        What the towers say of the new photos is where the regression begins: it learns the difference alone, by the
        penalty under which captions of new photos are foretold best when each photo is left out. So with no new
        photos they are these towers, and with many they come close to others that were trained anew. The space of
        texts stays: words that it does not know stay unknown. Of more than 7,500 new photos so many teach, drawn by
        chance. Numbers are calibrated anew where that is better (`CalibratedOn.yields_to`).
        """
        check_pairs("adapt", pairs)
        examples = training_examples(pairs, self.captioned)
        is_new = ~np.isin(examples.content, list(self.fitted_content_))
        if not is_new.any():
            return self
        order = np.random.default_rng(0).permutation(np.flatnonzero(is_new))
        is_new[order[MOST_EXACT:]] = False
        new = examples.only(is_new)
        features = self.features_.transform(new.content, [Path(path) for path in new.paths])
        coefficients, left_out = self._learn_difference(new, features)
        towers = self.with_learned(pairs, new.content)
        towers.seen_ = np.vstack([self.seen_, features])
        towers.coefficients_ = np.vstack([self.coefficients_, coefficients]).astype(np.float32)
        rows = self.rows_at(unit(left_out))
        towers.left_out_points_ = np.vstack([self.left_out_points_, rows]).astype(np.float32)
        before = len(self.left_out_points_)
        towers.place_ = self.place_ | {content: before + at for at, content in enumerate(new.content)}
        if len(better := self.better_pairs(pairs)):
            cosines = towers.left_out_cosines(better)
            towers.calibration_ = Calibration().fit(cosines, better.target, better.weight)
            towers.query_numbers_ = None
        return towers

    def _learn_difference(self, new: Examples, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients of new photos for what is not foretold of them, and what is when each is left out."""
        targets = mean_captions(self.text_points(new.texts), new)
        # Towers that were saved before they kept it are given that of the new photos.
        targets -= getattr(self, "mean_caption_", targets.mean(axis=0))
        foretold_points = gaussian_kernel(features, self.seen_, self.gammas) @ self.coefficients_
        rows = BaseRows(features[:0], features, partial(gaussian_kernel, gammas=self.gammas))
        difference = targets - foretold_points
        coefficients, left_out = np.zeros_like(targets), foretold_points
        least = np.square(difference).mean()
        for penalty in ADAPTING_PENALTIES:
            solution = rows.solve(penalty, targets[:0], np.arange(len(features)), difference)
            # By ranks, few photos would teach nothing: a photo that is left out stands among others that have learned
            # its captions, and so behind them.
            error = np.square(difference - solution.left_out).mean()
            if error < least:
                least, coefficients, left_out = error, solution.own, foretold_points + solution.left_out
        return coefficients, left_out

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        numbers = np.array([*self.gammas, *self.penalties], np.float64)
        if (
            not len(self.gammas)
            or not len(self.penalties)
            or not (np.isfinite(numbers) & (numbers > 0)).all()
        ):
            raise SettingError("gammas and penalties need numbers above 0, at least one of each.")

    def _fit(self, pairs: Pairs) -> None:
        if self.store is None:
            self._learn(pairs)
            return
        # Matchers of a comparison share the store: there the hybrid follows, and needs the same towers.
        text = tower_text(self.text, pairs.data.synthetic)
        settings = (
            *(encoder.identity for encoder in photo_encoders(self.photo)),
            type(text), text.identity,
            tuple(self.gammas), tuple(self.penalties), repr(self.captioned), id(self.store),
            MOST_EXACT, LANDMARKS, FEWEST_SHARED, FEWEST_PHOTOS, FEWEST_PAIRS,
        )  # fmt: skip
        self.__dict__.update(LAST_FIT.take_or_learn(pairs, settings, lambda: self._learn(pairs)))

    def _learn(self, pairs: Pairs) -> dict[str, Any]:
        """Learn from pairs; return what was learned, by the attribute."""
        self.text_ = fit_texts(tower_text(self.text, pairs.data.synthetic), pairs)
        stage("vectors")
        examples = training_examples(pairs, self.captioned)
        fit = self._fit_by_landmarks if len(examples.content) > MOST_EXACT else self._fit_exactly
        own_content, foretold_points = fit(examples, pairs)
        self.place_ = {content: at for at, content in enumerate(own_content)}
        number = np.array([self.place_.get(content, -1) for content in examples.content])
        self.local_scaling_ = LocalScaling().fit(self.text_points, examples.texts, number[examples.owner])
        # Without their own captions, as without themselves.
        stage("calibrating")
        self.left_out_points_ = self.rows_at(self.left_out_points_, np.arange(len(self.place_)))
        cosines = self.left_out_cosines(pairs)
        self.calibration_ = Calibration().fit(cosines, pairs.target, pairs.weight)
        self.query_numbers_ = None
        if len(foretold_points) >= FEWEST_PHOTOS and len(pairs) >= FEWEST_PAIRS:
            self.query_numbers_ = QueryNumbers().near(foretold_points)
            self.query_numbers_.fit(self.figures(cosines, pairs.texts), pairs.target, pairs.weight)
        return {name: getattr(self, name) for name in self.LEARNED}

    def _fit_exactly(self, examples: Examples, pairs: Pairs) -> tuple[Sequence[str], np.ndarray]:
        """Fit the photo tower; return the content of the photos that have left-out points.

        Beside it, what the regression says of the captioned photos that it was fitted to, (photos, dim).
        """
        # So many captioned photos are a base of their own, which all trainings of a comparison share.
        if examples.captioned.sum() < FEWEST_SHARED:
            # So few take no time, and are solved for together with the others.
            examples = replace(examples, captioned=np.zeros(len(examples.content), bool))
        shared, own = examples.only(examples.captioned), examples.only(~examples.captioned)
        self.features_ = self._fit_features(shared if len(shared.content) else own)
        stage("solving")
        captions = self.text_points(own.texts)
        targets = mean_captions(captions, own)
        base = self._base(shared, own, pairs)
        shared_targets = np.zeros((0, targets.shape[1]))
        if len(shared.content):
            shared_targets = mean_captions(self.text_points(shared.texts), shared)
        # The same whatever else is trained on, so that what is shared is solved for once.
        self.mean_caption_ = mean = (shared_targets if len(shared.content) else targets).mean(axis=0)
        return own.content, self._choose(base, shared_targets - mean, targets - mean, captions, own)

    def _fit_by_landmarks(self, examples: Examples, _: Pairs) -> tuple[Sequence[str], np.ndarray]:
        own = np.flatnonzero(~examples.captioned)
        order = np.random.default_rng(0).permutation(len(examples.content))
        some = np.zeros(len(examples.content), bool)
        some[order[:MOST_EXACT]] = True
        self.features_ = self._fit_features(examples.only(some))
        stage("solving")
        kernel = partial(gaussian_kernel, gammas=self.gammas)
        maps = self.features_.transform, self.text_points
        fit = fit_by_landmarks(examples, maps, kernel, self.penalties, LANDMARKS, own)
        self.seen_, self.coefficients_, self.penalty_ = fit.landmark_rows, fit.coefficients, fit.penalty
        self.left_out_points_, self.mean_caption_ = fit.left_out_points, fit.mean
        return [examples.content[at] for at in own], np.zeros((0, 0))

    def _fit_features(self, examples: Examples) -> PhotoFeatures:
        store = self.store or VectorStore()
        features = PhotoFeatures(photo_encoders(self.photo), store)
        return features.fit(examples.content, [Path(path) for path in examples.paths])

    def _base(self, shared: Examples, own: Examples, pairs: Pairs) -> tuple[BaseRows, np.ndarray]:
        """Return the captioned photos as a base, and the places of the own photos among those that may stand beside."""
        beside = dict(zip(own.content, own.paths, strict=True))
        if self.store is not None and len(shared.content):
            # Other trainings of a comparison have other judged photos of the data set, and share the store.
            photos = pairs.data.photos
            judged_photos = photos[
                (photos["part"] == "train") & photos["photo"].isin(pairs.data.pairs["photo"])
            ]
            beside |= dict(zip(judged_photos["digest"], judged_photos["path"], strict=True))
        order = sorted(beside)
        rows = self.features_.transform(shared.content, [Path(path) for path in shared.paths])
        others = self.features_.transform(order, [Path(beside[content]) for content in order])
        places = np.searchsorted(order, own.content)
        return base_rows(rows, others, partial(gaussian_kernel, gammas=self.gammas), self.gammas), places

    def _choose(
        self,
        base: tuple[BaseRows, np.ndarray],
        shared_targets: np.ndarray,
        targets: np.ndarray,
        captions: np.ndarray,
        own: Examples,
    ) -> np.ndarray:
        """Keep the penalty that ranks best the photo of each training caption, that photo left out.

        Return what it says of the rows of the base, to which it was fitted.
        """
        rows, places = base
        solutions = {
            penalty: rows.solve(penalty, shared_targets, places, targets) for penalty in self.penalties
        }
        ranks = {
            penalty: mean_reciprocal_rank(unit(solution.left_out), captions, own)
            for penalty, solution in solutions.items()
        }
        self.penalty_ = max(ranks, key=ranks.__getitem__)
        best = solutions[self.penalty_]
        self.seen_ = np.vstack([rows.rows, rows.others[places]])
        self.coefficients_ = np.vstack([best.base, best.own]).astype(np.float32)
        self.left_out_points_ = unit(best.left_out).astype(np.float32)
        return unit(shared_targets - self.penalty_ * best.base)


def gaussian_kernel(photos: np.ndarray, others: np.ndarray, gammas: Sequence[float]) -> np.ndarray:
    """Return the similarity of photos, from 0 to 1, (photos, others)."""
    apart = (photos**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * photos @ others.T
    return np.asarray(sum(np.exp(-gamma * np.maximum(apart, 0)) for gamma in gammas) / len(gammas))
