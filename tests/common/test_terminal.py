from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from full_files import without_rights

from withsense_tf.common import terminal
from withsense_tf.errors import DataError, DataWarning, SettingError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_file_gets_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its clock alone: other threads of this process read the true one.
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=iter(range(0, 100, 10)).__next__))
    batches = [[1] * 32, [2] * 32, [3] * 32, [4] * 4]
    assert list(terminal.track(batches, 100, "Encoding", size=len)) == batches
    # Begun at 0 s, at 30 s 32 are done, at 40 s 64, at 50 s 96.
    assert capsys.readouterr().err.splitlines() == [
        "Encoding: 32 of 100 photos, 32 under way, 0:01:04 left",
        # What was made ready before the first step ended is no measure of those to come.
        "Encoding: 96 of 100 photos, 4 under way, 0:00:01 left",
        # The last line stays in a notebook.
        "Encoding: 100 of 100 photos, 0:01:00 so far",
    ]


def test_the_time_left_falls_while_a_step_lasts_and_nobody_guesses_when_it_lasts_longer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=iter((0, 0, 30)).__next__))
    progress = terminal._PlainProgress(3, "trainings")
    progress("one")
    progress("two")
    capsys.readouterr()
    progress.say(40)
    progress.say(70)
    progress.say(100)
    assert capsys.readouterr().err.splitlines() == [
        "two: 1 of 3 trainings, 0:00:50 left",
        "two: 1 of 3 trainings, 0:00:20 left",
        "two: 1 of 3 trainings, 0:01:40 so far",
    ]


def test_of_parts_that_are_not_even_nobody_guesses_how_long_the_rest_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=iter((0, 0, 30)).__next__))
    progress = terminal._PlainProgress(4, "parts", even=False)
    progress("one")
    progress("two")
    assert capsys.readouterr().err == "two: 1 of 4 parts, 0:00:30 so far\n"
    # Who says at each end what goes on beside it calls once more than there are parts.
    progress.so_far = 5
    progress.say(40)
    assert capsys.readouterr().err == "two: 4 of 4 parts, 0:00:40 so far\n"


def test_a_log_file_gets_a_line_also_where_no_step_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_TO_FIRST_LINE", 0.05)
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.05)
    with terminal.steps(360, "trainings") as next_one:
        next_one("starting")
        next_one.rename("ridge")
        lines = lines_said(capsys, 2)
    assert len(lines) >= 2
    assert all(re.fullmatch(r"ridge: 0 of 360 trainings, 0:\d\d:\d\d so far", line) for line in lines)


def test_work_of_one_piece_says_what_it_is_and_how_long_it_has_taken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_TO_FIRST_LINE", 0.05)
    with terminal.waiting("Drawing"):
        assert re.fullmatch(r"Drawing: 0:\d\d:\d\d so far", lines_said(capsys, 1)[0])
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with terminal.waiting("Drawing"):
        pass
    assert "Drawing" in screen.getvalue()
    assert "so far" in screen.getvalue()
    assert "0/1" not in screen.getvalue()


def test_what_is_long_to_read_is_named_before_its_first_part_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_TO_FIRST_LINE", 0.05)
    lines: list[str] = []

    def slow_parts() -> Iterator[int]:
        lines.extend(lines_said(capsys, 1))
        yield 1

    assert list(terminal.track(slow_parts(), 1, "Encoding")) == [1]
    assert lines[0].startswith("Encoding: 0 of 1 photos, ")


def lines_said(capsys: pytest.CaptureFixture[str], count: int) -> list[str]:
    """Wait until so many lines were printed on the error stream, and return them."""
    lines, end = list[str](), time.monotonic() + 60
    while len(lines) < count and time.monotonic() < end:
        time.sleep(0.05)
        lines += capsys.readouterr().err.splitlines()
    return lines


