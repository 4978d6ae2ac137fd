from __future__ import annotations

from pathlib import Path
from threading import Thread

from withsense_tf.testing.opened_files import opened_files


def test_files_of_the_folder_that_are_opened_within_the_block_are_known(tmp_path: Path) -> None:
    for name in ("before", "within", "by_thread", "after"):
        (tmp_path / name).write_text(name)
    (tmp_path / "before").read_text()
    with opened_files(tmp_path) as files:
        (tmp_path / "within").read_text()
        thread = Thread(target=(tmp_path / "by_thread").read_bytes)
        thread.start()
        thread.join()
        Path(__file__).read_text()
    (tmp_path / "after").read_text()
    assert {file.name for file in files} == {"within", "by_thread"}
