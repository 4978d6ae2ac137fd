"""An index folder: its tables, its models, and which of them is in use.

A new model is built beside the one in use, and searches go on; once it has every photo, one transaction switches to
it. The one before is kept, so that a switch can be taken back.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import time
from collections import OrderedDict
from contextlib import closing, suppress
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

from withsense_tf.errors import DataError, SettingError, WithSenseError, check_kind
from withsense_tf.file_access import path_of
from withsense_tf.index.catalog import Catalog
from withsense_tf.index.model_generation import (
    FORM,
    MATCHER,
    Generation,
    folder_identity,
    how_to_build,
    put_back,
    save_model,
)
from withsense_tf.index.tables.models_table import (
    delete_model,
    find_equal_models,
    find_model,
    insert_model,
    model_name,
    model_numbers,
)
from withsense_tf.index.tables.photos_table import count_photos, live_without_rows
from withsense_tf.index.tables.state_table import get_state, set_state
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.targets.calibrated_on import CalibratedOn

if TYPE_CHECKING:
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.base import Matcher

MODELS_FOLDER, STORE_FOLDER = "generations", "encoded"
OLD_DRAFT_SECONDS: Final = 24 * 3600.0
# What is dropped stays so long for searches and writers that met it, and a model that was written to is not dropped.
GRACE_SECONDS: Final = 600.0
# Models that stay open: the one in use and the one before, and one that is being built.
OPEN: Final = 3
# What the state says of a model, by its number.
_LAW, _CALIBRATION, _ENCODERS = "law of model", "calibration of model", "encoders of model"


class NotBuiltError(DataError):
    """An index has no model in use: a build has not ended."""


def law_of_model(tables: sqlite3.Connection, number: int) -> str:
    """Return the version of the law that a model was trained under; nothing where none is known of."""
    return str(get_state(tables, f"{_LAW} {number}") or "")


def calibration_of_model(tables: sqlite3.Connection, number: int) -> CalibratedOn:
    """Return what the numbers of a model were learned from, as far as it is known."""
    return CalibratedOn.from_dict(get_state(tables, f"{_CALIBRATION} {number}"))


def encoders_of_model(tables: sqlite3.Connection, number: int) -> dict[str, str]:
    """Return what a model sees photos and reads texts with, and whose weights these have, as far as it is known."""
    encoders = get_state(tables, f"{_ENCODERS} {number}") or {}
    return {what: str(encoders.get(what, "")) for what in ("photo", "text", "weights")}


class PhotoIndex:
    """An index in a `folder`. Threads and processes may read and write it at the same time.

    `store` is where vectors of photo encoders are kept; without one, in the folder.
    """

    temporary: TemporaryDirectory[str] | None = None

    def __init__(self, folder: str | Path, store: VectorStore | None = None) -> None:
        check_kind("PhotoIndex", folder, (str, PathLike), "the folder of an index")
        self.folder = path_of(folder)
        self._store = store
        self.catalog = Catalog(self.folder)
        self._open: OrderedDict[int, Generation] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def make(cls, folder: str | Path, store: VectorStore | None = None) -> Self:
        """Make an index in a folder that is not there yet, or open the one that is."""
        check_kind("PhotoIndex", folder, (str, PathLike), "the folder of an index")
        with closing(Catalog.make(path_of(folder))) as catalog, catalog.writing() as tables:
            if get_state(tables, "name") is None:
                set_state(
                    tables, name=secrets.token_hex(4), version=0, current=None, previous=None, policy=None
                )
        return cls(folder, store)

    @property
    def store(self) -> VectorStore:
        """Return where the vectors of photo encoders are kept, so that a new model needs no photo encoded again."""
        from withsense_tf.encoders.vectors.store import VectorStore

        if self._store is None:
            self._store = VectorStore(self.folder / STORE_FOLDER)
        return self._store

    def take_vectors_from(self, folder: Path) -> None:
        """Take over vectors that another store has in its folder, if there is one, instead of computing them again."""
        from withsense_tf.encoders.vectors.store import VectorStore

        if self._store is None:
            self._store = VectorStore(self.folder / STORE_FOLDER, beside=folder)

    def generation(self, number: int) -> Generation:
        """Return a model of this index by its number."""
        with self._lock:
            if number not in self._open:
                self._open[number] = self._find(number)
                while len(self._open) > OPEN:
                    # Not closed: a search in another thread may be using it.
                    self._open.popitem(last=False)
            self._open.move_to_end(number)
            return self._open[number]

    def _find(self, number: int) -> Generation:
        with self.catalog.reading() as tables:
            model, name = find_model(tables, number), get_state(tables, "name")
        if model is None:
            raise DataError(f"{self.folder} has no model {number}.")
        identity, form, engine = model
        return Generation(number, identity, Engine.from_json(engine), self._folder_of(number), name, form)

    def current(self, tables: sqlite3.Connection) -> Generation:
        """Return the model in use, as these tables have it."""
        number = get_state(tables, "current")
        if number is None:
            what = f"{self.folder} is not built yet: a build has not ended. Build it, or finish that one."
            raise NotBuiltError(f"{what} {how_to_build(self.folder)}")
        return self.generation(number)

    def add_model(self, matcher: Matcher, engine: Engine | None = None) -> int:
        """Add a fitted matcher to the index; return its number, the same for the same matcher and engine."""
        engine = engine or Engine()
        draft = self._draft()
        try:
            save_model(matcher, draft)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        identity = folder_identity(draft)
        with self.catalog.reading() as tables:
            equal = set(find_equal_models(tables, identity, engine.to_json())) - dropped_models(tables).keys()
        if equal:
            put_back(draft, self._folder_of(max(equal)))
            return max(equal)
        about = {
            _LAW: matcher.law,
            _CALIBRATION: matcher.calibrated_on.as_dict(),
            _ENCODERS: matcher.describe(),
        }
        return self._add(draft, matcher.name, identity, engine, about)

    def copy_model(self, number: int) -> int:
        """Copy a model, with no vectors yet; return the copy's number."""
        generation, draft = self.generation(number), self._draft()
        for part in (FORM, MATCHER):
            shutil.copytree(generation.folder / part, draft / part)
        with self.catalog.reading() as tables:
            name = model_name(tables, number)
            about = {what: get_state(tables, f"{what} {number}") for what in (_LAW, _CALIBRATION, _ENCODERS)}
        return self._add(draft, name, generation.identity, generation.engine, about)

    def _draft(self) -> Path:
        folder = self.folder / MODELS_FOLDER
        folder.mkdir(exist_ok=True)
        for old in folder.glob("draft-*"):
            # What a killed writer left; one that is at work takes minutes.
            with suppress(FileNotFoundError):
                if time.time() - old.stat().st_mtime > OLD_DRAFT_SECONDS:
                    shutil.rmtree(old, ignore_errors=True)
        return folder / f"draft-{secrets.token_hex(4)}"

    def _add(self, draft: Path, name: str, identity: str, engine: Engine, about: dict[str, Any]) -> int:
        try:
            form = folder_identity(draft, (FORM,))
            with self.catalog.writing() as tables:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                number = insert_model(tables, name, identity, engine.to_json(), now, form)
                set_state(tables, **{f"{what} {number}": value for what, value in about.items()})
                # What a killed writer left under this number was never part of the index.
                shutil.rmtree(self._folder_of(number), ignore_errors=True)
                draft.rename(self._folder_of(number))
                return number
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def switch(self, number: int) -> None:
        """Switch to a model that has the vectors of every live photo; the one before is kept."""
        with self.catalog.writing() as tables:
            missing = count_photos(tables, live_without_rows(number))
            if missing:
                raise SettingError(f"Model {number} lacks {missing} photos of the index: fill it first.")
            current = get_state(tables, "current")
            _mark(tables, {key: at for key, at in dropped_models(tables).items() if key != number})
            if current != number:
                set_state(tables, current=number, previous=current, version=get_state(tables, "version") + 1)

    def drop(self, number: int) -> None:
        """Drop a model that is neither in use nor the one to go back to; `remove_dropped` removes it later.

        Searches and writers that met it while it was in use go on with its files until then.
        """
        with self.catalog.writing() as tables:
            if number in (get_state(tables, "current"), get_state(tables, "previous")):
                raise SettingError(f"Model {number} is in use, or the one to go back to: it is not dropped.")
            _mark(tables, {number: time.time()} | dropped_models(tables))

    def remove_dropped(self) -> None:
        """Remove models that were dropped so long ago that nobody is amid something with them."""

        def old(tables: sqlite3.Connection) -> list[int]:
            now = time.time()
            return [number for number, at in dropped_models(tables).items() if now - at > GRACE_SECONDS]

        with self.catalog.reading() as tables:
            if not old(tables):
                return
        with self.catalog.writing() as tables:
            for number in old(tables):
                try:
                    self._find(number).drop()
                except WithSenseError:
                    continue  # its server does not answer: the next time
                # Before the tables forget it, so that what a kill leaves is removed the next time.
                shutil.rmtree(self._folder_of(number), ignore_errors=True)
                delete_model(tables, number)
                _mark(tables, {key: at for key, at in dropped_models(tables).items() if key != number})
                with self._lock:
                    self._open.pop(number, None)

    def written_lately(self, number: int) -> bool:
        """Return whether a model is new, or got photos a short while ago: another process may be building it."""
        try:
            return time.time() - self._folder_of(number).stat().st_mtime <= GRACE_SECONDS
        except FileNotFoundError:
            return False

    def _folder_of(self, number: int) -> Path:
        return self.folder / MODELS_FOLDER / str(number)

    def __repr__(self) -> str:
        return f"PhotoIndex({self.folder})"

    def close(self) -> None:
        """Close files and connections."""
        with self._lock:
            for generation in self._open.values():
                generation.close()
            self._open.clear()
        self.catalog.close()


def dropped_models(tables: sqlite3.Connection) -> dict[int, float]:
    """Return the models that wait to be removed, and when each was dropped."""
    return {int(number): float(at) for number, at in (get_state(tables, "dropped") or {}).items()}


def models_to_ask(tables: sqlite3.Connection) -> list[int]:
    """Return the numbers of the models that can answer, the one in use first, and then the latest.

    The one in use does, also where vectors of a photo are lost; any other one must have every photo.
    """
    current, old_numbers = get_state(tables, "current"), dropped_models(tables)
    numbers = [
        number
        for number in model_numbers(tables)
        if number == current
        or (number not in old_numbers and not count_photos(tables, live_without_rows(number)))
    ]
    return sorted(numbers, key=lambda number: (number != current, -number))


def _mark(tables: sqlite3.Connection, models: dict[int, float]) -> None:
    if models != dropped_models(tables):
        set_state(tables, dropped=models)
