"""The code blocks of README and docs: what each is, and whether it is run or only read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ru.md")
PAGES = (*READMES, *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- only parsed: (\S.*?) -->\s*\Z")
# What was printed, and what only servers read.
SHOWN = ("text",)


@dataclass(frozen=True)
class Block:
    """A code block of a page; `reason` says why it is not run, if so."""

    page: str
    line: int
    language: str
    code: str
    reason: str | None

    @property
    def commands(self) -> list[str]:
        """Return the commands of a shell block: a line each, unless a backslash joins two."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str | None = None) -> list[Block]:
    """Return the code blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8") if text is None else text
    found = []
    for match in FENCE.finditer(text):
        indent, language, code = match.groups()
        mark = MARK.search(text[: match.start()])
        code = re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, language, code, mark[1] if mark else None))
    return found
