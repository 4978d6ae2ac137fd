"""The trail: who decided what of which photo, why and when. A server shows it, and the audit log has each line, too."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from os import SEEK_END
from pathlib import Path
from typing import Final

from withsense_tf.common.limits import parse_json, read_bytes
from withsense_tf.errors import DataError
from withsense_tf.policy.current_policy import Policy

TRAIL: Final = "decisions.jsonl"
# Where a server of an index keeps what it makes, in the index's folder, unless it is told another place.
STATE: Final = "app"
# How the trail calls that a photo was taken out for good.
REMOVE: Final = "remove"
# And that it may come in again.
READMIT: Final = "readmit"
# What no decision of the law is, and no taking back undoes.
OF_INDEX: Final = (REMOVE, READMIT)


@dataclass(frozen=True)
class Signer:
    """Who decides: a name, and the number of the key that says so, where the server asks for keys."""

    name: str
    key: str | None = None


@dataclass(frozen=True)
class Decision:
    """One line of the trail: who decided what of which photo, by which key, why, when, and what had held before.

    A photo that was taken out along with another one `shows` it.
    """

    id: str
    time: str
    photo: str
    digest: str
    decision: str | None
    before: Mapping[str, str] | None
    by: str
    reason: str
    undoes: str | None = None
    key: str | None = None
    shows: str | None = None


class DecisionTrail:
    """The trail in the folder where a server keeps its state."""

    def __init__(self, state_folder: Path) -> None:
        self.file = state_folder / TRAIL

    def decisions(self) -> list[Decision]:
        """Return all decisions, the oldest first; a line that cannot be read is an error."""
        if not self.file.exists():
            return []
        lines = enumerate(read_bytes(self.file).split(b"\n"), 1)
        return [self._read(number, line) for number, line in lines if line.strip()]

    def _read(self, number: int, line: bytes) -> Decision:
        try:
            decision = Decision(**parse_json(line))
            if not all(isinstance(cell, str) for cell in (decision.time, decision.photo, decision.digest)):
                raise TypeError("time, photo and digest must be texts")
        except (ValueError, TypeError) as error:
            raise DataError(
                f"Line {number} of {self.file} is no decision ({error}): expected is one JSON object, as a server or "
                "index remove writes it. A machine that stopped may have left half a line. Nothing was changed: "
                "take the line out of the file, keep it elsewhere, and ask again."
            ) from error
        return decision

    def note(self, decision: Decision, policy: Policy) -> Decision:
        """Write a decision that holds now into the trail, and into the audit log, if the law names one."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as stream:
            # Half a line that a machine left as it stopped takes no whole one with it.
            whole = not stream.tell() or (stream.seek(-1, SEEK_END), stream.read(1))[1] == b"\n"
            stream.write(
                (("" if whole else "\n") + json.dumps(asdict(decision), ensure_ascii=False) + "\n").encode()
            )
        policy = policy.current()
        if policy.audit is not None:
            policy.audit.write_review(policy.version, asdict(decision))
        return decision


def new_decision(
    photo: str,
    digest: str,
    decision: str | None,
    before: Mapping[str, str] | None,
    signer: Signer,
    reason: str,
) -> Decision:
    """Return a decision that is made now, under a number that is drawn by lot."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    cells = (secrets.token_hex(6), time, photo, digest, decision, before, signer.name, reason)
    return Decision(*cells, key=signer.key)
