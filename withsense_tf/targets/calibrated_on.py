"""What the numbers of a matcher were learned from, so that whoever reads them knows what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Pairs

BY_JUDGES: Final = "judged"  # what people said of pairs
BY_CAPTIONS: Final = "captions"  # own captions against others'
BY_NOTHING: Final = "none"
UNKNOWN: Final = "unknown"  # saved before matchers said it, or pairs of somebody's own
# Fewer pairs calibrate nothing.
FEWEST: Final = 10


@dataclass(frozen=True)
class CalibratedOn:
    """What a matcher's numbers were learned from: which kind of pairs (`by`), how many, and of which data set."""

    by: str = UNKNOWN
    data: str = ""
    pairs: int = 0

    @classmethod
    def of(cls, pairs: Pairs) -> CalibratedOn:
        """Return what a matcher that learns from these pairs is calibrated on; judged ones alone count among others."""
        # Late: a search only hands on what an index has written down, and needs no tables.
        from withsense_tf.targets.blend import JUDGES, OWN_CAPTION
        from withsense_tf.targets.caption_pairs import OTHER_CAPTION

        sources = pairs.table["source"]
        is_judged = sources.isin(JUDGES)
        if is_judged.any():
            return cls(BY_JUDGES, pairs.data.name, int(is_judged.sum()))
        by = BY_CAPTIONS if sources.isin((OWN_CAPTION, OTHER_CAPTION)).all() else UNKNOWN
        return cls(by, pairs.data.name, len(pairs))

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any] | None) -> CalibratedOn:
        """Return what `as_dict` wrote down; what was saved before it was written down is not known."""
        return cls(**fields) if fields else cls()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    def __str__(self) -> str:
        kinds = {
            BY_JUDGES: f"by {self.pairs:,} judged pairs of {self.data}",
            BY_CAPTIONS: f"by captions alone (own against others', {self.pairs:,} pairs of {self.data})",
            BY_NOTHING: "by nothing",
        }
        return f"calibrated {kinds.get(self.by, 'by nobody knows what')}"

    def yields_to(self, other: CalibratedOn) -> bool:
        """Return whether a calibration on other pairs is the better one: by judgements, else by as many pairs."""
        if other.pairs < FEWEST or self.by == other.by:
            return other.pairs >= max(self.pairs, FEWEST)
        # Before matchers said it, they learned from judgements.
        return self.by in (BY_CAPTIONS, BY_NOTHING) or other.by == BY_JUDGES
