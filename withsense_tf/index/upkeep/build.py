"""A fitted matcher and a data set -> an index that holds all its photos."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import time
import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Final

from withsense_tf.common.atomic_files import OwnFolder
from withsense_tf.data.dataset import Dataset, Pairs, check_dataset
from withsense_tf.data.gallery import check_photo_names
from withsense_tf.data.photo_facts import photo_facts
from withsense_tf.errors import (
    DataError,
    SettingError,
    WithSenseError,
    WithSenseWarning,
    check_kind,
)
from withsense_tf.index.item import Caption, Item, items_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.photo_states import writers_since
from withsense_tf.index.tables.photos_table import live_files, live_of_content, live_tags
from withsense_tf.index.tables.state_table import get_state, set_state
from withsense_tf.index.upkeep.ingest import Others, Report, ingest
from withsense_tf.index.upkeep.readable import UnusablePhoto
from withsense_tf.index.upkeep.staging import ABANDONED_SECONDS
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.index.vectors.vector_index import Fact
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.search_forms import AdditiveForm
from withsense_tf.policy.current_policy import Policy

ONE_ORDER: Final = (
    "{name} puts photos in the same order whatever the text says, so a search by it finds nothing that was asked for "
    "(docs/explanation/concatenated.md). Search by another matcher, such as hybrid."
)


def build_index(
    index: PhotoIndex,
    matcher: Matcher,
    data: Dataset,
    policy: Policy | None = None,
    engine: Engine | None = None,
    facts: Mapping[str, Mapping[str, Fact]] | None = None,
    only: Sequence[str] | None = None,
    replace: bool = False,
    lift: bool = False,
) -> Report:
    """Build an index of the photos of a data set (of those in `only`) with a fitted matcher.

    `facts` are the columns of each photo; without them, they are read from `photos.csv`, EXIF and pixels.

    In an index that is in use, the photos are brought up to date first, and the new model then takes over at once.
    What was stopped goes on where it was.
    """
    check_kind("build_index", index, PhotoIndex, "an index", "pass ws.PhotoIndex.make(folder)")
    check_kind("build_index", matcher, Matcher, "a fitted matcher")
    matcher.check_fitted()
    check_dataset("build_index", data)
    law = Policy.of_service() if policy is None else policy
    check_kind("policy=", law, Policy, "a policy", "pass policy=ws.Policy.default()")
    check_kind(
        "engine=", engine, (Engine, NoneType), "an Engine of withsense_tf.index.vectors.engine_settings"
    )
    check_kind("facts=", facts, (Mapping, NoneType), "a table of columns by the name of each photo")
    if isinstance(matcher.search_form(), AdditiveForm):
        warnings.warn(ONE_ORDER.format(name=matcher.name), WithSenseWarning, stacklevel=2)
    number = index.add_model(matcher, engine)
    with index.catalog.reading() as tables:
        current = get_state(tables, "current")
    names = None if only is None else frozenset(check_photo_names("build_index", only, data))
    facts = _facts_of(data, names) if facts is None else facts
    items = [item for item in items_of(data, facts) if names is None or item.name in names]
    photos: list[Item | UnusablePhoto] = [*items, *unusable_photos(data)]
    others: Others = "replace" if replace else "remove"
    try:
        report = ingest(index, photos, law, current or number, others, lift=lift)
    except WithSenseError:
        if current in (None, number) or _loads(index, current):
            raise
        return _replace_lost(index, photos, law, (current, number), others, lift)
    take_over(index, number)
    if current not in (None, number) and not index.generation(current).is_whole():
        _drop_lost(index, current)
    return report


def _facts_of(data: Dataset, names: Collection[str] | None) -> Mapping[str, Mapping[str, Fact]]:
    photos = data.photos
    # Captioned ones only teach.
    photos = photos[photos["part"] != "corpus"].drop_duplicates("photo")
    if names is not None:
        photos = photos[photos["photo"].isin(names)]
    return photo_facts(data.folder, photos, known_facts=data.listed_facts)


def _loads(index: PhotoIndex, model: int) -> bool:
    try:
        index.generation(model).matcher(index.store)
    except WithSenseError:
        return False
    return True


def _replace_lost(
    index: PhotoIndex,
    photos: Sequence[Item | UnusablePhoto],
    policy: Policy,
    models: tuple[int, int],
    others: Others,
    lift: bool,
) -> Report:
    """Switch to a model from one that cannot be loaded, which cannot bring the photos up to date before.

    So photos that are not as they were leave first, and come in again by the new model.
    """
    (current, number), before = models, _live_tags(index)
    same = [one for one in photos if not isinstance(one, Item) or before.get(one.name) == one.tag]
    first = ingest(index, same, policy, others=others, lift=lift)
    take_over(index, number)
    _drop_lost(index, current)
    report = ingest(index, photos, policy, others=others, lift=lift)
    # What others brought is in no folder, and has not left.
    names = {one.name for one in photos} - {one.name for one in same if isinstance(one, Item)}
    back = len(before.keys() & _live_tags(index).keys() & names)
    return dataclasses.replace(
        report, added=report.added - back, changed=back, removed=first.removed - back + report.removed
    )


def _drop_lost(index: PhotoIndex, model: int) -> None:
    """Drop a model that is damaged, unless another process went back to it, or on to another, by now."""
    with index.catalog.writing() as tables:
        if get_state(tables, "previous") == model:
            set_state(tables, previous=None)
            index.drop(model)


def _live_tags(index: PhotoIndex) -> dict[str, str]:
    with index.catalog.reading() as tables:
        return live_tags(tables)


def claim(index: PhotoIndex, folder: Path, replace: bool = False) -> None:
    """Note whose photos the index holds; those of another folder are replaced only where that is said."""
    source = str(folder.resolve())
    with index.catalog.writing() as tables:
        check_source(index, folder, replace)
        # Before a photo is staged, a model learns, which takes minutes.
        set_state(tables, source=source, builder={"process": os.getpid(), "since": time.time()})


def check_source(index: PhotoIndex, folder: Path, replace: bool) -> None:
    """Raise where an index holds the photos of another folder, unless they are to be replaced."""
    with index.catalog.reading() as tables:
        # What was never built to its end belongs to nobody, once nobody is at work on it.
        is_owned = get_state(tables, "current") is not None or _is_under_way(tables)
        before = get_state(tables, "source") if is_owned else None
    if before not in (None, str(folder.resolve())) and not replace:
        raise SettingError(
            f"{index.folder} holds the photos of {before}: they would be removed. Give another --index, or, if "
            "that folder was moved here or its photos are to go, say --replace."
        )


def _is_under_way(tables: sqlite3.Connection) -> bool:
    import psutil

    since = time.time() - ABANDONED_SECONDS
    builder = get_state(tables, "builder") or {"process": 0, "since": 0.0}
    processes = {int(writer.partition("-")[0]) for writer in writers_since(tables, since)}
    if builder["since"] >= since:
        processes.add(builder["process"])
    return any(psutil.pid_exists(process) for process in processes - {os.getpid()})


def check_names(index: PhotoIndex, folder: Path, items: Sequence[Item], replace: bool) -> None:
    """Refuse photos that have the name of another folder's photo, unless they are to replace it."""
    with index.catalog.reading() as tables:
        live = {name: (path, digest) for name, path, digest in live_files(tables)}
    root = str(folder.resolve()) + "/"
    clashes = [
        item.name
        for item in items
        if item.name in live and live[item.name][1] != item.digest and not live[item.name][0].startswith(root)
    ]
    if clashes and not replace:
        raise SettingError(
            f"{len(clashes)} photos have names that other photos of {index.folder} have, such as {clashes[0]}: those "
            "would be lost. Rename them, or say --replace."
        )


