"""How the package is laid out: what keeps it easy to find one's way in."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "withsense_tf"
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = [path for path in FILES if path.name not in ("__init__.py", "__main__.py")]

MOST_MODULES = 14
MOST_LINES = 300
# Where a folder says the rest.
COMMON_NAMES = {"base.py", "registry.py", "saved.py"}
# Of a function, `def` and docstring included.
MOST_FUNCTION_LINES = 50
MOST_LONG_FUNCTIONS = 2
MOST_PARAMETERS = 7
# What a user may set for one search or one index stands in its signature: notebooks show it.
PUBLIC_SIGNATURES = {"search/search.py Search.__call__", "index/upkeep/build.py build_index"}
# Of the modules with logic, so many have a test file of their own name; it may only grow.
LEAST_MIRRORED = 0.95

Function = ast.FunctionDef | ast.AsyncFunctionDef


# When the first test asks for it: every process that collects tests imports this file.
@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def functions_of(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield all functions with their names, those within others and those of classes included."""
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        place, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inside = place
            if isinstance(child, Function | ast.ClassDef):
                inside = f"{place}{child.name}."
                if not isinstance(child, ast.ClassDef):
                    yield f"{place}{child.name}", child
            waiting.append((inside, child))


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters_of(function: Function) -> int:
    """Count the parameters, without `self`, `cls` and those that gather the rest."""
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def is_command(function: Function) -> bool:
    """Return whether the parameters are options of a command or of a request: they have no other place."""
    return any(
        sign in ast.unparse(one)
        for one in annotations_of(function)
        for sign in ("typer.", "Option", "Parameter")
    )


def annotations_of(function: Function) -> list[ast.expr]:
    return [one.annotation for one in (*function.args.args, *function.args.kwonlyargs) if one.annotation]


@cache
def functions() -> dict[str, Function]:
    return {
        f"{path.relative_to(PACKAGE).as_posix()} {name}": function
        for path, tree in trees().items()
        for name, function in functions_of(tree)
    }


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


@pytest.mark.slow
def test_functions_are_short() -> None:
    long = {
        name: lines for name, one in functions().items() if (lines := lines_of(one)) > MOST_FUNCTION_LINES
    }
    assert len(long) <= MOST_LONG_FUNCTIONS, f"longer than {MOST_FUNCTION_LINES} lines: {long}"


def test_functions_take_few_parameters() -> None:
    many = {
        name: count
        for name, one in functions().items()
        if (count := parameters_of(one)) > MOST_PARAMETERS and one.name != "__init__" and not is_command(one)
    }
    assert {name: count for name, count in many.items() if name not in PUBLIC_SIGNATURES} == {}
    assert PUBLIC_SIGNATURES - many.keys() == set(), "these take few by now: take them off the list"


def test_a_function_is_counted_with_what_it_takes_and_where_it_stands() -> None:
    tree = ast.parse(
        "class A:\n    def one(self, a, *rest, b=1):\n        def two():\n            pass\n\n"
        "async def three(a: options.AOption):\n    pass\n"
    )
    counts = {name: (lines_of(one), parameters_of(one), is_command(one)) for name, one in functions_of(tree)}
    assert counts == {"A.one": (3, 2, False), "A.one.two": (2, 0, False), "three": (2, 1, True)}


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
        names = [n.name for tree in trees().values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    else:
        names = [path.name for path in MODULES if path.name not in COMMON_NAMES]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_nothing_is_asserted_in_the_package() -> None:
    asserting = [
        path for path, tree in trees().items() if any(isinstance(n, ast.Assert) for n in ast.walk(tree))
    ]
    assert asserting == []


def test_tests_mirror_the_package() -> None:
    logic = [
        path
        for path in MODULES
        if any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in trees()[path].body)
    ]
    alone = [
        path
        for path in logic
        if not (ROOT / "tests" / path.relative_to(PACKAGE).parent / f"test_{path.name}").exists()
    ]
    assert 1 - len(alone) / len(logic) >= LEAST_MIRRORED
