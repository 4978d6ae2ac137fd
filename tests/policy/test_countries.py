from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from withsense_tf.errors import DataError, SettingError
from withsense_tf.policy.countries import CODES, LIKELY_CODES, NOTICE, load_countries

DAY = date(2026, 11, 20)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "countries.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_notice_is_byte_for_byte_the_one_the_law_asks_for() -> None:
    assert NOTICE.encode() == b"This image is unavailable in your country in compliance with local laws"


def test_the_packages_own_file_has_the_home_market() -> None:
    rule = load_countries().rule("ru", DAY)
    assert (rule.country, rule.rule, rule.age_limit, rule.message) == ("RU", "children", 16, NOTICE)


@pytest.mark.parametrize("country", [None, "ZZ", "US"])
def test_a_country_that_is_not_named_gets_the_strictest_rule_of_all(
    tmp_path: Path, country: str | None
) -> None:
    text = '[[rules]]\ncountry="AQ"\nrule="none"\n[[rules]]\ncountry="BB"\nrule="children"\nage_limit=18\n'
    rule = load_countries(written(tmp_path, text)).rule(country, DAY)
    assert (rule.rule, rule.age_limit) == ("children", 18)


def test_a_file_without_any_rule_still_protects(tmp_path: Path) -> None:
    assert load_countries(written(tmp_path, "rules = []")).rule("AQ", DAY).rule == "children"


def test_a_rule_holds_from_its_first_to_its_last_day_and_the_strictest_one_outside(tmp_path: Path) -> None:
    text = '[[rules]]\ncountry="AQ"\nrule="none"\nfrom=2026-01-01\nuntil=2026-12-31\n'
    countries = load_countries(written(tmp_path, text))
    rules = {day: countries.rule("AQ", date.fromisoformat(day)).rule for day in (
        "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"
    )}  # fmt: skip
    assert list(rules.values()) == ["children", "none", "none", "children"]


def test_of_two_entries_for_one_day_the_stricter_one_holds(tmp_path: Path) -> None:
    text = '[[rules]]\ncountry="AQ"\nrule="none"\n[[rules]]\ncountry="AQ"\nrule="children"\nage_limit=14\n'
    assert load_countries(written(tmp_path, text)).rule("AQ", DAY).age_limit == 14


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules = 3",
        "[[rules]]\ncountry = ",
        '[[rules]]\ncountry="AQ"\n',
        '[[rules]]\ncountry="AAA"\nrule="none"\n',
        '[[rules]]\ncountry=7\nrule="none"\n',
        '[[rules]]\ncountry="AQ"\nrule="nothing"\n',
        '[[rules]]\ncountry="AQ"\nrule="children"\nage_limit="16"\n',
        '[[rules]]\ncountry="AQ"\nrule="children"\nage_limit=true\n',
        '[[rules]]\ncountry="AQ"\nrule="children"\nage_limit=99\n',
        '[[rules]]\ncountry="AQ"\nrule="children"\nagelimit=12\n',
        '[[rules]]\ncountry="AQ"\nrule="none"\nfrom="2026-01-01"\n',
        '[[rules]]\ncountry="AQ"\nrule="none"\nfrom=2026-02-01\nuntil=2026-01-01\n',
        '[[rules]]\ncountry="AQ"\nrule="children"\nmessage=""\n',
    ],
)
def test_a_file_with_a_single_mistake_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"countries\.toml"):
        load_countries(written(tmp_path, text))


def test_a_missing_or_unreadable_file_fails_closed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing may be shown"):
        load_countries(tmp_path / "none.toml")
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="nothing may be shown"):
        load_countries(path)


@pytest.mark.parametrize("country", ["", "R", "RUS", "Р У", "ру", "12"])
def test_what_is_no_country_code_is_refused(country: str) -> None:
    with pytest.raises(SettingError, match="two letters"):
        load_countries().rule(country)


def test_a_rule_is_for_a_country_that_there_is(tmp_path: Path) -> None:
    for code, advice in (("UK", "did you mean GB"), ("XX", "as DE is"), ("zz", "ZZ is no country's code")):
        with pytest.raises(DataError, match=rf"rule 1: .*{advice}"):
            load_countries(written(tmp_path, f'[[rules]]\ncountry="{code}"\nrule="none"\n'))
    assert len(CODES) == 250
    assert LIKELY_CODES.keys().isdisjoint(CODES)
    assert set(LIKELY_CODES.values()) <= CODES


def test_a_rule_tells_who_demands_it_and_on_what_ground(tmp_path: Path) -> None:
    text = '[[rules]]\ncountry="AQ"\nrule="children"\nauthority="Ministry of AQ"\nground="Act 5, § 2"\n'
    rule = load_countries(written(tmp_path, text)).rule("AQ", DAY)
    assert (rule.authority, rule.ground) == ("Ministry of AQ", "Act 5, § 2")


@pytest.mark.parametrize("name", ["authority", "ground"])
def test_an_authority_or_ground_that_is_no_text_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=name):
        load_countries(written(tmp_path, f'[[rules]]\ncountry="AQ"\nrule="children"\n{name}=5\n'))
