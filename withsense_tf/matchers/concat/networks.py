"""What the Keras regressors share: vectors of photos and texts, a validation side, early stopping, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.processes import epochs
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.data.unique import unique_photos, unique_texts
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import check_seed
from withsense_tf.matchers.base import FeatureMatcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.dense import Dense
from withsense_tf.matchers.keras_parts.adamw import AdamW
from withsense_tf.matchers.own_captions import fit_texts
from withsense_tf.matchers.photo_features import PhotoFeatures, photo_encoders
from withsense_tf.matchers.search_forms import NetworkForm
from withsense_tf.matchers.training import Training

# Text vectors have length 1; so many words of a caption carry weight, and each then has a size of about 1.
WORDS: Final = 16
# Pairs that are scored at once: enough to keep the cores busy, few enough for the memory.
CHUNK: Final = 65_536
# The same where a pair is two wide vectors.
CHUNK_OF_VECTORS: Final = 4_096
# Vectors with a larger share of numbers that are not 0 are multiplied faster as they are.
DENSE: Final = 0.05


class NetworkMatcher(FeatureMatcher):
    """A Keras network on a photo's and a text's vector, trained on the judgements; subclasses build it.

    The network ends in a sigmoid, learns by mean squared error with the pairs' weights, and keeps the epoch that is
    best on validation photos (a part of the training photos), which also calibrate its answers.
    """

    track: ClassVar[str] = "image-only"
    one_photo_encoder: ClassVar[bool] = True
    training_kind: ClassVar[type[Training] | None] = Training
    trains_network: ClassVar[bool] = True
    # Whether `_answer` takes texts as a sparse tensor, too.
    reads_sparse: ClassVar[bool] = False
    LEARNED: ClassVar[tuple[str, ...]] = ("text_", "features_", "history_", "calibration_")

    training: Training | None
    seed: int
    store: VectorStore | None
    logs: str | None

    def to_state(self) -> dict[str, Any]:
        """Return the state to save; of the network its weights."""
        state = super().to_state()
        return state | {"widths": self.widths_, "weights": self.network_.get_weights()}

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved matcher and its network."""
        start_tensorflow()
        matcher = super().from_state(state, store)
        matcher.widths_ = state["widths"]
        matcher.network_ = matcher._build(*matcher.widths_)
        matcher.network_.set_weights(state["weights"])
        return matcher

    def search_form(self) -> NetworkForm:
        """Return the search form: the texts' side of the network's first layer, and all later layers."""
        _, side, rest, meet = self._parts()
        return NetworkForm(self.text_, self.calibration_, side, rest, meet, float(np.sqrt(WORDS)))

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the photos' side of the first layer, float32, (photos, width)."""
        return self._parts()[0].apply(self._photo_inputs(content, paths)).astype(np.float32)

    def _parts(self) -> tuple[Dense, Dense, list[Dense], str]:
        """Return the photos' and the texts' side of the first layer, what follows, and how the two meet."""
        raise NotImplementedError

    @property
    def _training(self) -> Training:
        return self.training or Training()

    def _build(self, photo_width: int, text_width: int) -> Any:
        """Return the network, a Keras model that takes `_inputs`."""
        raise NotImplementedError

    def _inputs(self, photos: np.ndarray, texts: np.ndarray) -> Any:
        """Return the network's inputs for pairs of photo and text vectors, (pairs, width) each."""
        raise NotImplementedError

    def _answer(self, network: Any, photos: Any, texts: Any, training: bool) -> Any:
        """Return the network's answers to pairs while it is trained, (pairs, 1)."""
        return network(self._inputs(photos, texts), training=training)

    def _fit(self, pairs: Pairs) -> None:
        start_tensorflow()
        check_seed(self.seed)
        self.text_ = fit_texts(tower_text(self.text, pairs.data.synthetic), pairs)
        content, paths, _ = unique_photos(pairs)
        self.features_ = PhotoFeatures(photo_encoders(self.photo), self.store).fit(content, paths)
        photos, photo = self._photo_rows(pairs)
        texts, text = self._text_rows(pairs.texts)
        held_out = self._held_out(np.unique(pairs.group), pairs)
        self.widths_ = (photos.shape[1], texts.shape[1])
        network = self._build(*self.widths_)
        steps = self._steps(network, photos, texts, photo, text, pairs)
        self.history_ = self._train(network, *steps, held_out)
        self.network_ = network
        scores = self._scores(photos[photo[held_out]], texts[text[held_out]])
        self.calibration_ = Calibration("platt").fit(scores, pairs.target[held_out], pairs.weight[held_out])

    def _held_out(self, photos: np.ndarray, pairs: Pairs) -> np.ndarray:
        """Choose the photos that are not trained on; with too few photos, all pairs do both."""
        order = np.random.default_rng(self.seed).permutation(photos)
        held_out = np.isin(pairs.group, order[: round(self._training.validation * len(photos))])
        return held_out if 0 < held_out.sum() < len(held_out) else np.ones(len(held_out), bool)

    def _train(self, network: Any, step: Any, loss: Any, held_out: np.ndarray) -> dict[str, list[float]]:
        training_rows = np.flatnonzero(~held_out) if not held_out.all() else np.arange(len(held_out))
        rng = np.random.default_rng(self.seed)
        choosing = batches_of(np.flatnonzero(held_out), CHUNK_OF_VECTORS)
        history: dict[str, list[float]] = {"loss": [], "val_loss": []}
        best, best_weights, since_best = np.inf, network.get_weights(), 0
        for _ in epochs(self._training.epochs):
            for name, work, batches in (
                ("loss", step, batches_of(rng.permutation(training_rows), self._training.batch)),
                ("val_loss", loss, choosing),
            ):
                values = [work(rows) for rows in batches]
                history[name].append(float(np.average(values, weights=list(map(len, batches)))))
            if history["val_loss"][-1] < best:
                best, best_weights, since_best = history["val_loss"][-1], network.get_weights(), 0
            elif (since_best := since_best + 1) >= self._training.patience:
                break
        network.set_weights(best_weights)
        if self.logs:
            write_logs(self.logs, history)
        return history

    def _steps(
        self,
        network: Any,
        photos: np.ndarray,
        texts: np.ndarray,
        photo: np.ndarray,
        text: np.ndarray,
        pairs: Pairs,
    ) -> tuple[Any, Any]:
        """Return two functions of rows of pairs: one trains the network on them, one measures its loss."""
        import tensorflow as tf

        # Everything becomes a tensor once; a batch is then made from its rows inside the graph.
        photo_vectors, gather_texts = tf.constant(photos), _rows_of(texts, self.reads_sparse)
        whose, which = tf.constant(photo, tf.int32), tf.constant(text, tf.int32)
        target, weight = tf.constant(pairs.target, tf.float32), tf.constant(pairs.weight, tf.float32)
        variables = [variable.value for variable in network.trainable_variables]
        optimizer = AdamW(variables, self._rate(photos.shape[1]), self._training.decay)

        def loss(rows: Any, training: bool = False) -> Any:
            vectors = tf.gather(photo_vectors, tf.gather(whose, rows)), gather_texts(tf.gather(which, rows))
            answers = tf.squeeze(self._answer(network, *vectors, training), 1)
            return tf.reduce_mean(tf.gather(weight, rows) * tf.square(answers - tf.gather(target, rows)))

        def step(rows: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(rows, training=True)
            optimizer.apply(tape.gradient(value, variables))
            return value

        rows = tf.TensorSpec([None], tf.int64)
        return tf.function(step, [rows], autograph=False), tf.function(loss, [rows], autograph=False)

    def _rate(self, photo_width: int) -> float:  # noqa: ARG002  # as subclasses
        return self._training.rate

    def _photo_rows(self, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
        content, paths, row = unique_photos(pairs)
        return self._photo_inputs(content, paths), row

    def _photo_inputs(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        features = self.features_.transform(content, paths)
        # A network wants numbers of about 1, not vectors of length 1.
        return features * np.float32(np.sqrt(features.shape[1]))

    def _text_rows(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        different, row = unique_texts(texts)
        return self.text_.encode(different) * np.float32(np.sqrt(WORDS)), row

    def _scores(self, photos: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """Return the network's answers for pairs of vectors, (pairs,)."""
        parts = [
            np.asarray(
                self.network_(self._inputs(photos[at : at + CHUNK], texts[at : at + CHUNK]), training=False)
            ).ravel()
            for at in range(0, len(photos), CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _score(self, pairs: Pairs) -> np.ndarray:
        photos, photo = self._photo_rows(pairs)
        texts, text = self._text_rows(pairs.texts)
        return self.calibration_.apply(self._scores(photos[photo], texts[text]))

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        form, rows = self.search_form(), self.photo_rows(gallery.content, gallery.paths)
        different, place = unique_texts(queries.texts)
        # Many queries at once: a search has one, and its products are too small to be fast.
        scores = [
            form.scan(np.tile(rows, (len(some), 1)), np.repeat(some, len(rows), axis=0)).reshape(
                -1, len(rows)
            )
            for some in batches_of(form.queries(different), max(1, CHUNK // len(rows)))
        ]
        return np.asarray(np.vstack([np.zeros((0, len(rows))), *scores])[place])


def batches_of(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Divide rows into batches of a size; the last may be smaller."""
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def _rows_of(vectors: np.ndarray, sparse: bool) -> Callable[[Any], Any]:
    """Return a function that gathers rows of vectors inside a graph, sparse ones (if allowed) where most are 0."""
    import tensorflow as tf

    if not sparse or np.count_nonzero(vectors) > DENSE * vectors.size:
        every = tf.constant(vectors)
        return lambda rows: tf.gather(every, rows)
    row, column = np.nonzero(vectors)
    columns, numbers = (
        tf.RaggedTensor.from_value_rowids(part, row, len(vectors)) for part in (column, vectors[row, column])
    )

    def gather(rows: Any) -> Any:
        place, values = tf.gather(columns, rows), tf.gather(numbers, rows).flat_values
        indices = tf.stack([place.value_rowids(), place.flat_values], axis=1)
        shape = tf.stack([tf.size(rows, tf.int64), vectors.shape[1]])
        return tf.SparseTensor(indices, values, shape)

    return gather


def write_logs(folder: str, history: Mapping[str, Sequence[float]]) -> None:
    """Write the losses of each epoch for TensorBoard, of training and validation, under Keras' names."""
    import tensorflow as tf

    for part, name in (("train", "loss"), ("validation", "val_loss")):
        with tf.summary.create_file_writer(f"{folder}/{part}").as_default():
            for epoch, value in enumerate(history[name]):
                tf.summary.scalar("epoch_loss", value, step=epoch)
