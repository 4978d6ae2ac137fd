"""Own captions -> which photos show a child: a caption of another photo that it was judged with says nothing.

A decision covers the photo, all its captions, and its near-duplicates. A person can override it either way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.errors import SettingError, check_choice
from withsense_tf.policy.levels import Level
from withsense_tf.policy.overrides import HumanDecisions, Override
from withsense_tf.policy.photo_judge import PhotoJudge, ask_judge
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.policy.texts.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset

UNCAPTIONED: Final = ("restrict", "allow")
# Where something that may speak of a photo cannot be read, nobody knows what it says.
UNREAD: Final = "evidence not readable"
STRICTNESS: Final = {"allow": 0, "review": 1, "block": 2}
# Of a photo that is restricted for this nobody knows anything: that is no evidence against its copies.
NO_CAPTIONS: Final = "no captions"
# The source of what such a judge decided, where no person or text has said it.
CLASSIFIER: Final = "classifier"
# What begins the source of a decision that another photo brought: of a copy, or of a photo that a collage shows.
DUPLICATE: Final = "duplicate of "
SHOWS: Final = "shows "


@dataclass(frozen=True)
class Evidence:
    """All that is known of one photo when it is judged.

    - `path` and `digest` of its file, where it is at hand
    - `captions`: the verdict on each of its captions, by caption id
    - `others`: the verdicts on what else speaks of it: texts with damaged ids, columns, titles
    - `unread`: what may speak of it and cannot be read, each as a person finds it
    - `twins`: other names of it, under which it was left out: what is said of them is among `others`
    """

    photo: str
    path: Path | None = None
    digest: str = ""
    captions: Sequence[tuple[str, Verdict]] = ()
    others: Sequence[tuple[str, Verdict]] = ()
    unread: Sequence[str] = ()
    twins: Sequence[str] = ()


@dataclass(frozen=True)
class PhotoDecision:
    """Return whether a photo is restricted, who says so, and on what evidence."""

    photo: str
    restricted: bool
    # captions, texts, evidence not readable, no captions, classifier, duplicate of …, shows …, override by …
    source: str
    captions: int
    votes: int
    evidence: tuple[str, ...]
    by_hand: bool = False

    @property
    def restricts_copies(self) -> bool:
        """Return whether something was said, seen or decided of it for which its copies are restricted, too."""
        return self.restricted and self.source != NO_CAPTIONS


@dataclass(frozen=True)
class Ownership:
    """How photos are judged by their own captions.

    - `min_votes`: so many of its captions must speak of a child; 1 is the strictest
    - `uncaptioned`: what becomes of a photo without captions, "restrict" or "allow"
    - `photo_judge`: looks at photos that no text restricts. One without captions is restricted from the chance
      `judge_threshold` on, and else allowed. Where captions speak of no child, the judge must be surer: from
      `judge_sure` on, or as a country says it
    - `duplicates`: a photo that looks like a restricted one is restricted too, unless that one merely lacks captions
    - `overrides`: what people decided; their keys say nothing
    """

    min_votes: int = 1
    uncaptioned: str = "restrict"
    duplicates: bool = True
    overrides: Mapping[str, Override] | None = None
    photo_judge: PhotoJudge | None = None
    judge_threshold: float = 0.1  # what a head on photo vectors needs to find 94 % of the photos with a child
    judge_sure: float = 0.5

    def __post_init__(self) -> None:
        check_choice("uncaptioned", self.uncaptioned, UNCAPTIONED)
        if isinstance(self.min_votes, bool) or not isinstance(self.min_votes, int) or self.min_votes < 1:
            raise SettingError(f"min_votes must be a whole number of at least 1, got {self.min_votes!r}.")
        for name, number in (("judge_threshold", self.judge_threshold), ("judge_sure", self.judge_sure)):
            if not 0 < number <= 1:
                raise SettingError(f"{name} must be above 0 and at most 1, got {number!r}.")

    def decide(
        self,
        data: Dataset,
        verdict_table: pd.DataFrame,
        review_restricts: bool = True,
        level: Level | None = None,
    ) -> dict[str, PhotoDecision]:
        """Decide on every photo of the data set; `verdict_table` is what `caption_verdicts` gives for it.

        Owners of captions that have no file here are decided on too: a decision covers all captions of a photo,
        wherever the photo is.
        """
        evidence = _evidence(data, verdict_table)
        decisions = self.own(evidence, review_restricts, level)
        twins = data.left_in_test[["photo", "digest"]].itertuples(index=False)
        self.human_decisions.warn([*((one.photo, one.digest) for one in evidence), *twins])
        if self.duplicates:
            labels = dict(zip(data.groups.index, data.groups, strict=True))
            spread(decisions, labels)
            spread_to_wholes(decisions, labels, _parts(data))
        return decisions

    def own(
        self, evidence: Sequence[Evidence], review_restricts: bool = True, level: Level | None = None
    ) -> dict[str, PhotoDecision]:
        """Decide on photos by what is known of each alone; without a level, as sure as the settings say."""
        decisions = {one.photo: self._by_texts(one, review_restricts) for one in evidence}
        if self.photo_judge is not None:
            self._look(evidence, decisions, level or Level(0, self.judge_sure), review_restricts)
        for one in evidence:
            override = self.human_decisions.of(one.photo, one.digest)
            if override is not None:
                decisions[one.photo] = _overridden(decisions[one.photo], override)
            for twin in one.twins:
                # A photo that people restricted under another name of it.
                if self.human_decisions.restricts_name(twin):
                    _restrict(one.photo, decisions, f"{DUPLICATE}{twin}")
        return decisions

    @cached_property
    def human_decisions(self) -> HumanDecisions:
        """Return what people decided, to be asked for a photo."""
        return HumanDecisions((self.overrides or {}).values())

    def _by_texts(self, one: Evidence, review_restricts: bool) -> PhotoDecision:
        speaking = [entry for entry in one.captions if restricts(entry[1], review_restricts)]
        # What is no caption has no vote, and restricts by itself.
        others = [entry for entry in one.others if restricts(entry[1], review_restricts)]
        # A photo with fewer captions than votes asked for must not slip through for that.
        votes_needed = min(self.min_votes, len(one.captions))
        evidence = tuple(f"{name}: {verdict.rule} “{verdict.span}”" for name, verdict in (*speaking, *others))
        if others or (speaking and len(speaking) >= votes_needed):
            restricted, source = True, "captions" if speaking else "texts"
        elif one.unread:
            restricted, source, evidence = True, UNREAD, (*evidence, *one.unread)
        elif one.captions:
            restricted, source = False, "captions"
        else:
            restricted, source = self.uncaptioned == "restrict", NO_CAPTIONS
        return PhotoDecision(
            one.photo, restricted, source, len(one.captions), len(speaking) + len(others), evidence
        )

    def _look(
        self,
        evidence: Sequence[Evidence],
        decisions: dict[str, PhotoDecision],
        level: Level,
        review_restricts: bool,
    ) -> None:
        """Let the judge look at the photos that no text restricts."""
        open_photos = {
            one.photo: one.path
            for one in evidence
            if one.path is not None
            and (decisions[one.photo].source == NO_CAPTIONS or not decisions[one.photo].restricted)
        }
        if self.photo_judge is None or not open_photos:
            return
        likely = ask_judge(self.photo_judge, list(open_photos.values()))
        for photo, chance in zip(open_photos, likely, strict=True):
            old = decisions[photo]
            bare = old.source == NO_CAPTIONS
            # Who is heard on photos that nobody speaks of is not to be less strict than where captions are silent.
            threshold = min(self.judge_threshold, level.sure) if bare else level.sure
            # Written so that a judge that answers with no number restricts.
            marked = not chance < threshold
            if bare or marked:
                restricted = marked and (review_restricts or bare or not level.review)
                words = (f"child: {chance:.2f}", *(["for review"] if marked and level.review else []))
                decisions[photo] = replace(old, restricted=restricted, source=CLASSIFIER, evidence=words)


def restricts(verdict: Verdict, review_restricts: bool = True) -> bool:
    """Return whether a verdict restricts, where `review` does so or not by setting."""
    return verdict.decision == "block" or (verdict.decision == "review" and review_restricts)


def caption_verdicts(data: Dataset, texts: TextPolicy) -> pd.DataFrame:
    """Return caption, owner (`photo`), verdict and whether it `counts` as a caption, of all texts of the data set.

    A caption that came with a second text has two rows, the stricter one last. Texts with damaged ids are there too.
    """
    import pandas as pd

    tables = [
        data.captions[["caption", "photo", "text"]].assign(counts=True),
        data.other_texts.assign(counts=False),
    ]
    captions = pd.concat(tables, ignore_index=True)
    verdicts = pd.Series(texts.verdicts(captions["text"]), index=captions.index, dtype=object)
    strictness = verdicts.map(lambda verdict: STRICTNESS[verdict.decision])
    return captions.assign(verdict=verdicts).iloc[np.argsort(strictness, kind="stable")]


def _evidence(data: Dataset, verdict_table: pd.DataFrame) -> list[Evidence]:
    """Put together what is known of each photo, and of each owner of captions that has no file here."""
    photos = data.photos.drop_duplicates("photo")
    files: dict[str, tuple[Path | None, str]] = {
        photo: (Path(path), digest) for photo, path, digest in photos[["photo", "path", "digest"]].to_numpy()
    }
    captions: dict[str, list[tuple[str, Verdict]]] = {}
    others: dict[str, list[tuple[str, Verdict]]] = {}
    for caption, photo, verdict, counts in verdict_table[
        ["caption", "photo", "verdict", "counts"]
    ].to_numpy():
        (captions if counts else others).setdefault(photo, []).append((caption, verdict))
    unread: dict[str, list[str]] = {}
    for photo, where, reason in data.unread[["photo", "where", "reason"]].to_numpy():
        unread.setdefault(photo, []).append(f"{where}: {reason}")
    own = {photo: (captions.get(photo, []), others.get(photo, [])) for photo in {*captions, *others}}
    twins = data.twins()
    for photo, names in twins.items():
        for texts in (part for twin in names for part in own.get(twin, ())):
            others.setdefault(photo, []).extend(texts)
        unread.setdefault(photo, []).extend(line for twin in names for line in unread.get(twin, ()))
    nothing: tuple[Path | None, str] = (None, "")
    return [
        Evidence(
            photo, path, digest, captions.get(photo, ()), others.get(photo, ()), unread.get(photo, ()),
            twins.get(photo, ()),
        )
        for photo in dict.fromkeys([*files, *captions, *others])
        for path, digest in [files.get(photo, nothing)]
    ]  # fmt: skip


def _parts(data: Dataset) -> dict[str, tuple[str, ...]]:
    """Return, for photos that show others, as collages do, the groups of these, by photo."""
    # A table made by hand may not say it.
    rows = zip(data.photos["photo"], data.photos.get("parts", ()), strict=False)
    return {str(photo): parts for photo, parts in rows if parts}


def spread(decisions: dict[str, PhotoDecision], labels: Mapping[str, str], source: str = "") -> None:
    """Restrict the near-duplicates of restricted photos: all that share a label, or all for another `source`."""
    first = dict.fromkeys(labels.values(), source) if source else {}
    # By name, so that the order in which photos come changes nothing.
    for photo, label in sorted(labels.items()):
        if decisions[photo].restricts_copies:
            first.setdefault(label, f"{DUPLICATE}{photo}")
    for photo, label in labels.items():
        if label in first:
            _restrict(photo, decisions, first[label])


def spread_to_wholes(
    decisions: dict[str, PhotoDecision], labels: Mapping[str, str], parts: Mapping[str, Collection[str]]
) -> None:
    """Restrict photos that show restricted ones, by the labels in `parts`, and their near-duplicates; not the parts."""
    while True:
        before = dict(decisions)
        first = {labels[one]: one for one in sorted(labels, reverse=True) if decisions[one].restricts_copies}
        for photo, some in parts.items():
            for label in sorted(first.keys() & some):
                _restrict(photo, decisions, f"{SHOWS}{first[label]}")
        if decisions == before:
            return
        spread(decisions, labels)


def _restrict(photo: str, decisions: dict[str, PhotoDecision], source: str) -> None:
    old = decisions[photo]
    # What a person allowed stays allowed. One that merely lacked captions now restricts its copies and what shows it.
    if not old.restricts_copies and not old.by_hand:
        decisions[photo] = replace(old, restricted=True, source=source)


def _overridden(old: PhotoDecision, override: Override) -> PhotoDecision:
    evidence = (*old.evidence, f"{override.by}: {override.reason}")
    restricted, source = override.decision == "restrict", f"override by {override.by}"
    return replace(old, restricted=restricted, source=source, evidence=evidence, by_hand=True)
