from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.policy.texts.lexicon import Rule
from withsense_tf.policy.texts.rule_book import RuleBook, decide_hits
from withsense_tf.policy.texts.rule_engine import RuleHit
from withsense_tf.policy.texts.rule_files import RuleFile, read_rule_file

RULES = """script = "latin"
[words]
CHILD = "kid {more}"
[[rule]]
name = "{name}"
decision = "{decision}"
patterns = ["[CHILD]"]
reason = "a {name}"
yes = ["A kid."]
"""


def rule_file(name: str, decision: str = "block", more: str = "") -> RuleFile:
    return RuleFile(Path(f"{name}.toml"), RULES.format(name=name, decision=decision, more=more).encode())


def decisions(*files: RuleFile, text: str = "A kid runs") -> list[tuple[str, str]]:
    return [(hit.rule, hit.decision) for hit in RuleBook(files, 16).verdicts(text, "latin", plain=False)]


def test_a_hit_has_the_words_and_their_place() -> None:
    (hit,) = RuleBook([rule_file("one")], 16).verdicts("A kid runs", "latin", plain=True)
    assert (hit.span, hit.start, hit.end, hit.reason) == ("kid", 2, 5, "a one")


def test_rules_of_another_script_are_not_asked() -> None:
    assert RuleBook([rule_file("one")], 16).verdicts("A kid runs", "cyrillic", plain=True) == []


@pytest.mark.closed
def test_an_exemption_of_one_file_lifts_nothing_of_another() -> None:
    assert decisions(rule_file("one"), rule_file("two", "exempt")) == [("one", "block")]


def test_a_word_of_one_file_is_read_in_disguise_for_all_files_of_the_book() -> None:
    assert decisions(rule_file("one", more="goblin"), text="A g0blin") == [("one", "block")]


def hit(decision: str, *about: int) -> RuleHit:
    return RuleHit(
        Rule(decision, decision, (), "", ()), decision, min(about), max(about) + 1, frozenset(about)
    )


def test_an_exemption_cancels_what_is_about_one_of_its_words_and_a_review_softens_what_it_covers() -> None:
    hits = [hit("block", 1), hit("block", 5), hit("exempt", 1), hit("block", 3, 4), hit("review", 3)]
    assert [decision for _, decision in decide_hits(hits)] == ["allow", "block", "allow", "block", "review"]
    assert [decision for _, decision in decide_hits([hit("block", 3), hit("review", 3, 4)])] == [
        "review",
        "review",
    ]


def test_what_holds_despite_an_exemption_is_lifted_by_others_alone(tmp_path: Path) -> None:
    rule = '[[rule]]\nname = "{}"\ndecision = "{}"\npatterns = ["{}"]\nreason = "r"\nyes = ["A boy."]\n'
    rules = rule.format("small", "block", "small [boy]") + 'despite = ["adult"]\n'
    rules += rule.format("boy", "block", "[boy]") + rule.format("adult", "exempt", "[boy] surgeon")
    (tmp_path / "xx.toml").write_text(
        'script = "latin"\n' + rules + rule.format("doll", "exempt", "[boy] doll")
    )
    book = RuleBook((read_rule_file(tmp_path / "xx.toml"),), 16)
    texts = ("a small boy surgeon", "a boy surgeon", "a small boy doll", "a small boy")
    is_blocked = [
        any(one.decision == "block" for one in book.verdicts(text, "latin", True)) for text in texts
    ]
    assert is_blocked == [True, False, False, True]
