"""The comparisons that were made on this machine, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from withsense_tf.app.page.drawing_board import page
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.errors import DataError

# What runs are read with can draw them too: a server that nobody asks for runs starts without it.
if TYPE_CHECKING:
    from withsense_tf.experiments.runs.stored_runs import StoredRun

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
# Older ones are listed by `compare list`.
MOST: Final = 50
RunName = Annotated[str, Query(max_length=200)]


@router.get("/how-good/changes")
def changes(request: Request, service: Service, before: RunName = "", after: RunName = "") -> Response:
    """Show what changed from one comparison to another; without a choice, from the last but one to the last."""
    from withsense_tf.experiments.runs.run_changes import changes_between

    runs = runs_here(service.settings.reports)
    newer = run_of(runs, after) if after else next(iter(runs), None)
    older = run_of(runs, before) if before else next((one for one in runs if one is not newer), None)
    return page(
        request,
        "changes.html",
        active="good",
        runs=[one.summary() for one in runs],
        before=older,
        after=newer,
        changes=None if older is None or newer is None else changes_between(older, newer),
    )


def runs_here(folder: Path | None) -> list[StoredRun]:
    """Return the newest runs below the folder of reports; those that cannot be read are left out."""
    from withsense_tf.experiments.runs.stored_runs import run_files

    runs = []
    for file in [] if folder is None else run_files(folder)[:MOST]:
        try:
            runs.append(_read_run(file, file.stat().st_mtime_ns))
        except (DataError, OSError):
            continue
    return runs


@lru_cache(maxsize=2 * MOST)
def _read_run(file: Path, changed: int) -> StoredRun:  # noqa: ARG001  # another one at the same place
    from withsense_tf.experiments.runs.stored_runs import read_run

    return read_run(file)


def run_of(runs: Sequence[StoredRun], name: str) -> StoredRun:
    """Return the run of a name out of those that are listed: a request names no path."""
    for one in runs:
        if one.name == name:
            return one
    raise ProblemError(404, "no_such_run", "There is no such comparison here.", "Choose one from the list.")
