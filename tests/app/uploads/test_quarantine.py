from __future__ import annotations

import io
from pathlib import Path

import pytest
from uploads_of_tests import PNG

from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.uploads.quarantine import Description, Quarantine

SAID = Description(("A red wall .",), "Ann", "../../etc/cron.d/x.php")


def test_a_photo_waits_with_what_was_said_of_it(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    taken = quarantine.take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    (waiting,) = quarantine.waiting()
    assert waiting == taken
    assert waiting.file.read_bytes() == PNG


@pytest.mark.closed
def test_the_name_of_a_users_file_is_no_path(tmp_path: Path) -> None:
    taken = Quarantine(tmp_path / "quarantine").take(io.BytesIO(PNG), SAID, 10_000, 10_000)
    names = [path.name for path in tmp_path.rglob("*")]
    assert sorted(names) == sorted(["quarantine", taken.folder.name, "photo.png", "about.json"])
    assert taken.name == f"upload_{taken.folder.name}.png"
    assert taken.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.closed
@pytest.mark.parametrize("content", [PNG[:-20], PNG + b"PK", b"", PNG + b"\0" * 20_000])
def test_nothing_is_left_of_what_is_refused(tmp_path: Path, content: bytes) -> None:
    quarantine = Quarantine(tmp_path / "quarantine")
    with pytest.raises(ProblemError):
        quarantine.take(io.BytesIO(content), SAID, 10_000, 10_000)
    assert list((tmp_path / "quarantine").iterdir()) == []
    assert quarantine.count() == 0
