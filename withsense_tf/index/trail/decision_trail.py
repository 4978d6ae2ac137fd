"""The trail: who decided what of which photo, why and when. A server shows it, and the audit log has each line, too."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from os import SEEK_END
from pathlib import Path
from typing import Final

from withsense_tf.common.atomic_files import alone_with, append_line
from withsense_tf.common.limits import parse_json, read_bytes
from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.policy.current_policy import Policy

TRAIL: Final = "decisions.jsonl"
# Where a server of an index keeps what it makes, in the index's folder, unless it is told another place.
STATE: Final = "app"
# How the trail calls that a photo was taken out for good.
REMOVE: Final = "remove"
# And that it may come in again.
READMIT: Final = "readmit"
# And that a photo that was brought left again, and it alone.
TAKEN_BACK: Final = "upload taken back"
# The reason of an entry that takes back what could not be carried out.
NO_EFFECT: Final = "It did not take effect."
# What no decision of the law is, and no taking back undoes.
OF_INDEX: Final = (REMOVE, READMIT, TAKEN_BACK)


@dataclass(frozen=True)
class Signer:
    """Who decides: a name, and the number of the key that says so, where the server asks for keys."""

    name: str
    key: str | None = None


@dataclass(frozen=True)
class Decision:
    """One line of the trail: who decided what of which photo, by which key, why, when, and what had held before.

    Of several rows that it replaced, `before` is the one that held, and the others stood `beside` it. A photo that was
    taken out along with another one `shows` it.
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
    beside: Sequence[Mapping[str, str]] = ()

    @property
    def replaced_rows(self) -> list[Mapping[str, str]]:
        """Return all rows that it replaced, the one that held last."""
        return [*self.beside, *([] if self.before is None else [self.before])]


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
        """Write a decision into the audit log, if the law names one, and then into the trail.

        That comes before it takes effect (see `before_effect`): a log that cannot be written is an error in time, and a
        process that is killed leaves no effect that the log does not have.
        """
        with audit_before_effect(decision, policy):
            self._append(decision)
        return decision

    @contextmanager
    def before_effect(self) -> Iterator[Callable[[Decision, Policy], Decision]]:
        """Yield what notes decisions, to be called before they take effect within the block.

        A block that fails has no effect: the trail loses their lines, and the audit log, which loses none, gets entries
        that take them back.
        """
        notes: list[tuple[Decision, Policy]] = []

        def note(decision: Decision, policy: Policy) -> Decision:
            self.note(decision, policy)
            notes.append((decision, policy))
            return decision

        try:
            yield note
        except BaseException:
            for decision, policy in reversed(notes):
                self._take_back(decision)
                _take_back_of_audit(decision, policy)
            raise

    def _append(self, decision: Decision) -> None:
        with alone_with(self.file):
            append_line(self.file, _line_of(decision), lasting=True)

    def _take_back(self, decision: Decision) -> None:
        """Cut the last line off; where another came meanwhile, write one that takes it back."""
        line = _line_of(decision) + b"\n"
        with suppress(WithSenseError), alone_with(self.file):
            with self.file.open("rb+") as stream:
                start = max(0, stream.seek(0, SEEK_END) - len(line))
                stream.seek(start)
                if stream.read() == line:
                    stream.truncate(start)
                    return
            append_line(self.file, _line_of(_taken_back(decision)), lasting=True)


def _line_of(decision: Decision) -> bytes:
    return json.dumps(asdict(decision), ensure_ascii=False).encode()


def _taken_back(decision: Decision) -> Decision:
    """Return what takes back a decision that did not take effect."""
    decision_before = None if decision.before is None else decision.before.get("decision")
    id_, time = secrets.token_hex(6), _now()
    return replace(
        decision, id=id_, time=time, decision=decision_before, reason=NO_EFFECT, undoes=decision.id
    )


@contextmanager
def audit_before_effect(decision: Decision, policy: Policy) -> Iterator[None]:
    """Write a decision into the audit log, if the law names one, and take it back there where the block fails."""
    write_audit(decision, policy)
    try:
        yield
    except BaseException:
        _take_back_of_audit(decision, policy)
        raise


def write_audit(decision: Decision, policy: Policy) -> None:
    """Write a decision into the audit log, if the law names one."""
    policy = policy.current()
    if policy.audit is not None:
        policy.audit.write_review(policy.version, asdict(decision))


def _take_back_of_audit(decision: Decision, policy: Policy) -> None:
    # Where that cannot be written either, the log says too much, and never too little.
    with suppress(WithSenseError):
        write_audit(_taken_back(decision), policy)


def new_decision(
    photo: str,
    digest: str,
    decision: str | None,
    replaced_rows: Sequence[Mapping[str, str]],
    signer: Signer,
    reason: str,
) -> Decision:
    """Return a decision that is made now, under a number that is drawn by lot; the last replaced row held."""
    before = replaced_rows[-1] if replaced_rows else None
    cells = (secrets.token_hex(6), _now(), photo, digest, decision, before, signer.name, reason)
    return Decision(*cells, key=signer.key, beside=list(replaced_rows[:-1]))


def standing_decisions(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Return the decisions of the law on each content, by its digest, that nobody has taken back, the last one last."""
    by_id: dict[str, Decision] = {}
    standing: dict[str, list[Decision]] = {}
    for one in decisions:
        if one.decision in OF_INDEX:
            continue
        by_id[one.id] = one
        here = standing.setdefault(one.digest, [])
        undone = by_id.get(one.undoes or "")
        if undone is None:
            here.append(one)
        elif undone in here:
            here.remove(undone)
        elif undone.undoes in by_id:
            here.append(by_id[undone.undoes])  # to take back a taking back is to decide again
    return standing


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
