"""Share pieces of work out to several processes: a free process takes the next piece."""

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
from contextvars import ContextVar
from functools import partial
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
PICKLED_WHOLE: Final = frozenset({"builtins", "withsense_tf"})
SIGKILL: Final = 9
DYING_SECONDS: Final = 10.0
AGAIN: Final = (
    "Rows that were finished are kept: run it again with fewer --processes, and with --skip-existing."
)

# Who waits for the work at hand, and shows where it stands: `epochs` and `stage` tell it.
LISTENER: Final[ContextVar[Callable[[str], None]]] = ContextVar("listener", default=lambda _: None)
# Takes what all pieces share, and opens the function that does a piece.
Begin = Callable[[Any], AbstractContextManager[Callable[[Any], Any]]]


def usual_processes() -> int:
    """Say how many processes suit this machine: one a core while the memory lasts; one if a GPU is to be shared."""
    return 1 if has_gpu() else max(1, min(usable_cores(), MOST, free_memory() // ROOM))


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Within the block, let `listener` hear where the work stands."""
    token = LISTENER.set(listener)
    try:
        yield
    finally:
        LISTENER.reset(token)


def epochs(most: int, first: int = 1) -> Iterator[int]:
    """Yield the numbers of a training's epochs, and tell who waits for it which one is at work.

    >>> with heard_by(print):
    ...     list(epochs(2))
    epoch 1 of at most 2
    epoch 2 of at most 2
    [1, 2]
    """
    for number in range(first, most + 1):
        LISTENER.get()(f"epoch {number} of at most {most}")
        yield number


def stage(name: str) -> None:
    """Tell who waits for a training which part of it is at work.

    >>> with heard_by(print):
    ...     stage("solving")
    solving
    """
    LISTENER.get()(name)


def share_out(
    processes: int,
    begin: Begin,
    shared: Any,
    pieces: Sequence[Any],
    home: Callable[[Any], Hashable],
    begins: Callable[[Any, str], None] = lambda *_: None,
) -> Generator[tuple[Any, Any]]:
    """Yield each piece with its result, as they are done; an error in a piece is raised here.

    Every process calls `begin(shared)` once, so both must be picklable. A free process takes a piece of a `home` that
    it has begun, else of the first home that no process has, and only then of another's: what the pieces of one home
    share is then mostly made once.
    Each process computes in its share of the cores' threads. If one dies, the others go on with its piece and without
    it, as memory may be short; if a piece dies twice, or nobody is left, that is an error.
    `begins` is called here with each piece that a process begins, and again with where its work stands, as its epoch.
    """
    crew = _Crew(pieces, home, begins)
    try:
        crew.start(min(processes, len(pieces)), pickle.dumps((begin, shared), pickle.HIGHEST_PROTOCOL))
        yield from crew.results()
    finally:
        crew.end()


class _Crew:
    def __init__(
        self, pieces: Sequence[Any], home: Callable[[Any], Hashable], begins: Callable[[Any, str], None]
    ) -> None:
        self.pieces = pieces
        self.home = home
        self.begins = begins
        self.workers: list[_Worker] = []
        self._waiting = list(range(len(pieces)))
        self._died_once = set[int]()
        self._homes: dict[Hashable, _Worker] = {}
        self._busy: dict[Any, _Worker] = {}  # by their pipes

    def start(self, count: int, first_message: bytes) -> None:
        with _interrupts_wait():
            self.workers += [_Worker(max(1, usable_cores() // count)) for _ in range(count)]
        for worker in self.workers:
            worker.send(first_message)
            self._give_piece(worker)

    def results(self) -> Generator[tuple[Any, Any]]:
        while self._busy:
            for pipe in wait(list(self._busy)):
                worker = self._busy[pipe]
                kind, *message = worker.receive()
                if kind == "warned":
                    warnings.warn_explicit(*message)
                    continue
                if kind == "stands":
                    self.begins(self.pieces[worker.at], *message)
                    continue
                del self._busy[pipe]
                if kind == "failed":
                    error, where = message
                    error.add_note(f"In a process of its own:\n{where}")
                    raise error
                if kind == "died":
                    self._go_on_without(worker)
                    continue
                at = worker.at
                self._give_piece(worker)
                yield self.pieces[at], message[0]

    def end(self) -> None:
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.end()

    def _give_piece(self, worker: _Worker) -> None:
        if not self._waiting:
            return
        owners = [self._homes.get(self.home(self.pieces[at])) for at in self._waiting]
        # A piece of the worker's own homes, else of a home that nobody has, else the first of all.
        owner = next((one for one in (worker, None) if one in owners), owners[0])
        worker.at = self._waiting.pop(owners.index(owner))
        piece = self.pieces[worker.at]
        self._homes.setdefault(self.home(piece), worker)
        worker.send(pickle.dumps(piece))
        self._busy[worker.pipe] = worker
        self.begins(piece, "")

    def _go_on_without(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        code = worker.end()
        if worker.at in self._died_once or not self.workers:
            raise SettingError(f"{_died(code)} {AGAIN}")
        self._died_once.add(worker.at)
        self._waiting.insert(0, worker.at)
        self._homes = {name: one for name, one in self._homes.items() if one is not worker}
        warnings.warn(
            f"{_died(code)} {len(self.workers)} of them go on, and do that again.",
            WithSenseWarning,
            stacklevel=4,
        )
        for free in (one for one in self.workers if one.pipe not in self._busy):
            self._give_piece(free)


class _Worker:
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

    def receive(self) -> Sequence[Any]:
        try:
            message: Sequence[Any] = self.pipe.recv()
        except (EOFError, OSError):
            return ("died",)
        return message

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
    why = "; most likely the memory was not enough" if -code == SIGKILL else ""
    return f"A process ended {how} in the middle of its work{why}."


def _work(pipe: Connection, threads: int) -> None:
    """Do, in a process of its own, the pieces that the pipe brings, until it is closed."""
    # Not every system lets it be inherited.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Before anything that computes is imported.
    for name in THREADS:
        limit = os.environ.get(name, "")
        os.environ[name] = str(min(threads, int(limit)) if limit.isdecimal() and int(limit) else threads)
    lock = threading.Lock()

    def tell(*words: Any) -> None:
        with lock, suppress(OSError):  # whoever does not listen any more ends this process, too
            pipe.send(words)

    def show(message: Warning | str, category: type[Warning], file: str, line: int, *_: Any) -> None:
        importable = category.__module__.partition(".")[0] in PICKLED_WHOLE
        tell("warned", str(message), category if importable else UserWarning, file, line)

    warnings.showwarning = show  # type: ignore[assignment]  # `*_` stands for its other arguments
    try:
        begin, shared = pickle.loads(pipe.recv_bytes())
        with heard_by(partial(tell, "stands")), begin(shared) as do:
            while True:
                try:
                    piece = pipe.recv()
                except (EOFError, OSError):
                    return
                tell("done", do(piece))
    except Exception as error:
        importable = type(error).__module__.partition(".")[0] in PICKLED_WHOLE
        stand_in = RuntimeError(f"{type(error).__name__}: {error}")
        tell("failed", error if importable else stand_in, traceback.format_exc())


def _end_with_parent() -> None:
    """End this process when its parent is gone: a training may last, and nobody wants its result any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
