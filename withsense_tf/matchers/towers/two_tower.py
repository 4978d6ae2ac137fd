"""Two towers trained by contrast with Keras, and tuned on the judgements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.common.unit import unit
from withsense_tf.data.dataset import Pairs
from withsense_tf.data.unique import unique_texts
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.encoders.photos.photo_split import Trunk
from withsense_tf.encoders.photos.photo_tuned import TunedPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, check_choice, check_seed
from withsense_tf.matchers.base import FeatureMatcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.keras_parts.byte_dropout import byte_dropout
from withsense_tf.matchers.own_captions import Examples, fit_texts, training_examples
from withsense_tf.matchers.photo_features import Photos, fit_features, photo_encoders
from withsense_tf.matchers.search_forms import ProjectedForm
from withsense_tf.matchers.towers.base import Towers
from withsense_tf.matchers.towers.contrast import KINDS
from withsense_tf.matchers.towers.contrast_training import Lesson, Objective, train_towers
from withsense_tf.matchers.towers.local_scaling import LocalScaling
from withsense_tf.matchers.towers.opened_training import CHECKPOINTS, Opened, looks, map_store
from withsense_tf.matchers.training import TowerTraining, Training


@dataclass(eq=False, repr=False)
class TwoTower(Towers, FeatureMatcher):
    """Train a photo tower and a text tower so that a photo and its captions meet.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    - `loss`: "softmax" (the right one against all others), "sigmoid" (each pair a yes or a no) or "hinge" (against
      the hardest other one).
    - `judged_weight`: how much the judgements count beside the captions: cosines are also to foretell targets.
    - `dim` and `hidden`: the size of the common space, and of one hidden layer in the photo tower (0: none).
    - `members`: so many networks from different seeds are averaged.
    - `opened`: the first of the last layers of a `KerasPhoto` (one view) that are trained together with the towers,
      at `opened_rate`, after the towers alone; "block_16_expand" of MobileNetV2, for example. With `opened_augment`
      they see photos and mirror images, each cut anew in every epoch. A run that is killed goes on where it was, if
      its store has a folder of its own.
    - `captioned`: whether photos with captions and without judgements are learned from, too; a number: so many.
    - `training`: epochs, rates and patience, as a `TowerTraining`; without one, the usual ones.
    - `seed` of the first weights and of the order of pairs.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    - `logs`: a folder for TensorBoard.

    The epoch is kept that ranks validation photos best, not the one of the lowest loss. Those photos are drawn from
    the judged ones, and the scores are calibrated on their judgements.
    """

    trains_network: ClassVar[bool] = True
    reads_caption_space: ClassVar[bool] = True
    training_kind: ClassVar[type[TowerTraining] | None] = TowerTraining
    LEARNED: ClassVar[tuple[str, ...]] = (
        "text_", "features_", "histories_", "opened_history_", "held_content_", "calibration_",
        "local_scaling_",
    )  # fmt: skip

    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder | None = None
    dim: int = 256
    hidden: int = 0
    loss: str = "softmax"
    judged_weight: float = 1.0
    members: int = 1
    opened: str = ""
    opened_rate: float = 3e-4
    opened_augment: bool = False
    captioned: bool | int = True
    training: Training | None = None
    seed: int = 0
    store: VectorStore | None = None
    logs: str | None = None

    @property
    def name(self) -> str:
        """Name the matcher with its loss and the opened layer."""
        opened = f", opened from {self.opened}{', augmented' * self.opened_augment}" if self.opened else ""
        return f"two towers, {self.loss}{opened}"

    def prepare(self, content: Sequence[str], paths: Sequence[Path], texts: Sequence[str]) -> None:
        """Store the vectors of photos, and the maps of those whose last layers are opened."""
        super().prepare(content, paths, texts)
        if self.opened and self.store is not None:
            for encoder in looks(self._trunk(photo_encoders(self.photo)), self.opened_augment):
                map_store(self.store).encode(encoder, content, paths)

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, members * dim)."""
        return self._points(0, self.features_.transform(content, paths))

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, (texts, members * dim)."""
        return self._points(1, self.text_.encode(texts))

    def unseen_content(self, content: Sequence[str]) -> frozenset[str]:
        """Return which training photos were held out."""
        return frozenset(content) & frozenset(self.held_content_.tolist())

    def unseen_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the rows of photos that were held out, as `photo_rows` does."""
        return self.photo_rows(content, paths)

    def search_form(self) -> ProjectedForm:
        """Return the search form; the text towers are linear, and need no TensorFlow."""
        layers = [text.get_weights() for _, text in self.towers_]
        members = [(np.asarray(kernel), np.asarray(bias)) for kernel, bias in layers]
        return ProjectedForm(self.text_, self.calibration_, members, self.local_scaling_ is not None)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save; of the networks their weights."""
        state = super().to_state()
        if self.opened:
            # To fit it again is to open the backbone as it was.
            photos = self.features_.encoders
            state["settings"]["photo"] = [one.base if isinstance(one, TunedPhoto) else one for one in photos]
        state["weights"] = [[tower.get_weights() for tower in member] for member in self.towers_]
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved matcher and its networks."""
        start_tensorflow()
        matcher = super().from_state(state, store)
        matcher.towers_ = []
        for photo, text in state["weights"]:
            towers = build_towers(len(photo[0]), len(text[0]), matcher.dim, matcher.hidden, matcher.seed)
            for tower, weights in zip(towers, (photo, text), strict=True):
                tower.set_weights(weights)
            matcher.towers_.append(towers)
        return matcher

    def _points(self, side: int, vectors: np.ndarray) -> np.ndarray:
        # Points side by side: their cosine is the mean of the members' cosines.
        parts = [unit(np.asarray(member[side](vectors, training=False))) for member in self.towers_]
        return np.asarray(np.hstack(parts) / np.sqrt(len(parts)))

    @property
    def _training(self) -> Training:
        return self.training or TowerTraining()

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        check_choice("loss", self.loss, KINDS)
        check_seed(self.seed)
        if min(self.dim, self.members) < 1 or self.hidden < 0 or self.judged_weight < 0:
            raise SettingError(
                "dim and members must be at least 1, hidden and judged_weight at least 0, got "
                f"{self.dim}, {self.members}, {self.hidden} and {self.judged_weight}."
            )

    def _fit(self, pairs: Pairs) -> None:
        start_tensorflow()
        encoders = photo_encoders(self.photo)
        trunk = self._trunk(encoders) if self.opened else None
        self.text_ = fit_texts(tower_text(self.text, pairs.data.synthetic), pairs)
        examples = training_examples(pairs, self.captioned, self.seed)
        store = self.store or VectorStore()
        self.features_, features = fit_features(encoders, store, examples)
        held_out = self._held_out(examples)
        # Copies of a photo that is held out are held out with it.
        group = np.array([pairs.data.group_by_content[content] for content in examples.content])
        held_out = np.isin(group, group[held_out])
        judged_pairs = self._judged_pairs(pairs, examples, held_out)
        lesson = Lesson(self.text_.encode(examples.texts), examples, held_out, judged_pairs)
        self.towers_, self.histories_ = [], []
        for member in range(self.members):
            seed = self.seed + 7919 * member
            towers = build_towers(features.shape[1], lesson.captions.shape[1], self.dim, self.hidden, seed)
            logs = f"{self.logs}/member-{member}" if self.logs else None
            objective = Objective(self.loss, self.judged_weight)
            history = train_towers(towers, objective, features, lesson, self._training, seed, logs)
            self.towers_.append(towers)
            self.histories_.append(history)
        if trunk is not None:
            logs = f"{self.logs}/opened" if self.logs else None
            opening = Opened(
                trunk, self.features_, store, self._training, self.opened_rate, self.seed, logs,
                self.opened_augment, self.text_.identity, None if self.store is None else store.folder / CHECKPOINTS,
            )  # fmt: skip
            self.features_, self.opened_history_ = opening.train(self.towers_[0], objective, lesson)
        pupils = examples.only(~held_out)
        self.local_scaling_ = LocalScaling().fit(self.text_points, pupils.texts, pupils.owner)
        self.held_content_ = np.array(examples.content)[held_out]
        unseen = self._unseen(pairs, examples)
        self.calibration_ = Calibration().fit(self.cosines(unseen), unseen.target, unseen.weight)

    def _trunk(self, photos: Sequence[PhotoEncoder]) -> Trunk:
        if len(photos) > 1 or self.members > 1 or not 0 < self.opened_rate < np.inf:
            raise SettingError(
                f"opened={self.opened!r} needs one photo encoder, members=1 and an opened_rate above 0, got "
                f"{len(photos)} encoders, members={self.members} and opened_rate={self.opened_rate}."
            )
        trunk = Trunk(photos[0], self.opened)
        _ = trunk.shape  # a layer that cannot be opened is an error before the work begins
        return trunk

    def _held_out(self, examples: Examples) -> np.ndarray:
        """Return which photos are held out, (photos,): a share of the judged ones; of all if none is an example."""
        held_out = np.zeros(len(examples.content), bool)
        lot = np.flatnonzero(~examples.captioned)
        if not len(lot):
            lot = np.arange(len(held_out))
        some = max(1, round(self._training.validation * len(lot)))
        held_out[np.random.default_rng(self.seed).permutation(lot)[:some]] = True
        return held_out

    def _unseen(self, pairs: Pairs, examples: Examples) -> Pairs:
        """Return the judged pairs of held-out photos; where no judged photo is an example, all of them."""
        own = np.array(examples.content)[~examples.captioned]
        return pairs.take(np.flatnonzero(np.isin(pairs.content, self.held_content_))) if len(own) else pairs

    def _judged_pairs(self, pairs: Pairs, examples: Examples, held_out: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the judged pairs that may be trained on: photo position, text vector, target, weight."""
        place = {content: at for at, content in enumerate(examples.content) if not held_out[at]}
        photo = np.array([place.get(content, -1) for content in pairs.content])
        rows = np.flatnonzero(photo >= 0)
        texts, text = unique_texts(pairs.take(rows).texts)
        return photo[rows], self.text_.encode(texts)[text], pairs.target[rows], pairs.weight[rows]


def build_towers(photo_width: int, text_width: int, dim: int, hidden: int, seed: int) -> tuple[Any, Any]:
    """Return the two Keras models, vectors -> points (not yet of length 1)."""
    import keras

    def dense(width: int, number: int) -> Any:
        start = keras.initializers.GlorotUniform(seed=seed + 1000 * number)
        return keras.layers.Dense(width, kernel_initializer=start)

    photo, text = keras.Input((photo_width,)), keras.Input((text_width,))
    layer = photo * np.sqrt(photo_width)
    if hidden:
        layer = keras.ops.relu(dense(hidden, 1)(layer))
    # What a training photo says of itself must not hang on single features.
    layer = byte_dropout(0.3, seed)(layer)
    return (
        keras.Model(photo, dense(dim, 2)(layer)),
        keras.Model(text, dense(dim, 3)(text * np.sqrt(text_width))),
    )
