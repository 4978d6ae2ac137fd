"""Photos and texts -> vectors of one space, from a pre-trained CLIP, SigLIP, SigLIP 2 or MetaCLIP 2 of KerasHub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from PIL import Image

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.pictures.photo_file import REDUCED_TO, open_upright
from withsense_tf.data.pictures.photo_views import Box
from withsense_tf.encoders.base import PHOTO_VERSION, BuiltOnce, Encoder
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.photos.photo_text_checks import (
    check_photos,
    check_positions,
    check_tokens,
    check_trained,
)
from withsense_tf.encoders.texts.text_network import NetworkText
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.encoders.weights.preset_cache import check_here
from withsense_tf.encoders.weights.preset_folder import preset_fingerprint, preset_folder
from withsense_tf.encoders.weights.weight_files import whole_path
from withsense_tf.errors import DataError, SettingError, check_choice

FAMILIES: Final = ("CLIPBackbone", "SigLIPBackbone", "MetaCLIP2Backbone")
RESAMPLINGS: Final = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Network:
    """The parts of a preset that was loaded and checked; texts have `length` tokens, photos `size`."""

    backbone: Any
    tokens: Any
    converter: Any
    length: int
    size: tuple[int, int]


class PhotoText(Saveable):
    """A pre-trained network for photos and texts: `photo` and `text` are its two towers, as encoders.

    `preset` is a name that KerasHub knows ("clip_vit_base_patch32"), a handle, or a folder that `save_to_preset`
    wrote. Nothing is loaded before it is needed; both towers then share one network.
    """

    def __init__(self, preset: str | Path) -> None:
        self.preset = str(preset)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save; a folder stays where it is."""
        return {"settings": {"preset": whole_path(self.preset)}, "weights": self.weights}

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:  # noqa: ARG003  # it keeps no vectors
        """Rebuild a saved network, or return the one that is already in use."""
        towers = photo_text(state["settings"]["preset"])
        if towers.weights != state["weights"]:
            raise DataError(
                f"Saved was {state['weights']}, but its name or folder now holds {towers.weights}."
            )
        return towers  # type: ignore[return-value]  # there are no subclasses

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return _weights_now(self.preset)

    @BuiltOnce
    def network(self) -> Network:
        """Load and check the network; weights that are not there are a WeightsMissingError."""
        if preset_folder(self.preset) is None:
            check_here(self.preset)
        start_tensorflow()
        import keras_hub

        if preset_folder(self.preset) is None and "://" not in self.preset:
            families = [
                getattr(keras_hub.models, name) for name in FAMILIES if hasattr(keras_hub.models, name)
            ]
            check_choice("preset", self.preset, [name for family in families for name in family.presets])
        # Never with load_weights=False: what has no weights is not this preset.
        backbone = load_preset(lambda hub: hub.models.Backbone, self.preset)
        if type(backbone).__name__ not in FAMILIES:
            raise SettingError(
                f"{self.preset} holds a {type(backbone).__name__}; expected one for photos and texts: "
                f"{', '.join(FAMILIES)}."
            )
        # SigLIP takes texts of this length only, and not every preset says so.
        length = backbone.text_encoder.max_sequence_length
        tokens = load_preset(lambda hub: hub.models.CausalLMPreprocessor, self.preset, sequence_length=length)
        converter = tokens.image_converter
        # The preprocessor of SigLIP cannot take texts without photos while it has a converter.
        tokens.image_converter = None
        if _weights_now(self.preset) != self.weights:
            # Vectors would be kept under the name of other weights.
            raise SettingError(
                f"{self.preset} was changed since it was first used: start again with it as it is."
            )
        check_trained(self.preset, backbone)
        check_positions(self.preset, backbone)
        check_tokens(self.preset, backbone, tokens.tokenizer)
        return Network(backbone, tokens, converter, length, check_photos(self.preset, backbone, converter))

    @cached_property
    def photo(self) -> PresetPhoto:
        """Return the photo tower."""
        return PresetPhoto(self)

    @cached_property
    def text(self) -> PresetText:
        """Return the text tower."""
        return PresetText(self)

    def load(self) -> Self:
        """Load the network now, so that weights that cannot be loaded are an error now; return self."""
        self.photo.load()
        return self


class PresetTower(Encoder):
    """One tower of a preset; both share its network."""

    def __init__(self, towers: PhotoText) -> None:
        self.towers = towers

    @property
    def weights(self) -> str:
        """Name the source of the weights."""
        return self.towers.weights


