"""Which version of the code made a figure."""

from __future__ import annotations

import ast
import subprocess
import sys
import traceback
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.metadata import distribution, packages_distributions, version
from pathlib import Path
from typing import Any, Final

from withsense_tf.errors import ForeignError, clause, line_of

PACKAGE: Final = __name__.partition(".")[0]
# What stands in place of a digest where nobody can say what the code is.
UNREAD: Final = "of unknown code"
CODE: Final = tuple({*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES})
SITE_FOLDERS: Final = frozenset({"site-packages", "dist-packages"})


@cache
def code_version() -> str:
    """Name the version, and in a git checkout the commit; where its files differ from it, with a plus and a digest.

    What was installed knows no commit: the digest stands there alone, and says so.
    """
    name = f"{PACKAGE} {version(PACKAGE)}"
    root = Path(__file__).parents[2]
    git = ["git", "-C", str(root)]
    try:
        if not (root / ".git").exists():
            raise FileNotFoundError(root / ".git")
        commit = subprocess.run(
            [*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
        )
        # Who writes in a README or a test beside it has changed no figure.
        status = subprocess.run(
            [*git, "status", "--porcelain", "-uno", "--", PACKAGE], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return f"{name} (commit unknown, files {_digest_of_package()})"
    changed = f"+ (files {_digest_of_package()})" if status.stdout.strip() else ""
    return f"{name} {commit.stdout.strip()}{changed}"


def _digest_of_package() -> str:
    """Return a digest of all files of this package: its rules, weights and settings count like its code."""
    files = Path(__file__).parents[1].rglob("*")
    try:
        return _digest([file for file in files if file.is_file() and "__pycache__" not in file.parts])
    except OSError:
        return UNREAD


def code_of(classes: Iterable[type]) -> str:
    """Name the version of this package, and, of each other package that the classes are of, what its code is.

    That is its version, if it is installed, and a digest of its files: who writes a matcher changes it again and again
    under one version. Of a folder that is worked in, what these files import counts, too.
    """
    modules = {
        one.__module__.partition(".")[0]: one.__module__ for cls in classes for one in foreign_bases(cls)
    }
    return "; ".join([code_version(), *(_code_name(top, modules[top]) for top in sorted(modules))])


def foreign_bases(cls: type) -> list[type]:
    """Return the classes of other packages that make a class what it is; what this package itself builds on is none."""
    tops = {one: one.__module__.partition(".")[0] for one in cls.__mro__}
    known = {base for one, top in tops.items() if top == PACKAGE for base in one.__mro__}
    return [one for one, top in tops.items() if one not in known and top not in sys.stdlib_module_names]


def complaint(error: BaseException, thing: Any = None) -> str:
    """Say whose mistake an error is, where it was asked for what, and how it failed; nothing of a mistake of our own.

    It is that of the class of another package whose code raised it, or else of the `thing` that was asked: an object
    or a class.
    """
    if isinstance(error, ForeignError):
        return clause(error)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    others = [one for one in frames if str(one.f_globals.get("__name__")).partition(".")[0] != PACKAGE]
    things = [*(one.f_locals.get("self") for one in reversed(others)), thing]
    kinds = (one if isinstance(one, type) else type(one) for one in things)
    if (kind := next(filter(is_addition, kinds), None)) is None:
        return ""
    # The first of its methods that was called is one that others know.
    steps = [one.f_code.co_name for one in frames if type(one.f_locals.get("self")) is kind]
    step = next((f" in {one}" for one in steps if one.isidentifier()), "")
    return f"{whose(kind)} failed{step}: {line_of(error, kind)}"


def is_addition(thing: Any) -> bool:
    """Return whether a class, or that of an object, is of another package and built on one of ours."""
    kind = thing if isinstance(thing, type) else type(thing)
    tops = [one.__module__.partition(".")[0] for one in kind.__mro__]
    return tops[0] != PACKAGE and PACKAGE in tops


def whose(thing: Any) -> str:
    """Name the class of an object, or a function, and its package: "my.eyes:Eyes of my-package 1.2"."""
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    packages = packages_distributions().get(kind.__module__.partition(".")[0], [])
    return " of ".join(
        [f"{kind.__module__}:{kind.__qualname__}", *(f"{one} {version(one)}" for one in packages[:1])]
    )


def _code_name(top: str, module: str) -> str:
    own = Path(str(getattr(sys.modules.get(module), "__file__", None)))
    roots = [Path(one) for one in getattr(sys.modules.get(top), "__path__", [own.with_suffix("")])]
    packages = [distribution(name) for name in set(packages_distributions().get(top, ()))]
    files = {Path(str(one.locate_file(name))) for one in packages for name in one.files or ()}
    try:
        code = _digest(
            {file for file in files if file.name.endswith(CODE)}.union(*map(_files_of, roots), [own])
        )
    except (OSError, SyntaxError, ValueError):
        code = UNREAD
    return " ".join([top, *sorted(one.version for one in packages), code])


def _digest(files: Iterable[Path]) -> str:
    digest = sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _files_of(root: Path) -> set[Path]:
    """Return the files of a package or a lone module and, unless it is installed, of all that they import beside it."""
    files: set[Path] = set()
    met, waiting = {root.name, PACKAGE}, [root]
    while waiting:
        place = waiting.pop()
        lone = [place.with_name(place.name + suffix) for suffix in CODE]
        new = {
            file for file in (*lone, *place.rglob("*")) if file.name.endswith(CODE) and file.is_file()
        } - files
        files |= new
        if SITE_FOLDERS.isdisjoint(root.parts):
            names = {name for file in new if file.suffix == ".py" for name in _imports(file)} - met
            met |= names
            waiting += [root.with_name(name) for name in names]
    return files


def _imports(file: Path) -> set[str]:
    names = set()
    for one in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(one, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in one.names}
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            names.add(one.module.partition(".")[0])
    return names
