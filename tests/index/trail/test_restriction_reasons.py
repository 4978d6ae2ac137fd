"""What is said of a photo that is kept back: why, and what helps in its case."""

from __future__ import annotations

import pytest

from withsense_tf.index.trail.restriction_reasons import (
    KEYWORDS_ALONE,
    REASONS,
    SAYS,
    UNHEARD,
    kept_back,
    reason_of,
    what_helps,
)
from withsense_tf.policy.overrides import RELEASE
from withsense_tf.policy.photo_decisions import DUPLICATE, NO_CAPTIONS, SHOWS


def test_each_source_of_a_decision_has_its_reason() -> None:
    assert reason_of(f"{DUPLICATE}a.jpg") == reason_of(f"{DUPLICATE}b.jpg") != reason_of(f"{SHOWS}a.jpg")
    assert reason_of("override by Ann") == "by what people decided"
    assert reason_of(NO_CAPTIONS, has_keywords=True) == KEYWORDS_ALONE
    # Keywords are no reason where there is another one.
    assert reason_of("captions", has_keywords=True) == REASONS["captions"]
    assert reason_of("something new") == "something new"


@pytest.mark.parametrize("source", [*REASONS, f"{DUPLICATE}secret.jpg", "like secret.jpg"])
@pytest.mark.parametrize("is_outside", [False, True])
def test_what_one_says_of_a_photo_is_advised_where_it_is_heard_alone(source: str, is_outside: bool) -> None:
    told = kept_back(source, is_outside)
    assert (SAYS in told) == (is_outside and source == NO_CAPTIONS)
    assert (RELEASE in told) != (SAYS in told)
    assert "secret" not in told


def test_who_says_something_of_a_photo_of_the_index_is_told_that_it_does_not_count() -> None:
    assert UNHEARD in kept_back(NO_CAPTIONS, says="a wall")
    assert UNHEARD not in kept_back(NO_CAPTIONS)
    assert UNHEARD not in kept_back("captions", is_outside=True, says="a wall")
    assert what_helps() == RELEASE
