"""Write the reference of the command line from the commands themselves, so that it cannot say anything else."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main

PACKAGE = Path(__file__).parents[2] / "withsense_tf"
MARK = "<!-- the commands -->"
RUN = re.compile(r"terminal\.run(?:_main)?\((\w+)\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the reference where the page asks for it."""
    return markdown.replace(MARK, reference()) if MARK in markdown else markdown


def reference() -> str:
    """Return the reference of all commands, as Markdown."""
    return "\n".join(line for name, command in all_commands() for line in section(name, command))


def all_commands() -> Iterator[tuple[str, Any]]:
    """Yield every command by what a person types for it: those of `withsense`, then modules of their own."""
    for typed, app in all_apps().items():
        yield from _within(typed, typer.main.get_command(app))


@functools.cache
def all_apps() -> dict[str, typer.Typer]:
    """Return the command lines by what a person types for each."""
    from withsense_tf.__main__ import app

    apps = {"withsense": app}
    for module, name in module_commands():
        own = getattr(importlib.import_module(_home(module, name)), name)
        if not isinstance(own, typer.Typer):
            function, own = own, typer.Typer(add_completion=False)
            own.command()(function)
        apps[f"python -m {module}"] = own
    return apps


def module_commands() -> list[tuple[str, str]]:
    """Return the modules that are commands of their own, each with the function or application that it runs."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if match := RUN.search(path.read_text(encoding="utf-8")):
            if path in (PACKAGE / "common/terminal.py", PACKAGE / "__main__.py"):
                continue
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            found.append((".".join(parts).removesuffix(".__main__"), match[1]))
    return found


def _home(module: str, name: str) -> str:
    """Return the module that has what is run: of a package, the one that its `__main__` imports it from."""
    main = PACKAGE.parent / Path(*module.split(".")) / "__main__.py"
    if not main.exists():
        return module
    return re.findall(rf"from (\S+) import {name}\b", main.read_text(encoding="utf-8"))[0]


def _within(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", {})
    # Some do something without a command behind them, too.
    if not inner or command.params:
        yield name, command
    for word, one in inner.items():
        yield from _within(f"{name} {word}", one)


def section(name: str, command: Any) -> list[str]:
    """Return the lines that say what a command does and takes."""
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f"## {name}",
        "",
        as_printed(str(command.help or "").strip()),
        "",
        "```text",
        f"{name} {usage}",
        "```",
        "",
    ]
    rows = [row for one in command.params if (row := option_row(one, context))]
    if rows:
        lines += ["| argument or option | meaning |", "|---|---|", *rows, ""]
    return lines


def as_printed(text: str) -> str:
    """Return what the terminal shows of a help text: there a bracket without a backslash could be a colour."""
    return text.replace("\\[", "[")


def option_row(parameter: Any, context: Any) -> str | None:
    """Return the row of an option; what is hidden has none. It says what `--help` says."""
    record = parameter.get_help_record(context)
    if record is None or getattr(parameter, "hidden", False):
        return None
    name, text = (" ".join(as_printed(part).split()).replace("|", "\\|") for part in record)
    # Between backticks all is as it stands; elsewhere these signs would begin something.
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*_<\[\]])", r"\\\1", part) for part in parts[::2]]
    return f"| `{name}` | {'`'.join(parts)} |"
