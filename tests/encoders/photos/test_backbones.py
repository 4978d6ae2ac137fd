from __future__ import annotations

import keras
import pytest

from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.errors import SettingError


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_is_what_its_module_has_under_its_name_beside_its_own_preprocessing(name: str) -> None:
    backbone = BACKBONES[name]
    assert backbone.network.lower() == name.replace("_", "")
    module = backbone.load()
    network = getattr(module if backbone.package else keras.applications, backbone.network)
    # Both are defined in one file.
    assert network.__module__ == module.preprocess_input.__module__


def test_a_file_of_weights_has_the_ending_that_its_reader_knows(tmp_path) -> None:
    file = tmp_path / "own.weights.h5"
    file.touch()
    with pytest.raises(SettingError, match=r"ends in \.pth"):
        KerasPhoto("efficientnet_lite0", file)
    assert KerasPhoto("efficientnet_v2_b0", file).backbone == "efficientnet_v2_b0"


def test_every_family_of_keras_is_built_by_the_tests_of_the_encoder() -> None:
    from encoders.photos.test_photo_keras import WIDTHS  # type: ignore[import-not-found]  # beside this one

    families = {one.module for one in BACKBONES.values() if not one.package}
    assert {BACKBONES[name].module for name in WIDTHS} == families
