"""Which photos are withheld, and why: by name, as far as they meet what a reviewer looks for.

Not even reviewers are sent a picture that the law withholds: who must look at one does so where the files lie.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from withsense_tf.app.photo_service import Doorway, PhotoService, absent
from withsense_tf.common.limits import parse_json
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, UNREAD, texts_of_photos
from withsense_tf.index.tables.law_table import live_evidence
from withsense_tf.index.tables.photos_table import (
    live_names_of,
    live_of_ids,
    live_of_name,
    live_of_names,
    photo_records,
)
from withsense_tf.policy.photo_decisions import NO_CAPTIONS

KINDS: Final = (CAPTIONS, OTHER_TEXTS, UNREAD)
# Sources of a verdict that name another photo or a person; the list calls them by their first words.
NAMING: Final = ("duplicate", "shows", "override")
# Sources of which the rules say more.
TEXTS: Final = frozenset({"captions", "texts"})
# As evidence has it: what says so, the rule, the words.
RULE: Final = re.compile(r": ([^:“”]+) “")
# Texts of so many photos are read at once.
BLOCK: Final = 500


@dataclass(frozen=True)
class Criteria:
    """What a reviewer looks for: a part of the file's name, a rule, a part of what is said; "" is any."""

    name: str = ""
    rule: str = ""
    word: str = ""


@dataclass(frozen=True)
class WithheldList:
    """One page of the list, the count of all of it, the rules that withhold any here, and how many lack a caption."""

    photos: list[dict[str, Any]]
    count: int
    rules: list[str]
    without_caption: int = 0


@dataclass(frozen=True)
class _Row:
    photo: int
    name: str
    grounds: frozenset[str]
    evidence: tuple[str, ...]


def withheld_photos(
    service: PhotoService, country: str | None, after: str, k: int, criteria: Criteria | None = None
) -> WithheldList:
    """Return photos that a country's law withholds, behind a name; with why, and all that is said of them.

    They stand by name, so that a page begins where the one before ended, whatever came or went meanwhile.
    """
    with service.doorway(country) as here:
        rows = [] if here.door.rule.rule == "none" else _rows(here)
        meeting = list(_meeting(here, rows, criteria or Criteria()))
        names = [row.name for row in meeting if row.name > after][:k]
        rules = sorted({ground for row in rows for ground in row.grounds})
        without_caption = sum(NO_CAPTIONS in row.grounds for row in rows)
        return WithheldList(
            [_about(service, here, name) for name in names], len(meeting), rules, without_caption
        )


def texts_of_content(tables: sqlite3.Connection, digest: str) -> dict[str, list[tuple[str, str]]]:
    """Return all that is said of the live photos whose file has a digest, by name: texts, each with its id."""
    names = live_names_of(tables, digest)
    numbers = {name: number for number, name, *_ in photo_records(tables, live_of_names(names))}
    texts = texts_of_photos(tables, live_of_ids(list(numbers.values())))
    return {name: [text for kind in KINDS for text in texts.get((numbers[name], kind), ())] for name in names}


def grounds_of(source: str, evidence: Sequence[str]) -> frozenset[str]:
    """Return the rules that the evidence names, and what else a verdict comes from.

    >>> sorted(grounds_of("captions", ["a.jpg#0: child “kid”", "c.jpg#2: girl or boy “girl”"]))
    ['child', 'girl or boy']
    >>> sorted(grounds_of("duplicate of b.jpg", [])), sorted(grounds_of("no captions", []))
    (['duplicate'], ['no captions'])
    """
    rules = {match[1] for line in evidence if (match := RULE.search(line))}
    first = source.split(" ")[0]
    origin = first if first in NAMING else source
    return frozenset(filter(None, rules | ({origin} - TEXTS)))


def _rows(here: Doorway) -> list[_Row]:
    rows = []
    for photo, name, source, evidence in live_evidence(here.tables, here.door.level.key):
        lines = tuple(map(str, parse_json(evidence)))
        rows.append(_Row(photo, str(name), grounds_of(source or "", lines), lines))
    return sorted(rows, key=lambda row: row.name)


def _meeting(here: Doorway, rows: Sequence[_Row], criteria: Criteria) -> Iterator[_Row]:
    """Yield the photos that meet what is looked for."""
    name, word = criteria.name.strip().casefold(), criteria.word.strip().casefold()
    left = [
        row
        for row in rows
        if name in row.name.casefold() and (not criteria.rule or criteria.rule in row.grounds)
    ]
    if not word:
        yield from left
        return
    for at in range(0, len(left), BLOCK):
        block = left[at : at + BLOCK]
        texts = texts_of_photos(here.tables, live_of_ids([row.photo for row in block]))
        for row in block:
            sentences = [text for kind in KINDS for _, text in texts.get((row.photo, kind), ())]
            if any(word in text.casefold() for text in (*sentences, *row.evidence)):
                yield row


def _about(service: PhotoService, here: Doorway, name: str) -> dict[str, Any]:
    decision = here.door.decision(name)
    ((_, _, _, digest, *_),) = photo_records(here.tables, live_of_name(name))
    captions = {
        copy: [
            {"caption": id_, "text": text, "why": _why(service, here.door.rule.age_limit, text)}
            for id_, text in texts
        ]
        for copy, texts in texts_of_content(here.tables, digest).items()
    }
    return {
        "id": service.ids.write(name),
        "name": name,
        "digest": digest,
        "source": "" if decision is None else decision.source,
        "by_hand": decision is not None and decision.by_hand,
        "evidence": [] if decision is None else list(decision.evidence),
        "captions": captions.pop(name),
        # A decision holds for these, too: who decides sees what is said of them.
        "copies": [
            {"id": service.ids.write(copy), "name": copy, "captions": some} for copy, some in captions.items()
        ],
    }


def _why(service: PhotoService, limit: int, text: str) -> dict[str, str] | None:
    verdict = service.policy.current().texts(limit).verdict(text)
    if verdict.decision == "allow":
        return None
    return {
        "rule": verdict.rule,
        "words": verdict.span,
        "reason": verdict.reason,
        "decision": verdict.decision,
    }


def record_of(tables: sqlite3.Connection, name: str | None) -> tuple[str, str, str]:
    """Return the name, path and digest of a photo; a problem, where it is not there."""
    records = photo_records(tables, live_of_name(name or ""))
    if not records:
        raise absent()
    ((_, name, path, digest, *_),) = records
    return name, path, digest
