from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from withsense_tf.policy.texts.normalise import PLAIN, as_seen, normalise, spelt, visible
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


@pytest.mark.closed
@pytest.mark.parametrize(
    "text",
    [
        "\u202egniws a no ybab A\u202c",
        "\u202eybab",
        "Sunset \u202eybab a dna\u202c on the beach",
        "&#8238;ybab",
        "\u202eкиьлам\u202c",
        "\u202eи\u0306ыннедйург\u202c лежит \u202eкиьлам",
        "\u2067\u202ey\u202co\u202eb\u2069",
        "\u202eby\u2066ba",
        "\u200fy\u200fo\u200fb",
        "y\u200fb\u200fa\u200fb",
        "\u2067year old\u200f a 5\u2069",
    ],
)
def test_a_child_that_is_seen_from_right_to_left_is_no_secret(text: str) -> None:
    assert TextPolicy().verdict(text).restricted


def test_what_is_turned_round_is_read_as_it_is_seen() -> None:
    assert as_seen("\u202egniws a no ybab A\u202c") == "A baby on a swing"
    verdict = TextPolicy().verdict("\u202egniws a no ybab A\u202c")
    assert (verdict.decision, verdict.span) == ("block", "baby")


@pytest.mark.parametrize(
    "text", ["\u202aC:/photos/lake.jpg\u202c", "Tel Aviv by night\u200f", "\u2068Mont Blanc\u2069 at dawn"]
)
def test_marks_of_direction_that_turn_nothing_hide_nothing(text: str) -> None:
    assert TextPolicy().verdict(text).decision == "allow"
