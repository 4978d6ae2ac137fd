"""Let pages of the site link to files that lie outside `docs/`, and take the few that are meant for readers along."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
# Paths of the repository that the site has, too, under the same name.
PUBLISHED = (
    "experiments/RESULTS.md",
    "experiments/default.toml",
    "experiments/01_explore.ipynb",
    "experiments/02_compare.ipynb",
    "experiments/03_search.ipynb",
    "experiments/04_own_matcher.ipynb",
    "experiments/05_law.ipynb",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE",
    "deploy/Dockerfile",
    "deploy/compose.yaml",
)
LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?(\))")


def on_files(files: Files, config: Any) -> Files:
    """Add the files from outside `docs/`."""
    from mkdocs.structure.files import File

    for path in PUBLISHED:
        files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links into those of the site, where only the place of `docs/` differs."""
    here = page.file.src_path.replace("\\", "/")
    return site_links(markdown, here)


def site_links(markdown: str, here: str) -> str:
    """Return a page's text with its links as the site has them; `here` is its path in the site."""
    of_repository = here if here in PUBLISHED else f"docs/{here}"

    def site_link(found: re.Match[str]) -> str:
        start, target, anchor, end = found.group(1), found.group(2), found.group(3) or "", found.group(4)
        place = posixpath.normpath(posixpath.join(posixpath.dirname(of_repository), target))
        there = place.removeprefix("docs/")
        if there.startswith("experiments/") and there.endswith(".ipynb"):
            there = there.replace(".ipynb", ".md")  # the page of a notebook
            target = posixpath.relpath(there, posixpath.dirname(here) or ".")
        elif place != there or there in PUBLISHED:
            target = posixpath.relpath(there, posixpath.dirname(here) or ".")
        return f"{start}{target}{anchor}{end}"

    return LINK.sub(site_link, markdown)
