from __future__ import annotations

import hashlib
import json
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from beside_others import grant_one, in_two_processes

from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.policy.consent_register import ConsentRegister

DAY = date(2026, 11, 20)


def digest_of(photo: str) -> str:
    return hashlib.sha256(photo.encode()).hexdigest()


def covers(
    register: ConsentRegister, photo: str, scope: str, country: str | None, day: date | None = None
) -> bool:
    return register.covers(photo, digest_of(photo), scope, country, day)


A = digest_of("a.jpg")


@pytest.fixture
def register(tmp_path: Path) -> ConsentRegister:
    return ConsentRegister(tmp_path / "new" / "consents.jsonl")


def test_without_a_file_nothing_is_permitted(register: ConsentRegister) -> None:
    assert not covers(register, "a.jpg", "show", "RU", DAY)


def test_a_permission_covers_its_photo_scope_country_and_days_only(register: ConsentRegister) -> None:
    register.grant("a.jpg", "A. Parent", ["show"], ["ru"], date(2026, 1, 1), date(2026, 12, 31), digest=A)
    assert covers(register, "a.jpg", "show", "RU", DAY)
    assert covers(register, "a.jpg", "show", "ru", date(2026, 12, 31))
    for photo, scope, country, day in (
        ("b.jpg", "show", "RU", DAY),
        ("a.jpg", "search", "RU", DAY),
        ("a.jpg", "show", "DE", DAY),
        ("a.jpg", "show", None, DAY),
        ("a.jpg", "show", "RU", date(2025, 12, 31)),
        ("a.jpg", "show", "RU", date(2027, 1, 1)),
    ):
        assert not covers(register, photo, scope, country, day)


def test_a_permission_for_all_countries_holds_where_the_country_is_unknown(register: ConsentRegister) -> None:
    register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    assert covers(register, "a.jpg", "show", None, DAY)


def test_revoking_works_at_the_next_question_in_another_process_too(register: ConsentRegister) -> None:
    other = ConsentRegister(register.file)
    consent = register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    assert covers(other, "a.jpg", "show", "RU", DAY)
    register.revoke(consent.id, "A. Parent", "changed their mind")
    assert not covers(other, "a.jpg", "show", "RU", DAY)
    (kept,) = other.consents("a.jpg")
    assert kept.revoked_on is not None


def test_one_of_two_permissions_may_be_revoked(register: ConsentRegister) -> None:
    first = register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    register.grant("a.jpg", "B. Parent", since=DAY, digest=A)
    register.revoke(first.id, "A. Parent", "moved")
    assert covers(register, "a.jpg", "show", "RU", DAY)


