"""Presets of KerasHub: built-in names, handles, and local folders that `save_to_preset` wrote."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.weights.preset_cache import check_here, preset_source
from withsense_tf.encoders.weights.weight_files import OFFLINE, first_line, is_local, weights_name
from withsense_tf.errors import SettingError, WeightsMissingError
from withsense_tf.file_access import path_of


def preset_weights(preset: str) -> str:
    """Name the source of a preset's weights; a name stands for what this version has under it."""
    return weights_name(preset) if is_local(preset) else f"{preset} of KerasHub {version('keras-hub')}"


def load_preset(kind: Callable[[Any], Any], preset: str, **settings: Any) -> Any:
    """Load one part of a preset; `kind` picks the class from the module keras_hub."""
    check_here(preset)
    start_tensorflow()
    import keras_hub

    if is_local(preset) and not (path_of(preset) / "config.json").is_file():
        raise WeightsMissingError(
            f"{preset}: expected a folder that save_to_preset wrote (with config.json in it)."
        )
    # Whole, because KerasHub takes a bare name for one of its own presets first.
    if is_local(preset):
        source = str(path_of(preset).resolve())
    else:
        presets = keras_hub.models.Backbone.presets
        source = preset_source(preset, presets[preset]["kaggle_handle"] if preset in presets else preset)
    try:
        return kind(keras_hub).from_preset(source, **settings)
    except Exception as error:
        # KerasHub, its three downloaders, Keras and h5py each raise their own kinds.
        # What is here and cannot be loaded is wrong; what is elsewhere cannot be had.
        kind_of_error = SettingError if is_local(preset) else WeightsMissingError
        raise kind_of_error(
            f"The KerasHub preset {preset!r} cannot be loaded: {first_line(error)}. {OFFLINE}"
        ) from None  # their dozens of frames tell nobody anything
