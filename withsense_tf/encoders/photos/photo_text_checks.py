"""What must hold of a photo-text network before its vectors mean anything: each check is a trap that was met."""

from __future__ import annotations

from typing import Any

import numpy as np

from withsense_tf.errors import SettingError


def check_trained(preset: str, backbone: Any) -> None:
    """Refuse a network that was never trained: it must not pose as the one that its folder is named after.

    Keras starts every bias at zero, and training moves all of them.
    """
    biases = [weight for weight in backbone.weights if weight.path.endswith(("/bias", "/beta"))]
    if not any(np.any(np.asarray(bias)) for bias in biases):
        raise SettingError(
            f"{preset} holds a network that was never trained (all its biases are zero): save one that "
            "from_preset loaded with its weights."
        )


def check_positions(preset: str, backbone: Any) -> None:
    """Refuse a network that numbers the places of a photo or text otherwise than 0, 1, 2 and so on.

    A CLIP that is built from scratch numbers all places 0. It is not repaired, because it may have been trained so.
    """
    for encoder in (backbone.vision_encoder, backbone.text_encoder):
        for weight in encoder.weights:
            places = np.asarray(weight).ravel() if weight.path.endswith("position_ids") else np.arange(0)
            if not np.array_equal(places, np.arange(len(places))):
                raise SettingError(
                    f"{preset}: the position_ids of {encoder.name} must be 0, 1, 2, …, not {places[:3].tolist()}…, "
                    "or it cannot tell places apart. If the weights were converted, assign numpy.arange to them "
                    "(vision_encoder.embedding.position_ids) and save the preset again."
                )


def check_tokens(preset: str, backbone: Any, tokenizer: Any) -> None:
    """Refuse a tokenizer that the text tower does not fit: it would read the wrong token, and say nothing."""
    size, tower_size = tokenizer.vocabulary_size(), backbone.text_encoder.vocabulary_size
    if size > tower_size:
        raise SettingError(
            f"{preset}: the tokenizer has {size:,} tokens, but the text tower only knows {tower_size:,}. "
            "They belong to different presets."
        )
    family, end = type(backbone).__name__, tokenizer.end_token_id
    # CLIP reads a text off at its highest token, MetaCLIP 2 at a fixed one; SigLIP at the last, whatever it is.
    if family == "CLIPBackbone" and end != size - 1:
        raise SettingError(
            f"{preset}: CLIP finds the end of a text as its highest token, so <|endoftext|> must be token "
            f"{size - 1} of the vocabulary, the last one, and is {end}."
        )
    if family == "MetaCLIP2Backbone" and end != backbone.text_pooler.eos_token_id:
        raise SettingError(
            f"{preset}: the text tower takes token {backbone.text_pooler.eos_token_id} for the end of a text, but "
            f"the tokenizer ends texts with {end}."
        )


def check_photos(preset: str, backbone: Any, converter: Any) -> tuple[int, int]:
    """Return the height and width of photos, on which network and image converter must agree."""
    height, width = backbone.vision_encoder.image_shape[:2]
    if converter.image_size not in (None, (height, width)):
        raise SettingError(
            f"{preset}: the image converter makes photos of {converter.image_size}, but the network takes "
            f"{(height, width)}. They belong to different presets."
        )
    if converter.pad_to_aspect_ratio:
        raise SettingError(
            f"{preset}: its image converter pads photos; only cropping and squashing are known here."
        )
    return height, width
