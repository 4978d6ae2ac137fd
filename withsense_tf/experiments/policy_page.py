"""Labelled sentences -> how well the policy reads them, as figures with intervals, and as one page."""

from __future__ import annotations

import csv
import html
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.errors import DataError

if TYPE_CHECKING:
    from withsense_tf.policy.texts.text_policy import TextPolicy
    from withsense_tf.policy.texts.verdict import Verdict

CHILD_LABEL: Final = "restricted"
LABELS: Final = (CHILD_LABEL, "allowed")
ALL: Final = "all"
MOST_MISTAKES: Final = 20
LEAST_TIMED: Final = 2_000
QUERIES: Final = 200
MEANING: Final = (
    "Recall: of the sentences that must be restricted, how many are. Precision: of those that are restricted, how many "
    "must be. In brackets the 95 % interval (Wilson); a cell is empty where no sentence tells. "
    "Kinds are called as those who wrote the sentences called them."
)
FLATTERY: Final = (
    "These sentences may be read by whoever mends the rules, so their figures flatter. What strangers' sentences get "
    "is told by sets that nobody read (--unread)."
)
UNREAD: Final = (
    "Who gave this set (--unread) says that nobody who mends the rules has read its sentences. Where none of its "
    "writers mends rules either, quote its first row, and of several such sets that of the newest."
)
LEGEND: Final = (
    "is: what the label says. said: what the policy says; block and review restrict, allow does not."
)


@dataclass(frozen=True)
class Share:
    """A part of a whole with its 95 % interval (Wilson)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, or None where the whole is nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which shares the true one lies."""
        if not self.whole:
            return 0.0, 1.0
        z, p = 1.96, self.part / self.whole
        middle = (p + z * z / (2 * self.whole)) / (1 + z * z / self.whole)
        half = z * (p * (1 - p) / self.whole + z * z / (4 * self.whole**2)) ** 0.5 / (1 + z * z / self.whole)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if self.value is None:
            return "none of none"
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.part} of {self.whole})"


@dataclass(frozen=True)
class Figures:
    """Recall and precision of what is restricted, in one language and of one kind."""

    language: str
    kind: str
    recall: Share
    precision: Share


@dataclass(frozen=True)
class Mistake:
    """A sentence that is not decided as its label says, and how sure the policy is of it."""

    label: str
    decision: str
    rule: str
    span: str
    text: str


@dataclass(frozen=True)
class SetFigures:
    """What was measured on one set; of an unread one no sentence is told. A `note` says what its figures are not."""

    name: str
    sentences: int
    unread: bool
    figures: tuple[Figures, ...]
    mistakes: tuple[Mistake, ...]
    note: str = ""


def read_sentences(file: Path) -> list[dict[str, str]]:
    """Read tab-separated rows with the columns label and text; lines that start with "# " are notes."""
    with file.open(encoding="utf-8", newline="") as stream:
        lines = [line for line in stream if not line.startswith("# ")]
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if row.get("label") not in LABELS or not row.get("text"):
            raise DataError(
                f"{file}: expected the columns label ({' or '.join(LABELS)}) and text, got {row!r}."
            )
    if not rows:
        raise DataError(f"{file} holds no sentence. Expected were rows with the columns label and text.")
    return rows


def measure(file: Path, texts: TextPolicy, *, unread: bool) -> SetFigures:
    """Judge the sentences of a file, and count by language and kind."""
    return measure_rows(file.name, read_sentences(file), texts, unread=unread)


def measure_rows(
    name: str, rows: Sequence[dict[str, str]], texts: TextPolicy, *, unread: bool = False, note: str = ""
) -> SetFigures:
    """Judge labelled sentences, and count by language and kind."""
    verdict_rows = list(zip(rows, texts.verdicts(row["text"] for row in rows), strict=True))
    groups: dict[tuple[str, str], list[tuple[bool, bool]]] = {(ALL, ALL): []}
    for row, verdict in verdict_rows:
        language, kind = row.get("lang") or ALL, row.get("kind") or ALL
        for group in dict.fromkeys([(ALL, ALL), (language, ALL), (language, kind)]):
            groups.setdefault(group, []).append((row["label"] == CHILD_LABEL, verdict.restricted))
    figures = tuple(Figures(*group, *_shares(pairs)) for group, pairs in groups.items())
    mistakes = () if unread else tuple(_mistakes(verdict_rows))
    return SetFigures(name, len(rows), unread, figures, mistakes, note)


