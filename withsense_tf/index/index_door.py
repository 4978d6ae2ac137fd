"""What the law says of the photos of an index: kept in the tables and asked at each search."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from withsense_tf.data.embedded.file_captions import captions_in_files
from withsense_tf.data.named import own_texts
from withsense_tf.data.pictures.photo_file import inspect_photo
from withsense_tf.index.catalog import Tables
from withsense_tf.index.departed import DEPARTED_NAME, any_restricted
from withsense_tf.index.integrity.seal import (
    BROKEN_VERDICT,
    SealedPhoto,
    sealed_photos,
)
from withsense_tf.index.integrity.table_errors import CELL_ERRORS
from withsense_tf.index.other_law import other_law
from withsense_tf.index.photo_verdicts import with_verdicts
from withsense_tf.index.settled_law import decision_of
from withsense_tf.index.tables.law_table import settled_restrictions
from withsense_tf.index.tables.photos_table import (
    PhotoSet,
    live_of_ids,
    live_of_names,
    photo_digests,
)
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.trail.restriction_reasons import LIKE
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import CountryRule, country_code
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.door import Door, Permission, ResultPlace
from withsense_tf.policy.photo_decisions import Evidence, PhotoDecision

T = TypeVar("T")


class _Known(NamedTuple):
    """What the tables say of a photo: the digest of its file, where it is live, and what was decided on it.

    Of one that is `restricted` nobody may have read more yet. Its seals are of no account as long as nobody asks why:
    one that does not fit restricts, too.
    """

    digest: str | None = None
    decision: PhotoDecision | None = None
    restricted: bool = False


class IndexDoor(Door):
    """The policy before an index, as one state of its tables has it."""

    def __init__(
        self, policy: Policy, tables: sqlite3.Connection, country: str | None = None, day: date | None = None
    ) -> None:
        self.policy = policy = policy.current()
        self.country = None if country is None else country_code(country)
        # One day for the whole answer, as no door outlives it.
        self.day = day or datetime.now(UTC).date()
        self._tables = tables
        # What is known is the same for whoever asks, as long as the tables and the policy are: seals are looked at once
        # in each state of the file, since a change of it by any hand, this program's or another, is a new state.
        self.memory: dict[Hashable, Any] = tables.memory(policy.version) if isinstance(tables, Tables) else {}
        before, now = self.once_a_state("policy", lambda: get_state(tables, "policy")), policy.version
        if before != now:
            raise other_law(policy, tables, before)

    def once_a_state(self, what: str, find: Callable[[], T]) -> T:
        """Return what the tables say of the whole index, found out once in each state of them."""
        key = IndexDoor, what
        if key not in self.memory:
            self.memory[key] = find()
        value: T = self.memory[key]
        return value

    @cached_property
    def rule(self) -> CountryRule:
        """Return the rule that is in force: it is asked for every photo, and no door here outlives an answer."""
        return super().rule

    def outside(
        self,
        file: Path,
        content: str,
        like: Collection[str],
        departed_photos: Collection[int] = (),
        says: str = "",
    ) -> Permission:
        """Answer whether a file that is no photo of the index may be the query.

        `like` it are these photos of the index, and these `departed_photos`, by id.

        Unless a person decided of its content, it is judged by what who asks `says` that it shows, and by the captions
        in it; without either as a photo without captions. Whatever is said of it, in its name too, counts against it.
        """
        may_ask, rule = self.rule.rule == "none", ""
        if not may_ask:
            # No photo of an index has such a name: what people decided of one says nothing of this file.
            name = f"/{file.name}"
            inside = inspect_photo(file).file_texts
            sentences = [says] if says.strip() else []
            sentences += captions_in_files({name: inside}, {name: content}, {name: sentences}).get(name, [])
            captions = [(f"{name}#{number}", text) for number, text in enumerate(sentences)]
            # One text that speaks of a child is enough here, however many votes the captions of an index need.
            texts = [*own_texts(file.name), *((text.where, text.text) for text in inside.texts), *captions]
            verdicts = self.policy.texts(self.rule.age_limit).verdicts(
                text for _, text in (*captions, *texts)
            )
            in_order = iter(verdicts)
            evidence = Evidence(
                name,
                file,
                content,
                with_verdicts(captions, in_order),
                with_verdicts(texts, in_order),
                unread=[f"{where}: {why}" for where, why in inside.unread],
            )
            decision = self.policy.ownership.own([evidence], self.policy.restricts_review, self.level)[name]
            near = [photo for photo in like if (own := self.decision(photo)) is None or own.restricted]
            if any_restricted(self._tables, departed_photos, self.level.key):
                near.append(DEPARTED_NAME)
            may_ask = not decision.restricted and not near
            rule = decision.source if decision.restricted else f"{LIKE}{near[0]}" if near else ""
        self._log("photo query", may_ask, rule, photo=file.name)
        return self._answer(may_ask, rule, "")

    def knows(self, photo: str) -> bool:
        """Return whether this is a live photo of the index."""
        return self._entry(photo).digest is not None

    def content(self, photo: str) -> str:
        """Return the digest of a live photo's file."""
        return self._entry(photo).digest or ""

    def decision(self, photo: str) -> PhotoDecision | None:
        """Return what was decided on a photo under the age limit in force; a verdict that was changed restricts."""
        known = self._entry(photo)
        if known.restricted and known.decision is None:
            known = self._find([photo])[photo, self.limit]
            self.memory[photo, self.limit] = known
        return known.decision

    def photo(self, photo: str, scope: str = "show") -> bool:
        """Return whether a photo may be used for a purpose; a photo that nobody knows may not."""
        # Nobody need know why it is restricted where there are no permissions.
        if self.policy.consents is None and self._entry(photo).restricted:
            return False
        return super().photo(photo, scope)

    def lets_find(self, photo: str) -> bool:
        """Return whether a photo may stand in an answer: a permission to show it is none to let it be found."""
        return self.photo(photo, "show") and self.photo(photo, "search")

    def results(self, photos: Iterable[str]) -> list[ResultPlace]:
        """Return the results in their order, with the notice where a restricted photo would have stood."""
        if self.policy.audit is not None:
            return super().results(photos)  # which writes down why
        return [
            ResultPlace(photo, None) if self.photo(photo) else ResultPlace(None, self.rule.message)
            for photo in photos
        ]

    def is_plain(self, photo: str) -> bool:
        """Return whether none of a photo's texts speaks of what the law protects, as it was judged.

        Of what a person allowed, or a permission lets be shown, single texts may, and so where some votes do not
        suffice.
        """
        decision = self.decision(photo)
        if decision is None:
            return self.limit is None
        return not (decision.restricted or decision.by_hand or decision.votes)

    @cached_property
    def permitted_digests(self) -> frozenset[str]:
        """Return the digests of the contents that a permission lets be shown here and now."""
        every = () if self.limit is None or self.consents is None else self.consents.consents()
        day = self.day or datetime.now(UTC).date()
        return frozenset(one.digest for one in every if one.digest and one.covers("show", self.country, day))

    @cached_property
    def consents(self) -> ConsentRegister | None:
        """Return the register as it is at one time: what may be shown, and what may be told of it, hang together."""
        return None if self.policy.consents is None else self.policy.consents.at_one_time()

    def look_up(self, photos: Iterable[str]) -> None:
        """Find out what will be asked of some photos, in a few questions to the tables for all of them.

        Where one of them cannot be read, that is an error for who asks for this one, and nobody else.
        """
        new_photos = [photo for photo in dict.fromkeys(photos) if (photo, self.limit) not in self.memory]
        with suppress(*CELL_ERRORS, sqlite3.DatabaseError):
            withheld = {} if self.limit is None else self._restricted_photos(new_photos, self.limit)
            self.memory.update({(name, self.limit): known for name, known in withheld.items()})
            self.memory.update(self._find([name for name in new_photos if name not in withheld]))

    def look_up_live(self, photos: Mapping[str, tuple[int, str, bool]]) -> None:
        """Find out what will be asked of live photos, as `look_up` does.

        Of each, by name, are given its number, the digest of its file, and whether it was settled as restricted at the
        limit here: of such a one nothing more is read.
        """
        limit = self.limit
        new_photos = {name: cells for name, cells in photos.items() if (name, limit) not in self.memory}
        withheld = {
            (name, limit): _Known(str(digest), restricted=True)
            for name, (_, digest, restricted) in new_photos.items()
            if restricted and limit is not None
        }
        self.memory.update(withheld)
        rest = {name: number for name, (number, *_) in new_photos.items() if (name, limit) not in withheld}
        with suppress(*CELL_ERRORS, sqlite3.DatabaseError):
            self.memory.update(self._find(list(rest), live_of_ids(list(rest.values()))))

    @cached_property
    def limit(self) -> int | None:
        """Return under what photos are judged here; None where they are not."""
        return self.level.key if self.rule.rule == "children" else None

    def _entry(self, photo: str) -> _Known:
        key = photo, self.limit
        if key not in self.memory:
            self.memory.update(self._find([photo]))
        known: _Known = self.memory[key]
        return known

    def _find(
        self, photos: Sequence[str], live: PhotoSet | None = None
    ) -> dict[tuple[str, int | None], _Known]:
        """Read what is known of photos, by name and age limit; `live` are the same ones, where numbers are known."""
        limit, names = self.limit, live or live_of_names(photos)
        known = dict.fromkeys(((photo, limit) for photo in photos), _Known())
        if not photos:
            return known
        if limit is None:
            digests = photo_digests(self._tables, names)
            return known | {(name, limit): _Known(digest) for name, digest in digests.items()}
        for one in sealed_photos(self._tables, names):
            known[one.item.name, limit] = _Known(str(one.item.digest), self._decision(one, limit))
        return known

    def _restricted_photos(self, photos: Sequence[str], limit: int) -> dict[str, _Known]:
        """Return those of some photos that are restricted, which costs little to read."""
        rows = settled_restrictions(self._tables, photos, limit) if photos else []
        return {name: _Known(str(digest), restricted=True) for name, digest in rows}

    def _decision(self, photo: SealedPhoto, limit: int) -> PhotoDecision | None:
        verdict, name = photo.verdict(limit), photo.item.name
        if verdict is None or verdict.restricted is None:
            return None
        if photo.is_broken(verdict, self.policy.version):
            return PhotoDecision(name, True, BROKEN_VERDICT, 0, 0, ())
        return decision_of(name, (verdict.restricted, verdict.source, *verdict.own[2:]))
