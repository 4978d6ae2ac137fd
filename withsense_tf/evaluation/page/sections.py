"""Sections of pictures, tables and conclusions -> one HTML file that opens offline, and each as PNG and CSV."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from withsense_tf.errors import on_disk
from withsense_tf.evaluation.page.plots import png


@dataclass(frozen=True)
class Section:
    """One question of a report: what the numbers say (`conclusion`), and the picture and table that show it.

    The picture is drawn when it is first asked for: that takes longer than the numbers do.
    """

    slug: str
    title: str
    conclusion: str
    draw: Callable[[], Figure] | None = None
    table: pd.DataFrame | None = None
    explanation: str = ""

    @cached_property
    def picture(self) -> bytes | None:
        """Return the picture as a PNG file, or None where there is none."""
        return None if self.draw is None else png(self.draw())


def write_page(folder: Path, title: str, sections: Sequence[Section], notes: Sequence[str] = ()) -> Path:
    """Write `index.html` with all pictures embedded, and beside it `<slug>.png` and `<slug>.csv` of each section.

    What an earlier report wrote here and this one does not is removed: it would be taken for a part of this one.
    """
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for section in sections:
            if section.picture is not None:
                paths.append(folder / f"{section.slug}.png")
                paths[-1].write_bytes(section.picture)
            if section.table is not None:
                paths.append(folder / f"{section.slug}.csv")
                section.table.to_csv(paths[-1], index=False)
        _remove_stale(folder / "files.txt", [path.name for path in paths])
        page, text = (
            folder / "index.html",
            fill_template("page.html", title=title, sections=sections, notes=notes),
        )
        page.write_text(text, encoding="utf-8")
    return page


def fill_template(template: str, **values: object) -> str:
    """Fill in a template of this folder; every text is escaped, and a value that is missing is an error."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters |= {"embedded": data_address, "shown": _cell_text}
    text = files("withsense_tf.evaluation.page").joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(text).render(values)


def data_address(picture: bytes, kind: str = "png") -> str:
    """Return the picture as an address that holds the picture itself."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def _remove_stale(listing: Path, names: list[str]) -> None:
    before = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    for name in set(before) - set(names):
        if Path(name).name == name:
            (listing.parent / name).unlink(missing_ok=True)
    listing.write_text("\n".join(names) + "\n", encoding="utf-8")


def _cell_text(cell: object) -> str:
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return f"{cell:,.3f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
