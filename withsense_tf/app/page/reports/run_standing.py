"""Which comparisons are of the photos that are served, and what must be said beside the figures of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from withsense_tf.app.photo_service import PhotoService
from withsense_tf.errors import WithSenseError
from withsense_tf.evaluation.row_status import number, was_run
from withsense_tf.index.photo_index import encoders_of_model
from withsense_tf.index.tables.models_table import model_name
from withsense_tf.index.tables.photos_table import digests_of_live
from withsense_tf.index.tables.state_table import get_state

if TYPE_CHECKING:
    from withsense_tf.experiments.runs.stored_runs import StoredRun

# Photos come and go: of a run that was made of an index's photos, nearly all are there.
NEARLY_ALL: Final = 0.9
# What a text has of a run, and what it is called in the table of texts.
Caution = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class RunStanding:
    """What a run's figures are worth here. `share` of its photos is in the index; None where nobody can know it."""

    share: float | None
    data: str
    photos: int
    smoke: bool
    keeps_law: bool
    has_rows: bool
    recommends: bool = True

    @property
    def of_these(self) -> bool:
        """Return whether it was measured on the photos that are served."""
        return self.share is not None and self.share >= NEARLY_ALL

    @property
    def order(self) -> tuple[bool, ...]:
        """Return by what the run to show first is chosen: the greatest, of equal ones the newest."""
        return self.has_rows, self.of_these, not self.smoke, self.keeps_law, self.recommends

    @property
    def cautions(self) -> list[Caution]:
        """Return what is to be said before and beside its figures, as names of texts with their values."""
        cautions: list[Caution] = []
        about = {"data": self.data or "?", "photos": self.photos}
        if self.share is None:
            cautions.append(("photos_unknown", about))
        elif not self.share:
            cautions.append(("photos_other", about))
        elif not self.of_these:
            cautions.append(("photos_some", about | {"share": min(99, max(1, round(100 * self.share)))}))
        if self.smoke:
            cautions.append(("run_smoke", about))
        if self.has_rows and not self.keeps_law:
            cautions.append(("run_no_law", about))
        return cautions


def standings(service: PhotoService, runs: Sequence[StoredRun]) -> dict[str, RunStanding]:
    """Return what each run is worth for the index that is served, by its name."""
    digests = sorted({digest for run in runs for digest in run.base.photos})
    here: frozenset[str] | None = None
    with suppress(WithSenseError), service.doorway(None) as doorway:
        # One look at all photos for each state of the tables.
        what = f"photos of runs {' '.join(digests)}"
        here = doorway.door.once_a_state(what, lambda: frozenset(digests_of_live(doorway.tables, digests)))
    return {run.name: _standing(run, here) for run in runs}


def _standing(run: StoredRun, here: frozenset[str] | None) -> RunStanding:
    photos = set(run.base.photos)
    counts = [int(count) for row in run.base.rows if (count := number(row, "photos")) is not None]
    return RunStanding(
        None if here is None or not photos else len(photos & here) / len(photos),
        run.in_all_rows("data"),
        max(counts, default=0),
        run.is_smoke,
        run.keeps_law,
        any(was_run(row) for row in run.base.rows),
        run.comparison.row_to_use() is not None,
    )


def best_run(runs: Sequence[StoredRun], standing: Mapping[str, RunStanding]) -> StoredRun | None:
    """Return the run to show where none is named: whole, of the photos here and under the law, if there is one."""
    # Of equal ones `max` takes the first, which is the newest.
    return max(runs, key=lambda run: standing[run.name].order, default=None)


def model_in_use(service: PhotoService, rows: Iterable[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    """Return the name of the model that answers here, and its row; an empty one where it was not measured."""
    with suppress(WithSenseError), service.search().index.catalog.reading() as tables:
        current = get_state(tables, "current")
        name, sees = model_name(tables, current), encoders_of_model(tables, current)
        # Two of a name may look at photos by other weights.
        same = [
            row
            for row in rows
            if row.get("matcher") == name
            and all(str(row.get(what) or "") == sees[what] for what in ("photo", "weights"))
        ]
        return name, same[0] if same else {}
    return "", {}
