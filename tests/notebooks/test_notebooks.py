"""The notebooks in `experiments/` run from the first cell to the last, and carry no outputs."""

from __future__ import annotations

import os
import re
import shutil
import sys
from configparser import ConfigParser
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from doc_blocks import ROOT

import withsense_tf as ws
from withsense_tf.demo import writer
from withsense_tf.errors import WeightsMissingError
from withsense_tf.policy.countries import NOTICE

sys.path.insert(0, str(ROOT / "docs/hooks"))
from notebook_pages import NOTEBOOKS, newest, page_of, run_notebooks, table_of_site


def test_the_story_has_five_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_explore",
        "02_compare",
        "03_search",
        "04_own_matcher",
        "05_law",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # Outputs may hold photos, which are not ours to spread, and names of folders.
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert {name for cell in notebook.cells for name in cell.metadata} == set()
    assert notebook.cells[0].source.startswith("# ")
    assert "**Conclusions.**" in notebook.cells[-1].source


def test_what_is_installed_for_notebooks_brings_the_command_that_runs_them() -> None:
    assert "`jupyter execute --inplace" in (ROOT / "docs/tutorials/notebook.md").read_text(encoding="utf-8")
    (command,) = (one for one in entry_points(group="console_scripts") if one.name == "jupyter-execute")
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert command.dist is not None
    assert re.search(rf"^{command.dist.name}\b", setup["options.extras_require"]["notebook"], re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small demo set."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "CORPUS_SCENES", 20)  # else the law would read two thousand captions more
        return writer.write_demo(folder, seed=1, train=16, test=2, captioned=12)


@pytest.fixture(scope="module")
def notebooks(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return all notebooks as they were run on a small demo set."""
    folder = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WITHSENSE_FOLDER", str(demo))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
        return run_notebooks(NOTEBOOKS, folder / "here")


@pytest.fixture(scope="module")
def captions_alone(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of photos with captions that nobody judged; skip where no weights for photos are."""
    try:
        ws.best_encoders_here()
    except WeightsMissingError as error:
        pytest.skip(str(error))
    folder, data = tmp_path_factory.mktemp("mine"), ws.load_dataset(demo)
    captions = data.captions[data.captions["photo"].isin(data.photos["photo"])]
    for path in data.photos["path"]:
        shutil.copy(path, folder)
    captions[["photo", "text"]].to_csv(folder / "captions.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def of_captions(captions_alone: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return all notebooks as they were run on photos that nobody judged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WITHSENSE_FOLDER", str(captions_alone))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
        return run_notebooks(NOTEBOOKS, tmp_path_factory.mktemp("of captions") / "here")


def printed_by(notebook: Any) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output.output_type == "stream")


def shown_by(notebook: Any) -> list[dict[str, Any]]:
    return [
        output.get("data", {})
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


@pytest.mark.slow
def test_objects_show_themselves(notebooks: dict[str, Any]) -> None:
    # Tables, charts, contact sheets, a text with marks, a box.
    shown = {name: shown_by(notebook) for name, notebook in notebooks.items()}
    assert any("<p><strong>" in str(one.get("text/html")) for one in shown["02_compare"])
    charts = [one["text/plain"] for one in shown["02_compare"] if "image/png" in one]
    assert len(charts) == 2
    assert "concat Keras 256-64 learned" in charts[1]
    assert any("image/png" in one for one in shown["03_search"])
    assert any("application/vnd.jupyter.widget-view+json" in one for one in shown["03_search"])
    assert any("<mark" in str(one.get("text/html")) for one in shown["05_law"])


@pytest.mark.slow
def test_restricted_photos_are_counted_among_those_that_are_there(
    demo: Path, notebooks: dict[str, Any]
) -> None:
    printed = printed_by(notebooks["05_law"])
    data = ws.load_dataset(demo)
    decisions = ws.Policy.default().gate(data).decisions
    photos = list(data.photos["photo"])
    # Captions of photos that are not here are judged, too.
    assert len(decisions) > len(photos)
    restricted = sum(decisions[photo].restricted for photo in photos)
    assert f"{restricted} of {len(photos)} photos are restricted." in printed
    assert f"The law leaves out {restricted} photos;" in printed_by(notebooks["02_compare"])


@pytest.mark.slow
def test_countries_of_the_law_answer_differently(notebooks: dict[str, Any]) -> None:
    lines = printed_by(notebooks["05_law"]).splitlines()
    for text in ("a small child on a swing", "a 17-year-old skater"):
        answers = {line.partition(": ")[2] for line in lines if line.startswith(text)}
        assert answers == {"allowed", NOTICE}, text


@pytest.mark.slow
def test_the_own_matcher_is_saved_and_keeps_the_contract(notebooks: dict[str, Any]) -> None:
    printed = printed_by(notebooks["04_own_matcher"])
    assert "It answers as before it was saved: True" in printed
    assert "saved and loaded it says the same" in printed


@pytest.mark.slow
def test_a_folder_with_captions_alone_runs_in_all_and_they_say_what_is_measured(
    of_captions: dict[str, Any],
) -> None:
    for name in ("01_explore", "02_compare", "03_search", "04_own_matcher"):
        assert "The target: own against others' captions" in printed_by(of_captions[name]), name
    assert "there is no agreement to measure" in printed_by(of_captions["01_explore"])
    (table, *_) = [
        one for one in shown_by(of_captions["02_compare"]) if "<p><strong>" in str(one.get("text/html"))
    ]
    # So few photos may tell none from chance.
    assert re.search("Use “|None of these can be recommended", table["text/html"])
    assert "Chance: R@5" in printed_by(of_captions["02_compare"])
    assert any("image/png" in one for one in shown_by(of_captions["02_compare"]))


@pytest.mark.slow
def test_no_name_of_one_notebook_is_there_in_the_next(notebooks: dict[str, Any]) -> None:
    # Each was run from its first cell on: else it would say that a name is not defined where it stands alone.
    for name, notebook in notebooks.items():
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        assert code[0].startswith("import os\n\nimport withsense_tf as ws\n"), name
        counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
        assert counts == list(range(counts[0], counts[0] + len(counts))), name


@pytest.mark.slow
def test_the_site_shows_what_notebooks_showed_and_loads_nothing_for_it(notebooks: dict[str, Any]) -> None:
    pages = {name: page_of(name, notebook) for name, notebook in notebooks.items()}
    assert pages["02_compare"].count('<img class="chart" alt="Chart(') == 2
    assert '<div class="output" tabindex="0">' in pages["01_explore"]
    assert "```text\n" in pages["01_explore"]
    assert "*Here is a box to type in" in pages["03_search"]
    assert "Traceback" not in "".join(pages.values())
    for page in pages.values():
        assert str(ROOT) not in page
        assert not re.search(r"<(script|link)|src=.(https?:)?//", page)


def test_tables_of_pages_have_the_look_of_the_site_and_none_of_their_own() -> None:
    shown = pd.DataFrame({"photo": ["a.jpg"], "target": [0.5]})._repr_html_()
    table = table_of_site(shown)
    assert table.count('<table class="shown">') == 1
    assert not re.search("<style|border=|dataframe", table)
    assert "a.jpg" in table
    assert ".md-typeset .output table" in (ROOT / "docs/site.css").read_text(encoding="utf-8")


def test_a_page_has_outputs_of_the_notebook_as_it_is_and_of_no_older_one(tmp_path: Path) -> None:
    path = NOTEBOOKS[0]
    notebook = nbformat.read(path, as_version=4)
    cell = next(one for one in notebook.cells if one.cell_type == "code")
    cell.outputs = [
        nbformat.v4.new_output("stream", name=name, text=f"to {name}\n") for name in ("stdout", "stderr")
    ]
    nbformat.write(notebook, tmp_path / path.name)
    page = page_of(path.stem, newest(path, tmp_path))
    assert "```text\nto stdout\n```" in page
    assert "stderr" not in page
    assert f'<a href="{path.name}" download>' in page
    notebook.cells[0].source += "\nOlder."
    nbformat.write(notebook, tmp_path / path.name)
    assert "to stdout" not in page_of(path.stem, newest(path, tmp_path))
    assert "to stdout" not in page_of(path.stem, newest(path, tmp_path / "none"))
