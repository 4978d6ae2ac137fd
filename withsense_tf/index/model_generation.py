"""The models of an index: each has a folder with its matcher, what a search needs of it, and the photos' vectors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from withsense_tf.common.fingerprints import content_of, files_below, fingerprint
from withsense_tf.errors import DataError
from withsense_tf.index.integrity.table_errors import index_remedy
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.vector_index import Fact, VectorIndex
from withsense_tf.matchers.cards.card_page import CARD_FILE
from withsense_tf.matchers.saved_search_forms import load_form, save_form
from withsense_tf.matchers.search_forms import CAPTIONS, SearchForm

if TYPE_CHECKING:
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.base import Matcher

T = TypeVar("T")
MATCHER, FORM, VECTORS, EACH = "matcher", "form", "vectors", "each_caption"


def how_to_build(index: Path) -> str:
    """Say what gives an index the model that it lacks."""
    return f"Run: {index_remedy(index, 'build', 'FOLDER')}"


@dataclass(frozen=True, eq=False)
class Generation:
    """One model with its vectors. `name` tells the index from others that use the same Milvus.

    `identity` is that of all its files, and `form_identity` of those that a search reads.
    """

    number: int
    identity: str
    engine: Engine
    folder: Path
    name: str
    form_identity: str
    _opening: RLock = field(default_factory=RLock, init=False, repr=False)
    _parts: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _loading: RLock = field(default_factory=RLock, init=False, repr=False)
    _matchers: dict[type, Matcher] = field(default_factory=dict, init=False, repr=False)

    @property
    def form(self) -> SearchForm:
        """Return what a search needs of the matcher."""
        return self.once("form", self._load_form)

    @property
    def vectors(self) -> Mapping[str, VectorIndex]:
        """Return the engine of each kind of vector that is kept of a photo."""
        return self.once("vectors", self._open_vectors)

    @property
    def each_caption(self) -> ExactIndex | None:
        """Return the vectors of single captions, where the matcher weighs them one by one."""
        return self.once("each_caption", self._open_each)

    def is_whole(self) -> bool:
        """Return whether the files of the model are those that the index was built with."""
        return folder_identity(self.folder) == self.identity

    @property
    def build_again(self) -> str:
        """Say what to do where files of the model are damaged: the same model comes in their place, or another one."""
        return how_to_build(self.folder.parents[1])

    def _load_form(self) -> SearchForm:
        if folder_identity(self.folder, (FORM,)) != self.form_identity:
            raise DataError(
                f"damaged: the files in {self.folder / FORM} are not those that this index was built with, so its "
                f"answers would be others. {self.build_again}"
            )
        return load_form(self.folder / FORM)

    def _open_vectors(self) -> Mapping[str, VectorIndex]:
        engines: dict[str, VectorIndex] = {}
        try:
            for part, width in self.form.widths.items():
                collection = f"withsense_{self.name}_{self.number}_{part}"
                engines[part] = self.engine.open(self.folder / VECTORS / part, collection, width)
        except BaseException:
            for engine in engines.values():
                engine.close()
            raise
        return engines

    def _open_each(self) -> ExactIndex | None:
        if not self.form.each_caption:
            return None
        # They are never searched, only read, so files serve every engine.
        return ExactIndex(self.folder / VECTORS / EACH, self.form.widths[CAPTIONS], self.engine.dtype)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Make a part when it is first asked for, and once, though two threads ask at the same time."""
        with self._opening:
            if what not in self._parts:
                self._parts[what] = make()
            part: T = self._parts[what]
            return part

    def matcher(self, store: VectorStore) -> Matcher:
        """Return the matcher itself, which sees photos by a kind of store; a search needs none.

        It stays loaded: photos that users bring come one by one, and its networks take seconds.
        """
        from withsense_tf.matchers.saved import load_matcher

        identity = folder_identity(self.folder)
        if identity != self.identity:
            raise DataError(
                f"The model in {self.folder} is not the one that this index was built with ({identity} instead of "
                f"{self.identity}): its vectors would not fit the others. {self.build_again}"
            )
        with self._loading:
            kind = type(store)
            if kind not in self._matchers:
                self._matchers[kind] = load_matcher(self.folder / MATCHER, store)
            return self._matchers[kind]

    def write(self, at: int, vectors: Mapping[str, np.ndarray], facts: Sequence[Mapping[str, Fact]]) -> None:
        """Write the vectors of photos into the rows from `at` on, and the time of it on the folder."""
        os.utime(self.folder)
        for part, engine in self.vectors.items():
            engine.write(at, vectors[part], facts)

    def as_stored(self, vectors: np.ndarray) -> np.ndarray:
        """Return vectors as they come back from where they are kept: float16 has fewer digits."""
        return np.asarray(vectors, self.engine.dtype).astype(np.float32)

    def remove(self, rows: np.ndarray) -> None:
        """Remove rows from the engines."""
        if self.engine.kind == "exact":
            return  # it keeps them, and may be damaged
        for engine in self.vectors.values():
            engine.remove(rows)

    def drop(self) -> None:
        """Drop the vectors that do not lie in the folder; what does goes with it."""
        if self.engine.address:
            for engine in self.vectors.values():
                engine.drop()

    def close(self) -> None:
        """Close files and connections."""
        for engine in self._parts.get("vectors", {}).values():
            engine.close()
        if self._parts.get("each_caption") is not None:
            self._parts["each_caption"].close()


def save_model(matcher: Matcher, folder: Path) -> None:
    """Save a matcher and what a search needs of it into a new folder."""
    from withsense_tf.matchers.chance.learn_chance import match_chance
    from withsense_tf.matchers.saved import save_matcher

    form = matcher.search_form()
    form.chance_ = match_chance(matcher)
    save_form(form, folder / FORM)
    save_matcher(matcher, folder / MATCHER)


def put_back(draft: Path, folder: Path) -> None:
    """Put the files of a draft in the place of damaged ones of the same model, whose vectors fit; end the draft."""
    if folder_identity(folder) != folder_identity(draft):
        for part in (FORM, MATCHER):
            shutil.rmtree(folder / part, ignore_errors=True)
            (draft / part).rename(folder / part)
    shutil.rmtree(draft, ignore_errors=True)


def folder_identity(folder: Path, parts: Sequence[str] = (FORM, MATCHER)) -> str:
    """Return a fingerprint of the model in a folder, or of a part of it, in 24 signs."""
    # A card is for people, who may add to it.
    files = (file for part in parts for file in files_below(folder / part) if file.name != CARD_FILE)
    return fingerprint(folder, files, content_of, 24)
