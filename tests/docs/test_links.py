"""Every link of README and docs leads to a file that is there, and to a heading that it has."""

from __future__ import annotations

import posixpath
import re

import pytest
from doc_blocks import PAGES, ROOT, blocks_of

LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|a|source)[^>]+(?:src|href|srcset)=\"([^\"]+)\"")
ELSEWHERE = ("http://", "https://")
PUBLIC = (*PAGES, "CONTRIBUTING.md", "CHANGELOG.md", "experiments/RESULTS.md")


def text_of(page: str) -> str:
    """Return a page without its code blocks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in blocks_of(page):
        text = text.replace(block.code, "")
    return text


def anchors_of(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MkDocs make them of plain words."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


@pytest.mark.parametrize("page", PUBLIC)
def test_every_link_leads_somewhere(page: str) -> None:
    for match in LINK.finditer(text_of(page)):
        target = match[1] or match[2]
        if target.startswith(ELSEWHERE):
            continue
        file, _, anchor = target.partition("#")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(page), file)) if file else page
        assert (ROOT / place).exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors_of(place), f"{page}: {target}"


def test_every_page_of_the_docs_is_reached_from_their_start() -> None:
    seen, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page not in PAGES:
            continue
        seen.add(page)
        for match in LINK.finditer(text_of(page)):
            file = (match[1] or match[2]).partition("#")[0]
            waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(page), file)))
    assert set(PAGES) - seen == set()
