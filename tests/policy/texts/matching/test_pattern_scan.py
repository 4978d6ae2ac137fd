from __future__ import annotations

from own_rules import lexicon, rule

from withsense_tf.policy.texts.matching.pattern_scan import PatternScan


def patterns(words: str, *texts: str) -> set[int]:
    """Return which patterns of small words may match a row of words; each letter is a word."""
    rows = [elements for _, elements in lexicon(rule(*texts)).restricting]
    scan = PatternScan(rows)
    elements = [element for row in rows for element in row]
    fits = [
        sum(1 << place for place, element in enumerate(elements) if word in element.literals)
        for word in words
    ]
    return scan.patterns(range(len(words)), fits, [scan.openers(one) for one in fits])


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


def test_the_places_of_patterns_stand_in_a_row() -> None:
    assert PatternScan(
        [elements for _, elements in lexicon(rule("a [b]", "[a]", "c [c]")).restricting]
    ).first_places == [
        0,
        2,
        3,
    ]
