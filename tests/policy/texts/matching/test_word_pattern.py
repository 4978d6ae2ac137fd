from __future__ import annotations

from own_rules import lexicon, rule

from withsense_tf.policy.texts.matching.word_pattern import MOST_KINDS, Way, WordPattern


def ways(text: str, words: str) -> list[Way]:
    """Return where a pattern of small words matches a row of words; each letter is a word."""
    ((_, elements),) = lexicon(rule(text)).restricting
    pattern = WordPattern(elements, tuple(1 << place for place in range(len(elements))), [])
    fits = [
        sum(1 << place for place, element in enumerate(elements) if word in element.literals)
        for word in words
    ]
    pattern._fits_of_kind.update(enumerate(fits))
    return pattern.ways(range(len(words)))


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


def test_it_remembers_no_more_kinds_than_its_bound() -> None:
    ((_, elements),) = lexicon(rule("[a]")).restricting
    pattern = WordPattern(elements, (1,), [0] * (3 * MOST_KINDS))
    assert pattern.ways(range(3 * MOST_KINDS)) == []
    assert len(pattern._fits_of_kind) <= MOST_KINDS
