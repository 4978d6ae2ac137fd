"""What all commands do at the terminal: a progress bar for long work, and errors without a traceback."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from withsense_tf.errors import WithSenseError, WithSenseWarning

T = TypeVar("T")


def track(items: Iterable[T], total: int, what: str, done: str = "photos") -> Iterator[T]:
    """Yield `items` and show on the terminal how many of `total` are done and the time left.

    The bar goes to the error stream, so that piped output stays clean; a log file gets none.

    >>> list(track([1, 2], total=2, what="Counting"))
    [1, 2]
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(done),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        for item in items:
            yield item
            bar.advance(task)


def start_tensorflow() -> None:
    """Import TensorFlow without what it says of CUDA and its build; a failed import is still an error.

    Its first lines are written before any log level counts, so the error stream is closed off meanwhile.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def run(command: Callable[[], object]) -> None:
    """Run a command line; end with exit code 2 and one clear line where the package raises an error."""
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: object) -> None:
        if issubclass(category, WithSenseWarning):
            print(f"Warning: {message}", file=sys.stderr)
        else:
            usual(message, category, *where)  # type: ignore[arg-type]  # handed on as they came

    warnings.showwarning = show  # type: ignore[assignment]  # `*where` stands for its other arguments
    try:
        command()
    except WithSenseError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; point stdout elsewhere so that closing it stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    finally:
        warnings.showwarning = usual
