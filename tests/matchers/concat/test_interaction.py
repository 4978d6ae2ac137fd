from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.concat.interaction import KINDS, Interaction
from withsense_tf.matchers.training import Training


@pytest.fixture(scope="module", params=KINDS)
def fitted(
    request: pytest.FixtureRequest, train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> Interaction:
    training = Training(epochs=4, batch=32, rate=0.02)
    return Interaction(request.param, 4, 5, photo=patches, training=training, seed=2, store=store).fit(train)


@pytest.fixture(scope="module")
def trained(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> Interaction:
    training = Training(epochs=60, patience=10, batch=32, rate=0.02)
    return Interaction(rank=8, photo=patches, training=training, store=store).fit(train)


@pytest.mark.slow
def test_the_grid_has_what_the_network_says_of_each_pair(
    fitted: Interaction, gallery: Gallery, queries: Queries
) -> None:
    photos = fitted._photo_inputs(gallery.content, gallery.paths)
    texts, row = fitted._text_rows(queries.texts)
    both = [
        np.stack([photo for _ in row for photo in photos]),
        np.stack([texts[at] for at in row for _ in photos]),
    ]
    expected = np.asarray(fitted.network_(both, training=False)).reshape(len(queries), len(gallery))
    np.testing.assert_allclose(fitted.grid(gallery, queries), expected, atol=1e-5)


def test_the_kinds_score_by_what_they_are_named_after(
    fitted: Interaction, gallery: Gallery, queries: Queries
) -> None:
    photos = fitted._photo_inputs(gallery.content, gallery.paths)
    texts, row = fitted._text_rows(queries.texts)
    photo_sides, text_sides = (
        np.asarray(side(v, training=False)) for side, v in zip(fitted.sides_, (photos, texts), strict=True)
    )
    photo_sides, text_sides = photo_sides[None, :, :], text_sides[row][:, None, :]
    alone, products = photo_sides[..., 0] + text_sides[..., 0], photo_sides[..., 1:] * text_sides[..., 1:]
    weights = [np.asarray(weight) for weight in fitted.head_.get_weights()]
    if fitted.kind == "bilinear":
        scale, shift = weights
        logits = products.sum(axis=2) / np.sqrt(fitted.rank) * scale[0, 0] + shift[0] + alone
    else:
        together = products if fitted.kind == "product" else (photo_sides[..., 1:] - text_sides[..., 1:]) ** 2
        first, bias, last, shift = weights
        logits = (np.maximum(together @ first + bias, 0) @ last)[..., 0] + shift[0] + alone
    np.testing.assert_allclose(fitted.grid(gallery, queries), 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_both_sides_start_from_numbers_of_their_own(
    train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    matcher = Interaction(rank=4, photo=patches, store=store)
    matcher._build(10, 10)
    photo, text = (side.get_weights()[0] for side in matcher.sides_)
    assert not np.allclose(photo, text)


def test_it_learns_which_photos_and_texts_go_together(
    trained: Interaction, train: Pairs, held: Pairs
) -> None:
    error = np.mean((trained.predict(held) - held.target) ** 2)
    assert error < 0.8 * np.mean((train.target.mean() - held.target) ** 2)


def test_each_query_has_an_order_of_its_own(trained: Interaction, gallery: Gallery, queries: Queries) -> None:
    assert len(set(trained.grid(gallery, queries).argmax(axis=1))) >= 4


def test_the_name_has_the_kind() -> None:
    assert Interaction("difference").name == "interaction difference"


@pytest.mark.parametrize("setting", [{"rank": 0}, {"width": 0}, {"dropout": 1.0}, {"dropout": -0.1}], ids=str)
def test_bad_settings_are_refused(
    setting: dict[str, Any], train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    with pytest.raises(SettingError, match="a rank and a width of at least 1"):
        Interaction(**setting, photo=patches, store=store).fit(train)


def test_an_unknown_kind_gets_a_hint(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> None:
    with pytest.raises(SettingError, match="Did you mean 'product'"):
        Interaction("produkt", photo=patches, store=store).fit(train)
