"""A name and a reason are words that can be seen."""

from __future__ import annotations

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.index.trail.signed_words import MOST_SIGNS, signed_words


@pytest.mark.closed
@pytest.mark.parametrize("text", ["", "   ", "\t\n", "a\0b", "a\x85b", "a" * (MOST_SIGNS + 1)])
def test_what_says_nothing_or_cannot_be_seen_is_refused(text: str) -> None:
    with pytest.raises(
        SettingError, match=r"^The reason cannot be written into the trail: it .* Nothing was changed"
    ):
        signed_words("The reason", text)


def test_blanks_around_words_fall_away() -> None:
    assert signed_words("The reason", f" {'a' * MOST_SIGNS}\n") == "a" * MOST_SIGNS
