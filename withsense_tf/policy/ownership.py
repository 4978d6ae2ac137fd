"""Own captions -> which photos show a child: a caption of another photo that it was judged with says nothing.

A decision covers the photo, all its captions, and its near-duplicates. A person can override it either way.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.errors import DataError, DataWarning, SettingError, check_choice
from withsense_tf.policy.fingerprint import near_duplicates, perceptual_hashes
from withsense_tf.policy.verdict import TextPolicy, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset

UNCAPTIONED: Final = ("restrict", "allow")
OVERRIDES: Final = ("restrict", "allow")
OVERRIDE_COLUMNS: Final = ("photo", "decision", "by", "reason")
STRICTNESS: Final = {"allow": 0, "review": 1, "block": 2}
# Photo files -> how likely each shows a child, from 0 to 1.
PhotoJudge = Callable[[list[Path]], np.ndarray]


@dataclass(frozen=True)
class Override:
    """What a person decided of a photo, and why."""

    photo: str
    decision: str
    by: str
    reason: str


@dataclass(frozen=True)
class PhotoDecision:
    """Whether a photo is restricted, who says so, and on what evidence."""

    photo: str
    restricted: bool
    source: str  # captions, no captions, classifier, duplicate of …, override by …
    captions: int
    votes: int
    evidence: tuple[str, ...]
    by_hand: bool = False


@dataclass(frozen=True)
class Ownership:
    """How photos are judged by their own captions.

    - `min_votes`: so many of its captions must speak of a child; 1 is the strictest
    - `uncaptioned`: what becomes of a photo without captions, "restrict" or "allow"; a `photo_judge` decides
      instead where there is one (at least `judge_threshold` is restricted)
    - `duplicates`: a photo that looks like a restricted one is restricted too
    """

    min_votes: int = 1
    uncaptioned: str = "restrict"
    duplicates: bool = True
    overrides: Mapping[str, Override] | None = None
    photo_judge: PhotoJudge | None = None
    judge_threshold: float = 0.1  # finds 94 % of the photos with a child, and 46 % of what it marks has none

    def __post_init__(self) -> None:
        check_choice("uncaptioned", self.uncaptioned, UNCAPTIONED)
        if isinstance(self.min_votes, bool) or not isinstance(self.min_votes, int) or self.min_votes < 1:
            raise SettingError(f"min_votes must be a whole number of at least 1, got {self.min_votes!r}.")

    def decide(
        self, data: Dataset, said: pd.DataFrame, review_restricts: bool = True
    ) -> dict[str, PhotoDecision]:
        """Decide on every photo of the data set; `said` is what `caption_verdicts` gives for it."""
        photos = data.photos.drop_duplicates("photo")
        paths = dict(zip(photos["photo"], map(Path, photos["path"]), strict=True))
        by_photo: dict[str, list[tuple[str, Verdict]]] = {}
        for caption, photo, verdict in zip(said["caption"], said["photo"], said["verdict"], strict=True):
            by_photo.setdefault(str(photo), []).append((caption, verdict))
        decisions = self.own(paths, by_photo, review_restricts)
        self._warn_of_unknown(decisions)
        _spread_to_same_files(data, decisions)
        if self.duplicates:
            labels = near_duplicates(perceptual_hashes(list(paths.values())))
            spread(decisions, dict(zip(paths, labels.tolist(), strict=True)))
        return decisions

    def own(
        self,
        paths: Mapping[str, Path],
        said: Mapping[str, Sequence[tuple[str, Verdict]]],
        review_restricts: bool = True,
    ) -> dict[str, PhotoDecision]:
        """Decide on photos, given with their files, by what is known of each alone: `said` by its own captions.

        Owners of captions that have no file here are decided on too: a decision covers all captions of a photo,
        wherever the photo is.
        """
        owners = dict.fromkeys([*paths, *said])
        decisions = {photo: self._by_captions(photo, said.get(photo), review_restricts) for photo in owners}
        self._judge_uncaptioned(paths, decisions)
        for photo, override in (self.overrides or {}).items():
            if photo in decisions:
                decisions[photo] = _overridden(decisions[photo], override)
        return decisions

    def _warn_of_unknown(self, decisions: dict[str, PhotoDecision]) -> None:
        overrides = self.overrides or {}
        unknown = sorted(set(overrides) - set(decisions))
        if unknown:
            warnings.warn(
                f"{len(unknown)} overrides name a photo that is not here, as {unknown[0]}: is the name right?",
                DataWarning,
                stacklevel=4,
            )

    def _by_captions(
        self, photo: str, captions: Sequence[tuple[str, Verdict]] | None, review_restricts: bool
    ) -> PhotoDecision:
        if not captions:
            return PhotoDecision(photo, self.uncaptioned == "restrict", "no captions", 0, 0, ())
        speaking = [said for said in captions if restricts(said[1], review_restricts)]
        # A photo with fewer captions than votes asked for must not slip through for that.
        needed = min(self.min_votes, len(captions))
        evidence = tuple(f"{caption}: {verdict.rule} “{verdict.span}”" for caption, verdict in speaking)
        return PhotoDecision(
            photo, len(speaking) >= needed, "captions", len(captions), len(speaking), evidence
        )

    def _judge_uncaptioned(self, paths: Mapping[str, Path], decisions: dict[str, PhotoDecision]) -> None:
        bare = [photo for photo in paths if decisions[photo].captions == 0]
        if self.photo_judge is None or not bare:
            return
        likely = self.photo_judge([paths[photo] for photo in bare])
        for photo, chance in zip(bare, likely, strict=True):
            # Written so that a judge that answers with no number restricts.
            restricted = not chance < self.judge_threshold
            decisions[photo] = PhotoDecision(photo, restricted, "classifier", 0, 0, (f"child: {chance:.2f}",))


def restricts(verdict: Verdict, review_restricts: bool = True) -> bool:
    """Tell whether a verdict restricts, where `review` does so or not by setting."""
    return verdict.decision == "block" or (verdict.decision == "review" and review_restricts)


def caption_verdicts(data: Dataset, texts: TextPolicy) -> pd.DataFrame:
    """Return caption, owner (`photo`) and verdict of every caption of the data set.

    A caption that came with a second text has two rows, the stricter one last. Texts with damaged ids count too.
    """
    import pandas as pd

    captions = pd.concat([data.captions[["caption", "photo", "text"]], data.other_texts], ignore_index=True)
    verdicts = pd.Series(texts.verdicts(captions["text"]), index=captions.index, dtype=object)
    strictness = verdicts.map(lambda verdict: STRICTNESS[verdict.decision])
    return captions.assign(verdict=verdicts).iloc[np.argsort(strictness, kind="stable")]


def load_overrides(file: Path) -> dict[str, Override]:
    """Read what people decided: a CSV table with the columns photo, decision (restrict, allow), by, reason."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} cannot be read as a table of overrides: {error}.") from error
    overrides = {}
    for number, row in enumerate(rows, start=2):
        fields = {name: (row.get(name) or "").strip() for name in OVERRIDE_COLUMNS}
        if not all(fields.values()) or fields["decision"] not in OVERRIDES:
            raise DataError(
                f"{file}:{number}: expected a photo, restrict or allow, who decided and the reason; got {fields}."
            )
        if fields["photo"] in overrides:
            raise DataError(f"{file}:{number}: {fields['photo']} is decided twice.")
        overrides[fields["photo"]] = Override(**fields)
    return overrides


