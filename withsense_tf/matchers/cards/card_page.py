"""README.md of what was trained: YAML between two lines of dashes, then Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.atomic_files import whole_file

CARD_FILE: Final = "README.md"
UNSAID: Final = "not told"
Head = Mapping[str, Any]


def write_card(folder: Path, head: Head, text: str) -> Path:
    """Write the card into the folder of what was saved; return its file."""
    file = folder / CARD_FILE
    with whole_file(file) as draft:
        draft.write_text(f"---\n{yaml_of(head)}\n---\n\n{text.strip()}\n", encoding="utf-8")
    return file


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
