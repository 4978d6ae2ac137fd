"""What a rule file may say, and that the package's hold nothing that is not used, and nothing twice."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.lexicon import Rule
from withsense_tf.policy.texts.rule_files import FOLDER, LANGUAGE_FILES, read_rule_file
from withsense_tf.policy.texts.rule_reader import CLASS_NAME
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.policy.texts.word_forms import fold

RULES = [
    rule for file in sorted(FOLDER.glob(LANGUAGE_FILES)) for rule in read_rule_file(file).lexicon().rules
]
YES = [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in rule.yes]
NO = [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in rule.no]
FILES = [pytest.param(file, id=file.stem) for file in sorted(FOLDER.glob(LANGUAGE_FILES))]
DECIDED = {"block": "block", "age": "block", "review": "review", "exempt": "allow", "void": "block"}


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


def test_a_file_that_is_not_there_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_rule_file(tmp_path / "en.toml")


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
