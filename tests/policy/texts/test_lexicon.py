from __future__ import annotations

from withsense_tf.policy.texts.lexicon import Element, Lexicon, Rule

BABY, IN = Element(frozenset({"BABY"}), frozenset()), Element(frozenset(), frozenset({"in"}))


def lexicon(decision: str, *patterns: tuple[Element, ...]) -> Lexicon:
    rule = Rule("baby", decision, patterns, "a baby", ("A baby.",))
    classes = {"BABY": frozenset({"baby", "babe"}), "YEAR": frozenset({"yr", "year"})}
    return Lexicon("xx.toml", "latin", classes, (rule,), {"two": 2, "ten": 10})


def test_a_word_names_a_child_by_itself_where_a_pattern_blocks_and_has_nothing_else() -> None:
    assert lexicon("block", (BABY,)).naming == {"baby", "babe"}
    assert lexicon("block", (BABY, IN)).naming == set()
    assert lexicon("exempt", (BABY,)).naming == set()


def test_what_counts_years_has_more_than_two_letters() -> None:
    assert lexicon("block", (BABY,)).counting == {"two", "ten", "year"}


def test_a_place_in_a_pattern_takes_the_words_of_its_classes_and_its_own() -> None:
    either = Element(frozenset({"BABY", "NOBODY"}), frozenset({"tot"}))
    assert lexicon("block", (BABY,)).words(either) == {"baby", "babe", "tot"}


def test_what_may_be_missing_or_anything_is_not_needed() -> None:
    assert BABY.needed
    assert not Element(frozenset({"BABY"}), frozenset(), times="?").needed
    assert not Element(frozenset({"BABY"}), frozenset(), negated=True).needed
    assert not Element(frozenset({"_"}), frozenset()).needed
