"""The rule files hold nothing that is not used, and nothing twice."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from withsense_tf.policy.texts.lexicon import CLASS_NAME, FOLDER, load_lexicon
from withsense_tf.policy.texts.verdict import LANGUAGE_FILES
from withsense_tf.policy.texts.word_forms import fold

FILES = [pytest.param(file, id=file.stem) for file in sorted(FOLDER.glob(LANGUAGE_FILES))]


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
        for rule in load_lexicon(file).rules
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
