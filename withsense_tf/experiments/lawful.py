"""The law of the service before the data of an experiment, unless research asks for none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import DataError, check_choice
from withsense_tf.policy.countries import country_code
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles

LAW: Final = "law"
NO_LAW: Final = "none (research use)"
RESEARCH: Final = "No law is kept: photos of children are trained and measured on. For research use only."


def _refuses_nothing(_: str) -> bool:
    return False


class Lawful(NamedTuple):
    """Data that may be learned from and shown, what to say of that, and the law's name and files for rows.

    `refuses` says of a text that it may not be asked for; `why_less`, where photos are left out, which rule does that.
    """

    data: Dataset
    note: str
    policy: str
    files: str
    refuses: Callable[[str], bool] = _refuses_nothing
    why_less: str = ""


def check_policy(choice: str, law: LawFiles, country: str | None = None) -> str:
    """Return how rows name the law; raise if the choice is none or the law that it asks for cannot be read."""
    if check_choice("policy", choice, (LAW, "none")) == LAW:
        return _name(Policy.of_files(law), country)
    return NO_LAW


def _name(policy: Policy, country: str | None) -> str:
    return f"law {policy.version}{_where(country)}"


def _where(country: str | None) -> str:
    return "" if country is None else f" in {country_code(country)}"


def under_the_law(data: Dataset, choice: str, law: LawFiles, country: str | None) -> Lawful:
    """Leave out of the data what the law forbids in a country, by default what the strictest rule does."""
    if choice != LAW:
        return Lawful(data, RESEARCH, NO_LAW, "")
    files = law.summary()
    policy = Policy.of_files(law)
    gate = policy.gate(data, country)
    lawful_data, _ = gate.training()
    if law.summary() != files:
        raise DataError("The files of the law were changed while photos were judged by them: run it again.")
    every = len(data.photos)
    left_out = every - len(lawful_data.photos)
    note = f"The law is kept: {left_out:,} of {every:,} photos are left out."
    why_less = _why_less(gate.rule.country, _where(country)) if left_out else ""
    return Lawful(lawful_data, note, _name(policy, country), files, gate.refuses, why_less)


def _why_less(rule: str, where: str) -> str:
    """Say which rule leaves photos out: that of a country, or the strictest one."""
    what = "leaves out photos of children and photos without captions"
    if rule:
        return f"The rule of {rule} {what}."
    if where:
        return f"The strictest rule, which holds{where} for no table names that country, {what}."
    return f"The strictest rule {what}: --country names the country whose law is kept."
