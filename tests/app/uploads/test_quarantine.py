from __future__ import annotations

import io
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from uploads_of_tests import PNG, png_of

from withsense_tf.app.guards.request_log import LOGGER
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.uploads.quarantine import Description, Quarantine

SAID = Description(("A red wall .",), "Ann", "../../etc/cron.d/x.php")


def test_a_photo_waits_with_what_was_said_of_it(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    taken = quarantine.take(io.BytesIO(PNG), replace(SAID, key="2c2ee6ea"), 10_000, 10_000)
    (waiting,) = quarantine.waiting()
    assert waiting == taken
    assert waiting.file.read_bytes() == PNG


def test_what_a_version_before_took_in_waits_on(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    taken = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    about = json.loads((taken.folder / "about.json").read_text())
    del about["key"]
    (taken.folder / "about.json").write_text(json.dumps(about))
    again = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    assert (list(quarantine.waiting()), again.waits_already) == ([taken], True)


@pytest.mark.closed
def test_the_name_of_a_users_file_is_no_path(tmp_path: Path) -> None:
    taken = Quarantine(tmp_path / "quarantine").take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    names = [path.name for path in tmp_path.rglob("*")]
    assert sorted(names) == sorted(
        ["photo_ids.key", "quarantine", taken.folder.name, "photo.png", "about.json"]
    )
    assert taken.name == f"upload_{taken.folder.name}.png"
    assert taken.file.stat().st_mode & 0o777 == 0o600


def test_what_was_left_half_erased_is_erased_the_next_time_and_a_draft_that_is_worked_on_is_not(
    tmp_path: Path,
) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    for name in ("a.past.draft", "b.draft", "c.draft"):
        taken = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
        shutil.move(taken.folder, taken.folder.with_name(name))
    for one in (tmp_path / "quarantine" / "b.draft").rglob("*"):
        os.utime(one, (0, 0))
    os.utime(tmp_path / "quarantine" / "b.draft", (0, 0))
    assert (quarantine.count(), list(quarantine.waiting())) == (0, [])
    quarantine.clear()
    assert [one.name for one in (tmp_path / "quarantine").iterdir()] == ["c.draft"]


def test_what_cannot_be_erased_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    taken = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)

    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "rmtree", refuse)  # whoever runs the tests may erase anything
    monkeypatch.setattr(LOGGER, "propagate", True)
    quarantine.leave(taken)
    (record,) = caplog.records
    assert "cannot be erased (Permission denied)" in record.cells["error"]
    assert quarantine.count() == 0


def test_the_same_photo_with_the_same_words_waits_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    taken, again = (quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000) for _ in range(2))
    assert (again.folder, again.name, again.waits_already) == (taken.folder, taken.name, True)
    assert [one.name for one in (tmp_path / "quarantine").iterdir()] == [taken.folder.name]
    # What is said otherwise is evidence of its own; what a name without words is says nothing.
    others = [
        quarantine.take(io.BytesIO(content), said, 10_000, 10_000)
        for content, said in (
            (png_of(1), SAID),
            (PNG, replace(SAID, by="Bob")),
            (PNG, replace(SAID, key="2c2ee6ea")),
            (PNG, replace(SAID, captions=("A blue wall .",))),
            (PNG, replace(SAID, file_name="my_little_girl.png")),
        )
    ]
    assert len({taken.name, *(one.name for one in others)}) == 6
    nameless = [replace(SAID, file_name=name) for name in ("1000092795.png", "7.png")]
    assert len({quarantine.take(io.BytesIO(PNG), said, 10_000, 10_000).name for said in nameless}) == 1
    # Another index has names of its own.
    elsewhere = Quarantine(tmp_path / "else" / "quarantine").take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    assert elsewhere.name != taken.name
    # It may come again while it is being erased.
    monkeypatch.setattr(shutil, "rmtree", lambda folder: None)
    for _ in range(2):
        quarantine.leave(quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000))
    assert not taken.folder.exists()


def test_the_same_photo_may_come_again_while_another_worker_lets_it_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine, rename = Quarantine(tmp_path / "quarantine"), Path.rename
    waits = [quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)]

    def rename_late(path: Path, target: Path) -> Path:
        try:
            return rename(path, target)
        except OSError:
            while waits:  # the other worker is done in the moment after
                worker = Thread(target=quarantine.leave, args=(waits.pop(),))
                worker.start()
                worker.join()
            raise

    monkeypatch.setattr(Path, "rename", rename_late)
    again = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    assert (again.waits_already, list(quarantine.waiting())) == (False, [again])


@pytest.mark.closed
@pytest.mark.parametrize("damage", ["words", "other words", "photo", "no photo", "no words"])
def test_who_sends_a_photo_again_mends_the_copy_that_waits(tmp_path: Path, damage: str) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    waiting = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    about = waiting.folder / "about.json"
    if damage == "words":
        about.write_text("{")
    elif damage == "other words":
        about.write_text(about.read_text().replace("red", "blue"))
    elif damage == "photo":
        waiting.file.write_bytes(PNG[:-20])
    else:
        (waiting.file if damage == "no photo" else about).unlink()
    again = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    assert (again.folder, again.waits_already) == (waiting.folder, False)
    assert (again.file.read_bytes(), list(quarantine.waiting())) == (PNG, [again])
    quarantine.clear()
    assert list((tmp_path / "quarantine").iterdir()) == [again.folder]


@pytest.mark.closed
@pytest.mark.parametrize("content", [PNG[:-20], PNG + b"PK", b"", PNG + b"\0" * 20_000])
def test_nothing_is_left_of_what_is_refused(tmp_path: Path, content: bytes) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    with pytest.raises(ProblemError):
        quarantine.take(io.BytesIO(content), SAID, 10_000, 10_000)
    assert list((tmp_path / "quarantine").iterdir()) == []
    assert quarantine.count() == 0
