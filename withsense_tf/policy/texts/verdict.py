"""What the rules say of a text: allow, review or block, with the rule, the words and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Decision = Literal["allow", "review", "block"]

NOTHING: Final = "nothing in the text says that a child is shown"


@dataclass(frozen=True)
class Verdict:
    """What the rules say about a text, and which rule says it about which words."""

    decision: Decision
    rule: str = ""
    span: str = ""
    start: int = 0
    end: int = 0
    reason: str = NOTHING

    @property
    def restricted(self) -> bool:
        """Return whether the text must not be shown without somebody's leave."""
        return self.decision != "allow"


NO_HIT: Final = Verdict("allow")


def strictest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the strictest of the verdicts on a text, and of these the first; without any, allow it.

    >>> strictest([Verdict("review", "bride"), Verdict("block", "girl")]).rule
    'girl'
    """
    if not verdicts:
        return NO_HIT  # so are most
    for decision in ("block", "review"):
        for verdict in verdicts:
            if verdict.decision == decision:
                return verdict
    exemptions = [verdict for verdict in verdicts if not verdict.reason.startswith("exempted: ")]
    return exemptions[0] if exemptions else NO_HIT
