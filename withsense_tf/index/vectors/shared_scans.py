"""Searches that come while another one reads the vectors wait for it, and then read them together.

To read all vectors takes as long for some queries as for one. A score hangs on the row and the query alone, and the
best k are the first of any larger number, so nobody's answer hangs on whom it was found with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

import numpy as np

from withsense_tf.index.vectors.vector_index import Nearest

# Queries (n, width), how many of the best, and of how many rows -> the best of each.
Scan = Callable[[np.ndarray, int, int], Nearest]


@dataclass(eq=False)
class _Asker:
    """One search that waits: for its answer, or to be the next to read."""

    query: np.ndarray
    k: int
    rows: int
    leads: bool = False
    wake: Event = field(default_factory=Event)
    nearest: Nearest | None = None


class SharedScans:
    """Let searches of several threads share what each of them would read by itself."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._waiting: list[_Asker] = []
        self._at_work = False

    # What reads is handed on, not kept: it belongs to who holds this, and would keep its owner's files open.
    def search(self, scan: Scan, query: np.ndarray, k: int, rows: int) -> Nearest:
        """Return the best k of the first `rows` rows for one query, (1, width), as `scan` has them."""
        asker = _Asker(query, k, rows)
        with self._lock:
            if self._at_work:
                self._waiting.append(asker)
            else:
                self._at_work = asker.leads = True
        if not asker.leads:
            asker.wake.wait()
        # Who shared a search that failed searches alone: the failure may be another's.
        if asker.nearest is None and not asker.leads:
            return scan(query, k, rows)
        if asker.nearest is None:
            self._lead(scan, asker)
        if asker.nearest is None:
            raise RuntimeError("a search ended without an answer")
        return asker.nearest

    def _lead(self, scan: Scan, asker: _Asker) -> None:
        """Read the vectors for all that wait, and let the first that came meanwhile go on."""
        with self._lock:
            like = [one for one in self._waiting if one.rows == asker.rows][: self._most - 1]
            self._waiting = [one for one in self._waiting if one not in like]
        try:
            _answer(scan, [asker, *like])
        except Exception:
            if not like:
                raise
            asker.nearest = scan(asker.query, asker.k, asker.rows)
        finally:
            with self._lock:
                following = self._waiting.pop(0) if self._waiting else None
                self._at_work = following is not None
                if following is not None:
                    following.leads = True
            for one in [*like, *([] if following is None else [following])]:
                one.wake.set()


def _answer(scan: Scan, askers: Sequence[_Asker]) -> None:
    nearest = scan(
        np.concatenate([one.query for one in askers]), max(one.k for one in askers), askers[0].rows
    )
    for at, one in enumerate(askers):
        one.nearest = Nearest(nearest.rows[at : at + 1, : one.k], nearest.scores[at : at + 1, : one.k])
