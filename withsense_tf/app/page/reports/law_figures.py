"""How well the law is read: what the last `policy report` measured on labelled sentences, with intervals."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from withsense_tf.common.limits import read_bytes
from withsense_tf.policy.law import Law
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.policy.service import LawFiles

ALL = "all"
# The figures to quote: of `newest_unread.tsv`, as README and docs/explanation/law.md have them.
STRANGERS_RECALL: Final = 0.945
STRANGERS_PRECISION: Final = 0.817


class ReportShare(BaseModel):
    """A part of a whole, with its 95 % interval."""

    value: float | None
    interval: tuple[float, float]
    part: int
    whole: int


class ReportRow(BaseModel):
    """How many restricted sentences were found, and how many that were found are restricted."""

    language: str
    kind: str
    recall: ReportShare
    precision: ReportShare


class ReportSet(BaseModel):
    """What was measured on one file of sentences; of an unread one nobody saw a sentence before."""

    name: str
    sentences: int
    unread: bool
    figures: list[ReportRow]
    note: str = ""

    @property
    def rows(self) -> list[ReportRow]:
        """Return the figures of all sentences, then those of each language."""
        rows = [row for row in self.figures if row.kind == ALL]
        # Where all are of one language, that says it all.
        return rows if len(rows) != 2 else rows[:1]


class LawReport(BaseModel):
    """What `policy report` wrote as JSON, when, and for which age limit; older reports do not say the latter."""

    version: str = Field(alias="policy version")
    age_limit: int | None = Field(default=None, alias="age limit")
    sets: list[ReportSet]
    day: str = ""


def last_report(file: Path | None) -> LawReport | None:
    """Return the report; None where there is none that can be read."""
    if file is None:
        return None
    with suppress(OSError, ValueError):
        report = LawReport.model_validate_json(read_bytes(file))
        # A file that was copied is younger than what it says.
        report.day = report.day or datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat()
        return report
    return None


def package_version(policy: Law) -> str | None:
    """Return the version of the package's own law where a service reads texts by it, None where it reads otherwise.

    Then the figures of docs hold: which country has which rule, and what people decided of photos, changes nothing of
    them, though it makes another version.
    """
    if not policy.second_reader or not policy.restricts_review or policy.languages:
        return None
    return replace(policy, countries=LawFiles().rules(), ownership=Ownership()).version


def numbers_of_hundred(share: float) -> tuple[int, ...]:
    """Return which whole number of a hundred a share is; both where it lies amid two.

    >>> numbers_of_hundred(0.945), numbers_of_hundred(0.817), numbers_of_hundred(0.9)
    ((94, 95), (82,), (90,))
    """
    hundredths = round(100 * share, 2)
    least = math.floor(hundredths)
    return (least, least + 1) if 0.3 < hundredths - least < 0.7 else (round(hundredths),)
