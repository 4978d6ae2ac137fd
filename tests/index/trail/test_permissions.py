"""A permission stands in the audit log before it holds, and one that ends needs no log."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from full_files import without_rights
from small_index import LAW

from withsense_tf.errors import RightsError, SettingError
from withsense_tf.index.trail.decision_trail import NO_EFFECT, Signer
from withsense_tf.index.trail.permissions import end_permission, give_permission
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import Consent, ConsentRegister

pytestmark = pytest.mark.closed
RITA = Signer("Rita", "0f")


FIRST = date(2026, 1, 2)


def give(folder: Path, until: date | None = None, since: date | None = FIRST) -> Consent:
    law = replace(LAW, audit=AuditLog(folder / "audit.jsonl"))
    register, terms = ConsentRegister(folder / "c.jsonl"), (["show"], ["BB"], since, until)
    return give_permission(register, law, ("bee.jpg", "b" * 64), "Her mother", terms, RITA)


def entries(folder: Path) -> list[tuple[str | None, str, str]]:
    lines = (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    return [(one["decision"], one["key"], one["reason"]) for one in map(json.loads, lines)]


def test_a_permission_is_noted_with_its_terms_and_one_that_is_refused_is_taken_back(tmp_path: Path) -> None:
    given = ("grant", "0f", "Her mother: show, in BB, from 2026-01-02, without an end")
    consent = give(tmp_path)
    assert give(tmp_path) == consent
    assert entries(tmp_path) == [given]
    with pytest.raises(SettingError, match="ends"):
        give(tmp_path, date(2025, 1, 1))
    assert ConsentRegister(tmp_path / "c.jsonl").consents() == [consent]
    assert entries(tmp_path)[-1] == (None, "0f", NO_EFFECT)


def test_one_that_holds_is_not_given_once_more_on_another_day_and_one_that_ended_is(tmp_path: Path) -> None:
    consent = give(tmp_path)
    assert give(tmp_path, since=None) == consent
    ConsentRegister(tmp_path / "c.jsonl").revoke(consent.id, "Rita", "asked for it")
    assert give(tmp_path, since=None) != consent


def test_a_permission_ends_though_the_log_cannot_be_written(tmp_path: Path) -> None:
    consent, register = give(tmp_path), ConsentRegister(tmp_path / "c.jsonl")
    law = replace(LAW, audit=AuditLog(tmp_path / "audit.jsonl"))
    with without_rights(tmp_path, "audit.jsonl"):
        with pytest.raises(RightsError):
            give(tmp_path, date(2999, 1, 1))
        with pytest.raises(RightsError):
            end_permission(register, law, consent.id, "Rita", "She asked.", RITA)
    assert [one.revoked_for for one in register.consents()] == ["She asked."]
