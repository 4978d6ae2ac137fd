"""Verdicts on photos by themselves: found when they come, and written down with their seals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from withsense_tf.data.named import says_nothing
from withsense_tf.index.integrity.seal import put_seals
from withsense_tf.index.item import Item
from withsense_tf.index.tables.law_table import insert_verdicts
from withsense_tf.index.tables.photos_table import live_twins
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.law import Law
from withsense_tf.policy.photo_decisions import STRICTNESS, Evidence, PhotoDecision
from withsense_tf.policy.photo_judge import ChildJudge
from withsense_tf.policy.texts.verdict import Verdict

if TYPE_CHECKING:
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.index.photo_index import PhotoIndex


def age_limits(policy: Law) -> list[int]:
    """Return every age limit that a country's rule may ask for."""
    rules = [rule for rule in policy.countries.rules if rule.rule == "children"]
    return sorted({policy.countries.strictest().age_limit, *(rule.age_limit for rule in rules)})


def level_keys(policy: Law) -> list[int]:
    """Return every level that a country's rule may ask for, as the tables have it."""
    return [level.key for level in policy.levels()]


def judge_items(
    policy: Policy, items: Sequence[Item], store: VectorStore | None = None
) -> dict[int, dict[str, PhotoDecision]]:
    """Decide on each photo by itself, under each level; a name stands for one of them only.

    A judge of photos looks up in `store` what it can, if there is one.
    """
    texts = [text for item in items for _, text in (*item.captions, *item.law_texts)]
    ownership = policy.ownership
    if store is not None and isinstance(ownership.photo_judge, ChildJudge):
        ownership = replace(ownership, photo_judge=ownership.photo_judge.beside(store))
    decisions = {}
    for level in policy.levels():
        verdicts = iter(policy.texts(level.age_limit).verdicts(texts))
        evidence = [
            Evidence(
                item.name,
                item.path if item.path.name else None,  # one that departed has none
                item.digest,
                with_verdicts(item.captions, verdicts),
                with_verdicts(item.law_texts, verdicts),
                [f"{where}: {why}" for where, why in item.unread],
                item.twins,
            )
            for item in items
        ]
        decisions[level.key] = ownership.own(evidence, policy.restricts_review, level)
    return decisions


def with_verdicts(texts: Sequence[tuple[str, str]], verdicts: Iterator[Verdict]) -> list[tuple[str, Verdict]]:
    """Pair texts with the next verdicts, the stricter ones last, as a gate has them; what says nothing has none."""
    pairs = [(name, next(verdicts), text) for name, text in texts]
    speaking = [(name, verdict) for name, verdict, text in pairs if not says_nothing(text)]
    return sorted(speaking, key=lambda one: STRICTNESS[one[1].decision])


def put_law(
    tables: sqlite3.Connection,
    photos: Sequence[tuple[int, str]],
    decisions: dict[int, dict[str, PhotoDecision]],
    policy: Policy,
) -> None:
    """Write down what was decided on photos, given as id and name; near-duplicates are seen to when they go live."""
    insert_verdicts(
        tables,
        [
            (
                photo,
                limit,
                decision.restricted,
                decision.source,
                decision.by_hand,
                decision.captions,
                decision.votes,
                json.dumps(decision.evidence),
            )
            for limit, by_name in decisions.items()
            for photo, name in photos
            for decision in [by_name[name]]
        ],
    )
    put_seals(tables, [photo for photo, _ in photos], policy.version)


def warn_of_overrides(index: PhotoIndex, policy: Policy) -> None:
    """Warn of decisions of people that are of no photo of the index, or do not do what was meant."""
    with index.catalog.reading() as tables:
        live = live_twins(tables)
    names = [(name, digest) for own, digest, twins in live for name in (own, *json.loads(twins))]
    policy.ownership.human_decisions.warn(names)
