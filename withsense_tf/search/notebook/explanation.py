"""How a verdict on a text comes about: what was found in it, where, what each finding says; and what photos wait."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.common.words import is_foreign, is_keyword_list
from withsense_tf.data.embedded.keyword_places import keywords_by_photo
from withsense_tf.errors import check_kind
from withsense_tf.index.trail.restriction_reasons import evidence_of
from withsense_tf.policy.law import Law
from withsense_tf.policy.texts.normalise import normalise

if TYPE_CHECKING:
    from withsense_tf.policy.gate import Gate
    from withsense_tf.policy.photo_decisions import PhotoDecision
    from withsense_tf.policy.texts.verdict import Verdict

WORD: Final = re.compile(r"[^\W_]+")
# Told apart by line and word, too, for those who see no colours.
STYLES: Final = {
    "block": "background:#f6c8b4;color:#1a1a1a;border-bottom:3px solid #d55e00",
    "review": "background:#fbe3ae;color:#1a1a1a;border-bottom:3px dashed #e69f00",
    "allow": "background:#c6ebdf;color:#1a1a1a;border-bottom:3px dotted #009e73",
}
HARDLY_READ: Final = "; but most of its words are neither English nor Russian, so it is hardly read"
AS_KEYWORDS: Final = "; but keywords need not describe a photo: one that has them alone may be withheld"


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
        parts, at, spans = [], 0, self._spans()
        for start, end, hit in spans:
            if start < at:
                continue  # within what is marked already
            why = html.escape(f"{hit.rule}: {hit.reason}")
            parts += [
                html.escape(self.text[at:start]),
                f'<mark style="{STYLES[hit.decision]}" title="{why}">{html.escape(self.text[start:end])}</mark>',
                f"<sup>{hit.decision}: {html.escape(hit.rule)}</sup>",
            ]
            at = end
        with_marks = "".join([*parts, html.escape(self.text[at:])])
        hits_in_sight = {hit for *_, hit in spans}
        readings = dict.fromkeys(hit.span for hit in self.hits if hit.span and hit not in hits_in_sight)
        read_as = "".join(f" Read as “{html.escape(span)}”." for span in readings)
        return (
            f"<p>{with_marks}</p><p><strong>{self.verdict}</strong>: {html.escape(self.reason)}.{read_as}</p>"
        )

    def _spans(self) -> list[tuple[int, int, Verdict]]:
        """Return where the findings stand in the text; those that stand nowhere in it are left out."""
        spans, spelling = [], None
        for hit in self.hits:
            start, end = hit.start, hit.end
            if self.text[start:end] != hit.span:
                spelling = spelling or Spelling(self.text)
                start, end = spelling.place_of(hit.span, start)
            if start < end:
                spans.append((start, end, hit))
        order = list(STYLES)
        return sorted(spans, key=lambda span: (span[0], order.index(span[2].decision), -span[1]))


class Spelling:
    """A text as the rules read it, and where each of its words stands in the text as it is written."""

    def __init__(self, text: str) -> None:
        self._read = normalise(text)
        as_read, as_written = list(WORD.finditer(self._read)), list(WORD.finditer(text))
        same = SequenceMatcher(None, [word[0] for word in as_read], [word[0] for word in as_written])
        # Start and end of a word as it is read, and as it is written.
        self._words: list[tuple[int, int, int, int]] = []
        for kind, first, last, begin, end in same.get_opcodes():
            for number, word in enumerate(as_read[first:last], begin):
                # What is written otherwise is any of the words that stand there.
                there = as_written[number : number + 1] if kind == "equal" else as_written[begin:end]
                if there:
                    self._words.append((*word.span(), there[0].start(), there[-1].end()))

    def place_of(self, span: str, at: int) -> tuple[int, int]:
        """Return where the text has what was read at a place, or anywhere; (0, 0) where it has it nowhere.

        >>> Spelling("A 15-year-old skater").place_of("15 year old", 2)
        (2, 13)
        """
        start = at if self._read.startswith(span, at) else self._read.find(span)
        end = start + len(span)
        places = [place for first, last, *place in self._words if first < end and last > start >= 0]
        return (places[0][0], places[-1][1]) if span and places else (0, 0)


def explain(text: str, policy: Law | None = None, country: str | None = None) -> Explanation:
    """Return what a policy says of a text where a country's rule holds, and why; without a country, the strictest rule.

    Without a `policy` it is that of the service.
    """
    one_by_one = "pass one; of several, [ws.explain(text) for text in texts.tolist()]"
    check_kind("explain", text, str, "a text", one_by_one)
    if policy is None:
        from withsense_tf.policy.current_policy import Policy

        policy = Policy.of_service()
    check_kind("explain", policy, Law, "a policy", "pass policy=ws.Policy.default()")
    rule = policy.countries.rule(country)
    texts = policy.texts(rule.age_limit)
    if rule.rule == "none":
        return Explanation(text, "allow", f"{rule.country} has no such rule", tuple(texts.hits(text)))
    verdict = texts.verdict(text)
    own_tables = ", ".join(file.path.name for file in policy.languages)
    hardly_read = f"{HARDLY_READ}{f', but for what your own tables name ({own_tables})' * bool(own_tables)}"
    notes = {hardly_read: is_foreign(text), AS_KEYWORDS: is_keyword_list(text)}
    note = "" if verdict.restricted else "".join(note for note, holds in notes.items() if holds)
    return Explanation(text, verdict.decision, verdict.reason + note, tuple(texts.hits(text)))


@dataclass(frozen=True)
class PhotoUnderReview:
    """A photo that waits for a person; `child` is the number of the judge, if there is one."""

    photo: str
    path: Path
    digest: str
    rule: str
    evidence: tuple[str, ...]
    child: float | None = None


def waiting_photos(gate: Gate) -> list[PhotoUnderReview]:
    """Return the photos under review, by the judge's number, then by name; what copies or shows one waits with it."""
    from withsense_tf.policy.photo_judge import ask_judge

    keywords = keywords_by_photo(gate.data.other_texts)
    decisions, waiting = gate.decisions, []
    texts = _texts(gate) if decisions else {}
    for photo, path, digest in gate.data.photos[["photo", "path", "digest"]].to_numpy():
        first = _first(photo, decisions)
        if first is None or first.by_hand or not first.restricted:
            continue
        rules, evidence = [first.source], evidence_of(first, keywords)
        if first.source in ("captions", "texts"):
            why = texts.get(first.photo, [])
            if any(verdict.decision == "block" for verdict, _ in why):
                continue
            rules, evidence = [verdict.rule for verdict, _ in why], tuple(line for _, line in why)
        # A copy says so first.
        rule = ", ".join(dict.fromkeys([decisions[photo].source, *rules][first.photo == photo :]))
        waiting.append(PhotoUnderReview(photo, Path(path), digest, rule, evidence))
    judge = gate.policy.ownership.photo_judge
    if judge is not None and waiting:
        chances = ask_judge(judge, [one.path for one in waiting])
        waiting = [replace(one, child=float(chance)) for one, chance in zip(waiting, chances, strict=True)]
    # Where the judge has no answer, nobody knows: that comes first.
    return sorted(waiting, key=lambda one: (-(2 if one.child != one.child else one.child or 0), one.photo))


