"""Pages of the notebooks in `experiments/`: their code, and where they were run before, what they showed.

`python docs/hooks/notebook_pages.py` runs them on drawn scenes, which `make docs` does; in git they have no outputs.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

if TYPE_CHECKING:
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "experiments").glob("*.ipynb"))
RUN = ROOT / "artifacts/notebooks"
# Without the column of headings, a table has room for all its figures.
WIDE = "---\nhide: [toc]\n---"
# `docs/site.css` says how a table looks: pandas would draw black lines on any ground.
OWN_STYLE = re.compile(r"<style scoped>.*?</style>|(?<=<table) border=\"\d+\"", re.DOTALL)
TABLE = re.compile(r"<table(?: class=\"[^\"]*\")?>")
WIDGET = "application/vnd.jupyter.widget-view+json"


def on_files(files: Files, config: Any) -> Files:
    """Add a page a notebook."""
    from mkdocs.structure.files import File

    for path in NOTEBOOKS:
        page = page_of(path.stem, newest(path, RUN))
        files.append(File.generated(config, f"experiments/{path.stem}.md", content=page))
    return files


def newest(path: Path, run: Path) -> Any:
    """Return a notebook as it was run, or as it is stored where it was not run since it changed."""
    stored = nbformat.read(path, as_version=4)
    if (run / path.name).is_file():
        shown = nbformat.read(run / path.name, as_version=4)
        if [cell.source for cell in shown.cells] == [cell.source for cell in stored.cells]:
            return shown
    return stored


def run_notebooks(paths: Iterable[Path], folder: Path) -> dict[str, Any]:
    """Run notebooks one after the other in `folder`, and return them with their outputs; an error of a cell is raised.

    One process runs all, since each would load TensorFlow and the law anew; no name of one is left for the next.
    """
    from nbclient import NotebookClient

    folder.mkdir(parents=True, exist_ok=True)
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    cells = []
    for one in notebooks.values():
        cells += [nbformat.v4.new_code_cell("%reset -f"), *one.cells]
    whole = nbformat.v4.new_notebook(cells=cells, metadata=next(iter(notebooks.values())).metadata)
    # The cells are the same objects, so each notebook gets its outputs.
    NotebookClient(whole, timeout=900, resources={"metadata": {"path": str(folder)}}).execute()
    return notebooks


def page_of(name: str, notebook: Any) -> str:
    """Return a notebook as a page."""
    start = f'<a href="{name}.ipynb" download>This page as a notebook</a>'
    parts: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts += [f"```python\n{cell.source}\n```", *outputs_of(cell)]
        else:
            parts += [cell.source]
    parts = [WIDE, parts[0], start, *parts[1:]]
    return "\n\n".join(parts) + "\n"


def outputs_of(cell: Any) -> Iterator[str]:
    """Yield what a cell showed; what it said to the error stream, such as how far it was, is left out."""
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stdout":
                yield text_block(output.text)
        elif output.output_type in ("display_data", "execute_result"):
            yield shown(output.data)


def shown(data: Mapping[str, Any]) -> str:
    """Return one output: as a table where it is one, else as a picture, else as text."""
    text = str(data.get("text/plain", ""))
    if "text/html" in data:
        return f'<div class="output" tabindex="0">\n{table_of_site(data["text/html"])}\n</div>'
    if "image/png" in data:
        picture = base64.b64encode(base64.b64decode(data["image/png"])).decode()
        kind = ' class="chart"' if text.startswith("Chart(") else ""
        return f'<img{kind} alt="{html.escape(text)}" src="data:image/png;base64,{picture}">'
    if WIDGET in data:
        return "*Here is a box to type in, while a notebook runs.*"
    return text_block(text)


def table_of_site(text: str) -> str:
    """Return what a notebook showed with its tables looking as the site has them.

    A class keeps the theme from wrapping and spacing them as tables of its own.
    """
    return TABLE.sub('<table class="shown">', OWN_STYLE.sub("", text)).strip()


def text_block(text: str) -> str:
    """Return printed text as it stands."""
    return f"```text\n{text.rstrip()}\n```"


def main() -> None:
    """Run all, and keep what they show where the pages look for it."""
    for name, notebook in run_notebooks(NOTEBOOKS, RUN).items():
        nbformat.write(notebook, RUN / f"{name}.ipynb")
        print(RUN / f"{name}.ipynb")


if __name__ == "__main__":
    main()
