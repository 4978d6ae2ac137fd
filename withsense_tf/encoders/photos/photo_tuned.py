"""Photos -> vectors of a backbone whose last layers were trained further."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.photos.photo_split import Trunk
from withsense_tf.errors import DataError


class TunedPhoto(GraphEncoder):
    """Encode photos with a backbone that has other weights, `arrays`, from the layer `opened` on.

    `trained_on` names the content of the photos that they were trained on: a matcher that uses this encoder must not
    be measured on them. What a matcher says of these photos "left out" is flattered, too.
    """

    def __init__(
        self,
        base: PhotoEncoder,
        opened: str,
        arrays: Sequence[np.ndarray],
        trained_on: Iterable[str] = (),
    ) -> None:
        self._trunk = Trunk(base, opened)
        self.base = self._trunk.base
        self.opened = opened
        self.arrays = [np.asarray(one, np.float32) for one in arrays]
        self.trained_on = frozenset(trained_on)
        self.size = base.size

    def __repr__(self) -> str:
        return f"TunedPhoto({self.base!r}, {self.opened!r}, {self._digest})"

    @property
    def weights(self) -> str:
        """Name the source of the weights."""
        return f"{self.base.weights}, trained from {self.opened} on ({self._digest})"

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"{self.base.identity} opened from {self.opened} ({self._digest})"

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256()
        for one in self.arrays:
            digest.update(f"{one.shape}".encode() + np.ascontiguousarray(one).tobytes())
        return digest.hexdigest()[:12]

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        shapes = [tuple(variable.shape) for variable in self._trunk.head.trainable_variables]
        if [one.shape for one in self.arrays] != shapes:
            raise DataError(
                f"The weights from {self.opened} on do not fit {self.base.identity}: expected {len(shapes)} arrays of "
                f"its shapes, got {len(self.arrays)}. Train them anew."
            )
        maps = self._trunk._network()

        def network(pixels: Any) -> Any:
            features = tf.reshape(maps(pixels), (pixels.shape[0], *self._trunk.shape))
            return self._trunk.vectors([tf.constant(one) for one in self.arrays], features)

        return network
