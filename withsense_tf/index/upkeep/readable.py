"""Photos that are to come into an index -> those that can be read, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from withsense_tf.common.machine import usable_cores
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.look_cache import look_cache
from withsense_tf.data.pictures.near_duplicates import read_look
from withsense_tf.data.pictures.photo_file import PhotoError
from withsense_tf.encoders.base import DecodingError
from withsense_tf.encoders.vectors.store import LASTING
from withsense_tf.errors import DataError
from withsense_tf.index.brought import brought_names
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.model_rows import Rows, rows_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher


@dataclass(frozen=True)
class UnusablePhoto:
    """A photo that cannot be used: its name and file, the kind of damage, and the reason; it goes into quarantine."""

    name: str
    path: str
    kind: str
    reason: str


def looks_of_files(items: Sequence[Item]) -> tuple[dict[str, str], list[UnusablePhoto]]:
    """Return the look of each photo by name, and those whose file cannot be used, with the reason."""

    def one(item: Item) -> str | PhotoError:
        try:
            # Vectors are kept under the digest, so those of another content would be found under it for ever.
            return read_look(item.path, item.digest, item.look, cache)
        except PhotoError as error:
            return error

    with look_cache() as cache, ThreadPoolExecutor(usable_cores()) as pool:
        looks = list(zip(items, pool.map(one, items), strict=True))
    bad = [
        UnusablePhoto(item.name, str(item.path), error.kind, error.reason)
        for item, error in looks
        if isinstance(error, PhotoError)
    ]
    return {item.name: look for item, look in looks if isinstance(look, str)}, bad


def damaged_uploads(index: PhotoIndex, others: Sequence[Item | UnusablePhoto]) -> list[UnusablePhoto]:
    """Return what users brought, but `others`, whose file is there and is damaged, or is another one by now."""
    with index.catalog.reading() as tables:
        names = brought_names(tables) - {one.name for one in others}
        items = [item for _, item in stored_items(tables, LIVE_PHOTOS) if item.name in names] if names else []
    _, bad = looks_of_files([item for item in items if item.path.is_file()])
    return [one for one in bad if one.kind in LASTING | {"photo_changed"}]


def readable_rows(
    generation: Generation, matcher: Matcher, items: Sequence[Item]
) -> tuple[list[Item], Rows, list[UnusablePhoto]]:
    """Return the photos that the matcher's encoders can read, what is kept of them, and the others with the reason."""
    try:
        return list(items), rows_of(generation, matcher, items), []
    except DataError:
        good, bad, others = [], [], []
        for item in items:
            try:
                rows_of(generation, matcher, [item])
                good.append(item)
            except DataError as error:
                kind, reason, is_its_own = _why(error)
                bad.append(UnusablePhoto(item.name, str(item.path), kind, reason))
                others += [] if is_its_own else [error]
        if others and not good:
            # All of them were read a moment ago, and this lies in no file: it is no fault of theirs.
            raise others[0] from None
        return good, rows_of(generation, matcher, good), bad


def _why(error: DataError) -> tuple[str, str, bool]:
    """Return the kind and reason of what a single photo was refused for, and whether that lies in its content."""
    problem: Problem | PhotoError | None = error if isinstance(error, PhotoError) else None
    if isinstance(error, DecodingError):
        problem = error.problems[0]
    if problem is None:
        return "photo_not_image", str(error), False
    return problem.kind, problem.reason, problem.kind in LASTING
