from __future__ import annotations

from withsense_tf.app.guards.refusals import note_kind, request_id
from withsense_tf.app.request_problems import ProblemError


def test_the_kind_of_a_refusal_is_noted_for_the_log() -> None:
    scope: dict = {"state": {"request_id": "5f"}}
    note_kind(scope, ProblemError(404, "no_such_photo", ""))
    assert (scope["state"]["kind"], request_id(scope), request_id({})) == ("no_such_photo", "5f", "")
