from __future__ import annotations

from pathlib import Path

from run_command import run


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    file = str(tmp_path / "keys.json")
    key = run("keys", "create", "Ann Lee", "--scope", "read", "--scope", "write", "--keys", file).strip()
    id_ = key.split("_")[1]
    assert [line.split("\t")[:3] for line in run("keys", "list", "--keys", file).splitlines()[1:]] == [
        [id_, "Ann Lee", "read,write"]
    ]
    assert key not in run("keys", "list", "--keys", file)
    assert run("keys", "revoke", id_, "--keys", file) == f"{id_} is revoked.\n"
