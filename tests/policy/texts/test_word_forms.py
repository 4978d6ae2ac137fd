from __future__ import annotations

import pytest

from withsense_tf.policy.texts.word_forms import any_of, english_words, inflections, misspellings, plural


def test_misspelling_never_returns_the_word_itself() -> None:
    assert "kiddo" not in misspellings("kiddo")


def test_the_english_words_hold_what_is_close_to_a_child() -> None:
    assert {"toddle", "infantry"} <= english_words()


@pytest.mark.parametrize(
    ("run", "inside"),
    [("cowboys", True), ("bo", False), ("xba", False), ("abat", True), ("a.c", True), ("abc", False)],
)
def test_one_of_some_words_is_found_anywhere_in_a_run(run: str, inside: bool) -> None:
    assert bool(any_of(["boy", "boys", "bat", "bad", "a.c"]).search(run)) == inside


@pytest.mark.parametrize(("noun", "expected"), [("baby", "babies"), ("lass", "lasses"), ("boy", "boys")])
def test_a_plural_is_regular(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_a_russian_noun_is_known_in_all_cases() -> None:
    assert {"девочка", "девочкой", "девочек", "девочкам"} <= inflections("девочка")


def test_a_russian_adjective_used_as_a_noun_keeps_both_paradigms() -> None:
    assert {"взрослый", "взрослая", "взрослыми"} <= inflections("взрослый")


def test_yo_is_folded_in_every_form() -> None:
    assert "ребенок" in inflections("ребёнок")
