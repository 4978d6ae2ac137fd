"""Write the tables of the Python reference from the code itself, and let the site explain each name below its table.

python docs/hooks/python_pages.py    # write docs/reference/python.md anew, where the code has changed
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/python.md"
HEAD = "| in Python | what it does or is |\n|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"((?:\| .*\n)+)")
NAME = re.compile(r"^\| `(?:ws\.)?(\w+)[(`]", re.MULTILINE)
# What of a class a user calls beside its name; of others, the page of the site says it with the class.
MEMBERS: dict[str, tuple[str, ...]] = {
    "CaptionFile": (),
    "Matcher": ("fit", "predict", "grid", "search_form"),
    "PhotoIndex": ("make",),
    "Policy": ("default", "of_service", "split", "gate", "texts"),
    "Queries": ("of",),
    "Search": ("__call__", "score"),
}
MOST_PARAMETERS = 7


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put what mkdocstrings explains below each table, a block a name."""
    return with_blocks(markdown) if page.file.src_path.endswith("reference/python.md") else markdown


def with_blocks(markdown: str) -> str:
    """Return the page with a block for each name behind the table that has it."""
    return TABLE.sub(lambda table: f"{table[0]}\n{''.join(map(block, NAME.findall(table[1])))}", markdown)


def with_tables(markdown: str) -> str:
    """Return the page with its tables as the code has them now; which names stand in which is the page's to say."""
    return TABLE.sub(
        lambda table: HEAD + "".join(row for name in NAME.findall(table[1]) for row in rows_of(name)),
        markdown,
    )


def block(name: str) -> str:
    """Return what asks mkdocstrings for the signature and docstring of a name."""
    one = public(name)
    lines = [f"::: {one.__module__}.{name}"]
    if name in MEMBERS:
        members = f"[{', '.join(MEMBERS[name])}]" if MEMBERS[name] else "false"
        lines += ["    options:", f"      members: {members}"]
    return "\n".join(lines) + "\n"


def rows_of(name: str) -> Iterator[str]:
    """Yield the row of a name, and those of the members that users call."""
    one = public(name)
    yield row(name if name == "Matcher" else f"ws.{name}", one)
    for member in MEMBERS.get(name, ()):
        yield row(f"{name}.{member}", getattr(one, member))


def public(name: str) -> Any:
    """Return what a name stands for; what every matcher can do is at the class that all have as a base."""
    import withsense_tf as ws
    from withsense_tf.matchers.base import Matcher

    return Matcher if name == "Matcher" else getattr(ws, name)


def row(name: str, one: Any) -> str:
    """Return the row of what is called by a name: how, and the first sentence that is said of it."""
    paragraph = " ".join((inspect.getdoc(one) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=\.) ", paragraph)[0].replace("|", "\\|")
    return f"| `{name}({', '.join(parameters(one))})` | {sentence} |\n"


def parameters(one: Any) -> list[str]:
    """Return the parameters with the defaults that are short; of many, the first."""
    names = [
        parameter
        for parameter in inspect.signature(one).parameters.values()
        if parameter.name != "self" and not (is_optional(parameter) and parameter.name.startswith("_"))
    ]
    first = [one for number, one in enumerate(names) if number < MOST_PARAMETERS or not is_optional(one)]
    texts = [as_typed(one) for one in first]
    by_name = [one.kind is one.KEYWORD_ONLY for one in first]
    if any(by_name):
        texts.insert(by_name.index(True), "*")
    return [*texts, "…"] if len(first) < len(names) else texts


def is_optional(parameter: inspect.Parameter) -> bool:
    """Return whether a parameter has a default."""
    return parameter.default is not parameter.empty


def as_typed(parameter: inspect.Parameter) -> str:
    """Return a parameter as one types it."""
    if not is_optional(parameter):
        return parameter.name
    default = parameter.default
    is_plain = default is None or isinstance(default, bool | int | float | str | tuple)
    text = f'"{default}"' if isinstance(default, str) else repr(default)
    return f"{parameter.name}={text if is_plain else '…'}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
