"""The kind of a Russian word counts where all of its usual readings agree."""

from __future__ import annotations

import pytest

from withsense_tf.encoders.russian_kinds import kind_of_thing


@pytest.mark.parametrize(
    ("word", "kind"), [("собака", "anim"), ("маяк", "inan"), ("звезда", ""), ("бежать", ""), ("степлера", "")]
)
def test_what_may_be_either_and_what_is_no_known_noun_has_no_kind(word: str, kind: str) -> None:
    assert kind_of_thing(word) == kind