def test_short_work_leaves_a_log_file_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(terminal.track(range(3), 3, "Counting")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_progress_bar_on_the_error_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(terminal.track(range(3), 3, "Counting", unit="steps")) == [0, 1, 2]
    assert "Counting" in screen.getvalue()
    assert "2/3" in screen.getvalue()
    assert "steps" in screen.getvalue()
    assert "so far" in screen.getvalue()


def test_work_within_other_work_leaves_the_terminal_to_that(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with terminal.waiting("Drawing"):
        assert list(terminal.track(range(3), 3, "Counting")) == [0, 1, 2]
    assert "Counting" not in screen.getvalue()
    assert list(terminal.track(range(3), 3, "Counting")) == [0, 1, 2]
    assert "Counting" in screen.getvalue()


def test_an_error_of_the_package_becomes_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise DataError("expected this, got that")

    with pytest.raises(SystemExit) as caught:
        terminal.run(command)
    assert caught.value.code == 2
    assert capsys.readouterr().err == "Error: expected this, got that\n"


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        terminal.run(lambda: 1 / 0)


def test_our_warnings_are_one_line_and_the_hook_is_put_back(capsys: pytest.CaptureFixture[str]) -> None:
    before = warnings.showwarning

    def command() -> None:
        warnings.simplefilter("always")
        warnings.warn("three rows left out", DataWarning, stacklevel=1)

    with warnings.catch_warnings():
        usual = warnings.showwarning
        terminal.run(command)
        assert warnings.showwarning is usual
    assert capsys.readouterr().err == "Warning: three rows left out\n"
    assert warnings.showwarning is before


@pytest.mark.slow
def test_tensorflow_starts_without_a_word_and_later_errors_are_heard() -> None:
    code = (
        "import sys; from withsense_tf.common.terminal import start_tensorflow as start\n"
        "assert start() is start() is sys.modules['tensorflow']\n"
        "print('still heard', file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # A busy machine takes long.
    assert result.stderr.removeprefix(f"{terminal.LOADING}\n") == "still heard\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("seconds", "is_child", "words"), [(1.0, False, [terminal.LOADING]), (0.0, False, []), (1.0, True, [])]
)
def test_who_waits_long_for_tensorflow_is_told_what_for_and_by_one_process(
    tmp_path: Path, seconds: float, is_child: bool, words: list[str]
) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import os, time\nos.write(2, b'CUDA error')\n"
        f"time.sleep({seconds})\nclass config:\n    list_physical_devices = print\n"
    )
    (tmp_path / "start.py").write_text(
        "import multiprocessing, sys\nfrom withsense_tf.common import terminal\n"
        "terminal.SECONDS_TO_LOADING = 0.3\nstart = terminal.start_tensorflow\n"
        "if __name__ == '__main__':\n"
        f"    child = multiprocessing.get_context('spawn').Process(target=start) if {is_child} else None\n"
        "    [child.start(), child.join()] if child else start()\n"
    )
    done = subprocess.run(
        [sys.executable, "start.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr.splitlines()) == ("GPU\n", words)


def test_an_output_folder_is_made_and_one_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    assert terminal.output_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("mine")
    for bad in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SettingError, match="cannot be written to"):
            terminal.output_folder(bad)
    assert (tmp_path / "file").read_text() == "mine"


def test_an_error_of_the_system_becomes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        terminal.run(lambda: Path("/no/such/file").read_text())
    assert caught.value.code == 2
    assert capsys.readouterr().err == "Error: /no/such/file: No such file or directory\n"


def test_a_file_of_another_user_is_named_with_whose_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with without_rights(tmp_path, "notes.txt"), pytest.raises(SystemExit):
        terminal.run((tmp_path / "notes.txt").read_text)
    told = capsys.readouterr().err
    assert told.startswith(
        f"Error: {tmp_path}/notes.txt may not be read or written by who runs this (Permission"
    )
    assert "'s, with the rights ----------). Let user " in told


def test_a_command_says_each_warning_once(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        for text in ("one", "one", "two", "one"):
            warnings.warn(text, DataWarning, stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("always", DataWarning)
        terminal.run(command)
    assert capsys.readouterr().err == "Warning: one\nWarning: two\n"


def test_where_a_command_ends_no_memory_is_searched_for_what_could_be_freed() -> None:
    program = (
        "from withsense_tf.common.machine import end_soon\n"
        "class Circle:\n"
        "    def __init__(self): self.own = self\n"
        "    def __del__(self): print('searched', flush=True)\n"
        "Circle(); end_soon(); print('done', flush=True)"
    )
    end = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert end.stdout == "done\n"


def test_a_terminal_without_the_signs_still_shows_the_rest() -> None:
    code = "from withsense_tf.common import terminal; terminal.run(lambda: print('ёж │'))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert result.stdout == "\\u0451\\u0436 \\u2502\n"