def measure_speed(texts: TextPolicy, sentences: Sequence[str]) -> dict[str, float]:
    """Return how many texts a second one core judges, and how many milliseconds a query takes on it."""
    many = list(sentences) * (1 + LEAST_TIMED // max(1, len(sentences)))
    texts.verdicts(many)  # words are met for the first time once
    start = time.process_time()
    texts.verdicts(many)
    whole = time.process_time() - start
    start = time.process_time()
    for text in many[:QUERIES]:
        texts.verdict(text)
    query = time.process_time() - start
    # No run of the same measures more digits alike.
    return {
        "texts a second": round(len(many) / max(whole, 1e-9)),
        "milliseconds a query": round(1000 * query / QUERIES, 3),
    }


def write_report(report: dict[str, object], sets: Sequence[SetFigures], page: Path) -> None:
    """Write one page, and a JSON file of the same name beside it."""
    set_rows = [
        {
            **asdict(one),
            "figures": [
                {
                    "language": row.language,
                    "kind": row.kind,
                    "recall": _share_as_json(row.recall),
                    "precision": _share_as_json(row.precision),
                }
                for row in one.figures
            ],
        }
        for one in sets
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.with_suffix(".json").write_text(
        json.dumps({**report, "sets": set_rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    page.write_text("\n".join(_page(report, sets)) + "\n", encoding="utf-8")


def _shares(pairs: Sequence[tuple[bool, bool]]) -> tuple[Share, Share]:
    hits, misses, alarms = pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True))
    return Share(hits, hits + misses), Share(hits, hits + alarms)


def _mistakes(verdict_rows: Sequence[tuple[dict[str, str], Verdict]]) -> Iterator[Mistake]:
    wrong = [
        (row, verdict) for row, verdict in verdict_rows if (row["label"] == CHILD_LABEL) != verdict.restricted
    ]
    # A word that blocks is surer than nothing found, and that is surer than a doubt.
    surest = sorted(wrong, key=lambda one: ("block", "allow", "review").index(one[1].decision))
    misses, alarms = (
        [place for place, (_, verdict) in enumerate(surest) if verdict.restricted == one]
        for one in (False, True)
    )
    # Half of the places for each, and what one does not need for the other.
    half = MOST_MISTAKES // 2
    few_misses = misses[: max(half, MOST_MISTAKES - len(alarms))]
    for place in sorted([*few_misses, *alarms[: MOST_MISTAKES - len(few_misses)]]):
        row, verdict = surest[place]
        yield Mistake(row["label"], verdict.decision, verdict.rule, verdict.span, row["text"])


def _share_as_json(share: Share) -> dict[str, object]:
    return {"value": share.value, "interval": share.interval, "part": share.part, "whole": share.whole}


def _page(report: dict[str, object], sets: Sequence[SetFigures]) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>How well the policy reads</title>'
    yield "<style>body{font:15px sans-serif;max-width:60em;margin:2em auto}"
    yield "td,th{padding:.2em .8em;text-align:left}</style>"
    yield "<h1>How well the policy reads</h1>"
    yield from (f"<p>{html.escape(name)}: {html.escape(str(value))}</p>" for name, value in report.items())
    yield f"<p>{html.escape(MEANING)}</p>"
    # What flatters least comes first.
    for one in sorted(sets, key=lambda one: not one.unread):
        yield f"<h2>{html.escape(one.name)}</h2><p>{one.sentences} sentences</p>"
        # Which figures a reader should believe stands before them.
        note = one.note or (UNREAD if one.unread else FLATTERY)
        yield f"<p><strong>{html.escape(note)}</strong></p>"
        yield from _table(
            ("language", "kind", "recall", "precision"),
            [(row.language, row.kind, *_cells(row)) for row in one.figures],
        )
        if one.mistakes:
            yield f"<h3>The surest mistakes</h3><p>{html.escape(LEGEND)}</p>"
            yield from _table(
                ("is", "said", "rule", "words", "text"),
                [(row.label, row.decision, row.rule, row.span, row.text) for row in one.mistakes],
            )
    yield "</html>"


def _cells(row: Figures) -> tuple[str, str]:
    """Return recall and precision as written; where nothing must be restricted, how many sentences are."""
    alarms = row.precision.whole
    if not row.recall.whole:
        return "", f"{alarms} restricted, none rightly" if alarms else ""
    return str(row.recall), str(row.precision) if alarms else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f"<th>{html.escape(name)}" for name in head)
    yield from ("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in rows)
    yield "</table>"
