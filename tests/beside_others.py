"""What a process writes while another one does: it must lie where processes that are started anew can import it."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date

from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister


def in_two_processes(work: Callable[[str, int], None], file: object, numbers: Iterable[int]) -> None:
    """Let two processes do the work at once; they are no copies of this one, whose threads may hold locks."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(work, str(file), number) for number in numbers]:
            done.result()


def write_entry(file: str, number: int) -> None:
    """Write a line of an audit log."""
    AuditLog(file).write("query", "allow", "", None, "abc", query=f"query {number}")


def grant_one(file: str, number: int) -> None:
    """Permit one photo."""
    photo = f"{number}.jpg"
    digest = hashlib.sha256(photo.encode()).hexdigest()
    ConsentRegister(file).grant(photo, "A. Parent", since=date(2026, 11, 20), digest=digest)
