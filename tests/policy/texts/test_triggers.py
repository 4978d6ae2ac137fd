"""What is left out before spaCy reads a text could not have matched."""

from __future__ import annotations

import csv
import functools
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher

from withsense_tf.policy.texts.normalise import normalise
from withsense_tf.policy.texts.rule_book import HEAD, TAIL
from withsense_tf.policy.texts.rule_engine import Pattern, RuleEngine
from withsense_tf.policy.texts.rule_files import FOLDER, LANGUAGE_FILES, read_rule_file
from withsense_tf.policy.texts.triggers import Triggers, runs

ENGINES = {
    file.stem: RuleEngine(read_rule_file(file).lexicon(), 16) for file in sorted(FOLDER.glob(LANGUAGE_FILES))
}
EXAMPLES = [text for e in ENGINES.values() for rule in e.lexicon.rules for text in (*rule.yes, *rule.no)]
WORDS = {name: sorted(frozenset().union(*e.lexicon.classes.values())) for name, e in ENGINES.items()}


@functools.cache
def all_at_once(name: str) -> tuple[Any, list[Pattern]]:
    """Return one matcher of all patterns of a language: hundreds of them, one by one, take long."""
    engine = ENGINES[name]
    patterns = [*engine.restricting.patterns, *engine.exempting.patterns]
    matcher = Matcher(engine.vocab, validate=False)
    for place, pattern in enumerate(patterns):
        for key in pattern.variants:
            matcher.add(f"{place} {key}", pattern.matcher.get(key)[1])
    return matcher, patterns


def agrees(name: str, text: str) -> bool:
    """Tell whether trying all patterns on a text finds no more than trying the possible ones."""
    engine, text = ENGINES[name], normalise(text)
    doc, found = engine.tokenizer(HEAD + text + TAIL), runs(text)
    possible = engine.possible(found)
    matcher, patterns = all_at_once(name)
    places = {int(engine.vocab.strings[key].split()[0]) for key, _, _ in matcher(doc)}
    tried = {id(pattern) for pattern in (*possible, *engine.exempting.possible(found))}
    return all(id(patterns[place]) in tried for place in places)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.slow
def test_the_filter_leaves_out_nothing_on_the_examples(name: str) -> None:
    assert [text for text in EXAMPLES if not agrees(name, text)] == []


@pytest.mark.parametrize("name", ENGINES)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
@pytest.mark.slow
def test_the_filter_leaves_out_nothing_on_texts_of_rule_words(name: str, data: st.DataObject) -> None:
    signs = st.sampled_from([",", ".", "'s", "-", "(", ")", '"', ":", "12", "7", "2024", "A", "Ann", "И"])
    cased = st.sampled_from(WORDS[name]).flatmap(
        lambda word: st.sampled_from([word, word.title(), word.upper()])
    )
    parts = data.draw(st.lists(st.one_of(signs, cased, st.text(max_size=4)), max_size=12))
    assert agrees(name, data.draw(st.sampled_from([" ", ""])).join(parts))


@pytest.mark.skipif(
    "WITHSENSE_FOLDER" not in os.environ, reason="needs the real folder: set WITHSENSE_FOLDER"
)
def test_the_filter_leaves_out_nothing_on_real_captions() -> None:
    with (Path(os.environ["WITHSENSE_FOLDER"]) / "captions.csv").open(encoding="utf-8", newline="") as stream:
        captions = [row["query_text"] for row in csv.DictReader(stream)][::25]
    assert [text for text in captions if not agrees("en", text)] == []


def test_a_pattern_is_possible_only_where_each_of_its_lists_has_a_word() -> None:
    triggers = Triggers()
    triggers.add([frozenset({"little", "wee"}), frozenset({"one", "ones"})])
    assert triggers.possible(runs("A wee one")) == [0]
    assert triggers.possible(runs("A wee dog")) == []


def test_a_word_with_a_sign_in_it_is_stood_for_by_its_longest_run() -> None:
    triggers = Triggers()
    triggers.add([frozenset({"yung'un"})])
    assert triggers.possible(runs("A yung'un.")) == [0]


def test_most_harmless_texts_are_not_read() -> None:
    texts = [
        "Two dogs chase a ball along the shore.",
        "A man in a blue shirt stands on a ladder, cleaning a window.",
    ]
    assert [ENGINES["en"].possible(runs(text)) for text in texts] == [[], []]
