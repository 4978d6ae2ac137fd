"""The one place that everything else asks whether a photo, text or row may be used, here and today.

Nothing else decides. What the gate does not know it keeps back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import check_choice
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent import ConsentRegister
from withsense_tf.policy.countries import Countries, CountryRule, load_countries
from withsense_tf.policy.ownership import (
    Ownership,
    PhotoDecision,
    caption_verdicts,
    load_overrides,
    restricts,
)
from withsense_tf.policy.verdict import TextPolicy, Verdict

REVIEW = ("restrict", "allow")


@dataclass(frozen=True)
class Answer:
    """What the gate says: allowed, or the notice that stands in its place."""

    allowed: bool
    notice: str | None
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """One place in a list of results: a photo, or the notice where a photo would have stood."""

    photo: str | None
    notice: str | None


@dataclass(frozen=True)
class Policy:
    """The law as this service keeps it: countries, words, ownership, permissions, and the log."""

    countries: Countries
    ownership: Ownership = field(default_factory=Ownership)
    consents: ConsentRegister | None = None
    audit: AuditLog | None = None
    review: str = "restrict"

    def __post_init__(self) -> None:
        check_choice("review", self.review, REVIEW)

    @classmethod
    def default(
        cls,
        countries: Path | None = None,
        overrides: Path | None = None,
        consents: Path | None = None,
        audit: Path | None = None,
    ) -> Policy:
        """Return the policy of the package, with files of one's own where they are given."""
        ownership = Ownership(overrides=load_overrides(overrides)) if overrides else Ownership()
        return cls(
            load_countries(countries),
            ownership,
            ConsentRegister(consents) if consents else None,
            AuditLog(audit) if audit else None,
        )

    @cached_property
    def _texts(self) -> dict[int, TextPolicy]:
        return {}

    def texts(self, age_limit: int) -> TextPolicy:
        """Return what judges texts where persons under that age are protected."""
        if age_limit not in self._texts:
            self._texts[age_limit] = TextPolicy(age_limit)
        return self._texts[age_limit]

    @cached_property
    def version(self) -> str:
        """Name the words, the countries and the settings: another version may decide otherwise."""
        settings = replace(self.ownership, photo_judge=None, overrides=None)
        overrides = sorted((self.ownership.overrides or {}).items())
        parts = (self.texts(16).version, self.countries, settings, overrides, self.review)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    def gate(self, data: Dataset, country: str | None = None, day: date | None = None) -> Gate:
        """Return the gate for the photos of a data set, in a country (unknown: the strictest rule), on a day."""
        rule = self.countries.rule(country, day)
        said = caption_verdicts(data, self.texts(rule.age_limit))
        decisions = {}
        if rule.rule == "children":
            decisions = self.ownership.decide(data, said, self.review == "restrict")
        return Gate(self, data, rule, country, day, said, decisions)

    def split(self, data: Dataset, country: str | None = None) -> tuple[Dataset, pd.DataFrame]:
        """Take what is restricted out of a data set; return the rest, and what was removed with its reason."""
        return self.gate(data, country).training()


@dataclass(frozen=True, eq=False)
class Gate:
    """The policy for one collection of photos in one country."""

    policy: Policy
    data: Dataset
    rule: CountryRule
    country: str | None
    day: date | None
    said: pd.DataFrame
    decisions: dict[str, PhotoDecision]

    @cached_property
    def _photos(self) -> frozenset[str]:
        return frozenset(self.data.photos["photo"])

    @cached_property
    def _captions(self) -> dict[str, tuple[str, Verdict]]:
        """Return the owner and the verdict of each caption."""
        rows = zip(self.said["caption"], self.said["photo"], self.said["verdict"], strict=True)
        return {caption: (owner, verdict) for caption, owner, verdict in rows}

    def photo(self, photo: str, scope: str = "show") -> bool:
        """Tell whether a photo may be used for a purpose; a photo that nobody knows may not."""
        if photo not in self._photos:
            return False
        if self.rule.rule == "none":
            return True
        decision = self.decisions.get(photo)
        if decision is not None and not decision.restricted:
            return True
        consents = self.policy.consents
        return consents is not None and consents.covers(photo, scope, self.country, self.day)

    def caption(self, caption: str, scope: str = "show") -> bool:
        """Tell whether a caption may be used: its words, and the photo that owns it, if that is here."""
        if caption not in self._captions:
            return False
        owner, verdict = self._captions[caption]
        if self.rule.rule == "none":
            return True
        if owner in self._photos:
            # A permission for the photo, and a person's decision on it, cover what its captions say.
            known = self.decisions.get(owner)
            if known is None or known.restricted or known.by_hand:
                return self.photo(owner, scope)
        return not self._restricted(verdict)

    def query(self, text: str) -> Answer:
        """Answer whether a text may be searched for."""
        verdict = self.policy.texts(self.rule.age_limit).verdict(text)
        allowed = self.rule.rule == "none" or not self._restricted(verdict)
        self._log("query", allowed, verdict.rule, query=text)
        return self._answer(allowed, verdict.rule, verdict.reason)

    def photo_query(self, photo: str) -> Answer:
        """Answer whether a photo may be the query of a search."""
        allowed = self.photo(photo, "search")
        decision = self.decisions.get(photo)
        rule = decision.source if decision else "unknown photo"
        self._log("photo query", allowed, rule, photo=photo)
        return self._answer(allowed, "" if allowed else rule, "")

    def results(self, photos: Iterable[str]) -> list[Shown]:
        """Return the results in their order, with the notice where a restricted photo would have stood."""
        shown = []
        for photo in photos:
            allowed = self.photo(photo, "show")
            if not allowed:
                decision = self.decisions.get(photo)
                self._log("result", allowed, decision.source if decision else "unknown photo", photo=photo)
            shown.append(Shown(photo, None) if allowed else Shown(None, self.rule.message))
        return shown

    def index(self, photos: Sequence[str]) -> list[str]:
        """Return the photos that may be put into an index."""
        return [photo for photo in photos if self.photo(photo, "search")]

    def training(self) -> tuple[Dataset, pd.DataFrame]:
        """Return the data set without what may not be learned from, and what was removed, with the reason."""
        photos = {photo for photo in self._photos if self.photo(photo, "train")}
        captions = {caption for caption in self._captions if self.caption(caption, "train")}
        removed = [(f"photo {photo}", *self._why(photo)) for photo in sorted(self._photos - photos)]
        for caption in sorted(set(self._captions) - captions):
            owner, verdict = self._captions[caption]
            why = (verdict.rule, verdict.span) if self._restricted(verdict) else self._why(owner)
            removed.append((f"caption {caption}", *why))
        self._log("training", False, f"{len(removed)} removed")
        table = pd.DataFrame(removed, columns=["what", "rule", "evidence"], dtype="str")
        return self.data.only(photos, captions), table

    def _why(self, photo: str) -> tuple[str, str]:
        decision = self.decisions.get(photo)
        return (decision.source, "; ".join(decision.evidence)) if decision else ("unknown photo", "")

    def _restricted(self, verdict: Verdict) -> bool:
        return restricts(verdict, self.policy.review == "restrict")

    def _answer(self, allowed: bool, rule: str, reason: str) -> Answer:
        return Answer(True, None) if allowed else Answer(False, self.rule.message, rule, reason)

    def _log(
        self, place: str, allowed: bool, rule: str, photo: str | None = None, query: str | None = None
    ) -> None:
        if self.policy.audit is not None:
            decision = "allow" if allowed else "restrict"
            self.policy.audit.write(place, decision, rule, self.country, self.policy.version, photo, query)
