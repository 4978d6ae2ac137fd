"""Countries that hear a judge of photos differently are kept apart, and those that agree are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.errors import DataError, SettingError
from withsense_tf.policy.countries import Countries, CountryRule, parse_countries
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.levels import Level, age_limit_of
from withsense_tf.policy.photo_decisions import Evidence, Ownership
from withsense_tf.policy.texts.verdict import Verdict

COUNTRIES = Countries(
    (
        CountryRule("AQ", "children", 16),
        CountryRule("BB", "children", 16, judge_sure=0.9),
        CountryRule("CC", "children", 16, judge_sure=0.3, judge="review"),
        CountryRule("DD", "children", 18),
    )
)


def judge(paths: list[Path]) -> np.ndarray:
    return np.array([0.6 for _ in paths])


LAW = Policy(COUNTRIES, Ownership(photo_judge=judge))
SILENT = Evidence("p.jpg", Path("p.jpg"), "", captions=[("p.jpg#0", Verdict("allow"))])


def is_restricted(country: str | None, review_restricts: bool = True) -> bool:
    level = LAW.level(COUNTRIES.rule(country))
    return LAW.ownership.own([SILENT], review_restricts, level)["p.jpg"].restricted


def test_a_level_and_its_number_are_one_and_without_a_judge_it_is_the_age_limit() -> None:
    assert len({level.key for level in LAW.levels()}) == len(LAW.levels()) == 5
    assert {age_limit_of(level.key) for level in LAW.levels()} == {16, 18}
    assert [level.key for level in Policy(COUNTRIES).levels()] == [16, 18]


def test_a_country_says_how_sure_a_judge_must_be_and_an_unknown_one_hears_it_soonest() -> None:
    assert is_restricted("AQ")
    assert not is_restricted("BB")
    assert LAW.level(COUNTRIES.strictest()) == Level(18, 0.3)
    assert is_restricted(None)


def test_where_a_country_says_review_what_the_judge_marks_waits_for_a_person() -> None:
    assert is_restricted("CC")
    assert not is_restricted("CC", review_restricts=False)
    level = LAW.level(COUNTRIES.rule("CC"))
    assert LAW.ownership.own([SILENT], False, level)["p.jpg"].evidence == ("child: 0.60", "for review")


def test_a_person_s_decision_goes_before_the_judge() -> None:
    from withsense_tf.policy.overrides import Override

    allowed = Override("p.jpg", "allow", "Ann", "a grown woman", "ab" * 32)
    ownership = replace(LAW.ownership, overrides={"p.jpg": allowed})
    evidence = replace(SILENT, digest="ab" * 32)
    assert not ownership.own([evidence], level=Level(16, 0.5))["p.jpg"].restricted


@pytest.mark.parametrize(
    "line", ['judge = "maybe"', "judge_sure = 0", "judge_sure = 1.5", "judge_sure = true"]
)
def test_what_is_no_such_setting_of_a_country_is_an_error(line: str) -> None:
    with pytest.raises(DataError, match="judge"):
        parse_countries(f'[[rules]]\ncountry = "AQ"\nrule = "children"\n{line}\n'.encode(), "a file")


@pytest.mark.parametrize("name", ["judge_threshold", "judge_sure"])
def test_a_threshold_of_nothing_is_an_error(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Ownership(**{name: 0.0})
