"""A photo is judged by itself, under each level that a country's rule may ask for."""

from __future__ import annotations

from pathlib import Path

from small_index import LAW

from withsense_tf.index.item import Item
from withsense_tf.index.photo_verdicts import age_limits, judge_items, level_keys, with_verdicts


def test_every_level_has_a_decision_on_every_photo(tmp_path: Path) -> None:
    items = [
        Item(f"{name}.jpg", tmp_path / f"{name}.jpg", name, ((f"{name}.jpg#0", text),))
        for name, text in (("fox", "A fox ."), ("toddler", "A toddler smiles ."))
    ]
    decisions = judge_items(LAW, items)
    assert sorted(decisions) == level_keys(LAW)
    for by_name in decisions.values():
        assert {name: one.restricted for name, one in by_name.items()} == {
            "fox.jpg": False,
            "toddler.jpg": True,
        }


def test_a_caption_that_says_nothing_describes_no_photo(tmp_path: Path) -> None:
    item = Item("fox.jpg", tmp_path / "fox.jpg", "fox", (("fox.jpg#0", "None"), ("fox.jpg#1", "нет")))
    for by_name in judge_items(LAW, [item]).values():
        assert by_name["fox.jpg"].restricted
        assert by_name["fox.jpg"].source == "no captions"


def test_the_strictest_limit_is_among_those_that_are_judged() -> None:
    assert LAW.countries.strictest().age_limit in age_limits(LAW)


def test_of_texts_the_stricter_ones_come_last() -> None:
    texts = [("1", "A toddler ."), ("2", "A fox .")]
    verdicts = iter(LAW.texts(16).verdicts(text for _, text in texts))
    assert [name for name, _ in with_verdicts(texts, verdicts)] == ["2", "1"]
