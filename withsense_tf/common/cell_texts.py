"""How numbers and lists are written in tables and filters, and a table as a notebook shows it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

NUMBER: Final = re.compile(r"[-+]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
# A photo has several main colours: a cell of this column is a list, with this between its parts.
COLOUR: Final = "colour"
BETWEEN: Final = ", "


def cell_text(value: str | float) -> str:
    """Write the value of a column so that it is read as the same number again.

    >>> cell_text(1234567.0), cell_text(2.8), cell_text(0.00001), cell_text("Nikon D90")
    ('1234567', '2.8', '1e-05', 'Nikon D90')
    """
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def html_table(rows: Iterable[Sequence[object]], head: Sequence[str] = (), title: str = "") -> str:
    """Return rows as a table of HTML; whatever stands in a cell is text.

    >>> html_table([("a<b", 2)], ("name",))
    '<table><thead><tr><th>name</th></tr></thead><tbody><tr><td>a&lt;b</td><td>2</td></tr></tbody></table>'
    """
    caption = f"<caption>{html.escape(title)}</caption>" if title else ""
    names = f"<thead>{_html_row('th', head)}</thead>" if head else ""
    return f"<table>{caption}{names}<tbody>{''.join(_html_row('td', row) for row in rows)}</tbody></table>"


def html_lines(texts: Iterable[str]) -> str:
    """Return texts as paragraphs of HTML."""
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def _html_row(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(str(cell))}</{tag}>' for cell in cells)}</tr>"
