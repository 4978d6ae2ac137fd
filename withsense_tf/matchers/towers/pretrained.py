"""Two towers that were trained together on millions of photos with their texts: CLIP, SigLIP and MetaCLIP 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from withsense_tf.common.unit import unit
from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.photo_text_keras_hub import photo_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import WeightsMissingError, check_choice
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.own_captions import captioned_photos, training_examples
from withsense_tf.matchers.search_forms import CosineForm
from withsense_tf.matchers.towers.base import Towers
from withsense_tf.matchers.towers.caption_means import mean_captions, mean_reciprocal_rank
from withsense_tf.matchers.towers.linear_head import learn_move, no_move

HEADS: Final = ("linear",)
# As shares of the mean spread; few photos bear small ones, and with infinity all photos move alike.
PENALTIES: Final = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))


@dataclass(eq=False, repr=False)
class Pretrained(Towers):
    """Rank by a pre-trained network for photos and texts, given as the name or folder of a KerasHub preset.

    - `preset`: CLIP, SigLIP and their like, by name or folder.
    - `head=None`: zero-shot. Only the calibration is learned, and no score has seen any pair.
    - `head="linear"`: photos move linearly towards their training captions, as far as it helps to find training
      photos when each is left out; where nothing helps, they stay. Scores are calibrated with each photo left out.
    - `captioned`: whether the head learns from photos with captions and without judgements, too; a number: so many.
      Which move is kept, and the calibration, hang on the judged photos alone.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.

    Without its weights it cannot be fitted: that is a WeightsMissingError, never a network with random weights.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("towers_", "move_", "place_", "left_out_points_", "calibration_")

    preset: str | Path = "clip_vit_base_patch32"
    head: str | None = None
    captioned: bool | int = True
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher by its preset and head."""
        preset = str(self.preset).rstrip("/").rpartition("/")[2]
        return f"{preset}, {'zero-shot' if self.head is None else f'{self.head} head'}"

    def load(self) -> Self:
        """Load the network now, so that missing weights are a WeightsMissingError now; return self."""
        photo_text(self.preset).load()
        return self

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher, even where its weights are missing."""
        try:
            towers = getattr(self, "towers_", None) or photo_text(self.preset)
            about = {"photo": towers.photo.identity, "text": towers.text.identity, "weights": towers.weights}
        except WeightsMissingError:
            about = {"weights": "not available"}
        return super().describe() | about

    def encoders(self) -> list[PhotoEncoder]:
        """Return the photo tower."""
        return [photo_text(self.preset).photo]

    def prepare(self, content: Sequence[str], paths: Sequence[Path], texts: Sequence[str]) -> None:
        """Store the vectors of photos and texts: both towers stay as they are."""
        super().prepare(content, paths, texts)
        if self.store is not None:
            self.store.text_vectors(photo_text(self.preset).text, texts)

    def beside(self, pairs: Pairs) -> pd.DataFrame:
        """Return the captioned photos that the head learns from; without a head, none."""
        return captioned_photos(pairs, self.captioned if self.head is not None else False)

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, dim)."""
        points = self._photos(content, paths)
        return unit(self.move_.apply(points)) if self.head is not None else points

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, length 1, (texts, dim)."""
        return unit(self.store_.text_vectors(self.towers_.text, texts))

    def search_form(self) -> CosineForm:
        """Return the search form, whose text tower needs TensorFlow."""
        return CosineForm(self.towers_.text, self.calibration_)

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved matcher; its network must be where it was."""
        matcher = super().from_state(state, store)
        matcher.store_ = store or VectorStore()
        return matcher

    def unseen_content(self, content: Sequence[str]) -> frozenset[str]:
        """Return all photos where no head has learned from any, else those that can be left out."""
        return frozenset(content) if self.head is None else super().unseen_content(content)

    def unseen_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the rows of photos as if no head had learned from them, as `photo_rows` does."""
        return self.photo_rows(content, paths) if self.head is None else super().unseen_rows(content, paths)

    def left_out_cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosines of training pairs as if each pair's photo had not been trained on, (pairs,)."""
        if self.head is None:
            return self.cosines(pairs)
        return self.left_out_products(pairs, self.place_, self.left_out_points_)[0]

    def _photos(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        # Stored in half precision, their length is no longer quite 1.
        return unit(self.store_.vectors_of(self.towers_.photo, content, paths))

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        if self.head is not None:
            check_choice("head", self.head, HEADS)

    def _fit(self, pairs: Pairs) -> None:
        self.towers_ = photo_text(self.preset)
        self.store_ = self.store or VectorStore()
        if self.head is not None:
            self._fit_head(pairs)
        self.calibration_ = Calibration().fit(self.left_out_cosines(pairs), pairs.target, pairs.weight)

    def _fit_head(self, pairs: Pairs) -> None:
        """Keep the move by which captions of judged photos find their photo best, that photo left out."""
        examples = training_examples(pairs, self.captioned)
        own = examples.only(~examples.captioned) if not examples.captioned.all() else examples
        rows = np.isin(examples.content, own.content)
        own_captions = rows[examples.owner]
        self.place_ = {content: at for at, content in enumerate(examples.content)}
        points = self._photos(examples.content, [Path(path) for path in examples.paths])
        captions = self.text_points(examples.texts)
        targets = mean_captions(captions, examples)
        self.move_, self.left_out_points_ = no_move(points.shape[1]), points
        best = mean_reciprocal_rank(points[rows], captions[own_captions], own)
        for penalty in PENALTIES:
            move, left_out = learn_move(points, targets, penalty)
            left_out = unit(left_out).astype(np.float32)
            rank = mean_reciprocal_rank(left_out[rows], captions[own_captions], own)
            if rank > best:
                best, self.move_, self.left_out_points_ = rank, move, left_out
