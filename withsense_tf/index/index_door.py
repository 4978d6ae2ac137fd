"""What the law says of the photos of an index: found out when they come, kept in the tables, asked at each search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.data.named import own_texts
from withsense_tf.data.pictures.photo_file import inspect_photo
from withsense_tf.errors import DataError
from withsense_tf.index.catalog import get_state
from withsense_tf.index.departed import UNNAMED, any_restricted
from withsense_tf.index.integrity.seal import BROKEN, broken_limits, put_seals, sealed_photos, settle_seals
from withsense_tf.index.item import Item
from withsense_tf.policy.countries import country_code
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.door import Door, Permission
from withsense_tf.policy.law import Law
from withsense_tf.policy.ownership import STRICTNESS, Evidence, PhotoDecision, spread
from withsense_tf.policy.texts.verdict import Verdict

if TYPE_CHECKING:
    from withsense_tf.index.photo_index import PhotoIndex

DECIDED: Final = "own_restricted, own_source, by_hand, captions, votes, evidence"


def age_limits(policy: Law) -> list[int]:
    """Return every age limit that a country's rule may ask for."""
    rules = [rule for rule in policy.countries.rules if rule.rule == "children"]
    return sorted({policy.countries.strictest().age_limit, *(rule.age_limit for rule in rules)})


def judge_items(policy: Policy, items: Sequence[Item]) -> dict[int, dict[str, PhotoDecision]]:
    """Decide on each photo by itself, under each age limit; a name stands for one of them only."""
    texts = [text for item in items for _, text in (*item.captions, *item.law_texts)]
    decided = {}
    for limit in age_limits(policy):
        verdicts = iter(policy.texts(limit).verdicts(texts))
        known = [
            Evidence(
                item.name,
                item.path if item.path.name else None,  # one that departed has none
                item.digest,
                _said(item.captions, verdicts),
                _said(item.law_texts, verdicts),
                [f"{where}: {why}" for where, why in item.unread],
                item.twins,
            )
            for item in items
        ]
        decided[limit] = policy.ownership.own(known, policy.restricts_review)
    return decided


def _said(texts: Sequence[tuple[str, str]], verdicts: Iterator[Verdict]) -> list[tuple[str, Verdict]]:
    """Put the next verdicts beside the texts that they are of, the stricter ones last, as a gate has them."""
    said = [(name, next(verdicts)) for name, _ in texts]
    return sorted(said, key=lambda one: STRICTNESS[one[1].decision])


def put_law(
    tables: sqlite3.Connection,
    photos: Sequence[tuple[int, str]],
    decided: dict[int, dict[str, PhotoDecision]],
    policy: Policy,
) -> None:
    """Write down what was decided on photos, given as id and name; near-duplicates are seen to when they go live."""
    tables.executemany(
        f"INSERT OR REPLACE INTO law (photo, age_limit, {DECIDED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
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
            for limit, by_name in decided.items()
            for photo, name in photos
            for decision in [by_name[name]]
        ],
    )
    put_seals(tables, [photo for photo, _ in photos], policy.version)


def spread_law(tables: sqlite3.Connection, groups: Iterable[Sequence[int]], duplicates: bool) -> None:
    """Settle the decisions on live photos: copies (`groups` of ids) of a restricted one, here or gone, are too."""
    tables.execute(
        "UPDATE law SET restricted = own_restricted, source = own_source, seal = NULL "
        "WHERE (restricted IS NULL OR restricted != own_restricted OR source != own_source) "
        "AND photo IN (SELECT id FROM live)"
    )
    # Those under which photos were judged, whatever else the tables say.
    limits = [limit for (limit,) in tables.execute("SELECT DISTINCT age_limit FROM law").fetchall()]
    version = get_state(tables, "policy")
    for group in groups if duplicates else ():
        marks = ", ".join("?" * len(group))
        known = sealed_photos(tables, f"live WHERE id IN ({marks})", group)
        gone = set(group) - {one.photo for one in known}
        broken = {one.item.name: broken_limits(tables, one, version, settled=False) for one in known}
        for limit in limits:
            found = tables.execute(
                f"SELECT name, photo, {', '.join('law.' + name for name in DECIDED.split(', '))} FROM law JOIN live "
                f"ON live.id = law.photo WHERE age_limit = ? AND photo IN ({marks}) ORDER BY name",
                (limit, *group),
            ).fetchall()
            decisions = {name: _decision(name, own) for name, _, *own in found}
            for name, limits_of in broken.items():
                if name not in decisions or limit in limits_of:
                    decisions[name] = PhotoDecision(name, True, BROKEN, 0, 0, ())
            before = dict(decisions)
            spread(decisions, dict.fromkeys(decisions, ""))
            if any_restricted(tables, gone, limit):
                # What is live is named first, as where nothing has left.
                spread(decisions, dict.fromkeys(decisions, ""), UNNAMED)
            tables.executemany(
                "UPDATE law SET restricted = ?, source = ?, seal = NULL WHERE photo = ? AND age_limit = ?",
                [
                    (decisions[name].restricted, decisions[name].source, photo, limit)
                    for name, photo, *_ in found
                    if decisions[name] != before[name]
                ],
            )
    settle_seals(tables)


