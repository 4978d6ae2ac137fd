"""README.md of what was trained: YAML between two lines of dashes, then Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

CARD_FILE: Final = "README.md"
UNSAID: Final = "not told"
Head = Mapping[str, Any]


def card_of(head: Head, text: str) -> dict[str, str]:
    """Return the name of a card's file, which lies beside what was saved, and all that stands in it."""
    return {CARD_FILE: f"---\n{yaml_of(head)}\n---\n\n{text.strip()}\n"}


def yaml_of(head: Head) -> str:
    """Return a table as YAML; JSON is YAML, and quotes what YAML would read as something else.

    >>> print(yaml_of({"license": "other", "tags": ["no", "photos"], "model-index": [{"name": "a: b"}]}))
    license: "other"
    tags: ["no", "photos"]
    model-index: [{"name": "a: b"}]
    """
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())


def list_of(lines: Sequence[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines)
