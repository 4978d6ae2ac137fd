from __future__ import annotations

import pytest
from own_rules import lexicon, rule

from withsense_tf.policy.texts.matching.pattern_scan import PatternScan


def scan_and_fits(words: str, *texts: str) -> tuple[PatternScan, list[int]]:
    """Return the scan of patterns of small words, and which of their places each of some words fits."""
    rows = [elements for _, elements in lexicon(rule(*texts)).restricting]
    scan = PatternScan(rows)
    fits = [
        sum(
            1 << first + place
            for first, elements in zip(scan.first_places, rows, strict=True)
            for place, element in enumerate(elements)
            if (word in element.literals) is not element.negated
        )
        for word in words
    ]
    return scan, fits


def ends(words: str, *texts: str) -> dict[int, list[int]]:
    """Return which patterns of small words may match a row of words, and where they end; each letter is a word."""
    scan, fits = scan_and_fits(words, *texts)
    return scan.ends(range(len(words)), fits, [scan.openers(one) for one in fits])


def patterns(words: str, *texts: str) -> set[int]:
    return set(ends(words, *texts))


def test_each_pattern_that_matches_is_named_wherever_it_stands() -> None:
    assert patterns("xab", "[a]", "[b] a", "a [b]", "[x] a b") == {0, 2, 3}


def test_a_pattern_does_not_go_on_in_the_next_one() -> None:
    assert patterns("abc", "a [b] x", "[c] a") == set()


def test_what_may_lack_is_passed_over_at_the_start_inside_and_at_the_end() -> None:
    texts = ("x? [a] b", "a x? x{0,2} [b]", "[b] x? x?", "x? [c]")
    assert patterns("ab", *texts) == {0, 1, 2}


def test_what_may_be_repeated_is_taken_as_if_it_had_no_end() -> None:
    assert patterns("axxxb", "[a] x{1,2} [b]") == {0}
    assert patterns("ab", "[a] x{1,2} [b]") == set()


def test_each_word_is_told_with_which_a_pattern_may_end() -> None:
    assert ends("abab", "[a] b", "[b]", "[a] b?") == {0: [1, 3], 1: [1, 3], 2: [0, 1, 2, 3]}


@pytest.mark.parametrize(
    ("words", "text", "may"),
    [
        ("ba", "[a] b", True),  # the order is not asked for
        ("a", "[a] b", False),
        ("a", "[a] b?", True),
        ("a", "[a] !b", True),
        ("ax", "[a] x{1,2} c{0,2}", True),
        ("a", "[a] x{1,2} c{0,2}", False),
    ],
)
def test_a_pattern_may_match_where_no_word_lacks(words: str, text: str, may: bool) -> None:
    scan, fits = scan_and_fits(words, text, "[z] z")
    assert scan.may_match(fits) == may


def test_words_of_one_pattern_do_not_complete_another() -> None:
    scan, fits = scan_and_fits("ad", "[a] b", "[c] d", "[e]")
    assert not scan.may_match(fits)
    assert all(map(scan.is_needed, fits))


def test_the_places_of_patterns_stand_in_a_row_with_a_gap_behind_each() -> None:
    rows = [elements for _, elements in lexicon(rule("a [b]", "[a]", "c [c]")).restricting]
    assert PatternScan(rows).first_places == [0, 3, 5]
