"""What people decided stands in a file, a line each, and in the audit log."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from full_files import without_rights
from small_index import LAW

from withsense_tf.errors import DataError, RightsError
from withsense_tf.index.trail.decision_trail import (
    REMOVE,
    TRAIL,
    Decision,
    DecisionTrail,
    Signer,
    new_decision,
)
from withsense_tf.policy.audit import AuditLog


def removal(photo: str) -> Decision:
    return new_decision(photo, "0" * 64, REMOVE, (), Signer("Ann"), "He asked.")


def test_what_was_noted_is_read_again_in_its_order(tmp_path: Path) -> None:
    trail = DecisionTrail(tmp_path / "state")
    assert trail.decisions() == []
    one, other = (trail.note(removal(photo), LAW) for photo in ("ёж.png", "b.png"))
    assert trail.decisions() == [one, other]
    assert (tmp_path / "state" / TRAIL).read_text(encoding="utf-8").count("\n") == 2


@pytest.mark.closed
@pytest.mark.parametrize("line", ['{"id": "a", "ti', "{}", "[1]", "null", "\0"])
def test_half_a_line_is_named_and_the_next_line_stays_whole(line: str, tmp_path: Path) -> None:
    trail = DecisionTrail(tmp_path)
    one = trail.note(removal("a.png"), LAW)
    with trail.file.open("a", encoding="utf-8") as stream:
        stream.write(line)
    other = trail.note(removal("b.png"), LAW)
    with pytest.raises(DataError, match=r"^Line 2 of .*decisions\.jsonl is no decision"):
        trail.decisions()
    lines = trail.file.read_text(encoding="utf-8").splitlines(keepends=True)
    trail.file.write_text("".join([lines[0], lines[2]]), encoding="utf-8")
    assert trail.decisions() == [one, other]


def test_the_audit_log_has_the_line_too(tmp_path: Path) -> None:
    law = replace(LAW, audit=AuditLog(tmp_path / "audit.jsonl"))
    one = DecisionTrail(tmp_path).note(removal("a.png"), law)
    entry = json.loads((tmp_path / "audit.jsonl").read_text(encoding="utf-8"))
    assert (entry["place"], entry["photo"], entry["by"], entry["id"]) == ("review", "a.png", "Ann", one.id)


def reviews(log: Path) -> list[tuple[object, ...]]:
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [(one["photo"], one["decision"], one["by"], one["undoes"]) for one in entries]


@pytest.mark.closed
def test_what_did_not_take_effect_is_no_line_of_the_trail_and_taken_back_in_the_audit_log(
    tmp_path: Path,
) -> None:
    trail, log = DecisionTrail(tmp_path / "state"), tmp_path / "audit.jsonl"
    law = replace(LAW, audit=AuditLog(log))
    first, second = removal("a.png"), removal("b.png")
    with trail.before_effect() as note:
        note(first, law)
    with suppress(ZeroDivisionError), trail.before_effect() as note:
        note(second, law)
        assert trail.decisions() == [first, second]
        _ = 1 / 0
    assert trail.decisions() == [first]
    assert reviews(log) == [
        ("a.png", REMOVE, "Ann", None),
        ("b.png", REMOVE, "Ann", None),
        ("b.png", None, "Ann", second.id),
    ]


@pytest.mark.closed
def test_a_line_behind_what_did_not_take_effect_stays_and_another_takes_it_back(tmp_path: Path) -> None:
    trail, other = DecisionTrail(tmp_path), removal("b.png")
    one = replace(removal("a.png"), decision="allow", before={"decision": "restrict"})
    with suppress(ZeroDivisionError), trail.before_effect() as note:
        note(one, LAW)
        DecisionTrail(tmp_path).note(other, LAW)
        _ = 1 / 0
    *lines, last = trail.decisions()
    assert lines == [one, other]
    assert (last.photo, last.decision, last.undoes) == ("a.png", "restrict", one.id)


@pytest.mark.closed
def test_a_trail_of_another_user_is_named_and_the_audit_log_takes_its_entry_back(tmp_path: Path) -> None:
    trail, log = DecisionTrail(tmp_path / "state"), tmp_path / "audit.jsonl"
    law = replace(LAW, audit=AuditLog(log))
    one = trail.note(removal("a.png"), law)
    other = removal("b.png")
    with (
        without_rights(tmp_path, f"state/{TRAIL}"),
        pytest.raises(RightsError, match=rf"state/{TRAIL} may not be read or written"),
    ):
        trail.note(other, law)
    assert trail.decisions() == [one]
    assert reviews(log)[1:] == [("b.png", REMOVE, "Ann", None), ("b.png", None, "Ann", other.id)]