def with_texts_of_index(index: PhotoIndex, folder: Path, items: Sequence[Item]) -> list[Item]:
    """Add to photos what another folder told of them: of the same photo all captions count, whoever brings it."""
    root = str(folder.resolve()) + "/"
    whole = []
    with index.catalog.reading() as tables:
        for item in items:
            same = [one for _, one in stored_items(tables, live_of_content(item.name, item.digest))]
            foreign = [one for one in same if not str(one.path).startswith(root)]
            whole.append(_both(item, foreign[0]) if foreign else item)
    return whole


def _both(item: Item, other: Item) -> Item:
    return dataclasses.replace(
        item,
        # Its first folder keeps it, so that the next time it is known that another one told of it, too.
        path=other.path if other.path.is_file() else item.path,
        captions=_union(other.captions, item.captions),
        other_texts=_union(other.other_texts, item.other_texts),
        unread=_union(other.unread, item.unread),
        twins=tuple(dict.fromkeys((*other.twins, *item.twins))),
    )


def _union(texts: Sequence[Caption], more: Sequence[Caption]) -> tuple[Caption, ...]:
    return tuple(dict.fromkeys((*texts, *more)))


def unusable_photos(data: Dataset) -> list[UnusablePhoto]:
    """Return the photos that loading left out, with the reason."""
    rows = data.quarantine
    photos = rows[(rows["level"] == "error") & rows["kind"].str.startswith("photo_")]
    return [
        UnusablePhoto(item or Path(file).name, file, kind, reason)
        for item, file, kind, reason in photos[["item", "file", "kind", "reason"]]
        .astype(str)
        .itertuples(index=False)
        if kind != "photo_missing"
    ]


NO_TABLE: Final = (
    "a table of photos has no captions, so the law allows none: pass the data set, or `test` itself"
)


def temporary_index(matcher: Matcher, photos: Dataset | Pairs, policy: Policy) -> PhotoIndex:
    """Return an index that lives as long as the object: of a data set, or of the photos of some of its pairs."""
    is_table = type(photos).__name__ == "DataFrame"
    how = NO_TABLE if is_table else "pass ws.load_dataset(folder), or pairs"
    check_kind("Search", photos, (Dataset, Pairs), "a data set or pairs", how)
    matcher.check_fitted()
    data, only = (
        (photos.data, photos.photos["photo"].tolist()) if isinstance(photos, Pairs) else (photos, None)
    )
    if data.photos.empty:
        raise DataError(
            f"{data.name!r} has no photo to search. Where policy.split left none, the table that it returned beside "
            "them says why of each, as for want of captions (docs/reference/any_folder.md)."
        )
    folder = OwnFolder("withsense-index-")
    index = PhotoIndex.make(Path(folder.name) / "index", matcher.vector_store)
    index.temporary = folder  # it goes when the index does
    build_index(index, matcher, data, policy, only=only)
    return index
