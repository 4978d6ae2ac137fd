from __future__ import annotations

from pathlib import Path

import jinja2
import pandas as pd
import pytest
from matplotlib.figure import Figure

from withsense_tf.evaluation.page.plots import new_figure
from withsense_tf.evaluation.page.sections import Section, fill_template, write_page


def test_a_picture_is_drawn_once_and_only_when_it_is_asked_for() -> None:
    drawings: list[Figure] = []

    def draw() -> Figure:
        drawings.append(new_figure(width=1, height=1)[0])
        return drawings[-1]

    section = Section("one", "One", "It is one.", draw)
    assert drawings == []
    assert section.picture is section.picture
    assert len(drawings) == 1
    assert Section("two", "Two", "It has none.").picture is None


def test_a_cell_without_a_number_is_empty_and_a_text_is_escaped(tmp_path: Path) -> None:
    table = pd.DataFrame({"name": ["<b>", "b"], "value": [1234.5678, float("nan")]})
    page = write_page(tmp_path, "Title", [Section("one", "One", "It is one.", table=table)])
    text = page.read_text(encoding="utf-8")
    assert "<td>&lt;b&gt;</td><td>1,234.568</td>" in text
    assert "<td>b</td><td></td>" in text


def test_a_report_removes_what_the_last_one_wrote_and_nothing_else(tmp_path: Path) -> None:
    table, outside = pd.DataFrame({"a": [1]}), tmp_path / "outside.csv"
    outside.write_text("kept")
    folder = tmp_path / "report"
    write_page(
        folder, "Title", [Section("old", "Old", "", table=table), Section("both", "Both", "", table=table)]
    )
    (folder / "mine.csv").write_text("kept")
    listing = folder / "files.txt"
    listing.write_text(listing.read_text(encoding="utf-8") + "../outside.csv\n", encoding="utf-8")
    write_page(folder, "Title", [Section("both", "Both", "", table=table)])
    assert {path.name for path in folder.iterdir()} == {"both.csv", "mine.csv", "files.txt", "index.html"}
    assert outside.read_text() == "kept"


def test_a_template_without_one_of_its_values_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="sections"):
        fill_template("page.html", title="Title", notes=[])
