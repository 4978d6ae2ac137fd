"""Which version of the code made a figure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.metadata import Distribution, distribution, packages_distributions, version
from pathlib import Path
from typing import Final

PACKAGE: Final = __name__.partition(".")[0]
# What stands in place of a digest where nobody can say what the code is.
UNREAD: Final = "of unknown code"
CODE: Final = tuple({*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES})
INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


@cache
def code_version() -> str:
    """Name the version, and in a git checkout the commit, with a plus where files differ from it."""
    name = f"withsense_tf {version('withsense_tf')}"
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return name
    git = ["git", "-C", str(root)]
    try:
        commit = subprocess.run(
            [*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
        )
        status = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return name
    return f"{name} {commit.stdout.strip()}{'+' if status.stdout.strip() else ''}"


def code_of(classes: Iterable[type]) -> str:
    """Name the version of this package, and, of each other package that the classes are of, what its code is.

    That is its version, if it is installed with one, and a digest of its files: who writes a matcher changes it again
    and again under one version. What it imports of the same folder counts, and of what is installed its own package.
    """
    modules = {
        one.__module__.partition(".")[0]: one.__module__ for cls in classes for one in foreign_bases(cls)
    }
    return "; ".join([code_version(), *(_named(modules[top], top) for top in sorted(modules))])


def foreign_bases(cls: type) -> list[type]:
    """Return the classes of other packages that make a class what it is; what this package itself builds on is none."""
    tops = {one: one.__module__.partition(".")[0] for one in cls.__mro__}
    known = {base for one, top in tops.items() if top == PACKAGE for base in one.__mro__}
    return [one for one, top in tops.items() if one not in known and top not in sys.stdlib_module_names]


def _named(module: str, top: str) -> str:
    packages = [distribution(name) for name in packages_distributions().get(top, ())]
    versions = "".join(f" {name}" for name in dict.fromkeys(one.version for one in packages))
    try:
        return f"{top}{versions} {_digest(module, top, packages)}"
    except (OSError, SyntaxError, ValueError):
        return f"{top}{versions} {UNREAD}"


def _digest(module: str, top: str, packages: Iterable[Distribution]) -> str:
    """Return a digest of the code of a module's package; raise an OSError where its own file is none that is read."""
    own = Path(str(getattr(sys.modules.get(module), "__file__", None)))
    whole = sys.modules.get(top)
    roots = [Path(one) for one in getattr(whole, "__path__", [own.with_suffix("")])]
    files = {Path(str(one.locate_file(name))) for one in packages for name in one.files or ()}
    files = {file for file in files if file.name.endswith(CODE)}
    for root in roots:
        files |= set(_files_at(root) if INSTALLED & set(root.parts) else _with_imported(root))
    if own not in files:
        raise FileNotFoundError(own)
    digest = sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _files_at(root: Path) -> Iterator[Path]:
    """Yield the files of a package, or of the module that stands there alone; what is hidden is left out."""
    yield from (file for suffix in CODE if (file := root.with_name(root.name + suffix)).is_file())
    for file in root.rglob("*"):
        if file.name.endswith(CODE) and not any(
            part.startswith(".") for part in file.relative_to(root).parts
        ):
            yield file


def _with_imported(root: Path) -> set[Path]:
    """Return the files of a package or module, and of all that these import of the folder that it lies in."""
    files: set[Path] = set()
    seen, waiting = {root.name, PACKAGE}, [root]
    while waiting:
        for file in _files_at(waiting.pop()):
            files.add(file)
            names = _imported(file) - seen if file.suffix in SOURCE_SUFFIXES else set()
            seen |= names
            waiting += [root.with_name(name) for name in names]
    return files


def _imported(file: Path) -> set[str]:
    """Return the first names of all that a file imports."""
    names = set()
    for one in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(one, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in one.names}
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            names.add(one.module.partition(".")[0])
    return names
