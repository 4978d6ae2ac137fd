"""The register of permissions: who allowed a photo of a child to be shown, where, for what, and until when.

One JSON object a line: a `grant` gives a permission, a later `revoke` ends it. Nothing is ever deleted. The file is
looked at again for every question, so a permission that is revoked is gone at the next query.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.policy.countries import country_code

SCOPES: Final = ("show", "search", "train")
EVERYWHERE: Final = "*"


@dataclass(frozen=True)
class Consent:
    """One permission. `countries` are codes of two letters, or "*" for all."""

    id: str
    photo: str
    given_by: str
    scopes: tuple[str, ...]
    countries: tuple[str, ...]
    since: date
    until: date | None
    revoked: date | None = None

    def covers(self, scope: str, country: str | None, day: date) -> bool:
        """Tell whether this permission holds for a purpose, in a country, on a day."""
        if self.revoked is not None or day < self.since or (self.until is not None and day > self.until):
            return False
        there = EVERYWHERE in self.countries or (
            country is not None and country_code(country) in self.countries
        )
        return scope in self.scopes and there


class ConsentRegister:
    """Permissions in a file that several processes may read and append to."""

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self._seen: tuple[int, int] | None = None
        self._by_photo: dict[str, list[Consent]] = {}

    def covers(self, photo: str, scope: str, country: str | None, day: date | None = None) -> bool:
        """Tell whether any permission for the photo holds; a file that cannot be read is an error."""
        check_choice("scope", scope, SCOPES)
        self._refresh()
        today = day or datetime.now(UTC).date()
        return any(consent.covers(scope, country, today) for consent in self._by_photo.get(photo, []))

    def consents(self, photo: str) -> list[Consent]:
        """Return every permission ever given for the photo, revoked ones too."""
        self._refresh()
        return list(self._by_photo.get(photo, []))

    def grant(
        self,
        photo: str,
        given_by: str,
        scopes: Iterable[str] = ("show",),
        countries: Iterable[str] = (EVERYWHERE,),
        since: date | None = None,
        until: date | None = None,
    ) -> Consent:
        """Record a permission and return it."""
        scopes, countries = tuple(scopes), tuple(map(_country, countries))
        for scope in scopes:
            check_choice("scope", scope, SCOPES)
        if not photo.strip() or not given_by.strip() or not scopes or not countries:
            raise SettingError(
                "A permission needs a photo, the name of who gave it, a scope and a country (or *)."
            )
        if isinstance(since, datetime) or isinstance(until, datetime):
            raise SettingError("since and until are days (datetime.date), without a time.")
        start = since or datetime.now(UTC).date()
        if until is not None and until < start:
            raise SettingError(f"The permission ends ({until}) before it starts ({start}).")
        consent = Consent(secrets.token_hex(8), photo, given_by, scopes, countries, start, until)
        self._append(
            {
                "event": "grant",
                "id": consent.id,
                "photo": photo,
                "given_by": given_by,
                "scopes": list(scopes),
                "countries": list(countries),
                "since": start.isoformat(),
                "until": until.isoformat() if until else None,
            }
        )
        return consent

    def revoke(self, consent_id: str, by: str, reason: str) -> None:
        """End a permission; it is gone at the next query."""
        self._refresh()
        if not any(consent.id == consent_id for consents in self._by_photo.values() for consent in consents):
            raise SettingError(f"There is no permission {consent_id!r} in {self.file}.")
        if not by.strip() or not reason.strip():
            raise SettingError("Revoking needs the name of who revokes and a reason.")
        self._append({"event": "revoke", "id": consent_id, "by": by, "reason": reason})

    def _append(self, event: dict[str, object]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(
            {**event, "time": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False
        )
        with FileLock(f"{self.file}.lock"), self.file.open("ab+") as stream:
            # A last line without its end must not take this one in.
            if stream.tell() and self.file.read_bytes()[-1:] != b"\n":
                stream.write(b"\n")
            stream.write(line.encode() + b"\n")

    def _refresh(self) -> None:
        try:
            status = self.file.stat()
        except FileNotFoundError:
            self._seen, self._by_photo = None, {}
            return
        except OSError as error:
            raise DataError(
                f"{self.file} cannot be read ({error.strerror}), so no permission holds."
            ) from error
        seen = (status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return
        by_id: dict[str, Consent] = {}
        # Under the lock: a line that another process is writing is not taken for a broken one.
        with FileLock(f"{self.file}.lock"):
            lines = self.file.read_text(encoding="utf-8", errors="replace").split("\n")
        for number, line in enumerate(lines, start=1):
            if line.strip():
                _apply(line, by_id, f"{self.file}:{number}")
        self._by_photo = {}
        for consent in by_id.values():
            self._by_photo.setdefault(consent.photo, []).append(consent)
        self._seen = seen


def _country(country: str) -> str:
    return EVERYWHERE if country == EVERYWHERE else country_code(country)


def _apply(line: str, by_id: dict[str, Consent], where: str) -> None:
    try:
        event = json.loads(line)
        if event["event"] == "grant":
            until = date.fromisoformat(event["until"]) if event.get("until") else None
            scopes, countries = tuple(map(str, event["scopes"])), tuple(map(str, event["countries"]))
            since = date.fromisoformat(event["since"])
            names = (str(event["id"]), str(event["photo"]), str(event["given_by"]))
            by_id[names[0]] = Consent(*names, scopes, countries, since, until)
        elif event["event"] == "revoke":
            old = by_id[event["id"]]
            day = date.fromisoformat(event["time"][:10])
            by_id[old.id] = Consent(**{**vars(old), "revoked": day})
        else:
            raise ValueError(f"unknown event {event['event']!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{where} is no permission ({error!r}), so none of the register holds. Mend the line."
        ) from error
