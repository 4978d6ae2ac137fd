"""A word is read as a reader sees it, and only a whole word is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from quick import at_once

from withsense_tf.policy.texts.disguise import Disguises
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed

FRESH = Path(__file__).parent / "sentences_3.tsv"
WORDS = Disguises({"child", "kid", "boy", "son", "baby", "kids"}, {"soon"})
LONG = 100_000


@pytest.fixture(scope="module")
def policy() -> TextPolicy:
    return TextPolicy()


@pytest.mark.parametrize(
    "text",
    [
        "ch!ld", "chi1d", "8aby", "c·h·i·l·d", "c/h/i/l/d", "chi(ld)", "ch|ld", "ch¡ld", "k!ds", "ba8y", "6oy",
        "ki₫s", "ch*ld", "chi-ld",
        "ch<b>i</b>ld", "c\nh\ni\nl\nd", "dlihc", "chiiild", "chiId", "m y c h i l d", "t.o.d.d.l.e.r", "b@8y",
        "k1d$", "🅱oy", "🅲🅷🅸🅻🅳",
        "🇨🇭🇮🇱🇩", "⒞⒣⒤⒧⒟", "𝓬𝓱𝓲𝓵𝓭", "ᴄʜɪʟᴅ", "chıłđ", "c\u0336h\u0336i\u0336l\u0336d", "ch\U000e0061ild",
        "\U000e0063\U000e0068\U000e0069\U000e006c\U000e0064",
        "👪", "🚼", "👨\u200d👩\u200d👧", "👩🏽\u200d🍼", "🧒🏽", "👦🏿", "👼",
        "bby", "rebenok", "rebyonok", "malchiki", "detei",
        "mladenets",
        "ре6енок", "д3ти", "мальч1к", "мальчiк", "р/е/б/ё/н/о/к", "д е в о ч к а с котом", "ребёёёнок", "м@льчик",
    ],
)  # fmt: skip
def test_a_disguised_child_is_blocked(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "block"


@pytest.mark.parametrize("text", ["chհld", "pǝʇɐɹ pןıɥɔ", "detskiy khor"])
def test_what_nobody_can_read_for_sure_goes_to_a_person(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "8 am", "route 66", "$1 coffee", "C/O", "and/or", "A/C unit", "www.site.com/a", "1st", "B/W photo",
        "R.E.M. concert", "T-shirt", "a-b-c",
        "IPv6", "mp3", "4x4", "b2b", "70t", "50N", "B0Y7", "🐣", "🍼", "🇺🇸🇨🇦", "see you soooon", "SONY", "S O N Y",
        "5-on-5", "Łódź", "H2O",
        "b[i]", "fill!", "grilled", "P.S.", "k=3", "f/1.8", "и/или", "т.е.", "б/у", "ооочень", "sobaka", "Chad",
        "5 kΩ", "the angle α",
    ],
)  # fmt: skip
def test_an_innocent_look_alike_is_allowed(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "allow"


@pytest.mark.parametrize("text", ["6 boys' toys", "kid's menu", "a child-free hotel", "a baby chick"])
def test_an_exemption_is_read_as_before(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "allow"


def test_a_stretched_word_is_not_taken_for_a_shorter_one() -> None:
    assert WORDS.unstretch("see you sooon", {"see", "you", "sooon"}) == "see you sooon"
    assert WORDS.unstretch("my sonnn", {"my", "sonnn"}) == "my son"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_fresh_sentences_are_judged_as_labelled(policy: TextPolicy, language: str) -> None:
    with FRESH.open(encoding="utf-8", newline="") as stream:
        rows = [
            row
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["lang"] == language
        ]
    said = [(row["label"] == "restricted", policy.verdict(row["text"]).restricted) for row in rows]
    found = said.count((True, True))
    assert found >= 0.97 * (found + said.count((True, False)))
    assert found >= 0.97 * (found + said.count((False, True)))


@pytest.mark.parametrize(
    "text",
    [
        "\u200b" * LONG, "a b " * (LONG // 4), "c h i l d " * (LONG // 10), "a" + "\u0301\u0316" * (LONG // 2),
        "ch1ld " * (LONG // 12), "👶" * LONG,
        "<" * LONG, "a<" * (LONG // 2), "a<b>" * (LONG // 4), "b*y*" * (LONG // 4), "до 16 лет " * (LONG // 20),
        "under 16 " * (LONG // 18), "!" * LONG, "\u200f" * LONG, "\u202ea" + "\u0301\u0316" * (LONG // 2),
    ],
    ids=range(15),
)  # fmt: skip
@pytest.mark.slow
def test_a_text_of_a_hundred_thousand_signs_takes_seconds_and_not_minutes(
    policy: TextPolicy, text: str
) -> None:
    policy.verdict("a child, ребёнок")
    with at_once(4):
        policy.verdict(text)


def test_digits_stand_for_two_latin_letters_of_a_russian_word(policy: TextPolicy) -> None:
    assert policy.verdict("mal4ik i devo4ka").decision == "block"
    assert policy.verdict("Route 4 in x4").decision == "allow"


def test_a_word_of_the_dictionary_is_no_disguise(policy: TextPolicy) -> None:
    for text in ("A man blows bubbles.", "A dog is nibbling grass.", "Nursing home residents."):
        assert policy.verdict(text).decision == "allow"


def test_spaced_letters_are_the_word_that_they_spell_in_every_process() -> None:
    naming = {"child", "chlid", "chidl", "childs", "chlids"}
    assert Disguises(naming, set()).uncover("C h i l d s Park") == "childs Park"


@pytest.mark.parametrize("filler", "\u115f\u1160\u3164\uffa0\u2800")
def test_a_filler_within_a_word_is_read_as_a_gap_and_as_nothing(policy: TextPolicy, filler: str) -> None:
    # Some fonts draw a blank there, and others nothing.
    assert policy.verdict(f"Two b{filler}oys play on a beach").decision == "block"
    assert policy.verdict(f"A{filler}boy on a swing").decision == "block"
    assert policy.verdict(f"A dog{filler}on the grass").decision == "allow"
