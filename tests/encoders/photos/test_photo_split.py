from __future__ import annotations

import keras
import numpy as np
import pytest
from tiny_photo import TinyPhoto

from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.photos.photo_split import MOST, Trunk, splits
from withsense_tf.errors import SettingError


def small(pixels: np.ndarray) -> np.ndarray:
    return pixels[:3, ::2, ::2]


def test_a_network_can_be_split_where_all_paths_go_through_one_layer() -> None:
    # A layer that joins paths is split behind, any other before.
    assert splits(TinyPhoto().model) == {"join": "join", "late": "join", "late_bn": "late"}


def test_names_that_keras_counts_up_are_none_to_split_at() -> None:
    pixels = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(2, 1)(keras.layers.Conv2D(2, 1, name="own")(pixels))
    last = keras.layers.Conv2D(2, 1, name="last")(maps)
    assert splits(keras.Model(pixels, last)) == {"last": maps._keras_history.operation.name}


def test_an_inner_layer_that_is_an_output_too_is_a_path_around_what_follows() -> None:
    model = TinyPhoto().model
    inner = keras.Model(model.input, [model.get_layer("late").output, model.output])
    assert splits(inner) == {"join": "join", "late": "join"}


@pytest.mark.slow
def test_the_two_parts_of_a_real_backbone_are_together_what_it_was(pixels: np.ndarray) -> None:
    base = KerasPhoto(weights="random", size=32, precision="float32")
    places = splits(base.model)
    assert places["block_16_expand"] == places["block_15_add"] == "block_15_add"
    assert "block_15_expand" not in places  # a path goes around it
    trunk = Trunk(base, "block_16_expand")
    maps = trunk.forward(small(pixels)).reshape(-1, *trunk.shape)
    assert trunk.shape == (1, 1, 160)
    vectors = trunk.vectors([v.value for v in trunk.head.trainable_variables], maps)
    np.testing.assert_allclose(vectors, base.forward(small(pixels)), rtol=1e-3, atol=1e-4)


def test_maps_are_those_of_the_layer_and_fit_half_precision(pixels: np.ndarray) -> None:
    base = TinyPhoto()
    inner = keras.Model(base.model.input, base.model.get_layer("join").output)
    expected = inner(base.preprocess(small(pixels).astype(np.float32))).numpy()
    maps = Trunk(base, "late").forward(small(pixels))
    np.testing.assert_allclose(maps.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5)
    base.model.get_layer("first").kernel.assign(base.model.get_layer("first").kernel * 1e6)
    assert Trunk(base, "late").forward(small(pixels)).max() == MOST


def test_batch_norms_keep_their_statistics(pixels: np.ndarray) -> None:
    trunk = Trunk(TinyPhoto(), "late")
    maps = trunk.forward(small(pixels)).reshape(-1, *trunk.shape)
    trained = [v.value for v in trunk.head.trainable_variables]
    together, alone = trunk.vectors(trained, maps), trunk.vectors(trained, maps[:1])
    np.testing.assert_allclose(together[:1], alone, rtol=1e-5)


@pytest.mark.parametrize(
    ("opened", "message"),
    [
        ("lates", "Did you mean 'late'"),
        ("around", "paths go around it.* are 'join'"),
        ("out", "no layer with weights follows.* are 'late_bn'"),
    ],
)
def test_a_layer_that_cannot_be_opened_is_refused_with_the_nearest_that_can(
    opened: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        _ = Trunk(TinyPhoto(), opened).shape


@pytest.mark.parametrize(
    "base", [SceneNet(), KerasPhoto(weights="random", views=2)], ids=["scene_net", "two views"]
)
def test_only_a_backbone_with_one_view_can_be_opened(base) -> None:
    with pytest.raises(SettingError, match="looks once at each photo"):
        Trunk(base, "late")


def test_the_parts_compute_in_single_precision_and_share_the_network_where_it_does() -> None:
    base = TinyPhoto()
    assert Trunk(base, "late").base is base
    assert Trunk(TinyPhoto(precision="mixed_float16"), "late").base.precision == "float32"
