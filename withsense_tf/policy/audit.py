"""A log of what was decided: enough to prove it later, and nothing that tells what people searched for."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from withsense_tf.common.atomic_files import alone_with, append_line, check_appendable, whole_file
from withsense_tf.errors import SettingError

MOST_BYTES: Final = 50_000_000
KEPT_FILES: Final = 5


class AuditLog:
    """Append a JSON line a decision; several processes may write to one file.

    A full file is moved to `<file>.1`, that one to `<file>.2` and so on; the oldest is dropped. Queries are
    written as keyed hashes: whoever has the log alone cannot try out words against it. The key lies beside it,
    readable by its owner only.
    """

    def __init__(self, file: str | Path, most_bytes: int = MOST_BYTES, kept_files: int = KEPT_FILES) -> None:
        if most_bytes < 1_000 or kept_files < 1:
            raise SettingError(
                f"An audit log needs 1,000 bytes and 1 file, got {most_bytes} and {kept_files}."
            )
        self.file = Path(file)
        self.most_bytes = most_bytes
        self.kept_files = kept_files

    def write(
        self,
        place: str,
        decision: str,
        rule: str,
        country: str | None,
        policy: str,
        photo: str | None = None,
        query: str | None = None,
    ) -> None:
        """Append one decision; of a query only its hash is written."""
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "policy": policy,
            "country": country,
            "place": place,
            "decision": decision,
            "rule": rule,
            "photo": photo,
            "query": None if query is None else self.hash(query),
        }
        self._append(entry)

    def write_review(self, policy: str, decision: Mapping[str, object]) -> None:
        """Append what a person decided of a photo; `policy` is the law with that decision.

        The entry has who, why and on which content beside what all entries have; `undoes` is the number of the
        decision that was taken back, and `decision` then what holds now, or null.
        """
        names = ("decision", "photo", "digest", "by", "key", "reason", "id", "undoes")
        all_entries = {"country": None, "place": "review", "rule": "a person's decision", "query": None}
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        cells = {name: decision.get(name) for name in names}
        self._append({"time": now, "policy": policy, **all_entries, **cells}, lasting=True)

    def _append(self, entry: Mapping[str, object], *, lasting: bool = False) -> None:
        line = json.dumps(entry).encode()
        # What cannot be noted down is not answered.
        with alone_with(self.file):
            if self.file.exists() and self.file.stat().st_size + len(line) + 1 > self.most_bytes:
                self._rotate()
            append_line(self.file, line, lasting=lasting)

    def check(self) -> None:
        """Raise where no entry can be written now: for want of room, or of rights to the log, its key or its lock."""
        self._key()
        with alone_with(self.file):
            check_appendable(self.file)

    def hash(self, query: str) -> str:
        """Return the hash that stands for a query in this log; upper case and blanks make no difference."""
        text = " ".join(query.casefold().split())
        return hmac.new(self._key(), text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def _key(self) -> bytes:
        path = Path(f"{self.file}.key")
        # Under the lock: two processes that start at once must not hash with two keys.
        with alone_with(self.file):
            # An empty one is what a full disk left: no hash is made with that.
            if not path.exists() or not path.stat().st_size:
                with whole_file(path) as draft:
                    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                    with os.fdopen(handle, "wb") as stream:
                        stream.write(secrets.token_bytes(32))
            return path.read_bytes()

    def _rotate(self) -> None:
        for number in range(self.kept_files, 0, -1):
            older = Path(f"{self.file}.{number}")
            newer = self.file if number == 1 else Path(f"{self.file}.{number - 1}")
            if newer.exists():
                newer.replace(older)
