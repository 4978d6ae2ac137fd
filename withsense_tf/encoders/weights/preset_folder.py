"""The folder of a KerasHub preset: whether it is whole, and a name for what it computes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.fingerprints import files_below, fingerprint, known_content_of
from withsense_tf.errors import WeightsMissingError
from withsense_tf.file_access import path_of

# They say when and by whom a preset was saved, not what it computes.
NOT_COUNTED: Final = frozenset({"metadata.json", "README.md"})


def preset_folder(preset: str) -> Path | None:
    """Return the folder that `preset` stands for, or None if it is a name or an address to download from.

    A path to no folder, or to a folder without weights, is an error.
    """
    if "://" in preset:
        return None
    folder = path_of(preset)
    if not folder.exists():
        # Names of presets are single words.
        if folder.name == preset:
            return None
        raise WeightsMissingError(f"There is no folder {preset}: expected one that save_to_preset wrote.")
    if not (folder / "config.json").is_file():
        raise WeightsMissingError(
            f"{preset}: expected a folder that save_to_preset wrote (with config.json in it)."
        )
    if not any(folder.glob("model*.weights.h5")):
        raise WeightsMissingError(
            f"{preset} has no model.weights.h5: save the network there, not only its settings."
        )
    return folder


def preset_fingerprint(folder: Path) -> str:
    """Name in 12 signs what a preset computes: saved anew, it has the same name.

    The files that hold weights differ from one saving to the next, so it is the arrays in them that count.
    """
    files = (file for file in files_below(folder) if file.name not in NOT_COUNTED)
    return fingerprint(folder, files, _arrays_or_bytes, 12)


def _arrays_or_bytes(file: Path) -> bytes:
    if file.suffix != ".h5":
        return known_content_of(file)
    state = file.stat()
    return _content(file, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _content(file: Path, *state: int) -> bytes:  # noqa: ARG001  # a file that changed is read anew
    """Hash the arrays of a file, or its bytes if it has none."""
    arrays = _arrays(file)
    return known_content_of(file) if arrays is None else arrays


def _arrays(file: Path) -> bytes | None:
    """Hash the arrays of an HDF5 file, or return None if it is none."""
    import h5py

    digest = hashlib.sha256()

    def add(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            values = np.ascontiguousarray(item[()])
            digest.update(f"{name}\0{values.dtype}\0{values.shape}\0".encode())
            digest.update(values.tobytes())

    try:
        with h5py.File(file, "r") as stream:
            stream.visititems(add)
    except OSError:
        return None
    return digest.digest()
