"""The documentation builds without a complaint, and asks no other server for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from doc_blocks import ROOT

RESOURCE = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc=[\"']?([^\"'\s>]+)"
    r"|<link\b(?![^>]*rel=[\"']?canonical)[^>]*?\shref=[\"']?([^\"'\s>]+)"
    r"|url\([\"']?([^\"')]+)"
    r"|@import [\"']([^\"']+)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def foreign(text: str) -> list[str]:
    """Return what a page or a style sheet loads from elsewhere."""
    found = [next(filter(None, one)) for one in RESOURCE.findall(text)]
    return [one for one in found if re.match(r"(https?:)?//", one)]


def test_what_is_loaded_from_elsewhere_is_found() -> None:
    assert foreign('<script src="https://a.b/c.js"></script><a href="https://x.y">') == ["https://a.b/c.js"]
    assert foreign("a{background:url(//a.b/c.png)}") == ["//a.b/c.png"]


@pytest.mark.slow
def test_no_page_loads_anything_from_another_server(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 40
    for path in files:
        assert foreign(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.slow
def test_commands_and_docstrings_are_in_the_pages(site: Path) -> None:
    commands = (site / "reference/command_line.html").read_text(encoding="utf-8")
    assert "withsense index build" in commands
    assert "--photo-judge" in commands
    python = (site / "reference/python.html").read_text(encoding="utf-8")
    assert "doc-heading" in python
    assert ":::" not in python
    assert "split_by_photo" in python


def test_lists_within_numbered_ones_are_within_them_on_the_site_too() -> None:
    # The site's Markdown asks for four spaces; with three, a list ends the numbered one, and goes on counting.
    for path in sorted(ROOT.glob("docs/**/*.md")):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"^ {1,3}(?:[-*]|[0-9]+\.) .*", text, re.MULTILINE) == [], path


@pytest.mark.slow
def test_notebooks_are_pages_and_files_and_links_to_them_lead_to_the_pages(site: Path) -> None:
    page = (site / "experiments/01_explore.html").read_text(encoding="utf-8")
    assert "check_folder" in page
    assert 'href="01_explore.ipynb"' in page
    assert (site / "experiments/01_explore.ipynb").exists()
    tutorial = (site / "tutorials/notebook.html").read_text(encoding="utf-8")
    assert 'href="../experiments/01_explore.html"' in tutorial
    assert '01_explore.ipynb"' not in tutorial  # no link; a command names the file


@pytest.mark.slow
def test_figures_and_files_of_the_repository_are_reached_from_the_site(site: Path) -> None:
    page = (site / "explanation/honest_figures.html").read_text(encoding="utf-8")
    assert 'href="../experiments/RESULTS.html"' in page
    assert (site / "experiments/RESULTS.html").exists()
    assert (site / "deploy/compose.yaml").exists()
