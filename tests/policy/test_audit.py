from __future__ import annotations

import json
from pathlib import Path

import pytest
from beside_others import in_two_processes, write_entry
from full_files import files_of_at_most, without_rights, without_room

from withsense_tf.errors import DiskError, RightsError, SettingError
from withsense_tf.policy.audit import AuditLog


def entries(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_entry_says_what_was_decided_and_never_what_was_asked(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "new" / "audit.jsonl")
    log.write("query", "restrict", "child", "RU", "abc", query="A little girl, Masha")
    (entry,) = entries(log.file)
    assert entry["decision"] == "restrict"
    assert (entry["policy"], entry["country"], entry["rule"], entry["photo"]) == ("abc", "RU", "child", None)
    assert "girl" not in log.file.read_text()
    assert entry["query"] == log.hash("a  little GIRL, masha")
    assert entry["query"] != log.hash("a little girl")


def test_what_a_person_decided_is_an_entry_with_who_and_why(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.write("result", "restrict", "captions", "RU", "abc", photo="a.jpg")
    decision = {"id": "5f", "photo": "a.jpg", "digest": "9f", "decision": "allow", "by": "Rita"}
    log.write_review("abd", decision | {"reason": "Dolls.", "before": {"by": "Ann"}})
    other, entry = entries(log.file)
    assert other.keys() <= entry.keys()
    assert (entry["place"], entry["policy"], entry["photo"], entry["decision"]) == (
        "review",
        "abd",
        "a.jpg",
        "allow",
    )
    assert (entry["by"], entry["reason"], entry["digest"], entry["undoes"]) == ("Rita", "Dolls.", "9f", None)
    assert entry["time"] >= other["time"]


def test_the_hash_needs_the_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    one, other = AuditLog(tmp_path / "a.jsonl"), AuditLog(tmp_path / "b.jsonl")
    assert one.hash("dog") != other.hash("dog")
    assert one.hash("dog") == AuditLog(tmp_path / "a.jsonl").hash("dog")
    assert (tmp_path / "a.jsonl.key").stat().st_mode & 0o077 == 0


def test_a_full_file_is_moved_on_and_the_oldest_is_dropped(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", most_bytes=1_000, kept_files=2)
    for number in range(40):
        log.write("result", "restrict", "captions", "RU", "abc", photo=f"{number}.jpg")
    files = [log.file, Path(f"{log.file}.1"), Path(f"{log.file}.2")]
    assert all(file.stat().st_size <= 1_000 for file in files)
    assert not Path(f"{log.file}.3").exists()
    kept = [entry["photo"] for file in reversed(files) for entry in entries(file)]
    assert kept == [f"{number}.jpg" for number in range(40 - len(kept), 40)]


def test_processes_that_write_at_once_lose_nothing_and_share_a_key(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    in_two_processes(write_entry, file, range(30))
    log = AuditLog(file)
    assert {entry["query"] for entry in entries(file)} == {
        log.hash(f"query {number}") for number in range(30)
    }


def test_a_photo_name_that_is_not_utf8_is_logged_too(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.write("result", "restrict", "unknown photo", "RU", "abc", photo="caf\udce9.jpg")
    assert entries(log.file)[0]["photo"] == "caf\udce9.jpg"


@pytest.mark.parametrize(("size", "files"), [(10, 1), (10_000, 0)])
def test_a_log_without_room_is_refused(tmp_path: Path, size: int, files: int) -> None:
    with pytest.raises(SettingError, match="needs 1,000 bytes"):
        AuditLog(tmp_path / "audit.jsonl", size, files)


@pytest.mark.closed
def test_a_log_without_room_for_an_entry_takes_none_and_stays_readable(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.check()
    log.write("result", "restrict", "captions", "RU", "abc", photo="a.jpg")
    with without_room(log.file), pytest.raises(DiskError, match="No space left on the disk for"):
        log.write_review("abd", {"photo": "b.jpg"})
    log.write("result", "restrict", "captions", "RU", "abc", photo="c.jpg")
    assert [one["photo"] for one in entries(log.file)] == ["a.jpg", "c.jpg"]


@pytest.mark.closed
def test_no_query_is_hashed_with_the_empty_key_that_a_full_disk_left(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    with files_of_at_most(0), pytest.raises(DiskError, match=r"audit\.jsonl\.key"):
        log.hash("dog")
    key = tmp_path / "audit.jsonl.key"
    assert not key.exists()
    key.touch()
    one = log.hash("dog")
    assert len(key.read_bytes()) == 32
    assert log.hash("dog") == one


@pytest.mark.closed
@pytest.mark.parametrize("name", ["audit.jsonl", "audit.jsonl.key", "audit.jsonl.lock"])
def test_a_file_of_the_log_that_is_another_users_is_named(tmp_path: Path, name: str) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.write("query", "restrict", "child", "RU", "abc", query="dog")
    assert [one.stat().st_mode & 0o077 for one in tmp_path.iterdir()] == [0, 0, 0]
    with without_rights(tmp_path, name):
        for use in (log.check, lambda: log.write("query", "restrict", "", None, "abc", query="dog")):
            with pytest.raises(RightsError, match=rf"{name} may not be read or written"):
                use()
