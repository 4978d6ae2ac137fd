from __future__ import annotations

from pathlib import Path

import withsense_tf as ws
from withsense_tf.policy.texts.verdict import Verdict
from withsense_tf.search.notebook.explanation import Explanation, explain


def test_what_was_found_is_marked_where_it_stands_with_its_rule() -> None:
    told = explain("A toddler eats baby carrots")
    assert (told.verdict, told.text) == ("block", "A toddler eats baby carrots")
    shown = told._repr_html_()
    assert ">toddler</mark><sup>block</sup> eats <mark" in shown
    assert ">baby carrots</mark><sup>allow</sup></p>" in shown
    assert str(told).startswith("block: a word that names a child\n  block   child: “toddler”")


def test_a_text_with_nothing_in_it_has_no_marks_and_is_escaped() -> None:
    told = explain("A <b>dog</b> on a beach")
    assert "<mark" not in told._repr_html_()
    assert "A &lt;b&gt;dog&lt;/b&gt; on a beach" in told._repr_html_()
    assert (
        repr(told)
        == "Explanation('A <b>dog</b> on a beach': allow, nothing in the text says that a child is shown)"
    )


def test_a_country_without_the_rule_allows_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "countries.toml").write_text('[[rules]]\ncountry = "AQ"\nrule = "none"\n')
    told = explain("A toddler", ws.Policy.default(countries=tmp_path / "countries.toml"), "AQ")
    assert (told.verdict, told.reason) == ("allow", "AQ has no such rule")


def test_what_was_read_in_other_letters_is_told_without_a_mark() -> None:
    hit = Verdict("block", "child", "child", 90, 95, "disguised")
    told = Explanation("a ch!ld", "block", "disguised", (hit,))
    assert "<mark" not in told._repr_html_()
    assert "<strong>block</strong>" in told._repr_html_()
