from __future__ import annotations

import itertools
import random
import string

from own_rules import rule, rule_file

from withsense_tf.policy.texts.lexicon import Rule
from withsense_tf.policy.texts.matching.chunk_memory import MOST_CHUNKS
from withsense_tf.policy.texts.rule_book import RuleBook
from withsense_tf.policy.texts.rule_engine import RuleHit, apply_bounds, place_of


def test_new_words_do_not_fill_the_memory() -> None:
    book, rng = RuleBook([rule_file(rule("[child]"))], 16), random.Random(0)
    memory, sizes = book._first_passes, set()
    for _ in range(MOST_CHUNKS // 8):
        words = ["".join(rng.choices(string.ascii_lowercase, k=8)) for _ in range(10)]
        assert book.verdicts(f"A child {' '.join(words)}", "latin", plain=True)
        sizes.add(len(memory["latin"]._plain))
    assert max(sizes) <= MOST_CHUNKS


def test_any_number_of_lists_with_capitals_can_be_told() -> None:
    names = [a + b for a in string.ascii_lowercase[:8] for b in string.ascii_lowercase[:10]]
    rules = rule("[child]"), rule(*(f"[child] CAPITAL|{name}" for name in names), name="a", decision="exempt")
    book = RuleBook([rule_file(*rules)], 16)
    decisions = [
        {one.decision for one in book.verdicts(f"A child {name}", "latin", plain=False)}
        for name in (names[-1].title(), names[-1])
    ]
    assert decisions == [{"allow"}, {"block"}]


def test_a_place_for_any_word_or_named_ones_has_room_for_the_named_ones() -> None:
    rules = rule("[kids]"), rule("[kids] , us|all|_ over NUMBER", name="grown", decision="exempt")
    book = RuleBook([rule_file(*rules, words='NUMBER = "forty"')], 16)
    words = ("us", "everyone")
    assert [
        {one.decision for one in book.verdicts(f"Kids, {word} over forty", "latin", plain=False)}
        for word in words
    ] == [{"allow"}, {"allow"}]


def test_bounds_decide_alike_in_whatever_order_they_come() -> None:
    alone = Rule("alone", "age", (), "", (), bound="upper")
    beside = Rule("beside", "age", (), "", (), bound="nearly", alone=False)
    age = Rule("age", "age", (), "", ())
    numbers = frozenset({3})
    hits = [
        RuleHit(age, "exempt", 2, 5, frozenset({2}), numbers),
        RuleHit(alone, "block", 2, 4, numbers, numbers),
        RuleHit(beside, "exempt", 1, 4, numbers, numbers),
    ]
    ends = {
        frozenset(apply_bounds(dict.fromkeys(some).keys() | set())) for some in itertools.permutations(hits)
    }
    assert len(ends) == 1
    assert {hit.rule.name for hit in next(iter(ends))} == {"alone"}


def test_hits_of_one_rule_at_one_place_have_one_order_in_every_process() -> None:
    one = Rule("one", "age", (), "", ())
    hits = [
        RuleHit(one, decision, 0, 3, frozenset(about), frozenset(numbers))
        for decision in ("block", "exempt")
        for about in ((0,), (2,), (0, 2), (1, 2))
        for numbers in ((), (1,), (2, 5))
    ]
    in_order = sorted(hits, key=place_of)
    assert in_order == sorted(random.Random(1).sample(hits, len(hits)), key=place_of)
    assert len({repr(place_of(hit)) for hit in hits}) == len(hits)
