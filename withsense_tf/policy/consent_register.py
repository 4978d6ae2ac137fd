"""The register of permissions: who allowed a photo of a child to be shown, where, for what, and until when.

One JSON object a line: a `grant` gives a permission, a later `revoke` ends it. Nothing is ever deleted. The file is
looked at again for every question, so a permission that is revoked is gone at the next query. A permission is for the
content of a photo's file, by its SHA-256: another picture that takes the name has none.
"""

from __future__ import annotations

import json
import secrets
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from withsense_tf.common.atomic_files import alone_with, append_line
from withsense_tf.common.limits import parse_json, read_bytes
from withsense_tf.errors import DataError, DataWarning, DiskError, SettingError, check_choice
from withsense_tf.policy.countries import country_code, known_country
from withsense_tf.policy.overrides import DIGEST
from withsense_tf.policy.watched import Watched

SCOPES: Final = ("show", "search", "train")
EVERYWHERE: Final = "*"
# What a line must hold, and what it may hold besides: what nobody knows may have been meant to permit less.
OF_GRANT: Final = (
    {"event", "id", "photo", "given_by", "scopes", "countries", "since"},
    {"digest", "until", "time"},
)
OF_REVOKE: Final = ({"event", "id", "time"}, {"by", "reason"})


@dataclass(frozen=True)
class Consent:
    """One permission. `countries` are codes of two letters, or "*" for all.

    Without a `digest` it is of a time when permissions were kept by name, and covers nothing.
    """

    id: str
    photo: str
    digest: str
    given_by: str
    scopes: tuple[str, ...]
    countries: tuple[str, ...]
    since: date
    until: date | None
    revoked_on: date | None = None
    revoked_by: str = ""
    revoked_for: str = ""

    def covers(self, scope: str, country: str | None, day: date) -> bool:
        """Return whether this permission holds for a purpose, in a country, on a day."""
        if self.revoked_on is not None or day < self.since or (self.until is not None and day > self.until):
            return False
        there = EVERYWHERE in self.countries or (
            country is not None and country_code(country) in self.countries
        )
        return scope in self.scopes and there

    def end(self) -> str:
        """Return who revoked it, when and why, in a sentence."""
        return (
            f"This permission was revoked on {self.revoked_on} by {self.revoked_by or 'somebody'}: "
            f"“{self.revoked_for}”."
        )

    def where_and_when(self) -> str:
        """Return in which countries and on which days it holds, in words."""
        if self.revoked_on is not None:
            return "no more"
        where = "all countries" if EVERYWHERE in self.countries else ", ".join(self.countries)
        end = "without an end" if self.until is None else f"until {self.until}"
        return f"in {where}, from {self.since}, {end}"


