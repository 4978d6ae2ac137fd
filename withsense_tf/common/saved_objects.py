"""Objects -> a folder of JSON and arrays, and back. There is no pickle.

A class that can be saved is `Saveable`: it is made anew from its constructor's arguments, and gets back what it has
learned. Only classes that the reader names are made. An encoder may name a module or preset that it loads from
elsewhere, and such a module is a program: what is not trusted is not to be loaded.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.atomic_files import whole_folder
from withsense_tf.common.limits import is_file, read_arrays, read_json
from withsense_tf.errors import DataError, SettingError, WeightsMissingError
from withsense_tf.file_access import path_of

FORMAT: Final = 1
STATE, ARRAYS, FILES = "state.json", "arrays.npz", "files"
# Arguments that say where to work, not what is computed.
NOT_SAVED: Final = frozenset({"self", "store", "logs"})


class Saveable:
    """Keep the constructor's arguments, under their names, and the attributes that `LEARNED` names."""

    LEARNED: ClassVar[tuple[str, ...]] = ()

    def to_state(self) -> dict[str, Any]:
        """Return what is to be saved: settings and what was learned."""
        names = [name for name in inspect.signature(type(self)).parameters if name not in NOT_SAVED]
        return {
            "settings": {name: getattr(self, name) for name in names},
            "learned": {name: getattr(self, name) for name in self.LEARNED if hasattr(self, name)},
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Make the object of what `to_state` gave; `store` is where a matcher is to look for vectors."""
        settings = dict(state["settings"])
        if "store" in inspect.signature(cls).parameters:
            settings["store"] = store
        thing = cls(**settings)
        thing.__dict__.update(state["learned"])
        return thing


@dataclasses.dataclass(frozen=True)
class SavedFile:
    """A file that belongs to an object: it is copied when the object is saved."""

    path: Path


def save_state(
    thing: Any, folder: str | Path, kinds: Mapping[str, str], beside: Mapping[str, str] | None = None
) -> Path:
    """Write an object into a folder that is not there yet or empty: all of it, or nothing.

    `kinds` gives the module of each class, and `beside` the texts of further files by their names.
    """
    root = path_of(folder)
    with whole_folder(root, STATE) as draft:
        for name, text in (beside or {}).items():
            (draft / name).write_text(text, encoding="utf-8")
        writer = _Writer(draft, kinds)
        encoding = writer.encode(thing)
        with (draft / ARRAYS).open("wb") as stream:
            np.savez(stream, **writer.arrays)  # type: ignore[arg-type]  # its stub takes these names for its options
        about = {"format": FORMAT, "objects": writer.objects, "saved": encoding}
        text = json.dumps(about, ensure_ascii=False, allow_nan=False) + "\n"
        (draft / STATE).write_text(text, encoding="utf-8")
    return root


def check_known(thing: Any, kinds: Mapping[str, str]) -> None:
    """Raise where nobody knows the module of an object's class, so that it could not be loaded again."""
    kind, module = type(thing).__name__, type(thing).__module__
    if not isinstance(thing, Saveable) and not dataclasses.is_dataclass(thing):
        raise SettingError(
            f"A {kind} cannot be saved. Settings and LEARNED may hold numbers, texts, arrays, lists, tuples and dicts "
            "of such, and objects whose class is Saveable or a dataclass. Hold what it is made of instead, as "
            "get_weights() of a Keras model or coefficients of scikit-learn (docs/how_to/own_matcher.md)."
        )
    if kind not in kinds:
        raise SettingError(
            f"{kind} objects cannot be saved: nothing says where {kind} is to be imported from later. A class of one's "
            "own is saved once its package is installed with an entry point (docs/how_to/extend.md), or its module "
            f'named: save_matcher(…, also={{"{kind}": "{module}"}}), and load_matcher alike.'
        )


def load_state(folder: str | Path, kinds: Mapping[str, str], store: Any = None) -> Any:
    """Read the object that `save_state` wrote; what is damaged or foreign is a DataError."""
    root = path_of(folder)
    if not is_file(root / STATE):
        raise DataError(
            f"{root} holds nothing that was saved: expected a folder with {STATE} and {ARRAYS} in it."
        )
    try:
        about = read_json(root / STATE)
        format_number = about["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{root / STATE} is damaged ({error}): save it anew.") from error
    if format_number != FORMAT:
        raise DataError(
            f"{root} has format {format_number!r}; this version reads format {FORMAT}. Save it anew."
        )
    try:
        return _Reader(root, kinds, read_arrays(root / ARRAYS), store).read(about)
    except (DataError, WeightsMissingError):
        # Nothing is wrong with the folder where only weights are not here.
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, RecursionError) as error:
        raise DataError(f"{root} is damaged or not whole ({error!r}): save it anew.") from error