class PresetPhoto(PresetTower, GraphEncoder):
    """Encode photos with the photo tower, vectors of length 1.

    A photo is cropped to its middle or squashed, as the preset's image converter would do it. It is resized while
    it is decoded, smoothly, as in the networks' training; KerasHub's converter for CLIP skips pixels instead.
    """

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"photo tower({self.weights}, v{PHOTO_VERSION})"

    @cached_property
    def size(self) -> tuple[int, int]:  # type: ignore[override]  # the preset says it, and cannot be told
        """Return the height and width that the network takes."""
        return self.towers.network.size

    def read(self, path: Path) -> np.ndarray:
        """Read a photo as the preset's image converter would show it, uint8, (1, height, width, 3)."""
        converter = self.towers.network.converter
        with open_upright(path, round(REDUCED_TO * max(self.size))) as photo:
            box = middle(photo.image.size, self.size) if converter.crop_to_aspect_ratio else None
            resampling = RESAMPLINGS.get(converter.interpolation, Image.Resampling.BICUBIC)
            return photo.pixels(self.size, box, resampling)[None]

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        parts = self.towers.network

        def network(pixels: Any) -> Any:
            # Photos have the right size already, so the converter only scales their colours.
            vectors = parts.backbone.get_vision_embeddings(parts.converter(pixels))
            return tf.math.l2_normalize(tf.cast(vectors, tf.float32), axis=-1)

        return network


class PresetText(PresetTower, NetworkText):
    """Encode texts with the text tower and the preset's own tokenizer, vectors of length 1.

    A text that is longer than the network reads (77 tokens in CLIP, 64 or 16 in SigLIP) is cut off.
    """

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"text tower({self.weights})"

    @property
    def languages(self) -> tuple[str, ...]:
        """CLIP was trained on English; of the others, the preset says in its name whether it reads more."""
        name = type(self.towers.network.backbone).__name__
        return ("English",) if name == "CLIPBackbone" else ()

    @BuiltOnce
    def _function(self) -> Any:
        tf = start_tensorflow()
        parts = self.towers.network

        def network(tokens: Any) -> Any:
            vectors = parts.backbone.get_text_embeddings(tokens)
            return tf.math.l2_normalize(tf.cast(vectors, tf.float32), axis=-1)

        # One graph for all texts, also where they are cut.
        shape = tf.TensorSpec((self.batch_size, None if self._looks_back else parts.length), tf.int32)
        return tf.function(network, input_signature=[shape], autograph=False)

    @cached_property
    def _looks_back(self) -> bool:
        """Return whether tokens behind the end of a text change nothing, as in CLIP, where each sees earlier ones."""
        return type(self.towers.network.backbone).__name__ != "SigLIPBackbone"

    def _used(self, tokens: np.ndarray) -> np.ndarray:
        """Cut off what is behind the end of the longest text: captions fill a quarter of what CLIP reads."""
        if not self._looks_back:
            return tokens
        ends = tokens == self.towers.network.tokens.tokenizer.end_token_id
        return tokens[:, : int(ends.argmax(axis=1).max()) + 1]

    def tokens(self, texts: Sequence[str]) -> np.ndarray:
        """Return the tokens of each text, int32, (texts, length).

        This stays outside the graph: inside, KerasHub's tokenizer for CLIP knows no capital letters but English
        ones, and splits numbers otherwise than CLIP was trained with.
        """
        # Half of a surrogate pair is no text that TensorFlow takes.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        tokens = self.towers.network.tokens({"prompts": clean, "images": None})
        return np.asarray(tokens["token_ids"], np.int32)

    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""
        tf = start_tensorflow()
        return np.asarray(self._function(tf.constant(self._used(self.tokens(texts)))))


def photo_text(preset: str | Path) -> PhotoText:
    """Return the network of a preset; asked for again, as by every fold of a comparison, it is the same one."""
    towers = PhotoText(preset)
    return _shared_network(towers.preset, towers.weights)


@lru_cache(maxsize=1)  # a network has up to gigabytes
def _shared_network(preset: str, weights: str) -> PhotoText:
    towers = PhotoText(preset)
    towers.weights = weights  # of now: a folder that changes later gets another object
    return towers


def _weights_now(preset: str) -> str:
    folder = preset_folder(preset)
    if folder is None:
        return preset_weights(preset)
    return f"file {folder.resolve().name} {preset_fingerprint(folder)}"


def middle(photo: tuple[int, int], size: tuple[int, int]) -> Box:
    """Return the largest middle part of a photo (width, height) with the proportions of `size` (height, width).

    >>> middle((60, 40), (32, 32))
    (10, 0, 50, 40)
    """
    width, height = photo
    w = min(width, int(height * size[1] / size[0]))
    h = min(height, int(width * size[0] / size[1]))
    x, y = (width - w) // 2, (height - h) // 2
    return x, y, x + w, y + h
