"""The questions that the law must answer: may this photo be shown, and this text be searched for, here and today.

A gate stands before a data set, and another door before an index: they differ in where decisions are kept. What a
door does not know it keeps back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import CountryRule
from withsense_tf.policy.law import Law
from withsense_tf.policy.levels import Level
from withsense_tf.policy.photo_decisions import PhotoDecision, restricts
from withsense_tf.policy.texts.verdict import Verdict


@dataclass(frozen=True)
class Permission:
    """A door's answer to a query: allowed, or the notice that stands in place of an answer."""

    allowed: bool
    notice: str | None
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ResultPlace:
    """One place in a list of results: a photo, or the notice where a photo would have stood."""

    photo: str | None
    notice: str | None


class Door(ABC):
    """The policy for some photos in one country, on a day (without one, today: a door may outlive the day)."""

    policy: Law
    country: str | None
    day: date | None

    @property
    def rule(self) -> CountryRule:
        """Return the rule that is in force now."""
        return self.policy.countries.rule(self.country, self.day)

    @property
    def level(self) -> Level:
        """Return under what photos are judged now."""
        return self.policy.level(self.rule)

    @property
    def consents(self) -> ConsentRegister | None:
        """Return the register of permissions."""
        return self.policy.consents

    @abstractmethod
    def knows(self, photo: str) -> bool:
        """Return whether this is one of the photos."""

    @abstractmethod
    def content(self, photo: str) -> str:
        """Return the digest of a photo's file; "" where nobody has looked at one."""

    @abstractmethod
    def decision(self, photo: str) -> PhotoDecision | None:
        """Return what was decided on a photo under the rule in force; None where nothing is known of it."""

    def photo(self, photo: str, scope: str = "show") -> bool:
        """Return whether a photo may be used for a purpose; a photo that nobody knows may not."""
        if not self.knows(photo):
            return False
        if self.rule.rule == "none":
            return True
        decision = self.decision(photo)
        if decision is not None and not decision.restricted:
            return True
        consents = self.consents
        return consents is not None and consents.covers(
            photo, self.content(photo), scope, self.country, self.day
        )

    def query(self, text: str) -> Permission:
        """Answer whether a text may be searched for."""
        verdict = self.policy.texts(self.rule.age_limit).verdict(text)
        allowed = self.rule.rule == "none" or not self._restricted(verdict)
        self._log("query", allowed, verdict.rule, query=text)
        return self._answer(allowed, verdict.rule, verdict.reason)

    def refuses(self, text: str) -> bool:
        """Return whether a text may not be asked for, without writing it down: nobody has asked yet."""
        if self.rule.rule == "none":
            return False
        return self._restricted(self.policy.texts(self.rule.age_limit).verdict(text))

    def photo_query(self, photo: str) -> Permission:
        """Answer whether a photo may be the query of a search."""
        may_search = self.photo(photo, "search")
        decision = self.decision(photo)
        rule = decision.source if decision else "unknown photo"
        self._log("photo query", may_search, rule, photo=photo)
        return self._answer(may_search, "" if may_search else rule, "")

    def results(self, photos: Iterable[str]) -> list[ResultPlace]:
        """Return the results in their order, with the notice where a restricted photo would have stood."""
        places = []
        for photo in photos:
            may_show = self.photo(photo, "show")
            if not may_show:
                self._log("result", may_show, self._why(photo)[0], photo=photo)
            places.append(ResultPlace(photo, None) if may_show else ResultPlace(None, self.rule.message))
        return places

    def _why(self, photo: str) -> tuple[str, str]:
        decision = self.decision(photo)
        return (decision.source, "; ".join(decision.evidence)) if decision else ("unknown photo", "")

    def _restricted(self, verdict: Verdict) -> bool:
        return restricts(verdict, self.policy.restricts_review)

    def _answer(self, allowed: bool, rule: str, reason: str) -> Permission:
        return Permission(True, None) if allowed else Permission(False, self.rule.message, rule, reason)

    def _log(
        self, place: str, allowed: bool, rule: str, photo: str | None = None, query: str | None = None
    ) -> None:
        if self.policy.audit is not None:
            decision = "allow" if allowed else "restrict"
            self.policy.audit.write(place, decision, rule, self.country, self.policy.version, photo, query)
