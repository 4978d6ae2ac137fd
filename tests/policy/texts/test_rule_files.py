"""What a rule file may say, and that the package's hold nothing that is not used, and nothing twice."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.lexicon import Rule
from withsense_tf.policy.texts.rule_files import CLASS_NAME, FOLDER, LANGUAGE_FILES, read_rule_file
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.policy.texts.word_forms import fold

RULES = [
    rule for file in sorted(FOLDER.glob(LANGUAGE_FILES)) for rule in read_rule_file(file).lexicon().rules
]
YES = [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in rule.yes]
NO = [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in rule.no]
FILES = [pytest.param(file, id=file.stem) for file in sorted(FOLDER.glob(LANGUAGE_FILES))]
DECIDED = {"block": "block", "age": "block", "review": "review", "exempt": "allow"}

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


@pytest.mark.parametrize(("rule", "text"), YES)
def test_an_example_fires_its_rule(rule: Rule, text: str) -> None:
    assert rule.name in {hit.rule for hit in TextPolicy().hits(text)}


@pytest.mark.parametrize(("rule", "text"), YES)
def test_an_example_gets_the_decision_of_its_rule(rule: Rule, text: str) -> None:
    assert TextPolicy().verdict(text).decision == DECIDED[rule.decision]


@pytest.mark.parametrize(("rule", "text"), NO)
def test_a_counterexample_is_not_decided_by_its_rule(rule: Rule, text: str) -> None:
    assert TextPolicy().verdict(text).restricted == (rule.decision == "exempt")


def test_every_language_blocks_and_exempts_and_two_are_read_in_full() -> None:
    decisions = {
        file.stem: {rule.decision for rule in read_rule_file(file).lexicon().rules}
        for file in FOLDER.glob(LANGUAGE_FILES)
    }
    assert all({"block", "exempt"} <= found for found in decisions.values())
    assert decisions["en"] == decisions["ru"] == set(DECIDED)


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
        ('"block"', '"forbid"', "decision must be one of block, review, exempt, age, got 'forbid'"),
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


def test_a_file_that_is_not_there_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_rule_file(tmp_path / "en.toml")


def test_a_misspelling_that_is_a_word_is_left_out() -> None:
    assert (
        read_rule_file(FOLDER / "en.toml").lexicon().classes["CHILD_WORD"].isdisjoint({"toddle", "infants'"})
    )


def test_long_words_are_known_misspelt() -> None:
    assert {"toddlr", "chidlren", "schoollgirl"} <= read_rule_file(FOLDER / "en.toml").lexicon().classes[
        "CHILD_WORD"
    ]


def listed(file: Path) -> dict[str, list[str]]:
    """Return the entries of each word class, as they are written."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        name: text.split()
        for table in ("nouns", "words", "lemmas")
        for name, text in raw.get(table, {}).items()
    }


def twice(words: list[str]) -> list[str]:
    return [word for word, count in Counter(words).items() if count > 1]


@pytest.mark.parametrize("file", FILES)
def test_each_class_is_used_by_a_rule(file: Path) -> None:
    classes = listed(file)
    waiting = [
        name
        for rule in read_rule_file(file).lexicon().rules
        for pattern in rule.patterns
        for e in pattern
        for name in e.classes
    ]
    used = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [entry for entry in classes.get(name, ()) if CLASS_NAME.fullmatch(entry)]
    assert set(classes) <= used


@pytest.mark.parametrize("file", FILES)
def test_no_class_lists_a_word_twice(file: Path) -> None:
    assert {
        name: found for name, words in listed(file).items() if (found := twice(list(map(fold, words))))
    } == {}


@pytest.mark.parametrize("file", FILES)
def test_no_class_lists_a_word_that_a_class_in_it_lists(file: Path) -> None:
    classes = listed(file)

    def inner(name: str) -> set[str]:
        parts = [entry for entry in classes[name] if CLASS_NAME.fullmatch(entry) and entry in classes]
        return {entry for part in parts for entry in (*classes[part], *inner(part))}

    found = {name: set(words) & inner(name) for name, words in classes.items()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("file", FILES)
def test_no_pattern_is_there_twice_and_offers_no_word_twice(file: Path) -> None:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    patterns = [(rule["decision"], pattern) for rule in raw["rule"] for pattern in rule["patterns"]]
    assert [pattern for pattern, count in Counter(patterns).items() if count > 1] == []
    choices = [part.strip("[]?").split("|") for _, pattern in patterns for part in pattern.split()]
    assert [choice for choice in choices if twice(choice)] == []
