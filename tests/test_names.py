"""What values are called: by a noun that says what they are, not by what was done to them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "withsense_tf"
IRREGULAR = frozenset(
    """
    found told said kept given taken made shown asked seen known written held drawn chosen done gone meant put
    lost built sent brought thrown paid heard got begun broken fallen forgotten sought spoken thought read
    left
    """.split()  # noqa: SIM905  # a word a line is long to read
)
NOUNS = frozenset({"seed", "speed", "need", "feed", "embed", "shed", "hundred", "read"})
# What users write or files hold, and words that are the field's own nouns or say where something is.
ALLOWED = frozenset(
    """
    LEARNED seen_ opened hidden left restricted received expected known shown shared added changed removed
    captioned quarantined staged departed disabled uncaptioned negated CHANGED QUESTIONED REPLACED UNCAPTIONED
    """.split()  # noqa: SIM905  # a word a line is long to read
)


def is_bare_participle(name: str) -> bool:
    word = name.strip("_").lower()
    return (
        "_" not in word
        and word not in NOUNS
        and (word in IRREGULAR or (word.endswith("ed") and len(word) > 4))
    )


def says_yes_or_no(annotation: ast.expr | None, value: ast.expr | None) -> bool:
    if annotation is not None and "bool" in ast.unparse(annotation):
        return True
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("any", "all", "bool", "isinstance")
    return isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )


def names_of_values(tree: ast.Module) -> Iterator[str]:
    """Yield the names of arguments, variables, attributes and functions that are no answer of yes or no."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            places = node.args
            plain = [*places.posonlyargs, *places.args]
            defaults = [*[None] * (len(plain) - len(places.defaults)), *places.defaults, *places.kw_defaults]
            for argument, default in zip([*plain, *places.kwonlyargs], defaults, strict=True):
                if not says_yes_or_no(argument.annotation, default):
                    yield argument.arg
        if isinstance(node, ast.FunctionDef) and not says_yes_or_no(node.returns, None):
            yield node.name
        value = getattr(node, "value", None)
        if isinstance(node, ast.AnnAssign) and says_yes_or_no(node.annotation, value):
            continue
        if isinstance(node, ast.Assign | ast.NamedExpr) and says_yes_or_no(None, value):
            continue
        targets = getattr(node, "targets", [getattr(node, "target", getattr(node, "optional_vars", None))])
        for target in targets:
            for part in ast.walk(target) if isinstance(target, ast.AST) else ():
                if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Store):
                    yield part.id if isinstance(part, ast.Name) else part.attr


@pytest.mark.slow
def test_values_are_called_by_nouns() -> None:
    bare = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in PACKAGE.rglob("*.py")
        for name in names_of_values(ast.parse(path.read_text(encoding="utf-8")))
        if is_bare_participle(name) and name not in ALLOWED
    }
    assert bare == set()


def test_what_was_done_is_told_from_what_it_is() -> None:
    tree = ast.parse(
        "def f(found, kept_rows, fitted=True):\n    told = is_known = said is None\n    seen: bool = g()"
    )
    assert set(filter(is_bare_participle, names_of_values(tree))) == {"found"}
