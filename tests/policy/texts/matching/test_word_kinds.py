from __future__ import annotations

import pytest
from own_rules import lexicon, rule

from withsense_tf.policy.texts.lexicon import Element
from withsense_tf.policy.texts.matching.word_kinds import WordKinds

ONE = lexicon(rule("CHILD"), words='CHILD = "kid"\nPLACE = "pool kid"')


def fits(word: str, *classes: str, literals: tuple[str, ...] = (), negated: bool = False) -> bool:
    kinds = WordKinds([ONE], [(0, Element(frozenset(classes), frozenset(literals), negated))])
    return bool(kinds.bits(kinds.likeness(word)))


@pytest.mark.parametrize("word", ["kid", "Kid", "KID"])
def test_a_word_fits_where_one_of_its_classes_stands(word: str) -> None:
    assert fits(word, "CHILD")
    assert fits(word, "PLACE")


def test_a_word_that_no_list_has_fits_what_is_another_word_alone() -> None:
    assert not fits("dog", "CHILD")
    assert fits("dog", "CHILD", negated=True)
    assert fits("dog", "_")


@pytest.mark.parametrize(("word", "name"), [("Ann", True), ("ann", False), ("A", False), ("ANN", False)])
def test_a_name_has_one_capital_and_more_than_one_letter(word: str, name: bool) -> None:
    assert fits(word, "NAME") == name


def test_what_asks_for_a_capital_fits_no_small_letters() -> None:
    assert fits("Kid", "CAPITAL", literals=("kid",))
    assert not fits("kid", "CAPITAL", literals=("kid",))


@pytest.mark.parametrize(("word", "number"), [("7", True), ("07", True), ("2024", False), ("²", False)])
def test_a_number_that_may_be_an_age_fits_digits(word: str, number: bool) -> None:
    assert fits(word, "DIGITS") == number


def test_the_end_of_a_sentence_is_no_word_unless_it_is_named() -> None:
    assert not fits("!", "_")
    assert fits("!", "_", literals=("!",))
    assert fits("!", "STOP")


def test_a_place_for_any_word_has_room_for_those_that_are_named_beside_it() -> None:
    assert fits("kid", "_", literals=("kid",))


def test_words_in_the_same_lists_and_written_alike_are_of_one_kind() -> None:
    kinds = WordKinds([ONE], [(0, Element(frozenset({"CHILD"}), frozenset()))])
    assert kinds.likeness("dog") == kinds.likeness("cat") != kinds.likeness("kid")


def test_each_element_has_a_bit_of_its_own_though_others_are_alike() -> None:
    child = Element(frozenset({"CHILD"}), frozenset())
    kinds = WordKinds([ONE], [(0, child), (0, Element(frozenset({"_"}), frozenset())), (0, child)])
    assert [kinds.bits(kinds.likeness(word)) for word in ("kid", "dog", ".")] == [0b111, 0b010, 0]
