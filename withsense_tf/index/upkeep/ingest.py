"""Photos come into an index, change and leave; whatever happens on the way, a rerun ends where it should have ended.

Work goes batch by batch, and each batch is kept once it is done. Nothing of it is seen before all of it is published,
so a reader never meets half a change. Two writers may work at the same time; where both know a photo, the later one
to publish is right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from withsense_tf.errors import SettingError, check_choice
from withsense_tf.index.brought import brought_names, erase_kept_out, with_captions_of_users
from withsense_tf.index.item import Item
from withsense_tf.index.model_rows import rows_of
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.index.photo_verdicts import judge_items, warn_of_overrides
from withsense_tf.index.publish import count_renames, publish_photos
from withsense_tf.index.tables.captions_table import captioned_names
from withsense_tf.index.tables.left_out_tables import clear_quarantine, insert_quarantine
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, live_tags, photo_digests
from withsense_tf.index.upkeep.forget_rows import forget_rows, leave_rows
from withsense_tf.index.upkeep.judge_anew import check_may_judge, judge_anew
from withsense_tf.index.upkeep.kept_out import keep_out, without_kept_out
from withsense_tf.index.upkeep.readable import UnusablePhoto, damaged_uploads
from withsense_tf.index.upkeep.staging import Staging, check_law, forget_abandoned
from withsense_tf.policy.current_policy import Policy

# So many photos may leave at once without a question.
FEW: Final = 10
# What becomes of the photos of an index that do not come: they stay, or leave, or leave though they are most of them.
Others = Literal["keep", "remove", "replace"]
KeepOut = Callable[[PhotoIndex, Sequence[str]], tuple[dict[str, str], list[str]]]


@dataclass(frozen=True)
class Report:
    """What became of the photos."""

    added: int
    changed: int
    removed: int
    same: int
    quarantined: tuple[UnusablePhoto, ...]
    kept_out: int = 0
    other_names: int = 0

    def __str__(self) -> str:
        parts = [
            f"{self.added:,} added, {self.changed:,} changed, {self.removed:,} removed, {self.same:,} as before"
        ]
        parts += [f"{len(self.quarantined):,} in quarantine"] if self.quarantined else []
        parts += [f"{self.kept_out:,} kept out"] if self.kept_out else []
        # Their vectors are kept by content, so that nothing is computed for them.
        return ", ".join(
            [*parts, *([f"{self.other_names:,} moved to other names"] if self.other_names else [])]
        )


def ingest(
    index: PhotoIndex,
    photos: Iterable[Item | UnusablePhoto],
    policy: Policy,
    model: int | None = None,
    others: Others = "keep",
    remove: Iterable[str] = (),
    lift: bool = False,
) -> Report:
    """Add photos and bring changed ones up to date; `remove` some by name, or all `others` that do not come.

    Vectors are made by the model in use, or by `model` while none is. Photos that cannot be used stop nothing; they
    go into quarantine, with those that were found to be so before. What is both to come and to be removed stays.
    Photos that were kept out stay out, and the files of those that users brought are erased. What users brought is
    none of the `others`, unless its file is gone or damaged. If these are more than half of the index, they leave with
    "replace" alone; so do the captions of more than half of those that have some.
    That a restriction falls because its evidence left needs `lift`, and so does judging by less than before.
    """
    check_choice("others", others, ("keep", "remove", "replace"))
    coming = list(photos)
    unusable = _unusable(index, coming, others)
    items, kept_out = without_kept_out(index, [one for one in coming if isinstance(one, Item)])
    _check_names(items)
    names, remove = {item.name for item in items}, set(remove)
    policy = policy.current()
    with index.catalog.reading() as tables:
        _check_not_silenced(index, tables, items, others)  # before the work, so that nothing of it waits
    judge_anew(index, policy, lift, by_less=lift)
    staging = Staging(index, items, policy, model)
    while True:
        staging.stage()
        with index.catalog.writing() as tables:
            if not staging.is_whole(tables):
                continue
            check_law(tables, policy)
            quarantine = (*unusable, *staging.unusable.values())
            leaving = _leaving(index, tables, staging, {*remove, *(one.name for one in unusable)}, others)
            _quarantine(tables, quarantine, {*names, *remove} if others == "keep" else None)
            publication = publish_photos(tables, staging.writer, leaving, policy.ownership.duplicates, lift)
            leave_rows(index, tables, publication.rows)
            forget_abandoned(tables)
        break
    forget_rows(index)
    erase_kept_out(index)
    index.remove_dropped()
    if others != "keep":
        warn_of_overrides(index, policy)
    left_out = kept_out + len(staging.copies_of_kept_out)
    counts = (publication.new_photos, publication.changed_photos, publication.removed_photos)
    return Report(*counts, staging.same or 0, quarantine, left_out, publication.renamed_photos)


def look_ahead(index: PhotoIndex, items: Sequence[Item], policy: Policy) -> None:
    """Load the networks and look at photos, so that an `ingest` of the same photos finds their vectors in the store.

    The tables stay as they are, and nothing is decided: whatever is wrong, the ingest meets it again and says so.
    """
    coming, _ = without_kept_out(index, items)
    with index.catalog.reading() as tables:
        models = [index.generation(number) for number in models_to_ask(tables)]
    with suppress(Exception):
        judge_items(policy.current(), coming, index.store)
    for model in models:
        with suppress(Exception):
            rows_of(model, model.matcher(index.store), coming)


def remove_for_good(
    index: PhotoIndex, names: Sequence[str], policy: Policy, keep: KeepOut = keep_out
) -> tuple[Report, dict[str, str], list[str]]:
    """Take photos, their copies and what shows them out for good; return the report, and what `keep_out` does.

    `keep` stands in its place where more than that is written down.
    """
    check_may_judge(index, policy)  # before a photo is written down that then stays
    leaving, unknown = keep(index, names)
    return ingest(index, [], policy, remove=leaving), leaving, unknown


def _unusable(
    index: PhotoIndex, coming: Sequence[Item | UnusablePhoto], others: Others
) -> list[UnusablePhoto]:
    """Return the photos that cannot be used, with uploads that are damaged where photos that do not come leave."""
    uploads = [] if others == "keep" else damaged_uploads(index, coming)
    return [*(one for one in coming if isinstance(one, UnusablePhoto)), *uploads]


def _check_names(items: Sequence[Item]) -> None:
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SettingError(f"{twice!r} is there twice: a name stands for one photo.")


def _leaving(
    index: PhotoIndex, tables: sqlite3.Connection, staging: Staging, remove: set[str], others: Others
) -> set[str]:
    """Return the names of the photos that leave; raise if these are most of the index."""
    names = {item.name for item in staging.items}
    leaving = (remove - names) | staging.unusable.keys() | staging.copies_of_kept_out
    if others != "keep":
        live = photo_digests(tables, LIVE_PHOTOS)
        leaving |= live.keys() - names - brought_names(tables)
        now = {one.name: one.digest for one in staging.items if one.name not in live.keys() | leaving}
        count = count_renames({name: live[name] for name in leaving & live.keys()}, now)
        _check_not_emptied(index, len(live), len(leaving & live.keys()) - count, others)
        _check_not_silenced(index, tables, staging.items, others)
    return leaving


def _check_not_emptied(index: PhotoIndex, live: int, leaving: int, others: Others) -> None:
    if others != "replace" and leaving > FEW and leaving > live / 2:
        raise SettingError(
            f"{leaving:,} of the {live:,} photos of {index.folder} would be removed: is the folder whole, and the "
            "right one? Nothing was changed. To remove them, say --replace."
        )


def _check_not_silenced(
    index: PhotoIndex, tables: sqlite3.Connection, items: Sequence[Item], others: Others
) -> None:
    """Raise if most of the photos that have captions would lose all of them: a caption file that broke says so."""
    if others != "remove":
        return
    captioned = captioned_names(tables)
    digests, names = photo_digests(tables, LIVE_PHOTOS), {item.name for item in items}
    other_digests = {digests[name] for name in captioned - names}
    without = [
        item
        for item in items
        if not item.captions and (item.name in captioned or item.digest in other_digests)
    ]
    silent = [one for one in with_captions_of_users(tables, live_tags(tables), without) if not one.captions]
    if len(silent) > len(captioned) / 2:
        raise SettingError(
            f"{len(silent):,} of the {len(captioned):,} photos of {index.folder} that have captions would lose all of "
            "them: is the file of captions whole, and did the columns keep their names? Nothing was changed. To take "
            "the captions away, say --replace."
        )


def _quarantine(
    tables: sqlite3.Connection, photos: Sequence[UnusablePhoto], names: Collection[str] | None
) -> None:
    """Write down which photos cannot be used and why; forget what was said of `names`, or of all, before."""
    clear_quarantine(tables, names)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    insert_quarantine(tables, [(one.name, one.path, one.kind, one.reason, now) for one in photos])
