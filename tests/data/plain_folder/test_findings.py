from __future__ import annotations

from withsense_tf.data.plain_folder.findings import Findings


def test_facts_of_an_earlier_table_stand_and_long_cells_are_none() -> None:
    findings = Findings()
    findings.add_facts({"a.jpg": {"year": "2020", "place": None, "story": "word " * 100}})
    findings.add_facts({"a.jpg": {"year": "2021", "place": "Paris"}})
    assert findings.facts == {"a.jpg": {"year": 2020.0, "place": "Paris"}}


def test_what_has_no_letters_says_nothing() -> None:
    findings = Findings()
    findings.add_text("t", ["a.jpg"], "12, 34")
    findings.add_text("t", ["a.jpg"], "👪")
    assert list(findings.other_texts) == [("t", "a.jpg", "👪")]
