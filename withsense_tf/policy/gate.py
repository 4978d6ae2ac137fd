"""The one place that everything else asks whether a photo, text or row may be used, here and today.

Nothing else decides. What the gate does not know it keeps back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import Countries, country_code
from withsense_tf.policy.door import Door
from withsense_tf.policy.law import Law
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.ownership import (
    Ownership,
    PhotoDecision,
    caption_verdicts,
)
from withsense_tf.policy.service import LawFiles
from withsense_tf.policy.texts.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset


@dataclass(frozen=True)
class Policy(Law):
    """The law with the files that it comes from, and gates before data sets.

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
        countries: Path | None = None,
        overrides: Path | None = None,
        consents: Path | None = None,
        audit: Path | None = None,
    ) -> Policy:
        """Return the policy of the package, with files of one's own where they are given."""
        return cls.of_files(LawFiles(countries, overrides, consents, audit))

    @classmethod
    def of_service(cls) -> Policy:
        """Return the policy of the package, with the files that the environment names (`WITHSENSE_OVERRIDES` …)."""
        return cls.of_files(LawFiles.of_service())

    @classmethod
    def of_files(cls, files: LawFiles) -> Policy:
        """Return the policy of the package, with those files."""
        rules, decided = files.rules(), files.decided()
        return cls(
            rules,
            Ownership(files.min_votes, overrides=decided),
            ConsentRegister(files.consents) if files.consents else None,
            AuditLog(files.audit) if files.audit else None,
            files=files,
            _read=(rules, decided),
        )

    def current(self) -> Policy:
        """Return this policy as its files have it now; one and the same, as long as they say the same."""
        if self.files is None:
            return self
        rules, decided = now = self.files.rules(), self.files.decided()
        for known in (self, *self._newest):
            if known._read[0] is rules and known._read[1] is decided:
                return known
        countries = rules if self.countries is self._read[0] else self.countries
        overrides = decided if self.ownership.overrides is self._read[1] else self.ownership.overrides
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


@dataclass(frozen=True, eq=False)
class _Judged:
    """What was found out for one age limit: it costs seconds, so it is kept."""

    said: pd.DataFrame
    verdicts: dict[str, Verdict]
    decisions: dict[str, PhotoDecision]


@dataclass(frozen=True, eq=False)
class Gate(Door):
    """The policy for one collection of photos in one country."""

    policy: Policy
    data: Dataset
    country: str | None
    day: date | None = None
    _by_limit: dict[int, _Judged] = field(default_factory=dict, repr=False)

    @property
    def decisions(self) -> dict[str, PhotoDecision]:
        """Return what was decided on each photo; nothing where the country has no rule."""
        return self._judged().decisions if self.rule.rule == "children" else {}

    def knows(self, photo: str) -> bool:
        """Tell whether this is a photo of the data set."""
        return photo in self._photos

    def content(self, photo: str) -> str:
        """Return the digest of a photo's file."""
        return self._contents.get(photo, "")

    def decision(self, photo: str) -> PhotoDecision | None:
        """Return what was decided on a photo."""
        return self.decisions.get(photo)

    @property
    def said(self) -> pd.DataFrame:
        """Return the verdict on each caption."""
        return self._judged().said

    def _judged(self) -> _Judged:
        limit = self.rule.age_limit
        if limit not in self._by_limit:
            said = caption_verdicts(self.data, self.policy.texts(limit))
            verdicts = dict(zip(said["caption"], said["verdict"], strict=True))
            decisions = self.policy.ownership.decide(self.data, said, self.policy.restricts_review)
            self._by_limit[limit] = _Judged(said, verdicts, decisions)
        return self._by_limit[limit]

    @cached_property
    def _photos(self) -> frozenset[str]:
        return frozenset(self.data.photos["photo"])

    @cached_property
    def _contents(self) -> dict[str, str]:
        return {str(photo): digest for photo, digest in self.data.content.items()}

    @cached_property
    def _owners(self) -> dict[str, str]:
        captions = self.data.captions
        return dict(zip(captions["caption"], captions["photo"], strict=True))

    def _may_use(self, caption: str, verdict: Verdict, scope: str) -> bool:
        if self.rule.rule == "none":
            return True
        owner = self._owners[caption]
        decision = self.decisions[owner]
        if decision.restricted:
            # A permission for the photo covers what its captions say of it.
            return self.photo(owner, scope)
        # So does a person's decision on it.
        return decision.by_hand or not self._restricted(verdict)

    def training(self) -> tuple[Dataset, pd.DataFrame]:
        """Return the data set without what may not be learned from, and what was removed, with the reason."""
        photos = {photo for photo in self._photos if self.photo(photo, "train")}
        # Other texts are judged too, and are no captions.
        verdicts = {
            caption: said for caption, said in self._judged().verdicts.items() if caption in self._owners
        }
        captions = {caption for caption, said in verdicts.items() if self._may_use(caption, said, "train")}
        removed = [(f"photo {photo}", *self._why(photo)) for photo in sorted(self._photos - photos)]
        for caption in sorted(set(verdicts) - captions):
            said = verdicts[caption]
            why = (said.rule, said.span) if self._restricted(said) else self._why(self._owners[caption])
            removed.append((f"caption {caption}", *why))
        self._log("training", not removed, f"{len(removed)} removed")
        import pandas as pd

        table = pd.DataFrame(removed, columns=["what", "rule", "evidence"], dtype="str")
        version = f"{self.policy.version} ({self.country})" if self.country else self.policy.version
        law = version if self.rule.rule == "children" else self.data.law
        return replace(self.data.only(photos, captions), law=law), table
