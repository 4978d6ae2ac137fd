"""Files as PyTorch saves them, written without PyTorch, for tests of what reads them."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


@dataclass
class View:
    """A tensor as a view of a row of numbers: offset, shape and strides in numbers."""

    numbers: np.ndarray
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0


def view_of(array: np.ndarray) -> View:
    """Return an array's numbers and how it views them."""
    flat = np.ascontiguousarray(array)
    return View(flat.ravel(), flat.shape, tuple(step // flat.itemsize for step in flat.strides))


def save_state(file: Path, tensors: Mapping[str, Any], layout: str = "stream") -> Path:
    """Write tensors, arrays or views, or whatever else is to be put in their place."""
    state = OrderedDict((name, view_of(x) if isinstance(x, np.ndarray) else x) for name, x in tensors.items())
    views = {name: view for name, view in state.items() if isinstance(view, View)}
    keys = {id(view): str(number) for number, view in enumerate(views.values())}
    with _names_of_torch() as torch:

        class Pickler(pickle.Pickler):
            def reducer_override(self, obj: Any) -> Any:
                if not isinstance(obj, View):
                    return NotImplemented
                storage = _Storage(keys[id(obj)], obj.numbers)
                return torch["rebuild"], (storage, obj.offset, obj.shape, obj.strides, False, OrderedDict())

            def persistent_id(self, obj: Any) -> Any:
                if not isinstance(obj, _Storage):
                    return None
                kind = torch["double"] if obj.numbers.dtype == np.float64 else torch["float"]
                end = (None,) if layout == "stream" else ()
                return "storage", kind, obj.key, "cpu", len(obj.numbers), *end

        packed = io.BytesIO()
        Pickler(packed, protocol=2).dump(state)
    if layout == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("net/data.pkl", packed.getvalue())
            for view in views.values():
                archive.writestr(f"net/data/{keys[id(view)]}", view.numbers.tobytes())
        return file
    parts = [
        pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    ]
    parts += [packed.getvalue(), pickle.dumps(list(keys.values()), protocol=2)]
    parts += [len(view.numbers).to_bytes(8, "little") + view.numbers.tobytes() for view in views.values()]
    file.write_bytes(b"".join(parts))
    return file


@dataclass
class _Storage:
    key: str
    numbers: np.ndarray


@contextmanager
def _names_of_torch() -> Iterator[dict[str, Any]]:
    """Give what pickles under PyTorch's names, as long as it is asked for."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")

    def named(module: ModuleType, name: str, value: Any) -> Any:
        value.__module__, value.__qualname__, value.__name__ = module.__name__, name, name
        setattr(module, name, value)
        return value

    def rebuild(*_parts: Any) -> None:
        """Stand for the function of this name."""

    names = {
        "rebuild": named(utils, "_rebuild_tensor_v2", rebuild),
        "float": named(torch, "FloatStorage", type("FloatStorage", (), {})),
        "double": named(torch, "DoubleStorage", type("DoubleStorage", (), {})),
    }
    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules |= {"torch": torch, "torch._utils": utils}
    try:
        yield names
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module
