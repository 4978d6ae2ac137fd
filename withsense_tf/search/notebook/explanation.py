"""How a verdict on a text comes about: what was found in it, where, and what each finding says."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from withsense_tf.policy.law import Law
    from withsense_tf.policy.texts.verdict import Verdict

# Told apart by line and word, too, for those who see no colours.
STYLES: Final = {
    "block": "background:#f6c8b4;color:#1a1a1a;border-bottom:3px solid #d55e00",
    "review": "background:#fbe3ae;color:#1a1a1a;border-bottom:3px dashed #e69f00",
    "allow": "background:#c6ebdf;color:#1a1a1a;border-bottom:3px dotted #009e73",
}


@dataclass(frozen=True, repr=False)
class Explanation:
    """The verdict on a text, why, and all that was found in it. A notebook shows the text with marks."""

    text: str
    verdict: str
    reason: str
    hits: tuple[Verdict, ...] = ()

    def __str__(self) -> str:
        lines = [f"  {hit.decision:<7} {hit.rule}: “{hit.span}” ({hit.reason})" for hit in self.hits]
        return "\n".join([f"{self.verdict}: {self.reason}", *lines])

    def __repr__(self) -> str:
        return f"Explanation({self.text!r}: {self.verdict}, {self.reason})"

    def _repr_html_(self) -> str:
        parts, at = [], 0
        for start, end, hit in self._spans():
            if start < at:
                continue  # within what is marked already
            why = html.escape(f"{hit.rule}: {hit.reason}")
            parts += [
                html.escape(self.text[at:start]),
                f'<mark style="{STYLES[hit.decision]}" title="{why}">{html.escape(self.text[start:end])}</mark>',
                f"<sup>{hit.decision}</sup>",
            ]
            at = end
        with_marks = "".join([*parts, html.escape(self.text[at:])])
        return f"<p>{with_marks}</p><p><strong>{self.verdict}</strong>: {html.escape(self.reason)}</p>"

    def _spans(self) -> list[tuple[int, int, Verdict]]:
        """Return where the findings stand in the text; what stands there in other letters is left out."""
        spans = []
        for hit in self.hits:
            start, end = hit.start, hit.end
            if not hit.span or self.text[start:end] != hit.span:
                start = self.text.find(hit.span) if hit.span else -1
                end = start + len(hit.span)
            if start >= 0:
                spans.append((start, end, hit))
        order = list(STYLES)
        return sorted(spans, key=lambda span: (span[0], order.index(span[2].decision), -span[1]))


def explain(text: str, policy: Law | None = None, country: str | None = None) -> Explanation:
    """Return what a policy says of a text where a country's rule holds, and why; without a country, the strictest rule.

    Without a `policy` it is that of the service.
    """
    if policy is None:
        from withsense_tf.policy.current_policy import Policy

        policy = Policy.of_service()
    rule = policy.countries.rule(country)
    texts = policy.texts(rule.age_limit)
    if rule.rule == "none":
        return Explanation(text, "allow", f"{rule.country} has no such rule", tuple(texts.hits(text)))
    verdict = texts.verdict(text)
    return Explanation(text, verdict.decision, verdict.reason, tuple(texts.hits(text)))
