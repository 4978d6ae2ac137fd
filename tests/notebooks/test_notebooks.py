"""The notebooks in `experiments/` run from the first cell to the last, and carry no outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from withsense_tf.demo.writer import write_demo

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "experiments").glob("*.ipynb"))


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


@pytest.mark.slow
def test_notebooks_run_on_a_small_demo_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "WITHSENSE_FOLDER", str(write_demo(tmp_path / "demo", seed=1, train=16, test=2, captioned=12))
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    shown = {}
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}}).execute()
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [
            output.ename for cell in code for output in cell.outputs if output.output_type == "error"
        ] == []
        shown[path.stem] = [output.get("data", {}) for cell in code for output in cell.outputs]
    # Objects show themselves: tables, charts, contact sheets, a text with marks, a box.
    assert any("<p><strong>" in str(one.get("text/html")) for one in shown["02_compare"])
    assert any("image/png" in one for one in shown["02_compare"])
    assert any("image/png" in one for one in shown["03_search"])
    assert any("application/vnd.jupyter.widget-view+json" in one for one in shown["03_search"])
    assert any("<mark" in str(one.get("text/html")) for one in shown["05_law"])
