"""Photo features alone: for photos that nobody has described, which can be found by other photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from withsense_tf.common.unit import unit
from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.alone.photo_form import NEEDS_TEXTS, PhotoForm
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.photo_features import Photos, photo_encoders
from withsense_tf.targets.calibrated_on import BY_NOTHING, CalibratedOn


@dataclass(eq=False, repr=False)
class PhotosAlone(Matcher):
    """Say how alike photos look. It learns nothing, and says nothing of texts.

    Learning nothing, it cannot know of photos that the law protects: `ready` makes it fit to serve without any.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    track: ClassVar[str] = "image-only"

    photo: Photos = "mobilenet_v2"
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "photos alone"

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher."""
        encoders = photo_encoders(self.photo)
        weights = dict.fromkeys(one.weights for one in encoders)
        about = {"photo": " + ".join(one.identity for one in encoders), "weights": " + ".join(weights)}
        return super().describe() | about

    def ready(self, law: str) -> Self:
        """Make it fit to serve under a version of the law; return self."""
        self.law_, self.fitted_target_, self.fitted_content_ = law, "none", frozenset[str]()
        self.calibrated_on_ = CalibratedOn(BY_NOTHING).as_dict()
        return self

    def search_form(self) -> PhotoForm:
        """Return the search form: photos that look alike."""
        return PhotoForm(sum(encoder.width for encoder in photo_encoders(self.photo)))

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the vector of each photo, length 1, float32, (photos, width): those of the encoders side by side."""
        store = self.store or VectorStore()
        several = [store.vectors_of(one, content, paths) for one in photo_encoders(self.photo)]
        # Each encoder counts alike. Features made comparable on training photos found hardly better neighbours, and
        # photos would have to teach that.
        return np.asarray(unit(np.hstack([unit(vectors) for vectors in several])), np.float32)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, with the encoders themselves."""
        state = super().to_state()
        state["settings"]["photo"] = photo_encoders(self.photo)
        return state

    def _fit(self, pairs: Pairs) -> None:
        self.ready(pairs.data.law)

    def _score(self, pairs: Pairs) -> np.ndarray:  # noqa: ARG002  # as other matchers
        raise SettingError(NEEDS_TEXTS)
