from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import withsense_tf as ws
from withsense_tf.policy.texts.verdict import Verdict
from withsense_tf.search.notebook.explanation import Explanation, explain


def test_several_texts_in_the_place_of_one_get_advice() -> None:
    with pytest.raises(
        TypeError, match=r"explain expects a text, got Series: pass one; of several, .*tolist\(\)"
    ):
        explain(pd.Series(["a child", "a dog"]))


def test_what_was_found_is_marked_where_it_stands_with_its_rule() -> None:
    told = explain("A toddler eats baby carrots")
    assert (told.verdict, told.text) == ("block", "A toddler eats baby carrots")
    shown = told._repr_html_()
    assert ">toddler</mark><sup>block: child</sup> eats <mark" in shown
    assert ">baby carrots</mark><sup>allow: thing for children</sup></p>" in shown
    assert str(told).startswith("block: a word that names a child\n  block   child: “toddler”")


def test_a_text_with_nothing_in_it_has_no_marks_and_is_escaped() -> None:
    told = explain("A <b>dog</b> on a beach")
    assert "<mark" not in told._repr_html_()
    assert "A &lt;b&gt;dog&lt;/b&gt; on a beach" in told._repr_html_()
    assert (
        repr(told)
        == "Explanation('A <b>dog</b> on a beach': allow, nothing in the text says that a child is shown)"
    )


@pytest.mark.parametrize("text", ["Lapsi leikkii rannalla", "Çocuk kumsalda oynuyor"])
def test_what_is_hardly_read_is_told(text: str) -> None:
    assert "so it is hardly read" in explain(text).reason


def test_of_keywords_it_is_told_that_they_may_describe_no_photo() -> None:
    list_of_words = explain("shed, rocks, sunset")
    assert list_of_words.verdict == "allow"
    assert "a photo: one that has them alone may be withheld" in list_of_words.reason
    for other in ("A shed by the rocks at sunset", "child, rocks, sunset"):
        assert "keywords" not in explain(other).reason


def test_a_country_without_the_rule_allows_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "countries.toml").write_text('[[rules]]\ncountry = "AQ"\nrule = "none"\n')
    told = explain("A toddler", ws.Policy.default(countries=tmp_path / "countries.toml"), "AQ")
    assert (told.verdict, told.reason) == ("allow", "AQ has no such rule")


def marks_of(text: str) -> list[str]:
    return re.findall(r"<mark[^>]*>(.*?)</mark>", explain(text)._repr_html_())


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("A 15-year-old skater jumps over a bench", ["15-year-old"]),
        ("15-летний скейтер и мальчик 12 лет", ["15-летний", "мальчик", "12 лет"]),
        ("a  12  year-old", ["12  year-old"]),
        ("on a bench sat my_little_boy_7", ["little_boy"]),
        ("boy, boy and a k1d", ["boy", "boy", "k1d"]),
        ("a t\u200boddler", ["t\u200boddler"]),
    ],
)
def test_what_the_rules_read_in_another_spelling_is_marked_as_it_is_written(
    text: str, marks: list[str]
) -> None:
    assert marks_of(text) == marks


@pytest.mark.parametrize(("text", "read_as"), [("a ch!ld", "child"), ("a chiiiild on a swing", "chiild")])
def test_what_stands_nowhere_in_the_text_is_told_as_it_was_read(text: str, read_as: str) -> None:
    shown = explain(text)._repr_html_()
    assert "<mark" not in shown
    assert f"<strong>block</strong>: a word that names a child. Read as “{read_as}”." in shown


def test_each_reading_is_told_once_and_a_verdict_on_the_whole_text_has_none() -> None:
    hit = Verdict("block", "child", "child", 90, 95, "disguised")
    shown = Explanation("a ch!ld", "block", "disguised", (hit, hit, Verdict("review", "doubt")))._repr_html_()
    assert shown.count("Read as") == 1
