"""Pieces of work for several processes: whoever is free takes the next one."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

from withsense_tf.errors import SettingError

# What each library that computes in threads reads when it is imported.
THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
# What a training on a thousand photos takes at most, in bytes, and some more.
ROOM: Final = 3 << 30
# Each takes seconds to start, and there are few folds to share.
MOST: Final = 8

# Is given what was handed over, and yields what does a piece.
Begin = Callable[[Any], AbstractContextManager[Callable[[Any], Any]]]


def usual_processes() -> int:
    """Say how many processes suit this machine: one a core while the memory lasts; one if a GPU is to be shared."""
    import psutil

    from withsense_tf.data.photos import usable_cores

    if any(Path("/dev").glob("nvidia[0-9]*")):
        return 1
    return max(1, min(usable_cores(), MOST, psutil.virtual_memory().available // ROOM))


def share_out(
    processes: int, begin: Begin, given: Any, pieces: Sequence[Any], home: Callable[[Any], Hashable]
) -> Generator[tuple[Any, Any]]:
    """Yield each piece with its result, as they are done; an error in a piece is raised here.

    Every process calls `begin(given)` once, so both must be picklable. Who is free takes the first piece whose
    `home` nobody else has, and only then one of another's: what pieces of one home share is then mostly made once.
    Each process computes in its share of the cores' threads.
    """
    from withsense_tf.data.photos import usable_cores

    handed = pickle.dumps((begin, given), pickle.HIGHEST_PROTOCOL)
    count = min(processes, len(pieces))
    workers = [_Worker(max(1, usable_cores() // count)) for _ in range(count)]
    left, homes = list(pieces), dict[Hashable, _Worker]()
    busy: dict[Any, _Worker] = {}  # by their pipes

    def next_piece(worker: _Worker) -> None:
        if left:
            own = (at for at, one in enumerate(left) if homes.get(home(one), worker) is worker)
            piece = left.pop(next(own, 0))
            homes.setdefault(home(piece), worker)
            worker.take(piece)
            busy[worker.pipe] = worker

    try:
        for worker in workers:
            worker.send(handed)
            next_piece(worker)
        while busy:
            for pipe in wait(list(busy)):
                worker = busy.pop(pipe)
                piece, result = worker.result()
                next_piece(worker)
                yield piece, result
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, threads: int) -> None:
        # Libraries that compute in threads do not bear being forked.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, threads), daemon=True)
        self.process.start()
        # The only end that is left is the process's own: if it dies, reading ends.
        theirs.close()
        self.piece: Any = None

    def take(self, piece: Any) -> None:
        self.piece = piece
        self.send(pickle.dumps(piece))

    def send(self, words: bytes) -> None:
        try:
            self.pipe.send_bytes(words)
        except OSError as error:
            raise self._died() from error

    def result(self) -> tuple[Any, Any]:
        try:
            failed, result = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        if failed is not None:
            raise failed
        return self.piece, result

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()

    def _died(self) -> SettingError:
        self.process.join(10)
        code = self.process.exitcode
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        return SettingError(
            f"One of the processes ended {how} in the middle of its work; most likely it was out of memory. What was "
            "finished is kept. Run it again with fewer processes."
        )


def _work(pipe: Connection, threads: int) -> None:
    """Do pieces until nobody sends any more: also what a process whose parent was killed sees."""
    # Whoever interrupts the command reaches all its processes; the parent ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before anything that computes is imported.
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    try:
        begin, given = pickle.loads(pipe.recv_bytes())
        with begin(given) as do:
            while True:
                pipe.send((None, do(pipe.recv())))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:
        pipe.send((_portable(error), None))


def _portable(error: Exception) -> Exception:
    """Return the error with where it happened; one that cannot be sent, by its words."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        # Libraries' errors may need arguments that pickle does not know of.
        return RuntimeError(f"{type(error).__name__}: {error}\n{error.__notes__[-1]}")
    return error