class _Writer:
    """Turn values into JSON; arrays, files and objects are put aside, each once."""

    def __init__(self, root: Path, kinds: Mapping[str, str]) -> None:
        self.root, self.kinds = root, kinds
        self.arrays: dict[str, np.ndarray] = {}
        self.objects: list[Any] = []
        self._place: dict[int, int] = {}
        self._alive: list[Any] = []  # an id is that of one object only as long as it lives

    def encode(self, value: Any) -> Any:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"number": repr(value)}
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, list | tuple):
            return {type(value).__name__: [self.encode(part) for part in value]}
        if isinstance(value, frozenset):
            return {"frozenset": sorted(value)}
        if isinstance(value, dict):
            return {"dict": [[self.encode(key), self.encode(part)] for key, part in value.items()]}
        if isinstance(value, SavedFile):
            return {"file": self._file(value.path)}
        if isinstance(value, Path):
            return str(value)
        return {"object": self._object(value)}

    def _array(self, value: np.ndarray) -> str:
        if value.dtype.hasobject:
            raise SettingError("An array of Python objects cannot be saved.")
        name = f"a{len(self.arrays)}"
        self.arrays[name] = value
        return name

    def _file(self, path: Path) -> str:
        name = f"{len(list((self.root / FILES).glob('*')))}/{path.name}"
        (self.root / FILES / name).parent.mkdir(parents=True)
        shutil.copyfile(path, self.root / FILES / name)
        return name

    def _object(self, value: Any) -> int:
        if id(value) not in self._place:
            check_known(value, self.kinds)
            kind = type(value).__name__
            fields = value.to_state() if isinstance(value, Saveable) else {"settings": _fields(value)}
            state = self.encode(fields)
            self._place[id(value)] = len(self.objects)
            self._alive.append(value)
            self.objects.append([kind, state])
        return self._place[id(value)]


class _Reader:
    def __init__(
        self, root: Path, kinds: Mapping[str, str], arrays: dict[str, np.ndarray], store: Any
    ) -> None:
        self.root, self.kinds, self.arrays, self.store = root, kinds, arrays, store
        self.objects: list[Any] = []

    def read(self, about: dict[str, Any]) -> Any:
        for kind, state in about["objects"]:
            # What an object refers to was written before it.
            self.objects.append(self._object(kind, self.decode(state)))
        return self.decode(about["saved"])

    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ((kind, inside),) = value.items()
        if kind == "number":
            return float(inside)
        if kind == "array":
            return self.arrays[inside]
        if kind in ("list", "tuple"):
            parts = [self.decode(part) for part in inside]
            return parts if kind == "list" else tuple(parts)
        if kind == "frozenset":
            return frozenset(inside)
        if kind == "dict":
            return {self.decode(key): self.decode(part) for key, part in inside}
        if kind == "file":
            return self._file(inside)
        return self.objects[inside]

    def _file(self, name: str) -> Path:
        path = (self.root / FILES / name).resolve()
        if (self.root / FILES).resolve() not in path.parents or not path.is_file():
            raise DataError(f"{self.root} is not whole: its file {name!r} is missing. Save it anew.")
        return path

    def _object(self, kind: str, state: dict[str, Any]) -> Any:
        if kind not in self.kinds:
            raise DataError(
                f"{self.root} holds a {kind!r}, which this version does not know: use the version that saved it."
            )
        cls = getattr(import_module(self.kinds[kind]), kind)
        if issubclass(cls, Saveable):
            return cls.from_state(state, self.store)
        return cls(**state["settings"])


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
