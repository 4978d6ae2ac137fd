from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.gallery import Gallery
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers import photo_features as module
from withsense_tf.matchers.own_captions import Examples
from withsense_tf.matchers.photo_features import (
    PhotoFeatures,
    describe_encoders,
    fit_features,
    photo_encoders,
)


class Constant(PhotoEncoder):
    """See the same in every photo."""

    identity = "constant"
    weights = "none"
    width = 10
    size = (8, 8)

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        return np.full((len(pixels), self.width), 0.3, np.float32)


class Signed(Constant):
    """See the brightness, below and above 0."""

    identity = "signed"
    width = 2

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        bright = pixels.reshape(len(pixels), -1).mean(axis=1) / 255 - 0.4
        return np.stack([bright, -4 * bright], axis=1).astype(np.float32)


def features_of(gallery: Gallery, *encoders: PhotoEncoder, first: int = 10) -> np.ndarray:
    """Return the features of the gallery's photos, learned on the first of them."""
    features = PhotoFeatures(encoders, VectorStore()).fit(gallery.content[:first], gallery.paths[:first])
    return features.transform(gallery.content, gallery.paths)


def test_features_have_mean_0_on_training_photos(
    gallery: Gallery, mean_colour: PhotoEncoder, patches: PhotoEncoder
) -> None:
    np.testing.assert_allclose(features_of(gallery, mean_colour, patches).mean(axis=0), 0, atol=1e-6)


def test_features_have_about_length_1(gallery: Gallery, patches: PhotoEncoder) -> None:
    squared = (features_of(gallery, patches) ** 2).sum(axis=1).mean()
    assert 0.7 < squared < 1


def test_encoders_of_different_width_count_alike(
    gallery: Gallery, mean_colour: PhotoEncoder, patches: PhotoEncoder
) -> None:
    features = features_of(gallery, mean_colour, patches)
    narrow, wide = ((part**2).sum(axis=1).mean() for part in (features[:, :6], features[:, 6:]))
    assert narrow == pytest.approx(wide, rel=0.15)


def test_a_second_encoder_leaves_the_whole_as_long(
    gallery: Gallery, mean_colour: PhotoEncoder, patches: PhotoEncoder
) -> None:
    one, two = features_of(gallery, patches), features_of(gallery, patches, mean_colour)
    assert (two**2).sum(axis=1).mean() == pytest.approx((one**2).sum(axis=1).mean(), rel=0.15)


def test_only_training_photos_shape_the_features(gallery: Gallery, patches: PhotoEncoder) -> None:
    few = Gallery(gallery.data, gallery.names[:4])
    np.testing.assert_allclose(
        features_of(gallery, patches, first=4)[:4], features_of(few, patches), atol=1e-6
    )


@pytest.mark.parametrize("first", [1, 7, 10])
def test_numbers_that_never_move_become_0(first: int, gallery: Gallery) -> None:
    np.testing.assert_allclose(features_of(gallery, Constant(), first=first), 0, atol=1e-5)


def test_a_constant_encoder_beside_another_changes_no_distance(
    gallery: Gallery, patches: PhotoEncoder
) -> None:
    alone, both = features_of(gallery, patches), features_of(gallery, patches, Constant())
    np.testing.assert_allclose(both @ both.T * 2, alone @ alone.T, atol=1e-5)


def test_a_single_training_photo_blows_up_no_other(gallery: Gallery, patches: PhotoEncoder) -> None:
    assert np.abs(features_of(gallery, patches, first=1)).max() < 100


def test_negative_numbers_keep_their_sign(gallery: Gallery) -> None:
    features = features_of(gallery, Signed())
    # The second number is the first one, scaled and mirrored.
    assert np.corrcoef(features.T)[0, 1] == pytest.approx(-1, abs=1e-5)
    assert len(np.unique(np.sign(features[:, 0]))) == 2


def test_what_trainings_share_is_made_once_and_by_its_figures(
    gallery: Gallery, patches: PhotoEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = features_of(gallery, patches), features_of(gallery, patches, first=5)
    monkeypatch.setattr(module, "FEWEST_SHARED", 1)
    monkeypatch.setattr(module, "_figures_made", figures := module.LastMade(module.SETS))
    monkeypatch.setattr(module, "_features_made", made := module.LastMade(module.SETS))
    for _ in range(2):
        np.testing.assert_array_equal(features_of(gallery, patches), apart[0])
        assert len(figures) == len(made) == 1  # the figures of ten photos, and the features of all
    np.testing.assert_array_equal(features_of(gallery, patches, first=5), apart[1])
    assert np.abs(apart[0] - apart[1]).max() > 0
    assert len(figures) == len(made) == 2


def test_many_captioned_photos_say_what_is_usual_for_others_too(
    gallery: Gallery, patches: PhotoEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, captioned = len(gallery), np.arange(len(gallery)) % 2 == 1
    examples = Examples(
        tuple(gallery.content),
        tuple(map(str, gallery.paths)),
        ("a dog",),
        np.zeros(1, int),
        np.ones(1),
        captioned,
    )
    _, of_all = fit_features([patches], VectorStore(), examples)
    np.testing.assert_array_equal(of_all, features_of(gallery, patches, first=count))
    monkeypatch.setattr(module, "FEWEST_SHARED", 2)
    features, rows = fit_features([patches], VectorStore(), examples)
    np.testing.assert_allclose(rows[captioned].mean(axis=0), 0, atol=1e-6)
    assert np.abs(rows[~captioned].mean(axis=0)).max() > 0.01
    # In the order in which the photos were given.
    np.testing.assert_allclose(features.transform(gallery.content, gallery.paths), rows, atol=1e-7)


def test_one_encoder_may_stand_without_a_list(patches: PhotoEncoder) -> None:
    assert photo_encoders(patches) == [patches]


def test_names_and_encoders_may_stand_side_by_side(patches: PhotoEncoder) -> None:
    by_name, by_object = photo_encoders(["mobilenet_v2", patches])
    assert "mobilenet" in by_name.identity
    assert by_object is patches


def test_no_encoder_is_an_error() -> None:
    with pytest.raises(SettingError, match="names no encoder"):
        photo_encoders([])


def test_a_row_names_all_encoders_and_equal_weights_once(
    mean_colour: PhotoEncoder, patches: PhotoEncoder
) -> None:
    described = describe_encoders([mean_colour, patches], Tfidf())
    assert described == {
        "photo": "mean colour + patches",
        "text": "tfidf(min_count=1)",
        "weights": "none",
    }
