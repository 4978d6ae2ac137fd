"""New connections go to the worker that has fewest: else the one that wakes first takes all that come together.

The workers of a server listen at one socket, and the system wakes all of them for a connection. A connection stays
where it was taken, so that clients of a worker with many of them would wait for each other while another worker rests.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import mmap
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from withsense_tf.app.guards.slow_heads import HeadTimer
from withsense_tf.app.settings import AppSettings

if TYPE_CHECKING:
    from asyncio import SelectorEventLoop as Loop
else:
    try:
        from uvloop import Loop
    except ImportError:
        from asyncio import SelectorEventLoop as Loop
# So long a worker lets another one take a connection; then it does, so that a worker that hangs keeps nobody waiting.
PATIENCE: Final = 0.01
# Where the system has no room for another connection it is asked again so much later, as asyncio does.
NO_ROOM_SECONDS: Final = 1.0
NUMBER: Final = 8  # bytes


class OpenConnections:
    """How many connections each worker has, in a file that all of them map; each writes its own number alone."""

    def __init__(self, file: Path, workers: int) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, NUMBER * workers)
        self._memory = mmap.mmap(self._file, NUMBER * workers)
        self._numbers = memoryview(self._memory).cast("q")
        self._place = next((at for at in range(workers) if self._is_free(at)), None)
        self.own = 0
        self.change(0)

    def _is_free(self, at: int) -> bool:
        """Take a place if nobody has it; the system frees it when its worker ends, however that comes."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, NUMBER, NUMBER * at)
        except OSError:
            return False
        return True

    def change(self, by: int) -> None:
        """Count connections that came or went."""
        self.own += by
        if self._place is not None:
            self._numbers[self._place] = self.own

    def fewest_of_others(self) -> int | None:
        """Return how many the worker has that has fewest of the others; None where there is no other."""
        numbers = [number for at, number in enumerate(self._numbers) if at != self._place]
        return min(numbers) if numbers and self._place is not None else None


class EvenListener:
    """Take connections from a socket one by one, as long as no other worker has fewer."""

    def __init__(
        self, listening: socket.socket, make: Callable[[], HeadTimer], shares: OpenConnections
    ) -> None:
        self.sockets = (listening,)
        self._socket, self._make, self._shares = listening, make, shares
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = True
        listening.setblocking(False)
        self._loop.add_reader(listening.fileno(), self._look)

    def _look(self) -> None:
        """Take a connection that waits, or leave it to another worker for a while."""
        fewest = self._shares.fewest_of_others()
        if fewest is not None and self._shares.own > fewest:
            self._rest(PATIENCE)
        else:
            self._take()

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._timer = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._loop.add_reader(self._socket.fileno(), self._look)
        self._take()

    def _take(self) -> None:
        try:
            client, _ = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another worker has it, or nobody is there any more
        except OSError:
            self._rest(NO_ROOM_SECONDS)
            return
        self._shares.change(1)
        task = self._loop.create_task(self._connect(client))
        # The loop itself would forget it.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, client: socket.socket) -> None:
        client.setblocking(False)
        try:
            # As asyncio has it for connections that it takes.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol, client)
        except OSError:
            # The client is gone.
            client.close()
            self._shares.change(-1)

    def _protocol(self) -> HeadTimer:
        protocol = self._make()
        protocol.at_end = partial(self._shares.change, -1)
        return protocol

    def close(self) -> None:
        """Take no more connections."""
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._socket.fileno())
            if self._timer is not None:
                self._timer.cancel()

    async def wait_closed(self) -> None:
        """Wait for those that are being taken."""
        await asyncio.gather(*self._tasks)


class EvenLoop(Loop):
    """The loop of a worker: where it listens at a socket that others have, too, it takes its share of connections."""

    def __init__(self) -> None:
        super().__init__()
        # It is made when its worker begins, and what that reads from here on stays, as `server.lifespan` has it.
        gc.disable()

    async def create_server(self, protocol_factory: Any, *place: Any, **options: Any) -> Any:
        """Listen as a server of asyncio does."""
        listening = options.get("sock")
        settings = AppSettings.from_environment()
        if listening is None or settings.workers < 2:
            return await super().create_server(protocol_factory, *place, **options)
        listening.listen(options["backlog"])
        shares = OpenConnections(settings.state_folder / "connections", settings.workers)
        return EvenListener(listening, protocol_factory, shares)
