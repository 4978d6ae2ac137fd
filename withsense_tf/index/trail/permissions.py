"""A permission is given or ends, and the audit log says who wrote that down."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from withsense_tf.errors import WithSenseError
from withsense_tf.index.trail.decision_trail import (
    Signer,
    audit_before_effect,
    new_decision,
    write_audit,
)
from withsense_tf.policy.consent_register import Consent, ConsentRegister
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles, named_file

# How the audit log calls that a permission was given, and that it ended.
GRANT: Final = "grant"
REVOKE: Final = "revoke"


def give_permission(
    register: ConsentRegister,
    policy: Policy,
    photo: tuple[str, str],
    given_by: str,
    terms: tuple[Sequence[str], Sequence[str], date | None, date | None],
    signer: Signer,
) -> Consent:
    """Give a permission for a `photo`, a name and a digest, on `terms`: scopes, countries, the first and last day.

    The audit log has it first: what cannot be written there is not given. One that is there already is not given twice,
    as who ends it would leave the other.
    """
    (name, digest), (scopes, countries, since, until) = photo, terms
    first = since or datetime.now(UTC).date()
    draft = Consent("", name, digest, given_by, tuple(scopes), tuple(countries), first, until)
    for one in register.consents(name):
        # Without a first day it is meant from now on, and one that began before holds.
        start = draft.since if since is None and one.since <= draft.since else one.since
        if replace(one, id="", since=start) == draft:
            return one
    reason = f"{given_by}: {', '.join(scopes)}, {draft.where_and_when()}"
    with audit_before_effect(new_decision(name, digest, GRANT, (), signer, reason), policy):
        return register.grant(name, given_by, *terms, digest=digest)


def end_permission(
    register: ConsentRegister, policy: Policy, number: str, by: str, reason: str, signer: Signer
) -> None:
    """End a permission, and then write that into the audit log.

    What is broken there is an error, and keeps no permission from ending.
    """
    register.revoke(number, by, reason)
    (consent,) = (one for one in register.consents() if one.id == number)
    note = new_decision(consent.photo, consent.digest, REVOKE, (), signer, reason)
    write_audit(replace(note, undoes=number), policy)


def policy_of_log(audit: Path | None) -> Policy:
    """Return the law with the audit log that an option or the environment names.

    Nothing else of the law need be whole: what is broken there must not keep a permission from ending.
    """
    file, _ = named_file("audit", audit)
    if file is not None:
        with suppress(WithSenseError):
            return Policy.of_files(LawFiles.of_service(audit=file))
    return Policy.of_files(LawFiles(audit=file))
