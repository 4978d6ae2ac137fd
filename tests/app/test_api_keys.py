from __future__ import annotations

import json
from pathlib import Path

import pytest

from withsense_tf.app.api_keys import SCOPES, KeyRing
from withsense_tf.errors import DataError, SettingError


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys.json")


def test_a_key_opens_what_it_was_made_for(ring: KeyRing) -> None:
    key = ring.key_of(ring.create("Ann", ["read", "write"]))
    assert key is not None
    assert (key.owner, key.scopes) == ("Ann", ("read", "write"))


def test_who_may_review_may_read_the_counts_and_not_the_other_way_round(ring: KeyRing) -> None:
    keys = {scope: ring.key_of(ring.create("Ann", [scope])) for scope in SCOPES}
    may = {
        (scope, other)
        for scope, key in keys.items()
        for other in SCOPES
        if key is not None and key.may(other)
    }
    assert may == {(scope, scope) for scope in SCOPES} | {("review", "metrics")}


@pytest.mark.closed
def test_the_file_holds_no_key_and_nobody_else_may_read_it(ring: KeyRing) -> None:
    text = ring.create("Ann", ["read"])
    # A secret may hold the sign that stands before it.
    assert text.split("_", 2)[-1] not in ring.file.read_text()
    assert ring.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.closed
@pytest.mark.parametrize(
    "change", [lambda key: key[:-1], lambda key: key + "A", lambda key: "", lambda key: "ws__"]
)
def test_what_is_nearly_a_key_opens_nothing(ring: KeyRing, change) -> None:
    assert ring.key_of(change(ring.create("Ann", ["read"]))) is None


@pytest.mark.closed
def test_a_key_that_was_revoked_by_another_process_opens_nothing(ring: KeyRing) -> None:
    text = ring.create("Ann", ["read"])
    key = ring.key_of(text)
    assert key is not None
    KeyRing(ring.file).revoke(key.id)
    assert ring.key_of(text) is None
    assert [one.revoked_on is None for one in ring.all_keys()] == [False]


@pytest.mark.closed
def test_a_file_that_others_may_read_is_not_trusted(ring: KeyRing) -> None:
    text = ring.create("Ann", ["read"])
    ring.file.chmod(0o644)
    with pytest.raises(DataError, match="chmod 600"):
        ring.key_of(text)


@pytest.mark.closed
@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"keys": [{}]}', '{"keys": [{"id": "1", "owner": "a", "scopes": ["all"], "digest": "", '
     '"since": "", "revoked_on": null}]}'],
)  # fmt: skip
def test_a_broken_file_opens_nothing(ring: KeyRing, content: str) -> None:
    text = ring.create("Ann", ["read"])
    ring.file.write_text(content)
    with pytest.raises(
        DataError, match=r"nobody may ask\. Bring it back from a copy; .*keys create NAME"
    ) as told:
        ring.key_of(text)
    assert "Error(" not in str(told.value)
    ring.file.unlink()
    assert ring.key_of(ring.create("Ann", ["read"]))


def test_a_key_needs_an_owner_and_a_known_scope(ring: KeyRing) -> None:
    with pytest.raises(SettingError, match="Did you mean 'read'"):
        ring.create("Ann", ["reed"])
    with pytest.raises(SettingError, match="needs the name"):
        ring.create(" ", ["read"])


def test_keys_stay_where_more_come(ring: KeyRing) -> None:
    texts = [ring.create(name, ["read"]) for name in "ab"]
    assert all(ring.key_of(text) for text in texts)
    assert len(json.loads(ring.file.read_text())["keys"]) == 2


def test_an_unknown_key_is_not_revoked(ring: KeyRing) -> None:
    ring.create("Ann", ["read"])
    with pytest.raises(SettingError, match="keys list"):
        ring.revoke("none")
