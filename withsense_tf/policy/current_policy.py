"""The law as its files have it now, and the gates that ask it: where everything begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import Countries, country_code
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.law import Law
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.policy.service import LawFiles

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset


@dataclass(frozen=True, repr=False)
class Policy(Law):
    """The law with the `files` that it comes from, and gates before data sets; the rest is explained at `Law`.

    What comes from `files` is as it was `_read`; `current` has it as it is now. What was put in its place stays.
    """

    files: LawFiles | None = None
    _read: tuple[Countries | None, Mapping[str, Override] | None] = field(
        default=(None, None), repr=False, compare=False
    )
    _newest: list[Policy] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def default(
        cls,
        countries: str | Path | None = None,
        overrides: str | Path | None = None,
        consents: str | Path | None = None,
        audit: str | Path | None = None,
        languages: str | Path | None = None,
        photo_judge: str | Path | None = None,
    ) -> Policy:
        """Return the policy of the package, with files of one's own where they are given (see `LawFiles`)."""
        judge = None if photo_judge is None else str(photo_judge)
        files = LawFiles(
            _path(countries),
            _path(overrides),
            _path(consents),
            _path(audit),
            languages=_path(languages),
            photo_judge=judge,
        )
        return cls.of_files(files)

    @classmethod
    def of_service(cls) -> Policy:
        """Return the policy of the package, with the files that the environment names (`WITHSENSE_OVERRIDES` …)."""
        return cls.of_files(LawFiles.of_service())

    @classmethod
    def of_files(cls, files: LawFiles) -> Policy:
        """Return the policy of the package, with those files."""
        rules, overrides, judge = files.rules(), files.current_overrides(), files.judge()
        ownership = Ownership(files.min_votes, overrides=overrides)
        if judge is not None:
            ownership = replace(
                ownership, photo_judge=judge, judge_threshold=judge.threshold, judge_sure=judge.sure
            )
        return cls(
            rules,
            ownership,
            ConsentRegister(files.consents) if files.consents else None,
            AuditLog(files.audit) if files.audit else None,
            languages=files.rules_of_languages(),
            files=files,
            _read=(rules, overrides),
        )

    def current(self) -> Policy:
        """Return this policy as its files have it now; one and the same, as long as they say the same."""
        if self.files is None:
            return self
        rules, newest_overrides = now = self.files.rules(), self.files.current_overrides()
        for policy in (self, *self._newest):
            if policy._read[0] is rules and policy._read[1] is newest_overrides:
                return policy
        countries = rules if self.countries is self._read[0] else self.countries
        overrides = (
            newest_overrides if self.ownership.overrides is self._read[1] else self.ownership.overrides
        )
        ownership = replace(self.ownership, overrides=overrides)
        newest = replace(self, countries=countries, ownership=ownership, _read=now)
        self._newest[:] = [newest]
        return newest

    def gate(self, data: Dataset, country: str | None = None, day: date | None = None) -> Gate:
        """Return the gate for the photos of a data set, in a country (unknown: the strictest rule), on a day."""
        from withsense_tf.data.dataset import check_dataset  # late: texts are judged without tables

        check_dataset("A policy", data)
        if country is not None:
            country = country_code(country)
        return Gate(self.current(), data, country, day)

    def split(self, data: Dataset, country: str | None = None) -> tuple[Dataset, pd.DataFrame]:
        """Take what is restricted out of a data set; return the rest, and what was removed with its reason."""
        return self.gate(data, country).training()


def _path(file: str | Path | None) -> Path | None:
    return None if file is None else Path(file)
