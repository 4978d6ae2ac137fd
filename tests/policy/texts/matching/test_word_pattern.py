from __future__ import annotations

from own_rules import lexicon, rule

from withsense_tf.policy.texts.matching.pattern_scan import PatternScan
from withsense_tf.policy.texts.matching.word_pattern import Way, WordPattern


def ways(text: str, words: str) -> list[Way]:
    """Return where a pattern of small words matches a row of words; each letter is a word."""
    ((_, elements),) = lexicon(rule(text)).restricting
    fits = [
        sum(1 << place for place, element in enumerate(elements) if word in element.literals)
        for word in words
    ]
    # Its places may stand behind those of other patterns.
    pattern = WordPattern(elements, 3, [one << 3 | 0b101 for one in fits])
    scan = PatternScan([elements])
    ends = scan.ends(range(len(words)), fits, list(map(scan.openers, fits))).get(0)
    return pattern.ways(range(len(words)), ends) if ends else []


def test_a_single_word_matches_wherever_it_stands() -> None:
    assert ways("[a]", "abca") == [(0, 1, (0,)), (3, 4, (0,))]


def test_what_may_lack_matches_with_it_and_without() -> None:
    assert ways("[a] b?", "ab") == [(0, 1, (0,)), (0, 2, (0, 1))]


def test_each_word_of_a_match_knows_its_place_in_the_pattern() -> None:
    assert ways("a? b? [c]", "bc") == [(0, 2, (1, 2)), (1, 2, (2,))]


def test_a_gap_has_as_many_words_as_it_may() -> None:
    assert ways("[a] x{0,2} [b]", "axxxb") == []
    assert ways("[a] x{0,2} [b]", "axxb") == [(0, 4, (0, 1, 1, 2))]


def test_what_stands_in_another_order_matches_nowhere() -> None:
    assert ways("[a] b", "ba") == []


def test_a_pattern_far_behind_is_told_where_it_stands() -> None:
    assert ways("[a] x? b?", "xxxxxaxbx") == [(5, 6, (0,)), (5, 7, (0, 1)), (5, 8, (0, 1, 2))]
    assert ways("[a] x{1,2} [b]", "bxxxxaxbxaxxb") == [(5, 8, (0, 1, 2)), (9, 13, (0, 1, 1, 2))]


def test_of_rows_that_end_alike_the_first_to_begin_comes_first() -> None:
    assert ways("x{0,2} [b]", "xxb") == [(0, 3, (0, 0, 1)), (1, 3, (0, 1)), (2, 3, (1,))]


def test_a_row_that_begins_before_the_text_matches_nowhere() -> None:
    assert ways("x{1,2} [b]", "xb") == [(0, 2, (0, 1))]
