"""The one place that everything else asks whether a photo, text or row may be used, here and today.

Nothing else decides. What the gate does not know it keeps back. It stands before a data set; queries are answered by
`policy/door`, and photos of an index by `index/index_door`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from withsense_tf.policy.door import Door
from withsense_tf.policy.law import Law
from withsense_tf.policy.levels import Level
from withsense_tf.policy.photo_decisions import (
    PhotoDecision,
    caption_verdicts,
)
from withsense_tf.policy.texts.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class _Answers:
    """The verdicts on captions and the decisions on photos under one level; they cost seconds, so they are kept."""

    caption_verdicts: pd.DataFrame
    verdicts: dict[str, Verdict]
    decisions: dict[str, PhotoDecision]


@dataclass(frozen=True, eq=False)
class Gate(Door):
    """The policy for one collection of photos in one country."""

    policy: Law
    data: Dataset
    country: str | None
    day: date | None = None
    _by_level: dict[Level, _Answers] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        where = self.country or "the strictest rule"
        return f"Gate({self.data.name}, {where}, law {self.policy.version})"

    @property
    def decisions(self) -> dict[str, PhotoDecision]:
        """Return what was decided on each photo; nothing where the country has no rule."""
        return self._answers().decisions if self.rule.rule == "children" else {}

    def knows(self, photo: str) -> bool:
        """Return whether this is a photo of the data set."""
        return photo in self._photos

    def content(self, photo: str) -> str:
        """Return the digest of a photo's file."""
        return self._contents.get(photo, "")

    def decision(self, photo: str) -> PhotoDecision | None:
        """Return what was decided on a photo."""
        return self.decisions.get(photo)

    @property
    def caption_verdicts(self) -> pd.DataFrame:
        """Return the verdict on each caption."""
        return self._answers().caption_verdicts

    def _answers(self) -> _Answers:
        level = self.level
        if level not in self._by_level:
            verdict_table = caption_verdicts(self.data, self.policy.texts(level.age_limit))
            verdicts = dict(zip(verdict_table["caption"], verdict_table["verdict"], strict=True))
            decisions = self.policy.ownership.decide(
                self.data, verdict_table, self.policy.restricts_review, level
            )
            self._by_level[level] = _Answers(verdict_table, verdicts, decisions)
        return self._by_level[level]

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
            caption: verdict
            for caption, verdict in self._answers().verdicts.items()
            if caption in self._owners
        }
        captions = {
            caption for caption, verdict in verdicts.items() if self._may_use(caption, verdict, "train")
        }
        removals = [(f"photo {photo}", *self._why(photo)) for photo in sorted(self._photos - photos)]
        for caption in sorted(set(verdicts) - captions):
            verdict = verdicts[caption]
            why = (
                (verdict.rule, verdict.span)
                if self._restricted(verdict)
                else self._why(self._owners[caption])
            )
            removals.append((f"caption {caption}", *why))
        self._log("training", not removals, f"{len(removals)} removed")
        import pandas as pd

        table = pd.DataFrame(removals, columns=["what", "rule", "evidence"], dtype="str")
        version = f"{self.policy.version} ({self.country})" if self.country else self.policy.version
        law = version if self.rule.rule == "children" else self.data.law
        return replace(self.data.only(photos, captions), law=law), table
