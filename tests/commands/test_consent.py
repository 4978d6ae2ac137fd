"""`withsense policy consent` keeps the register of permissions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_command import finish, law_variables

from withsense_tf.__main__ import app
from withsense_tf.commands.index_options import who_asks
from withsense_tf.errors import DataError, SettingError


def invoke(*words: str, code: int = 0, **files: str) -> str:
    return finish(app, *words, code=code, env=law_variables(**files)).stdout


def test_permissions_are_given_listed_and_revoked_by_the_photos_file(folder: Path, tmp_path: Path) -> None:
    photo, register = folder / "train_images/ant.jpg", str(tmp_path / "c.jsonl")
    grant = (
        "policy",
        "consent",
        "grant",
        str(photo),
        "--by",
        "A. Parent",
        "--scope",
        "show",
        "--scope",
        "search",
    )
    with pytest.raises(SettingError, match="WITHSENSE_CONSENTS"):
        invoke(*grant)
    done = finish(
        app, *grant, "--country", "RU", "--until", "2999-01-01", env=law_variables(consents=register)
    )
    number = done.stdout.strip()
    assert "It holds for show, search in RU, from " in done.stderr
    assert "No search" not in done.stderr
    assert ", until 2999-01-01." in done.stderr
    head, row = invoke("policy", "consent", "list", "--consents", register).splitlines()
    told = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert (told["id"], told["photo"], told["scopes"], told["countries"]) == (
        number,
        "ant.jpg",
        "show,search",
        "RU",
    )
    assert len(told["digest"]) == 64
    other = str(folder / "train_images/bee.jpg")
    assert len(invoke("policy", "consent", "list", other, consents=register).splitlines()) == 1
    # What is broken elsewhere in the law keeps nobody from revoking.
    revoke = ("policy", "consent", "revoke", number, "--by", "A. Parent", "--reason", "changed their mind")
    invoke(*revoke, consents=register, overrides="/nowhere")
    listing = invoke("policy", "consent", "list", str(photo), consents=register)
    assert listing.endswith(f"\t{told['since']}\tA. Parent\tchanged their mind\n")
    with pytest.raises(SettingError, match="revoked on"):
        invoke(*revoke, consents=register)
    with pytest.raises(SettingError, match="did you mean GB"):
        invoke(*grant, "--country", "UK", consents=register)
    with pytest.raises(SettingError, match="expected a day"):
        invoke(*grant, "--since", "soon", consents=register)
    Path(register).write_text("{half")
    with pytest.raises(DataError, match="none of the register holds"):
        invoke("policy", "consent", "list", consents=register)


def test_permissions_are_in_the_audit_log_with_who_gave_and_ended_them(folder: Path, tmp_path: Path) -> None:
    photo, audit = folder / "train_images/ant.jpg", tmp_path / "audit.jsonl"
    files = {"consents": str(tmp_path / "c.jsonl"), "audit": str(audit)}
    grant = ("policy", "consent", "grant", str(photo), "--by", "A. Parent")
    number = invoke(*grant, **files).strip()
    assert invoke(*grant, **files).strip() == number
    # A table that is broken elsewhere keeps the log from nothing.
    revoke = ("policy", "consent", "revoke", number, "--by", "A. Parent", "--reason", "changed their mind")
    invoke(*revoke, overrides="/nowhere", **files)
    given, ended = map(json.loads, audit.read_text(encoding="utf-8").splitlines())
    assert (given["decision"], given["photo"], given["by"]) == ("grant", "ant.jpg", who_asks())
    assert given["reason"].startswith("A. Parent: show, in all countries, from ")
    assert (ended["decision"], ended["undoes"], ended["by"]) == ("revoke", number, "A. Parent")
    assert ended["reason"] == "changed their mind"


@pytest.mark.parametrize("scope", ["show", "search"])
def test_a_permission_by_which_no_search_finds_the_photo_says_so(
    folder: Path, tmp_path: Path, scope: str
) -> None:
    # Without a scope, a permission is for show alone.
    words = () if scope == "show" else ("--scope", scope)
    grant = ("policy", "consent", "grant", str(folder / "train_images/ant.jpg"), "--by", "A. Parent", *words)
    note = finish(app, *grant, env=law_variables(consents=str(tmp_path / "c.jsonl"))).stderr
    assert f"It holds for {scope} in all countries, from " in note
    assert "No search finds the photo by it: that needs --scope show --scope search." in note
