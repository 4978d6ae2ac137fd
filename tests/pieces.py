"""Work for processes that tests start: it must lie where they can import it."""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from withsense_tf.common.processes import epochs
from withsense_tf.errors import DataWarning


class OddError(Exception):
    """An error that pickle cannot make anew."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} in {where}")


def do(given: Any, piece: Any) -> Any:
    """Do what a piece says."""
    match piece:
        case ("double", number):
            return 2 * number * given
        case ("process", _):
            time.sleep(0.05)
            return os.getpid()
        case ("setting", name):
            return os.environ.get(name)
        case ("fail", kind):
            raise OddError("a fault", "it") if kind == "odd" else ValueError(f"{kind} is wrong")
        case ("end", _):
            raise EOFError("the file ended")
        case ("warn", words):
            warnings.warn(words, DataWarning, stacklevel=1)
        case ("die", _):
            os.kill(os.getpid(), signal.SIGKILL)
        case ("die once", mark):
            if not Path(mark).exists():
                Path(mark).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case ("train", most):
            return list(epochs(most))
        case ("sleep", seconds):
            time.sleep(seconds)
    return None


@contextmanager
def begin(given: Any) -> Iterator[Callable[[Any], Any]]:
    """Yield what does a piece."""
    yield lambda piece: do(given, piece)
