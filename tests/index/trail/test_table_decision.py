"""A decision at the command line stands in the audit log first, and then in the table; or in neither."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from full_files import without_rights
from small_index import LAW

from withsense_tf.errors import DataError, DiskError, RightsError, SettingError
from withsense_tf.index.trail.decision_trail import Signer
from withsense_tf.index.trail.table_decision import cells_by_weight, decide_in_table, policy_before_decision
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.overrides import Override, load_overrides
from withsense_tf.policy.service import LawFiles

pytestmark = pytest.mark.closed
A, B = "a" * 64, "b" * 64
CONTENTS = {"ant.jpg": A, "bee.jpg": B}
HEAD = "photo,digest,decision,by,reason\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "place" / "o.csv"


def decide(
    table: Path, decision: str = "allow", who: str = "Ann", reason: str = "an adult"
) -> list[Override]:
    law = replace(LAW, audit=AuditLog(table.parent / "audit.jsonl"))
    return decide_in_table(table, CONTENTS, law, "bee.jpg", decision, Signer(who), reason)


def entries(table: Path) -> list[tuple[str, str, str, str]]:
    lines = (table.parent / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    return [(one["decision"], one["by"], one["reason"], one["digest"]) for one in map(json.loads, lines)]


def test_a_table_is_made_for_its_owner_and_the_second_decision_takes_the_place_of_the_first(
    table: Path,
) -> None:
    one = Override("bee.jpg", "allow", "Ann", "an adult", B)
    assert decide(table) == []
    assert table.stat().st_mode & 0o777 == 0o600
    table.chmod(0o640)
    other = Override("bee.jpg", "restrict", "Bob", "a child", B)
    assert decide(table, "restrict", "Bob", "a child") == [one]
    assert list(load_overrides(table).values()) == [other]
    assert table.stat().st_mode & 0o777 == 0o640
    assert entries(table) == [("allow", "Ann", "an adult", B), ("restrict", "Bob", "a child", B)]


def test_a_row_that_names_the_photo_alone_is_replaced_and_others_stay(table: Path) -> None:
    table.parent.mkdir()
    table.write_text(
        "by,photo,decision,reason\nRita,bee.jpg,restrict,a child\nRita,gone.jpg,restrict,a child\n"
    )
    assert [one.by for one in decide(table)] == ["Rita"]
    assert [(one.photo, one.decision) for one in load_overrides(table).values()] == [
        ("gone.jpg", "restrict"),
        ("bee.jpg", "allow"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (f"bee.jpg,{A},restrict,Rita,a child\n", "Rita decided to restrict another picture of the name bee"),
        (f"copy.jpg,{B},restrict,Rita,a child\n", "decided to restrict the same picture under the name copy"),
        ("bee.jpg,,maybe,Rita,a child\n", "restrict or allow"),
    ],
)
def test_what_would_not_hold_is_an_error_and_nothing_is_written(table: Path, rows: str, message: str) -> None:
    table.parent.mkdir()
    table.write_text(HEAD + rows)
    with pytest.raises(DataError, match=message):
        decide(table)
    assert table.read_text() == HEAD + rows
    assert not (table.parent / "audit.jsonl").exists()


@pytest.mark.parametrize(("who", "reason"), [("", "an adult"), ("Ann", " \n"), ("Ann", "an\0adult")])
def test_who_and_why_are_words_that_can_be_seen(table: Path, who: str, reason: str) -> None:
    with pytest.raises(SettingError, match="cannot be written into the trail"):
        decide(table, who=who, reason=reason)
    assert not table.exists()


def test_a_photo_that_is_not_there_and_another_decision_are_errors(table: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.jpg: the folder has no such photo"):
        decide_in_table(table, CONTENTS, LAW, "gone.jpg", "allow", Signer("Ann"), "an adult")
    with pytest.raises(SettingError, match="decision"):
        decide(table, "block")
    assert not table.exists()


def test_without_an_audit_log_that_can_be_written_nothing_is_written(table: Path) -> None:
    decide(table, "restrict")
    before, log = table.read_bytes(), entries(table)
    with without_rights(table.parent, "audit.jsonl"), pytest.raises(RightsError, match=r"audit\.jsonl"):
        decide(table)
    assert (table.read_bytes(), entries(table)) == (before, log)


def test_what_cannot_be_written_into_the_table_is_taken_back_in_the_audit_log(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(table, "restrict")
    before = table.read_bytes()

    def full(file: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskError):
        decide(table)
    assert table.read_bytes() == before
    assert [decision for decision, *_ in entries(table)] == ["restrict", "allow", "restrict"]
    assert entries(table)[-1][2] == "It did not take effect."


def test_the_first_decision_needs_no_table_and_the_next_reads_it(tmp_path: Path) -> None:
    law = LawFiles(overrides=tmp_path / "o.csv")
    assert policy_before_decision(law).ownership.overrides is None
    (tmp_path / "o.csv").write_text("photo,digest,decision,by,reason\nbee.jpg,,restrict,Ann,hers\n")
    overrides = policy_before_decision(law).ownership.overrides
    assert overrides is not None
    assert [one.photo for one in overrides.values()] == ["bee.jpg"]


def test_of_two_restrictions_the_one_that_holds_under_any_name_goes_first() -> None:
    bound, named = (
        Override("a.jpg", "restrict", "Ann", "", "d" * 64),
        Override("a.jpg", "restrict", "Bob", "", ""),
    )
    allowed = Override("a.jpg", "allow", "Tom", "", "d" * 64)
    for rows in ([bound, named, allowed], [allowed, named, bound]):
        assert cells_by_weight(rows)[-1]["by"] == "Ann"
