"""Photos on their way into an index: staged batch by batch, and not seen before all of them are published."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from withsense_tf.common.terminal import track
from withsense_tf.errors import DataError, WithSenseError, WithSenseWarning
from withsense_tf.index.brought import with_captions_of_users
from withsense_tf.index.integrity.seal import photo_seal
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.model_rows import ModelGoneError, Rows, put_rows, rows_of
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.index.photo_verdicts import judge_items, put_law
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, UNREAD, insert_texts
from withsense_tf.index.tables.facts_table import insert_facts
from withsense_tf.index.tables.photo_states import (
    not_live,
    staged_before,
    staged_by,
    staged_like_live,
    take_over_staged,
)
from withsense_tf.index.tables.photos_table import insert_photo, live_tags, live_without_patches, move_files
from withsense_tf.index.tables.rows_table import photos_of_model
from withsense_tf.index.tables.schema import forget_photos
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.upkeep.kept_out import like_kept_out
from withsense_tf.index.upkeep.readable import UnusablePhoto, looks_of_files, readable_rows
from withsense_tf.policy.current_policy import Policy

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

BATCH: Final = 64
# Whoever staged something so long ago will not come back for it.
ABANDONED_SECONDS: Final = 24 * 3600.0
LEFT_BEHIND: Final = (
    "Model {number}, which is not in use, lacks the photos that come in, and cannot be asked any more until the index "
    "is built with it anew, or rolled back to it: {error}"
)


class Staging:
    """What one writer stages: photos, judged by a policy and embedded by the model in use, or by `model` before."""

    def __init__(self, index: PhotoIndex, items: Sequence[Item], policy: Policy, model: int | None) -> None:
        self.index = index
        self.items = items
        self.policy = policy
        self.model = model
        self.writer = f"{os.getpid()}-{secrets.token_hex(4)}"
        # Photos that cannot be used, by name, and names of those that must stay out.
        self.unusable: dict[str, UnusablePhoto] = {}
        self.copies_of_kept_out: set[str] = set()
        # How many photos were live as they are when the work began.
        self.same: int | None = None
        self._number = 0  # of the model that the photos were staged for
        # The other models that have every photo: they get these, too, or nobody could ask them any more.
        self._others: list[Generation] = []
        self._matchers: dict[int, Matcher] = {}  # of the others, by number

    def stage(self) -> None:
        """Work on all photos that are neither live as they are nor staged."""
        while True:
            with self.index.catalog.reading() as tables:
                generation = self._generation(tables)
                others = [] if get_state(tables, "current") is None else models_to_ask(tables)
            self._number = generation.number
            self._others = [self.index.generation(one) for one in others if one != generation.number]
            items, same = self._adopt(self._number)
            self.same = same if self.same is None else self.same
            try:
                self._stage_batches(generation, self._usable(items))
            except ModelGoneError:
                with self.index.catalog.reading() as tables:
                    if self._generation(tables).number == generation.number:
                        raise
                continue  # with the model that took its place
            return

    def is_whole(self, tables: sqlite3.Connection) -> bool:
        """Return whether what is staged may be published by this transaction; else it is to be staged again.

        Meanwhile a new model may have been put to use, or another writer may have published other states of the same
        photos.
        """
        items, _ = self._adopt(self._number)
        return self._generation(tables).number == self._number and not self._usable(items)

    def _usable(self, items: Sequence[Item]) -> list[Item]:
        """Return those of the photos that were not found to be unusable or to stay out."""
        return [item for item in items if item.name not in self.unusable.keys() | self.copies_of_kept_out]

    def _generation(self, tables: sqlite3.Connection) -> Generation:
        """Return the model in use; before there is one, the one that is to be."""
        if get_state(tables, "current") is None and self.model is not None:
            return self.index.generation(self.model)
        return self.index.current(tables)

    def _adopt(self, model: int) -> tuple[list[Item], int]:
        """Return the photos that are to be worked on, and how many are live as they are.

        What another writer has staged of the same photos is taken over: it was stopped, or is at the same work. In the
        latter case it takes its photos back before it publishes, or finds them live.
        """
        with self.index.catalog.writing() as tables:
            live, embedded_photos = live_tags(tables), photos_of_model(tables, model)
            self._bring_up_to_date(tables, live)
            others = {(name, tag): photo for photo, name, tag in not_live(tables) if photo in embedded_photos}
            # What has a look of a version before is to get one by which crops are found, too.
            outdated_names = live_without_patches(tables)
            live = {name: tag for name, tag in live.items() if name not in outdated_names}
            same = [item for item in self.items if live.get(item.name) == item.tag]
            # Where the file lies may change without the photo doing so.
            move_files(tables, [(item.name, str(item.path)) for item in same])
            new = [item for item in self.items if live.get(item.name) != item.tag]
            take_over_staged(
                tables,
                self.writer,
                [
                    (others[item.name, item.tag], str(item.path))
                    for item in new
                    if (item.name, item.tag) in others
                ],
            )
            # Another writer was quicker with the same.
            forget_photos(tables, staged_like_live(tables, self.writer))
        return [item for item in new if (item.name, item.tag) not in others], len(same)

    def _bring_up_to_date(self, tables: sqlite3.Connection, live: Mapping[str, str]) -> None:
        """Let the photos be as they are to be now, and forget those of them that were staged otherwise."""
        changed_items = [item for item in self.items if live.get(item.name) != item.tag]
        now = {item.name: item for item in with_captions_of_users(tables, live, changed_items)}
        absent_names = {item.name for item in changed_items} - now.keys()
        self.items = [now.get(item.name, item) for item in self.items if item.name not in absent_names]
        tags, own = {(item.name, item.tag) for item in self.items}, staged_by(tables, self.writer)
        old = [photo for photo, name, tag in not_live(tables) if photo in own and (name, tag) not in tags]
        forget_photos(tables, old)

    def _stage_batches(self, generation: Generation, items: Sequence[Item]) -> None:
        matcher = None
        for at in track(
            range(0, len(items), BATCH), -(-len(items) // BATCH), "Indexing", unit="batches of photos"
        ):
            # Not before there is work: a model that cannot be loaded keeps no photo from leaving.
            matcher = matcher or generation.matcher(self.index.store)
            self._stage_batch(generation, matcher, items[at : at + BATCH])

    def _stage_batch(self, generation: Generation, matcher: Matcher, items: Sequence[Item]) -> None:
        """Work on one batch and keep it."""
        looks, bad = looks_of_files(items)
        copies = like_kept_out(self.index, looks)
        allowed_items = [item for item in items if item.name in looks.keys() - copies]
        good, rows, unread = readable_rows(generation, matcher, allowed_items)
        of_others = self._rows_of_others(good)
        decisions = judge_items(self.policy, good, self.index.store)
        with self.index.catalog.writing() as tables:
            check_law(tables, self.policy)
            photos = [_put_photo(tables, item, looks[item.name], self.writer) for item in good]
            put_law(
                tables, list(zip(photos, [item.name for item in good], strict=True)), decisions, self.policy
            )
            put_rows(tables, generation, photos, good, rows)
            for other, its_rows in of_others:
                try:
                    put_rows(tables, other, photos, good, its_rows)
                except WithSenseError as error:
                    self._leave_behind(other, error)
        self.unusable |= {one.name: one for one in (*bad, *unread)}
        self.copies_of_kept_out |= copies

    def _rows_of_others(self, items: Sequence[Item]) -> list[tuple[Generation, Rows]]:
        """Compute what the other models keep of photos."""
        rows = []
        for other in tuple(self._others):
            try:
                if other.number not in self._matchers:
                    self._matchers[other.number] = other.matcher(self.index.store)
                rows.append((other, rows_of(other, self._matchers[other.number], items)))
            except Exception as error:  # a matcher of one's own may raise anything
                self._leave_behind(other, error)
        return rows

    def _leave_behind(self, other: Generation, error: Exception) -> None:
        """Go on without a model that is not in use: no photo waits for it."""
        self._others.remove(other)
        why = error if isinstance(error, WithSenseError) else f"{type(error).__name__}: {error}"
        warnings.warn(LEFT_BEHIND.format(number=other.number, error=why), WithSenseWarning, stacklevel=2)


def check_law(tables: sqlite3.Connection, policy: Policy) -> None:
    """Raise if the photos of the index are judged by another policy."""
    if get_state(tables, "policy") != policy.version:
        raise DataError("The law was changed while photos were judged by the one before: run it again.")


def forget_abandoned(tables: sqlite3.Connection) -> None:
    """Forget what was staged long ago and never published."""
    forget_photos(tables, staged_before(tables, time.time() - ABANDONED_SECONDS))


def _put_photo(tables: sqlite3.Connection, item: Item, look: str, writer: str) -> int:
    photo = insert_photo(
        tables,
        name=item.name,
        tag=item.tag,
        digest=item.digest,
        path=str(item.path),
        look=look,
        facts=json.dumps(dict(item.facts)),
        twins=json.dumps(item.twins),
        writer=writer,
        staged=time.time(),
        seal=photo_seal(item, look),
    )
    kinds = ((CAPTIONS, item.captions), (OTHER_TEXTS, item.other_texts), (UNREAD, item.unread))
    insert_texts(tables, photo, [(caption, text, kind) for kind, texts in kinds for caption, text in texts])
    insert_facts(tables, photo, item.facts)
    return photo
