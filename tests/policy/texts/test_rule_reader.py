from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.rule_files import FOLDER, read_rule_file

WORDS = """
script = "latin"
[nouns]
CHILD = "child/children kid"
[words]
SMALL = "wee tiny"
"""
RULE = """
[[rule]]
name = "small child"
decision = "block"
patterns = ["SMALL [CHILD]"]
reason = "a small child"
yes = ["A wee kid."]
"""


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    return tmp_path / "en.toml"


def message_of(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read_rule_file(file).lexicon()
    return str(raised.value)


def test_a_noun_brings_its_plural(rule_file: Path) -> None:
    rule_file.write_text(WORDS + RULE, encoding="utf-8")
    assert read_rule_file(rule_file).lexicon().classes["CHILD"] == {"child", "children", "kid", "kids"}


def test_a_word_brings_no_plural(rule_file: Path) -> None:
    rule_file.write_text(WORDS + RULE, encoding="utf-8")
    assert read_rule_file(rule_file).lexicon().classes["SMALL"] == {"wee", "tiny"}


def test_a_class_holds_the_words_of_a_class_that_it_names(rule_file: Path) -> None:
    rule_file.write_text(WORDS + 'ANY = "SMALL CHILD one"\n' + RULE, encoding="utf-8")
    assert read_rule_file(rule_file).lexicon().classes["ANY"] == {
        "wee",
        "tiny",
        "one",
        "child",
        "children",
        "kid",
        "kids",
    }


def test_a_class_that_holds_itself_is_an_error(rule_file: Path) -> None:
    assert "holds itself" in message_of(rule_file, WORDS + 'ANY = "OTHER"\nOTHER = "ANY x"\n' + RULE)


def test_brackets_mark_what_a_rule_is_about(rule_file: Path) -> None:
    rule_file.write_text(WORDS + RULE, encoding="utf-8")
    assert [element.marked for element in read_rule_file(rule_file).lexicon().rules[0].patterns[0]] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("SMALL [CHILD]", "TINY [CHILD]", "unknown class 'TINY'"),
        ("SMALL [CHILD]", "SMALL [CHILD", "a bracket is left open"),
        ("SMALL [CHILD]", "_{0,3} !CHILD", "nothing is needed"),
        ("SMALL [CHILD]", "SMALL{3} CHILD", "no pattern element"),
        ('"block"', '"forbid"', "decision must be one of block, review, exempt, age, void, got 'forbid'"),
        ('reason = "a small child"', "", "a reason is needed"),
        ('yes = ["A wee kid."]', "yes = []", "yes must be a list of texts"),
        ('yes = ["A wee kid."]', 'yes = "A wee kid."', "yes must be a list of texts"),
        ('yes = ["A wee kid."]', 'yes = ["A wee kid."]\nunit = "eons"', "unit must be one of"),
        ('yes = ["A wee kid."]', 'yes = ["A wee kid."]\nyess = ["x"]', "unknown entries yess"),
    ],
)
def test_a_bad_rule_is_named_with_its_file(rule_file: Path, before: str, after: str, expected: str) -> None:
    message = message_of(rule_file, WORDS + RULE.replace(before, after))
    assert expected in message
    assert "en.toml, rule 'small child'" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('SMALL = "wee tiny"', "script must be one of latin, cyrillic"),
        (WORDS.replace("wee tiny", " ") + RULE, "class SMALL is empty"),
        (WORDS, r"at least one [[rule]]"),
        (WORDS + RULE + RULE, "two rules have this name"),
        (WORDS + '[misspelt]\nclasses = ["NOBODY"]\n' + RULE, "unknown class 'NOBODY'"),
        ("script = ", "cannot be read as a TOML rule file"),
    ],
)
def test_a_bad_file_is_named(rule_file: Path, text: str, expected: str) -> None:
    message = message_of(rule_file, text)
    assert expected in message
    assert str(rule_file) in message


def test_a_misspelling_that_is_a_word_is_left_out() -> None:
    assert (
        read_rule_file(FOLDER / "en.toml").lexicon().classes["CHILD_WORD"].isdisjoint({"toddle", "infants'"})
    )


def test_long_words_are_known_misspelt() -> None:
    assert {"toddlr", "chidlren", "schoollgirl"} <= read_rule_file(FOLDER / "en.toml").lexicon().classes[
        "CHILD_WORD"
    ]
