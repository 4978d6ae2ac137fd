from __future__ import annotations

import pytest

from withsense_tf.app.answers import fit_of


@pytest.mark.parametrize(
    ("score", "word"), [(1.0, "well"), (0.67, "well"), (0.66, "partly"), (0.33, "hardly")]
)
def test_a_score_is_said_in_a_word(score: float, word: str) -> None:
    assert fit_of(score) == word
