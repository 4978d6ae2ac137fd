from __future__ import annotations

from withsense_tf.policy.texts.verdict import NOTHING, Verdict, strictest


def test_only_what_is_allowed_is_not_restricted() -> None:
    assert [Verdict(decision).restricted for decision in ("allow", "review", "block")] == [False, True, True]


def test_the_strictest_verdict_counts_and_of_these_the_first() -> None:
    allow, review = Verdict("allow", "statue"), Verdict("review", "bride")
    blocks = [Verdict("block", "girl"), Verdict("block", "boy")]
    assert strictest([allow, review, *blocks]) is blocks[0]
    assert strictest([allow, review]) is review


def test_an_allowed_text_tells_the_exemption_and_not_what_it_lifted() -> None:
    lifted, exemption = (
        Verdict("allow", "boy", reason="exempted: a boy"),
        Verdict("allow", "statue", reason="a statue"),
    )
    assert strictest([lifted, exemption]) is exemption
    assert strictest([lifted]) == strictest([]) == Verdict("allow", reason=NOTHING)
