"""Countries -> the rule that is in force there on a day; what is not known gets the strictest rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from withsense_tf.common.limits import read_bytes
from withsense_tf.errors import DataError, SettingError

# The exact words that stand in place of what the law forbids to show.
NOTICE: Final = "This image is unavailable in your country in compliance with local laws"
Rule = Literal["children", "none"]
RULES: Final = ("children", "none")
# What RFC 7725 wants told where a law forbids to show something: who demands it, and on what ground.
LEGAL_FIELDS: Final = ("authority", "ground")
FIELDS: Final = frozenset(
    {"country", "rule", "age_limit", "from", "until", "message", "note", "judge", "judge_sure", *LEGAL_FIELDS}
)
JUDGE: Final = ("restrict", "review")
STRICTEST_AGE: Final = 16
# The codes of ISO 3166-1, and XK, which is none of them and which Kosovo goes by.
LISTING: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW "
    "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN "
    "IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE "
    "YT ZA ZM ZW XK"
)
CODES: Final = frozenset(LISTING.split())
# What is said for a code that is another one.
LIKELY_CODES: Final = {"UK": "GB", "EL": "GR"}


@dataclass(frozen=True)
class CountryRule:
    """What holds in a country: nothing of persons under `age_limit` (children), or no rule (none).

    `authority` is who demands it (RFC 7725's blocked-by), `ground` the law that it rests on; either may be empty.

    Where captions say nothing of a child and a judge of photos is at least `judge_sure` (None: as sure as the judge
    itself asks for) that one is there, the photo is restricted, or is for a person to look at (`judge`).
    """

    country: str
    rule: Rule
    age_limit: int = STRICTEST_AGE
    since: date | None = None
    until: date | None = None
    message: str = NOTICE
    authority: str = ""
    ground: str = ""
    judge: str = JUDGE[0]
    judge_sure: float | None = None

    def in_force(self, day: date) -> bool:
        """Return whether the rule holds on that day; both its first and its last day count."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Countries:
    """The rules of all countries."""

    rules: tuple[CountryRule, ...]

    def rule(self, country: str | None, day: date | None = None) -> CountryRule:
        """Return the rule of a country (two letters) on a day, by default today.

        A country that is not named, or on a day that none of its entries covers, gets the strictest rule.
        """
        name = country_code(country) if country is not None else None
        today = day or datetime.now(UTC).date()
        rules = [rule for rule in self.rules if rule.country == name and rule.in_force(today)]
        # Where two entries of a country hold on one day, the stricter one does.
        return max(rules, key=_strictness) if rules else self.strictest()

    def strictest(self) -> CountryRule:
        """Return the rule for whom nothing is known of: no person under the highest age limit of all."""
        limit = max([STRICTEST_AGE, *(rule.age_limit for rule in self.rules if rule.rule == "children")])
        # The judge's own word holds as well: see `Law.level`.
        sure = [rule.judge_sure for rule in self.rules if rule.judge_sure is not None]
        return CountryRule("", "children", limit, judge_sure=min(sure, default=None))

    def names(self) -> list[str]:
        """Return the countries that have an entry."""
        return sorted({rule.country for rule in self.rules})


def load_countries(file: Path | None = None) -> Countries:
    """Read the rules from a TOML file, by default the one that comes with the package.

    A file that is missing or has a single mistake is an error: half a law must not be taken for the law.
    """
    where = str(file) if file is not None else "the package's countries.toml"
    try:
        package_file = files("withsense_tf.policy.texts").joinpath("rules", "countries.toml")
        content = read_bytes(file) if file is not None else package_file.read_bytes()
    except OSError as error:
        raise no_countries(where, error) from error
    return parse_countries(content, where)


def no_countries(where: object, error: OSError) -> DataError:
    """Say that a table of countries cannot be read."""
    return DataError(f"{where} cannot be read ({error.strerror}), so nothing may be shown anywhere.")


def parse_countries(content: bytes, where: str) -> Countries:
    """Read the content of a TOML file of rules; `where` it is from is told with every mistake."""
    try:
        entries = tomllib.loads(content.decode("utf-8"))["rules"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, RecursionError) as error:
        raise DataError(
            f"{where} is no table of [[rules]] ({error}), so nothing may be shown anywhere."
        ) from error
    if not isinstance(entries, list):
        raise DataError(f"{where}: expected [[rules]], got {entries!r}.")
    return Countries(tuple(_entry(entry, f"{where}, rule {at}") for at, entry in enumerate(entries, start=1)))


def _entry(entry: object, where: str) -> CountryRule:
    if not isinstance(entry, dict) or not {"country", "rule"} <= set(entry):
        raise DataError(f"{where}: expected at least country and rule, got {entry!r}.")
    unknown = sorted(set(entry) - FIELDS)
    if unknown:
        raise DataError(f"{where}: unknown field {unknown[0]!r}; known: {', '.join(sorted(FIELDS))}.")
    rule, limit, message = entry["rule"], entry.get("age_limit", STRICTEST_AGE), entry.get("message", NOTICE)
    if rule not in RULES:
        raise DataError(f"{where}: rule is {rule!r}, expected {' or '.join(RULES)}.")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 21:
        raise DataError(f"{where}: age_limit is {limit!r}, expected a whole number from 1 to 21.")
    if not isinstance(message, str) or not message.strip():
        raise DataError(f"{where}: message is {message!r}, expected a text.")
    _check_judge(entry, where)
    days = [_day(entry.get(name), f"{where}: {name}") for name in ("from", "until")]
    if days[0] and days[1] and days[0] > days[1]:
        raise DataError(f"{where}: from {days[0]} is after until {days[1]}.")
    try:
        country = known_country(entry["country"])
    except SettingError as error:
        raise DataError(f"{where}: {error}") from error
    authority, ground = (_legal_text(entry, name, where) for name in LEGAL_FIELDS)
    judge, sure = entry.get("judge", JUDGE[0]), entry.get("judge_sure")
    return CountryRule(country, rule, limit, days[0], days[1], message, authority, ground, judge, sure)


def _legal_text(entry: Mapping[str, object], name: str, where: str) -> str:
    text = entry.get(name, "")
    if not isinstance(text, str):
        raise DataError(f"{where}: {name} is {text!r}, expected a text.")
    return text.strip()


def _check_judge(entry: dict[str, object], where: str) -> None:
    """Raise where an entry does not say what a judge of photos may do."""
    judge, sure = entry.get("judge", JUDGE[0]), entry.get("judge_sure", 1.0)
    if judge not in JUDGE:
        raise DataError(f"{where}: judge is {judge!r}, expected {' or '.join(JUDGE)}.")
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 < sure <= 1:
        raise DataError(f"{where}: judge_sure is {sure!r}, expected a number above 0, at most 1.")


def _day(value: object, where: str) -> date | None:
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise DataError(f"{where} is {value!r}, expected a day such as 2026-11-20, without quotes.")


def country_code(country: object) -> str:
    """Return a country's two letters in upper case.

    >>> country_code(" ru")
    'RU'
    """
    if (
        isinstance(country, str)
        and len(country.strip()) == 2
        and country.strip().isascii()
        and country.strip().isalpha()
    ):
        return country.strip().upper()
    raise SettingError(f"country is {country!r}, expected two letters such as RU (ISO 3166-1).")


def known_country(country: object) -> str:
    """Return a country's two letters in upper case; what is no country is an error, for nobody can have meant a rule.

    Whoever names a country (a command, a request, a table, a permission) is asked by this. The law itself knows no
    code that it must refuse: it has the strictest rule for what it does not know.

    >>> known_country("uk")
    Traceback (most recent call last):
    withsense_tf.errors.SettingError: UK is no country's code by ISO 3166-1: did you mean GB?
    """
    code = country_code(country)
    if code in CODES:
        return code
    advice = f": did you mean {LIKELY_CODES[code]}?" if code in LIKELY_CODES else ", as DE is."
    raise SettingError(f"{code} is no country's code by ISO 3166-1{advice}")


def _strictness(rule: CountryRule) -> tuple[bool, int, bool]:
    return rule.rule == "children", rule.age_limit, rule.judge == JUDGE[0]
