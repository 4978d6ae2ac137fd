from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from withsense_tf.testing.differences import CLOSE, difference, is_same, learned_difference


def test_rounding_is_no_difference() -> None:
    numbers = np.array([0.1, 0.9])
    assert is_same(numbers, numbers + CLOSE / 2)
    assert difference(numbers, numbers + CLOSE / 2, ["a", "b"]) == ""


def test_the_greatest_difference_is_told_with_its_place_and_what_was_expected() -> None:
    told = difference(np.array([0.1, 0.4, 0.5]), np.array([0.2, 0.9, 0.5]), ["a", "b", "c"])
    assert told == "b got 0.4, expected was 0.9 (0.5 apart; at most 0.0001 is allowed; 2 of 3 differ)."


def test_what_is_no_number_and_another_shape_are_differences() -> None:
    assert difference(np.array([np.nan]), np.array([0.5]), ["a"]).startswith(
        "a got nan, expected was 0.5 (inf apart"
    )
    assert difference(np.zeros(2), np.zeros(3), []) == "expected were numbers of shape (3,), got (2,)."


def test_what_was_learned_differs_where_its_numbers_do() -> None:
    names = ("bank_", "share_", "text_")
    one = SimpleNamespace(bank_=[np.array([900.0, 2.0])], share_=0.25, text_="a text")
    rounding = SimpleNamespace(bank_=[np.array([900.01, 2.0])], share_=0.25, text_="another")
    noisy = SimpleNamespace(bank_=[np.array([900.0, 2.5])], share_=0.25, text_="a text")
    longer = SimpleNamespace(bank_=[np.zeros(3)], share_=0.25, text_="a text")
    assert learned_difference(rounding, one, names) == ""
    assert learned_difference(noisy, one, names) == "bank_ is 0.5 apart."
    assert learned_difference(longer, one, names) == "bank_ has another shape."
