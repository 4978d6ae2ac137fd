"""What is built in and what other packages add, in one list a kind: names -> classes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

from withsense_tf.common.code_version import PACKAGE
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.errors import SettingError, check_choice, line_of

T = TypeVar("T")


@dataclass(frozen=True)
class Plugins(Generic[T]):
    """Classes of one kind by name: those of this package, and those that others add as entry points of a group.

    - `setting`: what a user names one by
    - `group`: the entry points that packages add theirs to
    - `built_in`: "module:Class" by name, as entry points have it; a module is imported when its class is asked for
    - `kind`: what each class must be a subclass of, as "module:Class"
    """

    setting: str
    group: str
    built_in: Mapping[str, str]
    kind: str

    def names(self) -> list[str]:
        """Return all names, those of this package first."""
        return [*self.built_in, *(name for name in self._additions() if name not in self.built_in)]

    def load(self, name: str) -> type[T]:
        """Return the class of a name, or of "module:Class" for one that no package has added yet."""
        if ":" in name:
            with _working_folder():
                return self._load_class(name, EntryPoint(name, name, self.group))
        self.check(self.setting, name, self.names())
        additions = self._additions().get(name, [])
        if len(additions) + (name in self.built_in) > 1:
            packages = " and ".join(one.dist.name for one in additions if one.dist is not None)
            built_in = "built in and " if name in self.built_in else ""
            raise SettingError(
                f"{self.setting}={name!r} is {built_in}added by {packages}, and can mean one thing only: uninstall "
                f"{packages if built_in else 'one of them'}, or give what it adds another name."
            )
        return self._load_class(
            name, additions[0] if additions else EntryPoint(name, self.built_in[name], self.group)
        )

    def check(self, setting: str, name: str, known: Iterable[str]) -> None:
        """Raise if a name is not known; say which package adds it to another group, as by a slip."""
        try:
            check_choice(setting, name, known)
        except SettingError as error:
            slips = [
                f" {_maker(one)} adds {name!r} to {one.group}; these are in {self.group}."
                for one in entry_points(name=name)
                if one.group.startswith(PACKAGE) and one.group != self.group
            ]
            raise SettingError(f"{error}{''.join(slips)}") from None

    def modules(self) -> dict[str, str]:
        """Return the module of each class by the class's name, of this package's and of added ones."""
        values = [
            *self.built_in.values(),
            *(one.value for entries in self._additions().values() for one in entries),
        ]
        return {value.partition(":")[2]: value.partition(":")[0] for value in values}

    def _additions(self) -> Mapping[str, list[EntryPoint]]:
        return _entry_points(self.group, tuple(sys.path))

    def _load_class(self, name: str, entry: EntryPoint) -> type[T]:
        try:
            if name not in self.built_in and _speaks_of_tensorflow(entry.module):
                start_tensorflow()
            loaded_class = entry.load()
        except (Exception, SystemExit) as error:
            cause = str(error)
            if not isinstance(error, ImportError | AttributeError):
                if entry.value.startswith(PACKAGE):
                    raise
                cause = line_of(error)
            advice = "Is its module in this folder or on the PYTHONPATH?"
            if entry.dist is not None:
                advice = f"{_maker(entry)} adds it: mend or uninstall that."
            if isinstance(error, ModuleNotFoundError) and not f"{entry.module}.".startswith(f"{error.name}."):
                advice = f"It needs {error.name}, which is not installed. {advice}"
            if isinstance(error, AttributeError) and entry.dist is None and entry.module in sys.modules:
                advice = self._near_classes(entry)
            raise SettingError(
                f"{self.setting}={name!r} stands for {entry.value}, which cannot be imported: {cause}. "
                f"{advice}"
            ) from error
        module, _, base = self.kind.partition(":")
        if not (
            isinstance(loaded_class, type) and issubclass(loaded_class, getattr(import_module(module), base))
        ):
            raise SettingError(
                f"{self.setting}={name!r}: expected a subclass of {base} ({module}), got {loaded_class!r}."
            )
        return loaded_class

    def _near_classes(self, entry: EntryPoint) -> str:
        """Say which classes of this kind a module has, that has not the one that is asked for."""
        home, _, base = self.kind.partition(":")
        kind = getattr(import_module(home), base)
        names = [
            name
            for name, one in vars(sys.modules[entry.module]).items()
            if isinstance(one, type) and issubclass(one, kind) and one is not kind
        ]
        try:
            check_choice("class", entry.attr, names)
        except SettingError as error:
            return f"The module is there. {error}"
        return ""


def _speaks_of_tensorflow(module: str) -> bool:
    """Return whether a module may import TensorFlow: that writes what looks like failures, unless it is started so."""
    with suppress(ImportError, ValueError, OSError):
        if (spec := find_spec(module)) and spec.origin:
            return any(word in Path(spec.origin).read_bytes() for word in (b"tensorflow", b"keras"))
    return False


def _maker(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.module


@contextmanager
def _working_folder() -> Iterator[None]:
    """Let modules of the folder that the user works in be imported within the block, as `python -m` does.

    Last on the path: what is installed is never replaced by a file that happens to have its name.
    """
    folder = str(Path.cwd())
    is_missing = folder not in sys.path and "" not in sys.path
    if is_missing:
        sys.path.append(folder)
    try:
        yield
    finally:
        if is_missing and folder in sys.path:
            sys.path.remove(folder)


@lru_cache(maxsize=16)
def _entry_points(group: str, _: tuple[str, ...]) -> Mapping[str, list[EntryPoint]]:
    """Return what packages on the path add; looking through all of them takes a while."""
    by_name: dict[str, list[EntryPoint]] = {}
    for one in entry_points(group=group):
        by_name.setdefault(one.name, []).append(one)
    return by_name
