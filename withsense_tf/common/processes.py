"""Pieces of work for several processes: whoever is free takes the next one."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from withsense_tf.common.machine import free_memory, has_gpu, usable_cores
from withsense_tf.errors import SettingError, WithSenseWarning

# What each library that computes in threads reads when it is imported.
THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
# What a training on a thousand photos takes at most, in bytes, and some more.
ROOM: Final = 3 << 30
# Each takes seconds to start, and there are few folds to share.
MOST: Final = 8
# Errors of others may not bear being sent, and to read them may take their library.
SENT: Final = frozenset({"builtins", "withsense_tf"})
KILLED: Final = 9
DYING_SECONDS: Final = 10.0
AGAIN: Final = (
    "Rows that were finished are kept: run it again with fewer --processes, and with --skip-existing."
)

# Is given what was handed over, and yields what does a piece.
Begin = Callable[[Any], AbstractContextManager[Callable[[Any], Any]]]


def usual_processes() -> int:
    """Say how many processes suit this machine: one a core while the memory lasts; one if a GPU is to be shared."""
    return 1 if has_gpu() else max(1, min(usable_cores(), MOST, free_memory() // ROOM))


def share_out(
    processes: int, begin: Begin, given: Any, pieces: Sequence[Any], home: Callable[[Any], Hashable]
) -> Generator[tuple[Any, Any]]:
    """Yield each piece with its result, as they are done; an error in a piece is raised here.

    Every process calls `begin(given)` once, so both must be picklable. Who is free goes on with a `home` it has
    begun, else begins the first that nobody has, and only then helps another: what pieces of one home share is then
    mostly made once.
    Each process computes in its share of the cores' threads. If one dies, the others go on with its piece and without
    it, as memory may be short; if a piece dies twice, or nobody is left, that is an error.
    """
    count = min(processes, len(pieces))
    left, lost = list(range(len(pieces))), set[int]()
    homes: dict[Hashable, _Worker] = {}
    busy: dict[Any, _Worker] = {}  # by their pipes

    def next_piece(worker: _Worker) -> None:
        if left:
            owners = [homes.get(home(pieces[at])) for at in left]
            mine = next((wanted for wanted in (worker, None) if wanted in owners), owners[0])
            worker.at = left.pop(owners.index(mine))
            homes.setdefault(home(pieces[worker.at]), worker)
            worker.send(pickle.dumps(pieces[worker.at]))
            busy[worker.pipe] = worker

    workers: list[_Worker] = []
    try:
        with _interrupts_wait():
            workers += [_Worker(max(1, usable_cores() // count)) for _ in range(count)]
        handed = pickle.dumps((begin, given), pickle.HIGHEST_PROTOCOL)
        for worker in workers:
            worker.send(handed)
            next_piece(worker)
        while busy:
            for pipe in wait(list(busy)):
                worker = busy[pipe]
                at = worker.at
                try:
                    kind, *told = worker.pipe.recv()
                except (EOFError, OSError):
                    kind = "died"
                if kind == "warned":
                    warnings.warn_explicit(*told)
                    continue
                del busy[pipe]
                if kind == "failed":
                    raise _noted(*told)
                if kind == "died":
                    workers.remove(worker)
                    code = worker.end()
                    if at in lost or not workers:
                        raise SettingError(f"{_died(code)} {AGAIN}")
                    lost.add(at)
                    left.insert(0, at)
                    homes = {name: one for name, one in homes.items() if one is not worker}
                    goes_on = f"{_died(code)} {len(workers)} of them go on, and do that again."
                    warnings.warn(goes_on, WithSenseWarning, stacklevel=2)
                    for free in (one for one in workers if one.pipe not in busy):
                        next_piece(free)
                    continue
                next_piece(worker)
                yield pieces[at], told[0]
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.end()


class _Worker:
    """One process, the pipe to it, and the position of its piece."""

    def __init__(self, threads: int) -> None:
        # Libraries that compute in threads do not bear being forked.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, threads), daemon=True)
        self.process.start()
        # The only end that is left is the process's own: if it dies, reading ends.
        theirs.close()
        self.at = -1

    def send(self, words: bytes) -> None:
        # That it is dead is found out when its result is read.
        with suppress(OSError):
            self.pipe.send_bytes(words)

    def end(self) -> int:
        """Wait for the process, which is dying or has nobody to listen to, and return its exit code."""
        self.pipe.close()
        self.process.join(DYING_SECONDS)
        self.process.kill()
        self.process.join()
        return self.process.exitcode or 0


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let processes that are started within the block ignore Ctrl-C: it reaches all, and their parent ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say so
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _died(code: int) -> str:
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    why = "; most likely the memory was not enough" if -code == KILLED else ""
    return f"A process ended {how} in the middle of its work{why}."


def _noted(error: Exception, where: str) -> Exception:
    error.add_note(f"In a process of its own:\n{where}")
    return error


def _work(pipe: Connection, threads: int) -> None:
    """Do pieces until nobody sends any more."""
    # Not every system lets it be inherited.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Before anything that computes is imported.
    for name in THREADS:
        given = os.environ.get(name, "")
        os.environ[name] = str(min(threads, int(given)) if given.isdecimal() and int(given) else threads)
    lock = threading.Lock()

    def tell(*words: Any) -> None:
        with lock, suppress(OSError):  # whoever does not listen any more ends this process, too
            pipe.send(words)

    def show(message: Warning | str, category: type[Warning], file: str, line: int, *_: Any) -> None:
        known = category if category.__module__.partition(".")[0] in SENT else UserWarning
        tell("warned", str(message), known, file, line)

    warnings.showwarning = show  # type: ignore[assignment]  # `*_` stands for its other arguments
    try:
        begin, handed = pickle.loads(pipe.recv_bytes())
        with begin(handed) as do:
            while True:
                try:
                    piece = pipe.recv()
                except (EOFError, OSError):
                    return
                tell("done", do(piece))
    except Exception as error:
        ours = type(error).__module__.partition(".")[0] in SENT
        sent = error if ours else RuntimeError(f"{type(error).__name__}: {error}")
        tell("failed", sent, traceback.format_exc())


def _end_with_parent() -> None:
    """End at once when the parent is gone, however it went: a training may last, and nobody wants it any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
