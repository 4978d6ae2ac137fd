from __future__ import annotations

import io
import sys
import warnings

import pytest

from withsense_tf import terminal
from withsense_tf.errors import DataError, DataWarning


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_file_gets_no_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(terminal.track(range(3), 3, "Counting")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_progress_bar_on_the_error_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(terminal.track(range(3), 3, "Counting", done="steps")) == [0, 1, 2]
    assert "Counting" in screen.getvalue()
    assert "steps" in screen.getvalue()


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


def test_tensorflow_starts_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.start_tensorflow()
    assert "tensorflow" in sys.modules
    assert capfd.readouterr().err == ""
    print("still heard", file=sys.stderr, flush=True)
    assert capfd.readouterr().err == "still heard\n"
