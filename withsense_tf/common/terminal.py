"""What all commands do at the terminal: a progress bar for long work, and errors without a traceback."""

from __future__ import annotations

import io
import math
import multiprocessing
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import TIMEOUT_MAX, Event, Lock, Thread, Timer
from typing import Any, Final, Protocol, TypeVar

import typer

from withsense_tf.errors import (
    PublishedTestWarning,
    SettingError,
    WithSenseError,
    WithSenseWarning,
    disk_trouble,
)
from withsense_tf.file_access import no_rights, words_of

T = TypeVar("T")
# In a log file or a notebook: soon, so that nobody thinks that it hangs, and then seldom.
SECONDS_TO_FIRST_LINE: Final = 10.0
SECONDS_BETWEEN_LINES: Final = 20.0
SECONDS_TO_LOADING: Final = 2.0
LOADING: Final = "Loading TensorFlow, which takes seconds, or a minute on a busy machine ..."
# A terminal shows one bar at a time.
BAR: Final = Lock()


def track(
    items: Iterable[T],
    total: int,
    what: str,
    unit: str = "photos",
    size: Callable[[T], int] = lambda _: 1,
) -> Iterator[T]:
    """Yield `items` and show on the terminal how many of `total` are done and the time left.

    `size` counts what is in an item. The bar goes to the error stream; a log file gets a line now and then instead.

    >>> list(track([1, 2], total=2, what="Counting"))
    [1, 2]
    """
    with steps(total, unit) as next_one:
        next_one(what, 0)  # the first item may take long to come
        for item in items:
            next_one(what, size(item))
            yield item


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show what the work within the block is and how long it has taken, where nobody can say how far it is."""
    with steps(1, "") as next_one:
        next_one(what)
        yield


class NextStep(Protocol):
    """What is called before each step: with its name, and how many of the total it has."""

    def __call__(self, what: str, count: int = 1) -> None:
        """Begin a step; the one before is done."""

    def rename(self, what: str) -> None:
        """Give what is under way another name."""


@contextmanager
def steps(total: int, unit: str, even: bool = True) -> Iterator[NextStep]:
    """Show a bar of `total` steps, with the time left if they are `even`; yield what is to be called before each step.

    A process that another one started leaves the terminal to that one, and work within other work to that.
    """
    progress, is_terminal = _PlainProgress(total, unit, even), sys.stderr.isatty()
    if multiprocessing.parent_process() is not None or (is_terminal and BAR.locked()):
        progress.next_line = math.inf
        yield progress
    else:
        with _bar(total, unit, even) if is_terminal else _lines(progress) as next_one:
            yield next_one


def _of_total(total: int, unit: str, under_way: int) -> str:
    return f"{total:,} {unit}{f', {under_way:,} under way' if under_way > 1 else ''}"


class _PlainProgress:
    def __init__(self, total: int, unit: str, even: bool = True) -> None:
        self.total, self.unit, self.even = total, unit, even
        self.so_far, self.under_way, self.what = 0, 0, ""
        self.start = self.last = time.monotonic()
        # When the first step ended, and how many it had: what is made ready before it counts for no later one.
        self.first = (self.start, 0)
        self.next_line = self.start + SECONDS_TO_FIRST_LINE

    def __call__(self, what: str, count: int = 1) -> None:
        now = time.monotonic()
        if self.under_way:
            self.so_far, self.last = self.so_far + self.under_way, now
            self.first = self.first if self.first[1] else (now, self.so_far)
        self.under_way, self.what = count, what
        if now >= self.next_line and self.so_far:
            self.say(now)

    def rename(self, what: str) -> None:
        self.what = what

    def say(self, now: float) -> None:
        self.next_line = now + SECONDS_BETWEEN_LINES
        time_text = f"{timedelta(seconds=round(now - self.start))} so far"
        if (left := self.left(now)) > 0:
            time_text = f"{timedelta(seconds=round(left))} left"
        if self.unit:
            so_far = min(self.so_far, self.total)
            time_text = f"{so_far:,} of {_of_total(self.total, self.unit, self.under_way)}, {time_text}"
        print(f"{self.what}: {time_text}", file=sys.stderr, flush=True)

    def left(self, now: float) -> float:
        """Return in how many seconds the rest will be done, 0 where nobody knows or the step at hand takes longer."""
        if not self.so_far or not self.even:
            return 0.0
        since, count = self.first
        if self.so_far < count + max(count, 2):
            since, count = self.start, 0
        each = (self.last - since) / (self.so_far - count)
        return max(0.0, (self.total - self.so_far) * each - (now - self.last))

    def say_again(self, end: Event) -> None:
        """Print it also where no step ends for long, so that nobody takes long steps for a standstill."""
        pause = SECONDS_TO_FIRST_LINE
        while not end.wait(pause):
            pause = SECONDS_BETWEEN_LINES
            if (now := time.monotonic()) >= self.next_line and self.what:  # else a step said it as it ended
                self.say(now)


@contextmanager
def _lines(progress: _PlainProgress) -> Iterator[NextStep]:
    end = Event()
    teller = Thread(target=progress.say_again, args=(end,), daemon=True)
    teller.start()
    try:
        yield progress
    finally:
        end.set()
        teller.join()
    if progress.unit and progress.next_line > progress.start + SECONDS_TO_FIRST_LINE:
        progress.next_line = progress.start  # the last line stays, and tells that all is done
        progress(progress.what, 0)


@contextmanager
def _bar(total: int, unit: str, even: bool) -> Iterator[NextStep]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.table import Column

    # A step may last: the time that passes says that it goes on, and is seen whole on a narrow terminal, too.
    console, whole = Console(stderr=True), Column(min_width=7)
    name = Column(max_width=max(16, console.width - (64 if unit else 32)), no_wrap=True)
    columns = [TextColumn("{task.description}", table_column=name), BarColumn(6)]
    columns += [TextColumn("{task.fields[count]}"), TimeElapsedColumn(whole), TextColumn("so far")]
    columns += [TimeRemainingColumn(table_column=whole), TextColumn("left")] if unit and even else []
    with BAR, Progress(*columns, console=console, transient=True) as bar:
        # A lone piece of work is nowhere between its beginning and its end.
        yield _BarProgress(bar, bar.add_task("", total=total if unit else None, count=""), total, unit)


class _BarProgress:
    def __init__(self, bar: Any, task: Any, total: int, unit: str) -> None:
        self.bar, self.task, self.total, self.unit = bar, task, total, unit
        self.so_far, self.under_way = 0, 0

    def __call__(self, what: str, count: int = 1) -> None:
        self.so_far += self.under_way
        self.under_way = count
        text = f"{self.so_far:,}/{_of_total(self.total, self.unit, count)}" if self.unit else ""
        self.bar.update(self.task, description=what, completed=self.so_far, count=text)

    def rename(self, what: str) -> None:
        self.bar.update(self.task, description=what)


@contextmanager
def each_said_once() -> Iterator[None]:
    """Show each warning once within the block, and once for all photos that a published test split is trained on."""
    shown_warnings: set[tuple[type[Warning], str]] = set()
    show = warnings.showwarning

    def show_once(message: Warning | str, category: type[Warning], *where: Any) -> None:
        words = "" if issubclass(category, PublishedTestWarning) else str(message)
        if (category, words) not in shown_warnings:
            shown_warnings.add((category, words))
            show(message, category, *where)

    with warnings.catch_warnings():
        warnings.showwarning = show_once  # type: ignore[assignment]  # `*where` stands for its other arguments
        yield


def start_tensorflow() -> Any:
    """Import TensorFlow without what it says of CUDA and its build; a failed import is still an error.

    Its first lines come before any log level counts, and look like failures ("CUDA error"): they are heard nowhere.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    # A process that another one started leaves the terminal to that one, and the line takes the place of a bar.
    seconds = SECONDS_TO_LOADING if multiprocessing.parent_process() is None else TIMEOUT_MAX
    words = ("\r\x1b[2K" if BAR.locked() else "") + LOADING
    with os.fdopen(os.dup(2), "w") as error_stream, Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        teller = Timer(seconds, print, [words], {"file": error_stream, "flush": True})
        teller.start()
        try:
            import tensorflow as tf

            tf.config.list_physical_devices("GPU")
        finally:
            teller.cancel()
            teller.join()
            os.dup2(error_stream.fileno(), 2)
    return tf


