"""Words that a model does not know are named, with a likely one that the law lets be asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from quick import at_once
from small_index import LAW

from withsense_tf.search.query.known_words import not_known


def form_of(*known: str) -> Any:
    text = SimpleNamespace(
        known_words=known, unknown=lambda text: [one for one in text.split() if one not in known]
    )
    return SimpleNamespace(text=text, unknown=text.unknown)


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("a toddle", ["toddler", "a"], "toddle."),
        ("a todler on a bech", ["toddler", "beach", "a", "on"], "todler, bech (did you mean beach?)."),
        (
            "ребенок и собока",
            ["ребёнок", "ребенка", "собака", "и"],
            "ребенок, собока (did you mean собака?).",
        ),
        # Restricted under the age limit of some country only.
        ("a teenagr", ["teenager", "a"], "teenagr."),
        ("a 7 yera old", ["year", "a", "7", "old"], "yera."),
        ("a 70 yera old man", ["year", "a", "70", "old", "man"], "yera (did you mean year?)."),
        # The next best that is allowed is suggested.
        ("a boyy", ["boy", "boyd", "a"], None),
    ],
)
def test_no_word_is_suggested_that_the_law_forbids(text: str, known: list[str], said: str | None) -> None:
    told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert "did you mean boy?" not in told
    if said is not None:
        assert told == f"Not known to this index, and so not looked for: {said}"


def test_a_query_of_unknown_words_is_answered_at_once() -> None:
    known = [f"{word}{n}" for word in ("mountain", "harbour", "umbrella", "bicycle") for n in range(2_500)]
    text = " ".join(f"bicycl{chr(97 + n % 26)}{n}x" for n in range(90))
    with at_once(4):
        told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert told.endswith(" and 80 more.")
