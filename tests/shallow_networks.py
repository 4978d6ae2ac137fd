"""Networks of `keras.applications` with few layers: Keras builds them with the code of the deep ones, in no time."""

from __future__ import annotations

from typing import Any

from keras.src.applications import convnext, efficientnet_v2, resnet


def resnet_of_few_layers(**settings: Any) -> Any:
    def stacks(maps: Any) -> Any:
        maps = resnet.stack_residual_blocks_v1(maps, 8, 2, stride1=1, name="conv2")
        return resnet.stack_residual_blocks_v1(maps, 16, 2, name="conv3")

    return resnet.ResNet(stacks, preact=False, use_bias=True, weights_name="resnet50", **settings)


def convnext_of_few_layers(**settings: Any) -> Any:
    return convnext.ConvNeXt([1, 1, 1, 1], [8, 16, 24, 32], drop_path_rate=0.1, **settings)


def efficientnet_of_few_layers(**settings: Any) -> Any:
    blocks = [
        {**block, "num_repeat": 1} for block in efficientnet_v2.DEFAULT_BLOCKS_ARGS["efficientnetv2-b0"]
    ]
    return efficientnet_v2.EfficientNetV2(
        0.25, 1.0, 224, blocks_args=blocks, name="efficientnetv2-b0", weights_name="b0", **settings
    )