@pytest.mark.parametrize(
    "settings",
    [
        {"photo": " ", "given_by": "A"},
        {"photo": "a.jpg", "given_by": ""},
        {"photo": "a.jpg", "given_by": "A", "scopes": []},
        {"photo": "a.jpg", "given_by": "A", "scopes": ["sell"]},
        {"photo": "a.jpg", "given_by": "A", "countries": []},
        {"photo": "a.jpg", "given_by": "A", "since": DAY, "until": date(2026, 1, 1)},
    ],
)
def test_incomplete_permissions_are_refused(register: ConsentRegister, settings: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        register.grant(**settings, digest=A)
    assert not register.file.exists()


def test_what_does_not_exist_cannot_be_revoked_nor_without_a_reason(register: ConsentRegister) -> None:
    consent = register.grant("a.jpg", "A. Parent", digest=A)
    with pytest.raises(SettingError, match="no permission"):
        register.revoke("feed", "A. Parent", "reason")
    with pytest.raises(SettingError, match="a reason"):
        register.revoke(consent.id, "A. Parent", " ")


def test_a_new_permission_names_countries_that_there_are_and_an_older_one_is_read(
    register: ConsentRegister,
) -> None:
    for code, advice in (("UK", "did you mean GB"), ("XX", "as DE is")):
        with pytest.raises(SettingError, match=advice):
            register.grant("a.jpg", "A. Parent", countries=["DE", code], digest=A)
    assert not register.file.exists()
    consent = register.grant("a.jpg", "A. Parent", countries=["DE", "gb"], since=DAY, digest=A)
    assert consent.where_and_when() == "in DE, GB, from 2026-11-20, without an end"
    text = register.file.read_text(encoding="utf-8")
    register.file.write_text(text.replace('"GB"', '"UK"'), encoding="utf-8")
    assert covers(register, "a.jpg", "show", "DE", DAY)
    assert not covers(register, "a.jpg", "show", "GB", DAY)


def test_a_permission_ends_once_and_says_who_ended_it_and_why(register: ConsentRegister) -> None:
    consent = register.grant("a.jpg", "A. Parent", since=DAY, until=DAY, digest=A)
    assert consent.where_and_when() == "in all countries, from 2026-11-20, until 2026-11-20"
    register.revoke(consent.id, "B. Parent", "moved")
    content = register.file.read_bytes()
    with pytest.raises(SettingError, match=r"was revoked on .* by B\. Parent: “moved”"):
        register.revoke(consent.id, "C. Parent", "again")
    assert register.file.read_bytes() == content
    # Versions before wrote it down again.
    second = content.splitlines()[-1].replace(b"B. Parent", b"C. Parent").replace(b"moved", b"again")
    register.file.write_bytes(content + second + b"\n")
    (ended,) = register.consents()
    assert (ended.revoked_by, ended.revoked_for, ended.where_and_when()) == ("B. Parent", "moved", "no more")


@pytest.mark.parametrize(
    "line", ["{broken", '{"event": "grant"}', '{"event": "revoke", "id": "feed"}', "[1]", '{"event": "x"}']
)
def test_a_broken_line_voids_the_whole_register(register: ConsentRegister, line: str) -> None:
    register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    with register.file.open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(DataError, match=r"jsonl:2 is no permission"):
        covers(register, "a.jpg", "show", "RU", DAY)


@pytest.mark.parametrize("name", ["A\u2028B", "A\x85B", "Мама", "A\nB"])
def test_any_name_may_give_a_permission(register: ConsentRegister, name: str) -> None:
    consent = register.grant("a.jpg", name, since=DAY, digest=A)
    assert covers(register, "a.jpg", "show", None, DAY)
    register.revoke(consent.id, name, "why\u2028not")
    assert not covers(ConsentRegister(register.file), "a.jpg", "show", None, DAY)


def test_a_last_line_without_its_end_does_not_swallow_the_next(register: ConsentRegister) -> None:
    consent = register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    register.file.write_text(register.file.read_text().rstrip("\n"))
    register.revoke(consent.id, "A. Parent", "changed their mind")
    assert not covers(register, "a.jpg", "show", None, DAY)


@pytest.mark.parametrize(
    "settings", [{"since": datetime(2026, 1, 1)}, {"countries": ["RUS"]}, {"countries": "RU"}]
)
def test_what_would_be_void_is_refused(register: ConsentRegister, settings: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        register.grant("a.jpg", "A. Parent", **settings, digest=A)


def test_processes_that_write_at_once_lose_nothing(register: ConsentRegister) -> None:
    register.file.parent.mkdir()
    in_two_processes(grant_one, register.file, range(20))
    assert all(covers(register, f"{number}.jpg", "show", None, DAY) for number in range(20))
    assert len([json.loads(line) for line in register.file.read_text().splitlines()]) == 20


def line_of(**changes: object) -> str:
    event: dict[str, object] = {"event": "grant", "id": "1", "photo": "a.jpg", "digest": A, "given_by": "Mum"}
    event |= {"scopes": ["show"], "countries": ["*"], "since": "2026-01-01", "until": None} | changes
    return json.dumps({name: value for name, value in event.items() if value != "left out"})


REVOKED = json.dumps({"event": "revoke", "id": "1", "time": "2026-02-01"})


def written(register: ConsentRegister, *lines: str) -> ConsentRegister:
    register.file.parent.mkdir(exist_ok=True)
    register.file.write_text("\n".join(lines) + "\n")
    return register


@pytest.mark.closed
def test_a_permission_never_extends_to_another_content_that_takes_the_name(register: ConsentRegister) -> None:
    register.grant("a.jpg", "A. Parent", since=DAY, digest=A)
    assert register.covers("renamed.jpg", A, "show", None, DAY)
    assert not register.covers("a.jpg", digest_of("b.jpg"), "show", None, DAY)
    assert not register.covers("a.jpg", "", "show", None, DAY)
    with pytest.raises(SettingError, match="SHA-256"):
        register.grant("a.jpg", "A. Parent", digest="")


@pytest.mark.closed
def test_a_permission_by_name_alone_does_not_count_and_says_what_to_do(register: ConsentRegister) -> None:
    written(register, line_of(digest="left out"))
    with pytest.warns(DataWarning, match=r"a\.jpg does not say for which content.*policy consent grant"):
        assert not register.covers("a.jpg", A, "show", None, DAY)
    assert not register.covers("b.jpg", "", "show", None, DAY)


@pytest.mark.closed
@pytest.mark.parametrize(
    "line",
    [
        line_of(id="2")[:-9],
        line_of(),
        line_of(id="2", digest="12"),
        line_of(id="2", digest=None).replace("null", "7", 1),
        line_of(id="2", scopes="show"),
        line_of(id="2", scopes=["shwo"]),
        line_of(id="2", scopes=[]),
        line_of(id="2", countries=["RUS"]),
        line_of(id="2", until=""),
        line_of(id="2", untill="2026-01-02"),
        line_of(id="2", since=None),
        line_of(id=2),
        line_of(id="2").replace('"photo"', '"photo": "b.jpg", "photo"'),
        '{"event": "revoke", "id": "nobody", "time": "2026-02-01"}',
        '{"event": "revoke", "id": "1"}',
        '{"event": "revoke", "id": ["1"], "time": "2026-02-01"}',
        '{"event": "lift", "id": "1"}',
        "[" * 100_000,
        line_of(id="2").replace('"2"', "[" * 200 + "]" * 200),
        "\0" * 40,
        "7",
    ],
)
def test_a_line_that_is_not_as_it_was_written_voids_the_register_and_is_named(
    register: ConsentRegister, line: str
) -> None:
    assert covers(written(register, line_of()), "a.jpg", "show", None, DAY)
    register.file.write_text(f"{line_of()}\n{line}\n")
    for _ in range(2):
        with pytest.raises(DataError, match=r"jsonl:2 is no permission .* none of the register holds"):
            covers(register, "a.jpg", "show", None, DAY)


@pytest.mark.closed
@pytest.mark.parametrize("coding", ["cp1251", "utf-16", "utf-8-sig"])
def test_a_register_in_another_coding_is_void(register: ConsentRegister, coding: str) -> None:
    written(register)
    register.file.write_text(line_of(given_by="Мама").replace("\\u041c", "М") + "\n", encoding=coding)
    with pytest.raises(DataError, match="none of the register holds"):
        covers(register, "a.jpg", "show", None, DAY)


@pytest.mark.closed
def test_a_permission_that_is_granted_again_under_its_number_stays_revoked(register: ConsentRegister) -> None:
    written(register, line_of(), REVOKED)
    assert not covers(register, "a.jpg", "show", None, DAY)
    written(register, line_of(), REVOKED, line_of())
    with pytest.raises(DataError, match="is there already"):
        covers(register, "a.jpg", "show", None, DAY)


@pytest.mark.closed
@pytest.mark.parametrize("seconds", [0, 3600])
def test_an_edit_of_the_same_size_and_time_is_seen_at_the_next_question(
    register: ConsentRegister, seconds: int
) -> None:
    for_a, for_b = line_of(), line_of(digest=digest_of("b.jpg"))
    assert len(for_a) == len(for_b)
    written(register, for_a)
    was = register.file.stat().st_mtime_ns - seconds * 10**9
    os.utime(register.file, ns=(was, was))
    for round_ in range(20):
        granted, other = ("a.jpg", "b.jpg") if round_ % 2 == 0 else ("b.jpg", "a.jpg")
        register.file.write_text(f"{for_a if granted == 'a.jpg' else for_b}\n")
        os.utime(register.file, ns=(was, was))
        assert covers(register, granted, "show", None, DAY)
        assert not covers(register, other, "show", None, DAY)