def output_folder(path: Path) -> Path:
    """Make the folder that a command writes to, before its work starts, and return it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise SettingError(
            f"--output {path} cannot be written to ({words_of(error)}): choose another folder."
        ) from error
    return path


def run(command: Callable[[], object]) -> None:
    """Run a command line; end with exit code 2 and one clear line where something is wrong with its input."""
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: object) -> None:
        if issubclass(category, WithSenseWarning):
            print(f"Warning: {message}", file=sys.stderr)
        else:
            usual(message, category, *where)  # type: ignore[arg-type]  # handed on as they came

    warnings.showwarning = show  # type: ignore[assignment]  # `*where` stands for its other arguments
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign must not lose the whole table for it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with each_said_once():
            command()
    except Exception as error:
        from withsense_tf.common.code_version import complaint

        message = str(error) if isinstance(error, WithSenseError) else None
        # Libraries have errors of their own for a full disk.
        message = message or disk_trouble(error) or complaint(error) or None
        if message is None and isinstance(error, PermissionError) and error.filename:
            message = no_rights(error, is_before=False)  # who knows?
        elif message is None and isinstance(error, OSError):
            message = f"{error.filename or 'input or output'}: {words_of(error)}"
        if message is None:
            raise
        print(f"Error: {message}", file=sys.stderr)
        sys.exit(2)
    finally:
        warnings.showwarning = usual


def run_main(main: Callable[..., None]) -> None:
    """Run a function as a command line; its parameters are the options."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    run(app)