class ConsentRegister:
    """Permissions in a file that several processes may read and append to."""

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self._file = Watched(self.file, self._parse, self._read)

    def covers(
        self, photo: str, digest: str, scope: str, country: str | None, day: date | None = None
    ) -> bool:
        """Return whether any permission for the photo's content holds; a file that cannot be read is an error."""
        check_choice("scope", scope, SCOPES)
        today = day or datetime.now(UTC).date()
        consents = self._by_content()
        if any(one.photo == photo and one.covers(scope, country, today) for one in consents.get("", ())):
            warnings.warn(
                f"{self.file}: a permission for {photo} does not say for which content it was given, so it does not "
                "count. Give it anew: withsense policy consent grant FILE",
                DataWarning,
                stacklevel=2,
            )
        return digest != "" and any(one.covers(scope, country, today) for one in consents.get(digest, ()))

    def consents(self, photo: str | None = None) -> list[Consent]:
        """Return every permission ever given, or those for a photo of that name; revoked ones, too."""
        every = [one for some in self._by_content().values() for one in some]
        return [one for one in every if photo in (None, one.photo)]

    def at_one_time(self) -> ConsentRegister:
        """Return the register as it is when it is first asked: what is written later counts for later questions."""
        same = _OneReading(self.file)
        same._file = self._file
        return same

    def _by_content(self) -> Mapping[str, Sequence[Consent]]:
        try:
            return self._file.value()
        except FileNotFoundError:
            return {}
        except DiskError:
            raise
        except OSError as error:
            raise DataError(
                f"{self.file} cannot be read ({error.strerror}), so no permission holds."
            ) from error

    def grant(
        self,
        photo: str,
        given_by: str,
        scopes: Iterable[str] = ("show",),
        countries: Iterable[str] = (EVERYWHERE,),
        since: date | None = None,
        until: date | None = None,
        *,
        digest: str,
    ) -> Consent:
        """Record a permission for the content with that SHA-256 (`Dataset.photos.digest`), and return it.

        Without `countries` it holds in all of them, and without `until` it has no end.
        """
        scopes, countries = tuple(scopes), tuple(map(country_of_consent, countries))
        for scope in scopes:
            check_choice("scope", scope, SCOPES)
        if not photo.strip() or not given_by.strip() or not scopes or not countries:
            raise SettingError(
                "A permission needs a photo, the name of who gave it, a scope and a country (or *)."
            )
        if not DIGEST.fullmatch(digest):
            raise SettingError(
                f"digest must be the SHA-256 of the photo's file, 64 signs from 0 to f; got {digest!r}."
            )
        if isinstance(since, datetime) or isinstance(until, datetime):
            raise SettingError("since and until are days (datetime.date), without a time.")
        start = since or datetime.now(UTC).date()
        if until is not None and until < start:
            raise SettingError(f"The permission ends ({until}) before it starts ({start}).")
        consent = Consent(secrets.token_hex(8), photo, digest, given_by, scopes, countries, start, until)
        self._append(
            {
                "event": "grant",
                "id": consent.id,
                "photo": photo,
                "digest": digest,
                "given_by": given_by,
                "scopes": list(scopes),
                "countries": list(countries),
                "since": start.isoformat(),
                "until": until.isoformat() if until else None,
            }
        )
        return consent

    def revoke(self, consent_id: str, by: str, reason: str) -> None:
        """End a permission; it is gone at the next query. One that was ended is an error: who ended it stands."""
        consent = next((one for one in self.consents() if one.id == consent_id), None)
        if consent is None:
            raise SettingError(f"There is no permission {consent_id!r} in {self.file}.")
        if consent.revoked_on is not None:
            raise SettingError(consent.end())
        if not by.strip() or not reason.strip():
            raise SettingError("Revoking needs the name of who revokes and a reason.")
        self._append({"event": "revoke", "id": consent_id, "by": by, "reason": reason})

    def _append(self, event: dict[str, object]) -> None:
        line = json.dumps(
            {**event, "time": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False
        )
        with alone_with(self.file):
            append_line(self.file, line.encode(), lasting=True)

    def check(self) -> None:
        """Raise where the register cannot be read, by its rights or those of its lock."""
        if self.file.exists():
            with alone_with(self.file), self.file.open("rb"):
                pass

    def _read(self) -> bytes:
        # Under the lock: a line that another process is writing is not taken for a broken one.
        with alone_with(self.file):
            return read_bytes(self.file)

    def _parse(self, content: bytes) -> dict[str, list[Consent]]:
        by_id: dict[str, Consent] = {}
        for number, line in enumerate(content.split(b"\n"), start=1):
            if line.strip():
                _apply(line, by_id, f"{self.file}:{number}")
        by_content: dict[str, list[Consent]] = {}
        for consent in by_id.values():
            by_content.setdefault(consent.digest, []).append(consent)
        return by_content


class _OneReading(ConsentRegister):
    @cached_property
    def _reading(self) -> Mapping[str, Sequence[Consent]]:
        return super()._by_content()

    def _by_content(self) -> Mapping[str, Sequence[Consent]]:
        return self._reading


def country_of_consent(country: str) -> str:
    """Return a country's code as a new permission has it, or "*" for all; what is no country is an error."""
    return EVERYWHERE if country == EVERYWHERE else known_country(country)


def _country(country: str) -> str:
    # What was written down before codes were looked up stays readable, and holds nowhere.
    return EVERYWHERE if country == EVERYWHERE else country_code(country)


def _apply(line: bytes, by_id: dict[str, Consent], where: str) -> None:
    try:
        event = parse_json(line.decode("utf-8"), _no_key_twice)
        kind = event["event"]
        if kind == "grant":
            consent = _read_grant(event)
            if consent.id in by_id:
                raise ValueError(f"a permission {consent.id!r} is there already")
            by_id[consent.id] = consent
        elif kind == "revoke":
            _check_keys(event, *OF_REVOKE)
            consent, day = by_id[event["id"]], date.fromisoformat(event["time"][:10])
            by, reason = (_text(event[name]) if name in event else "" for name in ("by", "reason"))
            # The first end is the end; versions before took a second one.
            if consent.revoked_on is None:
                by_id[consent.id] = replace(consent, revoked_on=day, revoked_by=by, revoked_for=reason)
        else:
            raise ValueError(f"unknown event {kind!r}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{where} is no permission ({error!r}), so none of the register holds. Mend the line."
        ) from error


def _read_grant(event: Mapping[str, object]) -> Consent:
    _check_keys(event, *OF_GRANT)
    id_, photo, given_by, since = (_text(event[name]) for name in ("id", "photo", "given_by", "since"))
    digest, until = event.get("digest"), event.get("until")
    if digest is not None and not DIGEST.fullmatch(_text(digest)):
        raise ValueError(f"{digest!r} is no SHA-256")
    scopes, countries = _texts(event["scopes"]), _texts(event["countries"])
    for scope in scopes:
        check_choice("scope", scope, SCOPES)
    return Consent(
        id_,
        photo,
        "" if digest is None else _text(digest),
        given_by,
        scopes,
        tuple(map(_country, countries)),
        date.fromisoformat(since),
        None if until is None else date.fromisoformat(_text(until)),
    )


def _check_keys(event: Mapping[str, object], least: set[str], allowed_besides: set[str]) -> None:
    if differ := sorted((least - set(event)) | (set(event) - least - allowed_besides)):
        raise ValueError(f"{differ[0]!r} is {'missing' if differ[0] in least else 'not known'}")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a text, got {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list of texts, got {value!r}")
    return tuple(map(_text, value))


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    event = dict(pairs)
    if len(event) < len(pairs):
        raise ValueError("a key is there twice")
    return event
