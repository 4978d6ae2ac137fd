from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.training import Training

SHAPES: list[dict[str, Any]] = [
    {"widths": (6,)},
    {"widths": (8, 4), "batch_norm": True},
    {"widths": (4,), "dropout": 0.0, "batch_norm": True},
]


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def fitted(
    request: pytest.FixtureRequest, train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> ConcatKeras:
    training = Training(epochs=2, batch=32, rate=0.02)
    return ConcatKeras(**request.param, photo=patches, training=training, store=store).fit(train)


def one_by_one(matcher: ConcatKeras, gallery: Gallery, queries: Queries) -> np.ndarray:
    """Send each text beside each photo through the whole network."""
    photos = matcher._photo_inputs(gallery.content, gallery.paths)
    texts, row = matcher._text_rows(queries.texts)
    pairs = [np.concatenate([photo, texts[at]])[None, :] for at in row for photo in photos]
    answers = matcher.network_(np.concatenate(pairs), training=False)
    return np.asarray(answers).reshape(len(queries), len(gallery))


def test_the_grid_has_what_the_network_says_of_each_pair(
    fitted: ConcatKeras, gallery: Gallery, queries: Queries
) -> None:
    expected = one_by_one(fitted, gallery, queries)
    np.testing.assert_allclose(fitted.grid(gallery, queries), expected, atol=1e-5)


def test_photos_are_ranked_in_other_orders_for_other_texts(
    fitted: ConcatKeras, gallery: Gallery, queries: Queries
) -> None:
    # A linear form cannot do this.
    assert len({tuple(order) for order in fitted.grid(gallery, queries).argsort(axis=1)}) > 1


def test_the_network_has_the_layers_that_were_asked_for(fitted: ConcatKeras) -> None:
    kinds = [type(layer).__name__ for layer in fitted.network_.layers]
    one = ["Dense", *["BatchNormalization"] * fitted.batch_norm, "Activation"]
    assert kinds == [*(one + ["Dropout"] * bool(fitted.dropout)) * len(fitted.widths), "Dense"]


def test_the_name_has_the_widths() -> None:
    assert ConcatKeras((32, 8)).name == "concat Keras 32-8"


@pytest.mark.parametrize(
    "setting", [{"widths": ()}, {"widths": (8, 0)}, {"dropout": 1.0}, {"dropout": -0.1}], ids=str
)
def test_bad_settings_are_refused(
    setting: dict[str, Any], train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    with pytest.raises(SettingError, match="widths of at least 1 and a dropout"):
        ConcatKeras(**setting, photo=patches, store=store).fit(train)


class Pixels(PhotoEncoder):
    """Every number of a small photo: wide vectors, as those of several layers are."""

    identity = "pixels"
    weights = "none"
    width = 32 * 48 * 3
    size = (32, 48)

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        return pixels.reshape(len(pixels), -1).astype(np.float32) / 255


def test_wide_vectors_of_photos_take_smaller_steps_and_those_that_were_asked_for_are_taken(
    train: Pairs, store: VectorStore
) -> None:
    usual = ConcatKeras(photo=Pixels(), store=store).fit(train)
    large = ConcatKeras(photo=Pixels(), store=store, training=Training()).fit(train)
    # Steps that are too large drive every answer to 0: then the loss is the mean of the squared targets, and stays so.
    assert min(usual.history_["val_loss"]) < 0.8 * min(large.history_["val_loss"])
