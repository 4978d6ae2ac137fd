"""On a full disk, what only reads goes on, and what writes says what is full; nothing that was there is lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from full_files import files_of_at_most
from index_digest import contents
from small_index import LAW, items_of_looks, new_index

from withsense_tf.common import terminal
from withsense_tf.common.atomic_files import whole_file
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.encoders.vectors.vector_shards import KEY, Shelf
from withsense_tf.errors import DiskError, WithSenseError, disk_trouble, on_disk
from withsense_tf.evaluation.result_table import Comparison, append_rows
from withsense_tf.index.integrity.table_errors import ReadOnlyIndexError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.trail.decision_trail import DecisionTrail, Signer
from withsense_tf.index.trail.take_out import take_out
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import check_may_judge, judge_anew
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
COUNT = 8
ROOM = "4m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of some megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(disk: Path) -> Path:
    """Leave no byte free."""
    filler = disk / "filler"
    for portion in (65536, 512):
        with filler.open("ab", buffering=0) as stream, suppress(OSError):
            while True:
                stream.write(bytes(portion))
    with pytest.raises(OSError, match="No space"):
        (disk / "more").write_bytes(b"more")
    (disk / "more").unlink()
    return filler


@pytest.fixture
def index(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, disk: Path
) -> Iterator[PhotoIndex]:
    index = new_index(disk / "index", fitted("captions"), items_of_looks(looks, COUNT), store)
    index.close()
    yield index
    index.close()


def ask(folder: Path) -> list[str]:
    search = Search(folder, policy=LAW, country="BB")
    found = [hit.photo for hit in search("a plain scarlet wall", k=COUNT, minimum=0.0)]
    search.close()
    return found


def test_a_search_and_a_check_go_on_where_the_disk_is_full(index: PhotoIndex, disk: Path) -> None:
    assert sorted(part.name for part in index.folder.iterdir() if part.is_file()) == [
        "catalog.sqlite",
        "index.json",
    ]
    before = ask(index.folder)
    filler = fill_up(disk)
    assert ask(index.folder) == before
    opened = PhotoIndex(index.folder)
    assert verify_index(opened) == []
    # Where there is room again, the same object sees what is written from now on.
    filler.unlink()
    ingest(PhotoIndex(index.folder), [], LAW, remove=[before[0]])
    assert before[0] not in ask(index.folder)
    with opened.catalog.reading() as tables:
        assert tables.execute("SELECT count(*) FROM photos").fetchone()[0] == COUNT - 1
    opened.close()


def test_a_search_goes_on_where_another_process_holds_changes_that_are_in_the_log_alone(
    index: PhotoIndex, disk: Path
) -> None:
    # A writer that was killed leaves its log, and the file by which others read it.
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute(\"UPDATE photos SET path = '/elsewhere' WHERE name = '000.png'\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(index.folder / "catalog.sqlite")], check=True)
    assert (index.folder / "catalog.sqlite-wal").stat().st_size
    fill_up(disk)
    assert len(ask(index.folder)) == COUNT
    with PhotoIndex(index.folder).catalog.reading() as tables:
        asked = "SELECT path FROM photos WHERE name = '000.png'"
        assert tables.execute(asked).fetchone()[0] == "/elsewhere"


def test_what_writes_to_a_full_disk_says_so_and_changes_nothing(
    index: PhotoIndex, disk: Path, looks: Path, store: VectorStore
) -> None:
    held = contents(index)
    index.close()
    filler = fill_up(disk)
    opened = PhotoIndex(index.folder, store)
    with pytest.raises(WithSenseError, match=r"(No space left on the disk|disk full).*") as caught:
        ingest(opened, items_of_looks(looks, COUNT + 3), LAW)
    assert str(disk) in str(caught.value)
    opened.close()
    filler.unlink()
    again = PhotoIndex(index.folder, store)
    assert contents(again) == held
    assert ingest(again, items_of_looks(looks, COUNT + 3), LAW).added == 3
    assert verify_index(again) == []
    again.close()


def test_a_first_build_on_a_full_disk_names_the_disk(
    fitted: Callable[[str], Matcher], disk: Path, store: VectorStore
) -> None:
    fill_up(disk)
    with pytest.raises(DiskError, match=rf"No space left on the disk for {disk}.*run it again"):
        PhotoIndex.make(disk / "index")
    filler = disk / "filler"
    os.truncate(filler, filler.stat().st_size - 6 * 65536)
    index = PhotoIndex.make(disk / "index", store)
    with pytest.raises(DiskError, match=rf"No space left on the disk for {disk}"):
        index.add_model(fitted("hybrid"))
    # What was half written is gone.
    assert list((disk / "index" / "generations").iterdir()) == []
    index.close()


def test_stored_vectors_a_picture_and_a_results_file_say_that_the_disk_is_full(
    index: PhotoIndex, disk: Path
) -> None:
    shelf = Shelf(disk / "shelf", "an encoder", "float32")
    shelf.add(np.array([b"a"], KEY), np.ones((1, 4), np.float32))
    hits = Search(index.folder, policy=LAW, country="BB")("a plain scarlet wall", minimum=0.0)
    hits.save(disk / "sheet.png")
    drawn = (disk / "sheet.png").read_bytes()
    table = Comparison(({"matcher": "a" * 5000},), (), ())
    append_rows(disk / "compare.csv", table)
    rows = (disk / "compare.csv").read_bytes()
    fill_up(disk)
    with pytest.raises(DiskError, match=rf"No space left on the disk for {disk}/shelf"):
        shelf.add(np.array([b"%d" % n for n in range(9_000)], KEY), np.ones((9_000, 4), np.float32))
    assert shelf.find(np.array([b"a"], KEY))[0].all()
    assert not list((disk / "shelf").glob("*.draft"))
    with pytest.raises(DiskError, match=rf"No space left on the disk for {disk}/sheet\.png"):
        hits.save(disk / "sheet.png")
    assert (disk / "sheet.png").read_bytes() == drawn
    with pytest.raises(OSError, match="No space"):
        append_rows(disk / "compare.csv", table)
    assert (disk / "compare.csv").read_bytes() == rows


def test_vectors_that_do_not_fit_any_more_say_so_without_a_disk_of_their_own(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", "an encoder", "float32")
    with (
        files_of_at_most(10_000),
        pytest.raises(DiskError, match=r"No space left on the disk for .*shelf.*: free some"),
    ):
        shelf.add(np.array([b"b"], KEY), np.ones((1, 10_000), np.float32))
    shelf.add(np.array([b"b"], KEY), np.ones((1, 10_000), np.float32))
    assert shelf.find(np.array([b"b"], KEY))[0].all()


def test_what_lies_on_a_disk_that_may_only_be_read_is_not_changed_and_the_disk_is_named(
    index: PhotoIndex, disk: Path, looks: Path
) -> None:
    before = ask(index.folder)
    index.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        trail, opened = DecisionTrail(disk / "state"), PhotoIndex(index.folder)
        changes: list[Callable[[], object]] = [
            lambda: ingest(opened, [], LAW, remove=[before[0]]),
            lambda: judge_anew(opened, LAW, anyway=True),
            lambda: check_may_judge(opened, LAW),
            lambda: take_out(opened, before[:1], LAW, trail, Signer("Ann"), "He asked."),
        ]
        for change in changes:
            with pytest.raises(
                ReadOnlyIndexError, match=r"disk/index may only be read: its disk is mounted so"
            ):
                change()
        read_only = r"disk/o\.csv may only be read: its disk is mounted so"
        with pytest.raises(DiskError, match=read_only), whole_file(disk / "o.csv") as draft:
            draft.touch()
        assert ask(index.folder) == before
        # What changes nothing needs no leave.
        assert not judge_anew(opened, LAW)
        opened.close()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


class RanOutError(Exception):
    """An error as TensorFlow makes it: of memory and of disks alike."""

    error_code = 8


def full_of(kind: type[sqlite3.Error]) -> sqlite3.Error:
    error = kind("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded", "/a/b"),
        OSError("10000 requested and 2032 written"),
        OSError(
            "Can't write data (file write failed: errno = 28, error message = 'No space left on device')"
        ),
        RanOutError("/a/b; No space left on device"),
        full_of(sqlite3.OperationalError),
    ],
    ids=repr,
)
def test_whatever_a_full_disk_raises_ends_a_command_with_one_line_that_says_so(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise error

    with pytest.raises(SystemExit):
        terminal.run(command)
    told = capsys.readouterr().err
    assert told.startswith("Error: No space left on the disk for ")
    assert "None" not in told
    with pytest.raises(DiskError, match="No space left"), on_disk("/c"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a dog"),
        RuntimeError("my disk is full: No space left on device"),
        OSError("my disk is full"),
        sqlite3.OperationalError("database or disk is full"),
        RanOutError("OOM when allocating a tensor"),
    ],
    ids=repr,
)
def test_words_alone_make_no_disk_full(error: Exception) -> None:
    assert disk_trouble(error) is None
    with pytest.raises(type(error)), on_disk("/c"):
        raise error


def test_an_error_without_a_reason_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise OSError("the tape broke")

    with pytest.raises(SystemExit):
        terminal.run(command)
    assert capsys.readouterr().err == "Error: input or output: the tape broke\n"