def warn_of_overrides(index: PhotoIndex, policy: Policy) -> None:
    """Warn of what people decided and what is of no photo of the index, or does not do what was meant."""
    with index.catalog.reading() as tables:
        live = tables.execute("SELECT name, digest, twins FROM live").fetchall()
    known = [(name, digest) for own, digest, twins in live for name in (own, *json.loads(twins))]
    policy.ownership.human_decisions.warn(known)


def _decision(name: str, own: Sequence[object]) -> PhotoDecision:
    restricted, source, by_hand, captions, votes, evidence = own
    return PhotoDecision(
        name, bool(restricted), str(source), int(str(captions)), int(str(votes)),
        tuple(json.loads(str(evidence))), bool(by_hand),
    )  # fmt: skip


class IndexDoor(Door):
    """The policy before an index, as one state of its tables has it."""

    def __init__(
        self, policy: Policy, tables: sqlite3.Connection, country: str | None = None, day: date | None = None
    ) -> None:
        self.policy = policy = policy.current()
        self.country = None if country is None else country_code(country)
        self.day = day
        self._tables = tables
        self._known: dict[tuple[str, int], PhotoDecision | None] = {}
        kept, now = get_state(tables, "policy"), policy.version
        if kept != now:
            raise DataError(
                f"The law was kept otherwise when this index was last changed (version {kept}, now {now}). Let it "
                "judge its photos anew, with the same files of countries and overrides as here: "
                "python -m withsense_tf index judge"
            )

    def outside(
        self, file: Path, content: str, like: Collection[str], gone: Collection[int] = ()
    ) -> Permission:
        """Answer whether a file that is no photo of the index may be the query.

        `like` it are these photos of the index, and `gone` are departed ones, by id.

        Unless a person decided of its content, nobody has said what it shows, so it is judged as a photo without
        captions; what its name and the words in it say counts against it.
        """
        allowed, rule = self.rule.rule == "none", ""
        if not allowed:
            # No photo of an index has such a name: what people decided of one says nothing of this file.
            name = f"/{file.name}"
            embedded = inspect_photo(file).file_texts
            texts = [*own_texts(file.name), *((text.where, text.text) for text in embedded.texts)]
            verdicts = self.policy.texts(self.rule.age_limit).verdicts(text for _, text in texts)
            evidence = Evidence(
                name,
                file,
                content,
                others=_said(texts, iter(verdicts)),
                unread=[f"{where}: {why}" for where, why in embedded.unread],
            )
            decision = self.policy.ownership.own([evidence], self.policy.restricts_review)[name]
            near = [photo for photo in like if (known := self.decision(photo)) is None or known.restricted]
            if any_restricted(self._tables, gone, self.rule.age_limit):
                near.append(UNNAMED)
            allowed = not decision.restricted and not near
            rule = decision.source if decision.restricted else f"like {near[0]}" if near else ""
        self._log("photo query", allowed, rule, photo=file.name)
        return self._answer(allowed, rule, "")

    def knows(self, photo: str) -> bool:
        """Tell whether this is a live photo of the index."""
        found = self._tables.execute("SELECT 1 FROM live WHERE name = ?", (photo,))
        return found.fetchone() is not None

    def content(self, photo: str) -> str:
        """Return the digest of a live photo's file."""
        asked = "SELECT digest FROM live WHERE name = ?"
        return next((str(digest) for (digest,) in self._tables.execute(asked, (photo,))), "")

    def decision(self, photo: str) -> PhotoDecision | None:
        """Return what was decided on a photo under the age limit in force; a verdict that was changed restricts."""
        if self.rule.rule != "children":
            return None
        key = photo, self.rule.age_limit
        if key not in self._known:
            self._known[key] = self._decision(*key)
        return self._known[key]

    def _decision(self, photo: str, limit: int) -> PhotoDecision | None:
        found = self._tables.execute(
            "SELECT restricted, source, by_hand, law.captions, votes, evidence FROM law "
            "JOIN live ON live.id = law.photo WHERE name = ? AND age_limit = ?",
            (photo, limit),
        ).fetchone()
        if found is None or found[0] is None:
            return None
        (known,) = sealed_photos(self._tables, "live WHERE name = ?", (photo,))
        if limit in broken_limits(self._tables, known, self.policy.version):
            return PhotoDecision(photo, True, BROKEN, 0, 0, ())
        return _decision(photo, found)
