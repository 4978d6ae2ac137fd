from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from withsense_tf.policy.texts.normalise import PLAIN, normalise, spelt, visible
from withsense_tf.policy.texts.text_policy import TextPolicy


@pytest.mark.parametrize(
    "text",
    [
        "м\u0061льчик играет",  # a Latin a in a Russian word
        "ch\u0456ld",  # a Ukrainian i in an English one
        "ch\u03b9ld",
        "ch\u0131ld",
        "\U0001f476 in a park",
        "child1",
        "ch&shy;ild",
        "ch&amp;shy;ild",
        "ch\u00edld",
        "k i d",
        "b-o-y",
        "ch\u20ddild",
        "a 5\u2014year\u2014old",
        "a \u0665 year old",
        "\uff43\uff48\uff49\uff4c\uff44",
    ],
)
def test_a_disguise_does_not_help(text: str) -> None:
    assert TextPolicy().verdict(text).decision == "block"


@pytest.mark.parametrize("text", ["子供の写真", "طفل صغير", "παιδί στην παραλία"])
def test_a_script_without_rules_goes_to_a_person(text: str) -> None:
    assert TextPolicy().verdict(text).decision == "review"


@pytest.mark.parametrize("text", ["café in the rain", "Ёлка и мойка", "U S A flag", "the angle α"])
def test_accents_and_letters_of_their_own_stay_harmless(text: str) -> None:
    assert TextPolicy().verdict(text).decision == "allow"
    assert normalise("мойка Ёж") == "мойка Ёж"


@pytest.mark.parametrize("text", ["a" * 100_000 + " é", "ж" * 100_000, "a b " * 25_000, "&amp;" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    TextPolicy().verdict(text)
    assert time.process_time() - start < 5


@given(st.text(alphabet="aAbcX ,.'s\"-1_&", max_size=12))
@settings(max_examples=600)
def test_a_plain_text_is_as_the_long_way_leaves_it(text: str) -> None:
    assert normalise(text) == spelt(visible(text))


def test_a_usual_caption_is_plain() -> None:
    assert PLAIN.fullmatch("A man , in a blue shirt , stands near the dog 's house .")


def test_a_word_is_parted_from_an_ordinal_before_it() -> None:
    assert normalise("zoe10thbday") == "zoe 10th bday"
