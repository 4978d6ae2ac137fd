"""How the package is laid out: what keeps it easy to find one's way in."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from statistics import median

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "withsense_tf"
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = [path for path in TREES if path.name not in ("__init__.py", "__main__.py")]

MOST_MODULES = 14
MOST_LINES = 300
# Where a folder says the rest.
COMMON_NAMES = {"base.py", "registry.py", "saved.py"}
# Of the modules with logic, so many have a test file of their own name; it may only grow.
LEAST_MIRRORED = 0.63


def in_circles(graph: grimp.ImportGraph) -> list[str]:
    """Return the modules that import themselves by way of others."""
    left = {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    # The package's own module imports all that is public, for type checkers alone.
    left.pop("withsense_tf")
    while free := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in free:
            del left[name]
    # What imports a circle is left as well; what is imported by none of the rest is not in it.
    while outer := [name for name in left if not any(name in imported for imported in left.values())]:
        for name in outer:
            del left[name]
    return sorted(left)


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert in_circles(grimp.build_graph("withsense_tf", cache_dir=None)) == []


def test_a_circle_is_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in ("ab", "bc", "cb", "cd", "ea"):
        graph.add_import(importer=importer, imported=imported)
    graph.add_module("withsense_tf")
    assert in_circles(graph) == ["b", "c"]


def test_folders_hold_few_modules() -> None:
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in MODULES)
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_modules_are_short() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
    }
    assert {module: count for module, count in lines.items() if count > MOST_LINES} == {}
    assert median(lines.values()) <= 120


@pytest.mark.parametrize("kind", ["class", "file"])
def test_no_name_is_there_twice(kind: str) -> None:
    if kind == "class":
        names = [n.name for tree in TREES.values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    else:
        names = [path.name for path in MODULES if path.name not in COMMON_NAMES]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_nothing_is_asserted_in_the_package() -> None:
    asserting = [
        path for path, tree in TREES.items() if any(isinstance(n, ast.Assert) for n in ast.walk(tree))
    ]
    assert asserting == []


def test_tests_mirror_the_package() -> None:
    logic = [
        path
        for path in MODULES
        if any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in TREES[path].body)
    ]
    alone = [
        path
        for path in logic
        if not (ROOT / "tests" / path.relative_to(PACKAGE).parent / f"test_{path.name}").exists()
    ]
    assert 1 - len(alone) / len(logic) >= LEAST_MIRRORED
