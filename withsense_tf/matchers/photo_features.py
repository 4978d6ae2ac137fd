"""Photo vectors of one or several encoders, made comparable: what matchers see of a photo."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final, Self, TypeVar

import numpy as np

from withsense_tf.common.fingerprints import LastMade
from withsense_tf.common.saved_objects import Saveable
from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.make_encoder import photo_encoder
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, WithSenseWarning
from withsense_tf.matchers.own_captions import Examples

SCENE_NET: Final = "scene_net"
Photo = str | PhotoEncoder
Photos = Photo | Sequence[Photo]
Thing = TypeVar("Thing")

# Trainings of a comparison share their captioned photos, thousands, and each row of its table asks for them again.
FEWEST_SHARED: Final = 1_000
MOST_SHARED: Final = 10_000  # 200 to 400 MB a set; who learns from more photos trains once
SETS: Final = 2
_figures_made = LastMade[Any](SETS)
_features_made = LastMade[np.ndarray](SETS)


def photo_encoders(photo: Photos) -> list[PhotoEncoder]:
    """Return the encoders that a setting `photo=` names: one, or several side by side."""
    several = [photo] if isinstance(photo, (str, PhotoEncoder)) or not isinstance(photo, Sequence) else photo
    if not several:
        raise SettingError("photo=[] names no encoder: give one or more.")
    return [photo_encoder(one) for one in several]


class PhotoFeatures(Saveable):
    """Standardise the vectors of each encoder on training photos, and put them side by side.

    Vectors of networks are never negative and have a few large numbers; their square roots are tamer. Each
    encoder counts alike: its part has length 1 in the mean, whatever its width.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("means_", "scales_")

    def __init__(self, encoders: Sequence[PhotoEncoder], store: VectorStore | None) -> None:
        self.encoders = list(encoders)
        self.store = store or VectorStore()

    def fit(self, content: Sequence[str], paths: Sequence[Path]) -> Self:
        """Learn the mean and spread of each number from training photos."""
        self.means_, self.scales_ = self._once(
            _figures_made, content, [], lambda: self._figures(content, paths)
        )
        return self

    def _figures(
        self, content: Sequence[str], paths: Sequence[Path]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        means, scales = [], []
        for vectors in self._vectors(content, paths):
            mean, spread = vectors.mean(axis=0, dtype=np.float64), vectors.std(axis=0, dtype=np.float64)
            # A number that hardly moves must not be blown up; where none moves but by rounding, none counts.
            moves = spread.mean() > 1e-6 * np.abs(mean).mean()
            spread = spread + 0.1 * spread.mean() if moves else np.full(len(spread), np.inf)
            means.append(mean)
            scales.append(1 / (spread * np.sqrt(vectors.shape[1] * len(self.encoders))))
        return means, scales

    def transform(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the features of photos, float32, (photos, features)."""

        def make() -> np.ndarray:
            parts = zip(self._vectors(content, paths), self.means_, self.scales_, strict=True)
            return np.hstack([(vectors - mean) * scale for vectors, mean, scale in parts]).astype(np.float32)

        return self._once(_features_made, content, [*self.means_, *self.scales_], make)

    def seen_by(self, encoders: Sequence[PhotoEncoder]) -> PhotoFeatures:
        """Return the same means and scales on the vectors of other encoders, of the same widths."""
        features = PhotoFeatures(encoders, self.store)
        features.means_, features.scales_ = self.means_, self.scales_
        return features

    def _vectors(self, content: Sequence[str], paths: Sequence[Path]) -> list[np.ndarray]:
        several = [self.store.vectors_of(encoder, content, paths) for encoder in self.encoders]
        return [np.sign(vectors) * np.sqrt(np.abs(vectors)) for vectors in several]

    def _once(
        self,
        memory: LastMade[Thing],
        content: Sequence[str],
        figures: Sequence[np.ndarray],
        make: Callable[[], Thing],
    ) -> Thing:
        """Return what is made of these photos under these figures; of thousands of them, it is made once."""
        if not FEWEST_SHARED <= len(content) <= MOST_SHARED:
            return make()
        names = [*(encoder.identity for encoder in self.encoders), str(self.store.dtype), *content]
        digest = sha256("\0".join(names).encode())
        for one in figures:
            digest.update(one.tobytes())
        return memory.get(digest.hexdigest(), make)


def fit_features(
    encoders: Sequence[PhotoEncoder], store: VectorStore, examples: Examples
) -> tuple[PhotoFeatures, np.ndarray]:
    """Return features and those of photos to learn from, (photos, features).

    Where many captioned photos are among them, these say what is usual: they are the same in every fold, and what is
    made of them is made once.
    """
    is_usual = examples.captioned
    if is_usual.sum() < FEWEST_SHARED:
        is_usual = np.ones(len(is_usual), bool)
    places = [part for part in (is_usual, ~is_usual) if part.any()]
    parts = [examples.only(part) for part in places]
    files = [(part.content, [Path(path) for path in part.paths]) for part in parts]
    features = PhotoFeatures(encoders, store).fit(*files[0])
    rows = np.vstack([features.transform(*some) for some in files])
    return features, rows[np.argsort(np.concatenate(list(map(np.flatnonzero, places))))]


def warn_of_untaught_eyes(photo: object, pairs: Pairs) -> None:
    """Warn where real photos are looked at by what was not taught on any, and whose name does not say so."""
    if pairs.data.synthetic:
        return
    for one in photo if isinstance(photo, list | tuple) else [photo]:
        if one == SCENE_NET or isinstance(one, SceneNet):
            warnings.warn(
                "scene_net knows drawn scenes alone, and sees little in photos. The best that are on this machine: "
                "photo=list(ws.best_encoders_here()).",
                WithSenseWarning,
                stacklevel=3,
            )


def describe_encoders(photos: Sequence[PhotoEncoder], text: TextEncoder) -> dict[str, str]:
    """Return the columns of a result row that describe the encoders: photo, text and weights."""
    weights = [*(encoder.weights for encoder in photos), text.weights]
    return {
        "photo": " + ".join(encoder.identity for encoder in photos),
        "text": text.identity,
        "weights": " + ".join(filter(None, dict.fromkeys(weights))),
    }
