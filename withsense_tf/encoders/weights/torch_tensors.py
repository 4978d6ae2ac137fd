"""Tensors of a file that PyTorch saved, read without PyTorch and without running anything that the file says.

Such a file is a pickle stream, and a pickle may call whatever it names. Here it may name tensors, their storage and
the dictionary around them, and nothing else; what it makes of them are views of numbers that lie in the file.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from withsense_tf.common.limits import FILE_BYTES, read_bytes
from withsense_tf.errors import DataError
from withsense_tf.file_access import words_of

MAGIC: Final = 0x1950A86A20F9469CFC6C
PROTOCOL: Final = 1001
KINDS: Final = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("<i1"),
    "ByteStorage": np.dtype("<u1"),
    "BoolStorage": np.dtype("?"),
}


def read_tensors(file: Path) -> dict[str, np.ndarray]:
    """Return the tensors of a saved state, by name; a file that holds anything else is an error."""
    try:
        data = read_bytes(file, FILE_BYTES)
        state, numbers = _zip_parts(data) if zipfile.is_zipfile(io.BytesIO(data)) else _stream_parts(data)
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise ValueError("it is no dictionary of names and tensors")
        others = [name for name, value in state.items() if not isinstance(value, _View)]
        if others:
            raise ValueError(f"{others[0]!r} is no tensor")
        return {name: view.read(numbers) for name, view in state.items()}
    except OSError as error:
        raise DataError(f"{file} cannot be read: {words_of(error)}.") from error
    except Exception as error:
        # A broken pickle makes its reader raise whatever it meets.
        raise DataError(
            f"{file} cannot be read as tensors ({str(error) or type(error).__name__}). Expected the state of a network "
            "that torch.save wrote: names and tensors, and nothing that would have to be run. Get the file again."
        ) from error


@dataclass(frozen=True)
class _Storage:
    """A row of numbers in the file: its key and kind. The kind alone is what a pickle's class name stands for."""

    key: str
    dtype: np.dtype


@dataclass(frozen=True)
class _View:
    """A tensor: which numbers of a storage it has, and in which order."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def read(self, numbers: dict[str, bytes]) -> np.ndarray:
        """Return the tensor as an array of its own; a view beyond the end of its storage is an error."""
        flat = np.frombuffer(numbers[self.storage.key], self.storage.dtype)
        sides = (self.offset, *self.shape, *self.strides)
        if len(self.shape) != len(self.strides) or any(type(side) is not int or side < 0 for side in sides):
            raise ValueError(f"a tensor of shape {self.shape} and strides {self.strides} is none")
        if 0 in self.shape:
            return np.zeros(self.shape, self.storage.dtype)
        last = self.offset + sum(
            (side - 1) * stride for side, stride in zip(self.shape, self.strides, strict=True)
        )
        # Numbers that are repeated by a stride of 0 would make gigabytes of a few bytes.
        if last >= len(flat) or int(np.prod(self.shape, dtype=object)) > len(flat):
            raise ValueError(f"a tensor of shape {self.shape} is larger than what it is made of")
        steps = [stride * flat.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, steps, writeable=False).copy()


def _rebuild(
    storage: object, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_rest: object
) -> _View:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor has no storage")
    return _View(storage, offset, tuple(shape), tuple(strides))


class _TensorUnpickler(pickle.Unpickler):
    """Read a pickle that names tensors, their storage and dictionaries; any other name is an error."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in KINDS:
            return KINDS[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key = pid[:3]
        if kind != "storage" or not isinstance(dtype, np.dtype) or not isinstance(key, str):
            raise pickle.UnpicklingError("it refers to something that is no storage")
        if len(pid) > 5 and pid[5] is not None:
            raise pickle.UnpicklingError("its storage is a view of another one")
        return _Storage(key, dtype)


def _stream_parts(data: bytes) -> tuple[Any, dict[str, bytes]]:
    """Read the older layout: five pickles one after the other, then the numbers of each storage."""
    stream = io.BytesIO(data)
    if _unpickle(stream) != MAGIC or _unpickle(stream) != PROTOCOL:
        raise ValueError("it was not written by torch.save")
    _unpickle(stream)  # about the machine that wrote it
    state = _unpickle(stream)
    keys = _unpickle(stream)
    sizes = {
        view.storage.key: view.storage.dtype.itemsize for view in state.values() if isinstance(view, _View)
    }
    numbers = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little")
        numbers[key] = _take(stream, count * sizes[key])
    return state, numbers


def _zip_parts(data: bytes) -> tuple[Any, dict[str, bytes]]:
    """Read the newer layout: a zip file with the pickle and a file for each storage."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(names) != 1 or sum(part.file_size for part in archive.infolist()) > FILE_BYTES:
            raise ValueError("it was not written by torch.save")
        root = names[0].removesuffix("data.pkl")
        state = _unpickle(io.BytesIO(archive.read(names[0])))
        keys = {view.storage.key for view in state.values() if isinstance(view, _View)}
        return state, {key: archive.read(f"{root}data/{key}") for key in keys}


def _unpickle(stream: BinaryIO) -> Any:
    return _TensorUnpickler(stream).load()


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("its end is missing")
    return data
