"""Keys of the API, with what who has one may do; the file holds digests, from which no key can be found."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shlex
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from filelock import FileLock

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import parse_json, read_bytes
from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.file_access import words_of
from withsense_tf.policy.watched import Watched
from withsense_tf.printed_commands import command_line

SCOPES: Final = ("read", "write", "review", "metrics")
# Scopes that have another one in them.
SCOPES_WITHIN: Final = {"review": ("metrics",)}
PREFIX: Final = "ws"
# Drawn by lot, so that one round of SHA-256 is enough: nobody can try 2 ** 256 of them.
SECRET_BYTES: Final = 32
MOST_SIGNS: Final = 200
OTHERS_RIGHTS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class ApiKey:
    """A key as the file has it: its number, whose it is, what it may do, the digest of its secret."""

    id: str
    owner: str
    scopes: tuple[str, ...]
    digest: str
    since: str
    revoked_on: str | None = None

    def may(self, scope: str) -> bool:
        """Return whether it has a scope, by itself or in another one."""
        return any(scope in (one, *SCOPES_WITHIN.get(one, ())) for one in self.scopes)


# What an unknown number is compared with: it takes as long as a known one.
NO_KEY: Final = ApiKey("", "", (), "0" * 64, "")


class KeysError(DataError):
    """The file of keys cannot be used, so that nobody may ask."""


class KeyRing:
    """The keys in a file that several processes may read and change; a change is seen at the next request."""

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self._file = Watched(self.file, self._parse, partial(read_private, self.file))

    def key_of(self, text: str) -> ApiKey | None:
        """Return the key that a text is, or None where it is none, or was revoked."""
        prefix, _, rest = text[:MOST_SIGNS].partition("_")
        id_, _, secret = rest.partition("_")
        key = self._keys().get(id_, NO_KEY)
        is_right = hmac.compare_digest(_digest(secret), key.digest)
        return key if prefix == PREFIX and is_right and key is not NO_KEY and key.revoked_on is None else None

    def all_keys(self) -> list[ApiKey]:
        """Return all keys, revoked ones too."""
        return list(self._keys().values())

    def create(self, owner: str, scopes: Iterable[str]) -> str:
        """Make a key and return it: nobody can read it again later."""
        choice = tuple(dict.fromkeys(check_choice("scope", scope, SCOPES) for scope in scopes))
        if not owner.strip() or not choice:
            raise SettingError("A key needs the name of who will have it, and a scope.")
        id_, secret = secrets.token_hex(4), secrets.token_urlsafe(SECRET_BYTES)
        key = ApiKey(id_, owner.strip(), choice, _digest(secret), _now())
        with self._lock():
            keys = self._keys() if self.file.exists() else {}
            self._write({**keys, id_: key})
        return f"{PREFIX}_{id_}_{secret}"

    def revoke(self, id_: str) -> None:
        """End a key; it opens nothing from the next request on."""
        with self._lock():
            keys = self._keys()
            if id_ not in keys:
                raise SettingError(f"There is no key {id_!r} in {self.file}: see keys list.")
            self._write({**keys, id_: replace(keys[id_], revoked_on=keys[id_].revoked_on or _now())})

    def _lock(self) -> FileLock:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.file}.lock", mode=0o600)

    def _keys(self) -> Mapping[str, ApiKey]:
        try:
            return self._file.value()
        except OSError as error:
            raise KeysError(
                f"{self.file} cannot be read as a file of API keys ({words_of(error)}), so nobody may ask."
            ) from error

    def _write(self, keys: Mapping[str, ApiKey]) -> None:
        text = json.dumps({"keys": [asdict(key) for key in keys.values()]}, indent=1) + "\n"
        with whole_file(self.file) as draft:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)

    def _parse(self, content: bytes) -> dict[str, ApiKey]:
        try:
            keys = [_read_key(cells) for cells in parse_json(content)["keys"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeysError(
                f"{self.file} is no file of API keys ({words_of(error)}), so nobody may ask. Bring it back from "
                "a copy; without one, move it away, and everyone needs a new key: "
                + command_line("keys", "create", "NAME", options={"--keys": self.file})
            ) from error
        return {key.id: key for key in keys}


def read_private(file: Path) -> bytes:
    """Return what a file says that nobody but its owner may read; one that others may read is an error."""
    if os.name == "posix" and file.stat().st_mode & OTHERS_RIGHTS:
        raise KeysError(
            f"{file} can be read by others, so its keys are not trusted. Make new keys if others may have read it, and "
            f"say: chmod 600 {shlex.quote(str(file))}"
        )
    return read_bytes(file)


def _read_key(cells: Mapping[str, object]) -> ApiKey:
    scopes = cells["scopes"]
    if not isinstance(scopes, list) or not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"scopes are {scopes!r}")
    if set(cells) != set(ApiKey.__dataclass_fields__):
        raise ValueError("a key has other fields than expected")
    texts = {name: str(cells[name]) for name in ("id", "owner", "digest", "since")}
    end = cells["revoked_on"]
    return ApiKey(**texts, scopes=tuple(scopes), revoked_on=None if end is None else str(end))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
