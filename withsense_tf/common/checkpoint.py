"""Where a long computation stands, in one file that is there whole or not at all, so that a killed run goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import parse_json, read_arrays

ABOUT = "about"


class Checkpoint:
    """Keep numbers and arrays of one computation in a `folder`, under all that it hangs on; None keeps nothing.

    `settings` are plain values, and `arrays` what is learned from: where any of it differs, it is another computation.
    """

    def __init__(self, folder: Path | None, settings: Any, arrays: Sequence[np.ndarray] = ()) -> None:
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
        for one in arrays:
            digest.update(f"{one.dtype} {one.shape} ".encode() + np.ascontiguousarray(one).tobytes())
        self.file = None if folder is None else folder / f"{digest.hexdigest()[:32]}.npz"

    def save(self, about: Any, arrays: Sequence[np.ndarray]) -> None:
        """Write where the computation stands: plain values, and arrays in their order."""
        if self.file is None:
            return
        by_place = {f"a{at:05d}": np.asarray(one) for at, one in enumerate(arrays)}
        with whole_file(self.file) as draft, draft.open("wb") as stream:
            np.savez(stream, **{ABOUT: np.array(json.dumps(about))}, **by_place)  # type: ignore[arg-type]  # as in outcomes

    def load(self) -> tuple[Any, list[np.ndarray]] | None:
        """Return what was saved last; None where nothing was, or where it cannot be read: then all is done anew."""
        if self.file is None or not self.file.is_file():
            return None
        try:
            arrays = read_arrays(self.file)
            about = parse_json(str(arrays.pop(ABOUT)))
        except (OSError, ValueError, KeyError):
            return None
        return about, [arrays[name] for name in sorted(arrays)]

    def remove(self) -> None:
        """Forget it: the computation has ended."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)
