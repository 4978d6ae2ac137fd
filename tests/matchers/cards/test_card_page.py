from __future__ import annotations

import yaml

from withsense_tf.matchers.cards.card_page import card_of


def test_the_head_is_yaml_whatever_stands_in_it() -> None:
    head = {
        "license": "no",
        "tags": ["a: b", "- c", "«й»\n---"],
        "model-index": [{"name": 'q"', "value": 0.5}],
    }
    ((file, card),) = card_of(head, "# A card\n").items()
    _, between, text = card.split("---\n", 2)
    assert yaml.safe_load(between) == head
    assert text == "\n# A card\n"
    assert file == "README.md"