def _spread_to_same_files(data: Dataset, decisions: dict[str, PhotoDecision]) -> None:
    """Restrict test photos whose file also lay in training under a restricted name, which was left out there."""
    twins = data.left_in_test.merge(data.photos[["photo", "digest"]], on="digest", suffixes=("", "_kept"))
    for left_out, kept in zip(twins["photo"], twins["photo_kept"], strict=True):
        old = decisions[kept]
        if (
            left_out in decisions
            and decisions[left_out].restricted
            and not old.restricted
            and not old.by_hand
        ):
            decisions[kept] = replace(old, restricted=True, source=f"duplicate of {left_out}")


def spread(decisions: dict[str, PhotoDecision], labels: Mapping[str, int]) -> None:
    """Restrict the near-duplicates of restricted photos: those that share a label."""
    first: dict[int, str] = {}
    # By name, so that the order in which photos come changes nothing.
    for photo, label in sorted(labels.items()):
        if decisions[photo].restricted:
            first.setdefault(label, photo)
    for photo, label in labels.items():
        old = decisions[photo]
        # What a person allowed stays allowed; what a person restricted spreads like the rest.
        if label in first and not old.restricted and not old.by_hand:
            decisions[photo] = replace(old, restricted=True, source=f"duplicate of {first[label]}")


def _overridden(old: PhotoDecision, override: Override) -> PhotoDecision:
    evidence = (*old.evidence, f"{override.by}: {override.reason}")
    restricted, source = override.decision == "restrict", f"override by {override.by}"
    return replace(old, restricted=restricted, source=source, evidence=evidence, by_hand=True)
