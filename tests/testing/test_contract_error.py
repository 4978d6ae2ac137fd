from __future__ import annotations

import pytest

from withsense_tf.errors import DataError
from withsense_tf.testing.contract_error import ContractError, problems


def test_a_mistake_becomes_a_line_that_says_where_in_ones_own_code() -> None:
    with (
        pytest.raises(ContractError, match=r"^KeyError: 'a' \(test_contract_error.py, line \d+, in "),
        problems(),
    ):
        {}["a"]


def test_what_is_broken_stays_as_it_was_put() -> None:
    with pytest.raises(ContractError, match=r"^its name$"), problems():
        raise ContractError("its name")


def test_what_the_package_says_of_an_answer_stays_a_sentence() -> None:
    with pytest.raises(ContractError, match=r"^mine: _score must return numbers\.$"), problems():
        raise DataError("mine: _score must return numbers.")


def test_a_matcher_that_ends_the_program_is_a_mistake() -> None:
    with pytest.raises(ContractError, match=r"^SystemExit: 3"), problems():
        raise SystemExit(3)
