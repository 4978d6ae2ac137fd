from __future__ import annotations

from pathlib import Path

import yaml

from withsense_tf.matchers.cards.card_page import write_card


def test_the_head_is_yaml_whatever_stands_in_it(tmp_path: Path) -> None:
    head = {
        "license": "no",
        "tags": ["a: b", "- c", "«й»\n---"],
        "model-index": [{"name": 'q"', "value": 0.5}],
    }
    file = write_card(tmp_path, head, "# A card\n")
    _, between, text = file.read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(between) == head
    assert text == "\n# A card\n"
    assert file.name == "README.md"