def _first(photo: str, decisions: Mapping[str, PhotoDecision]) -> PhotoDecision | None:
    """Return the decision on a photo, or on that which it copies or shows; where that is not here, a person's holds."""
    from withsense_tf.policy.photo_decisions import DUPLICATE, SHOWS

    decision = decisions.get(photo)
    for mark in (DUPLICATE, SHOWS):
        if decision is not None and decision.source.startswith(mark):
            return _first(decision.source.removeprefix(mark), decisions)
    return decision


def _texts(gate: Gate) -> dict[str, list[tuple[Verdict, str]]]:
    """Return the verdicts that restrict photos, by photo, each with its text and the marks in it."""
    texts: dict[str, list[tuple[Verdict, str]]] = {}
    for caption, photo, text, verdict in gate.caption_verdicts[
        ["caption", "photo", "text", "verdict"]
    ].to_numpy():
        if verdict.restricted:
            start, end = verdict.start, verdict.end
            if text[start:end] != verdict.span:
                start, end = Spelling(text).place_of(verdict.span, start)
            marked_text = f"{text[:start]}[[{text[start:end]}]]{text[end:]}" if end else text
            texts.setdefault(photo, []).append((verdict, f"{caption}: {marked_text}"))
    # What is said of another name of a photo is said of it.
    for photo, names in gate.data.twins().items():
        texts[photo] = [one for name in (photo, *names) for one in texts.get(name, ())]
    return texts
