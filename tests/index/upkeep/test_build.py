"""A data set becomes an index, whatever was there before."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fitted_matchers import MAKERS
from index_digest import contents
from PIL import Image
from PIL.ExifTags import Base
from small_index import LAW, ask, item_of, items_of_looks, shown

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.photo_facts import photo_facts
from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, NotFittedError, SettingError, WithSenseWarning
from withsense_tf.index.brought import note_brought
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.upkeep.build import build_index, claim, with_texts_of_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.staging import Staging
from withsense_tf.index.upkeep.switch_model import roll_back, take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.index.vectors.filters import matches, parse_filter
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.search.search import Search

NO_PROCESS = 2**22 + 1  # above the highest that Linux gives


@pytest.fixture
def items(two: list[Item]) -> list[Item]:
    return two


def test_another_model_is_built_in_the_place_of_one_that_is_lost(
    colours: Dataset, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    names = [str(name) for name in colours.photos["photo"]]
    index = PhotoIndex.make(tmp_path / "built", store)
    build_index(index, fitted("hybrid"), colours, LAW, facts={names[1]: {"iso": 1.0}}, only=names[:6])
    shutil.rmtree(index.folder / "generations" / "1")
    again = PhotoIndex(index.folder, store)
    # One changes, one leaves, and two come.
    report = build_index(again, fitted("closed form"), colours, LAW, facts={}, only=names[1:8])
    assert (report.added, report.changed, report.removed, report.same) == (2, 1, 1, 4)
    fresh = PhotoIndex.make(tmp_path / "fresh", store)
    build_index(fresh, fitted("closed form"), colours, LAW, facts={}, only=names[1:8])
    assert contents(again) == contents(fresh)
    assert verify_index(again) == []


def test_a_model_whose_files_are_damaged_is_none_to_go_back_to(
    colours: Dataset, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    names = [str(name) for name in colours.photos["photo"]]
    index = PhotoIndex.make(tmp_path / "built", store)
    build_index(index, fitted("hybrid"), colours, LAW, facts={}, only=names[:4])
    (index.folder / "generations" / "1" / "matcher" / "state.json").write_text("{")
    again = PhotoIndex(index.folder, store)
    # None comes that would need the model.
    report = build_index(again, fitted("closed form"), colours, LAW, facts={}, only=names[:4])
    assert (report.added, report.changed, report.same) == (0, 0, 4)
    assert verify_index(again) == []
    with again.catalog.reading() as tables:
        assert models_to_ask(tables) == [2]
    with pytest.raises(SettingError, match="nothing to go back to"):
        roll_back(again)


@pytest.mark.parametrize("goes_back", [False, True])
def test_what_another_process_switches_to_amid_a_build_stays(
    goes_back: bool,
    colours: Dataset,
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [str(name) for name in colours.photos["photo"]]
    index = PhotoIndex.make(tmp_path / "built", store)
    build_index(index, fitted("hybrid"), colours, LAW, facts={}, only=names[:4])
    other = index.add_model(fitted("captions"))
    (index.folder / "generations" / "1" / "matcher" / "state.json").write_text("{")

    def switch(index: PhotoIndex, number: int) -> None:
        for model in (number,) if goes_back else (other, number):
            take_over(index, model)
        if goes_back:
            index.switch(1)

    monkeypatch.setattr("withsense_tf.index.upkeep.build.take_over", switch)
    again = PhotoIndex(index.folder, store)
    build_index(again, fitted("closed form"), colours, LAW, facts={}, only=names[:4])
    with again.catalog.reading() as tables:
        models = get_state(tables, "current"), get_state(tables, "previous")
    assert models == ((1, 3) if goes_back else (3, other))


def test_photos_of_no_folder_stay_as_they_were_where_a_model_is_lost(
    colours: Dataset, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    names = [str(name) for name in colours.photos["photo"]]
    index = PhotoIndex.make(tmp_path / "built", store)
    build_index(index, fitted("hybrid"), colours, LAW, facts={}, only=names[:4])
    note_brought(index, looks)
    ingest(index, [item_of(looks, "upload.png", 9)], LAW)
    shutil.rmtree(index.folder / "generations" / "1")
    report = build_index(
        PhotoIndex(index.folder, store), fitted("closed form"), colours, LAW, facts={}, only=names[:4]
    )
    assert (report.added, report.changed, report.removed) == (0, 0, 0)


def test_an_index_that_is_not_built_yet_says_how_to_build_it(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    with pytest.raises(DataError, match=r"not built yet"):
        ask(index.folder)
    model = index.add_model(fitted("hybrid"))
    ingest(index, items_of_looks(looks, 3), LAW, model)
    with pytest.raises(DataError, match=r"not built yet.*index build"):
        ask(index.folder)
    with pytest.raises(DataError, match=r"not built yet.*index build"):
        ingest(index, items_of_looks(looks, 4), LAW)


def test_an_index_belongs_to_a_folder_once_it_was_built(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    claim(index, tmp_path / "its training failed")
    claim(index, tmp_path / "mine")
    model = index.add_model(fitted("hybrid"))
    ingest(index, items_of_looks(looks, 3), LAW, model)
    take_over(index, model)
    with pytest.raises(SettingError, match="mine: they would be removed"):
        claim(index, tmp_path / "another")


@pytest.mark.parametrize(
    ("process", "age", "is_free"),
    [(os.getppid(), 60.0, False), (os.getppid(), 25 * 3600.0, True), (NO_PROCESS, 60.0, True)],
    ids=["at work", "long ago", "ended"],
)
def test_a_first_build_under_way_is_not_taken_over_by_another_folder(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    process: int,
    age: float,
    is_free: bool,
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    claim(index, tmp_path / "mine")
    model = index.add_model(fitted("hybrid"))
    judge_anew(index, LAW)
    staging = Staging(index, items_of_looks(looks, 3), LAW, model)
    staging.writer = f"{process}-ab"
    staging.stage()
    with index.catalog.writing() as tables:
        tables.execute("UPDATE photos SET staged = ?", (time.time() - age,))
    claim(index, tmp_path / "mine")
    check = contextlib.nullcontext() if is_free else pytest.raises(SettingError, match="mine: they would be")
    with check:
        claim(index, tmp_path / "another")
    claim(index, tmp_path / "another", replace=True)


def test_a_first_build_that_still_learns_is_not_taken_over_by_another_folder(
    store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = PhotoIndex.make(tmp_path / "index", store)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", os.getppid)
        claim(index, tmp_path / "mine")
    with pytest.raises(SettingError, match="mine: they would be removed"):
        claim(index, tmp_path / "another")
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: NO_PROCESS)
        claim(index, tmp_path / "mine")
    claim(index, tmp_path / "another")


def test_captions_of_the_same_photo_from_another_folder_add_up(
    index: PhotoIndex, two: list[Item], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    file = Path(shutil.copy(two[0].path, other / "ann.png"))
    innocent = Item("ann.png", file, two[0].digest, (("ann.png#0", "A lined navy cloth ."),))
    for _ in range(2):
        ingest(index, with_texts_of_index(index, other, [innocent]), LAW)
        assert shown(index) == {"wall.png"}
    with pytest.raises(SettingError, match="--lift"):
        ingest(index, [innocent], LAW)


def test_an_index_that_python_builds_is_filtered_by_sizes_and_colours(
    colours: Dataset, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    names = [str(name) for name in colours.photos["photo"]][:6]
    index = PhotoIndex.make(tmp_path / "index", store)
    build_index(index, fitted("closed form"), colours, LAW, only=names)
    search = Search(index, policy=LAW, country="AQ")
    columns = photo_facts(colours.folder, colours.photos[colours.photos["photo"].isin(names)])
    colour = str(columns[names[0]]["colour"]).split(", ")[0]
    for where in (f"colour={colour}", "width<=40", "width>40", "orientation=square"):
        wanted = {name for name in names if matches((parse_filter(where),), columns[name])}
        hits = search("a wall", k=50, minimum=0.0, where=where)
        assert {hit.photo for hit in hits} | {name for hit in hits for name in hit.duplicates} == wanted
    with pytest.raises(SettingError, match=r"'widht' is not known\. Did you mean 'width'"):
        search("a wall", where="widht>=400")


def test_a_search_by_a_matcher_and_its_photos_is_filtered_by_what_cameras_said(
    colours: Dataset, fitted: Callable[[str], Matcher], tmp_path: Path
) -> None:
    photos = colours.photos
    tags = Image.Exif()
    tags[Base.Model] = "NIKON D90"
    with Image.open(photos["path"][0]) as image:
        image.save(tmp_path / "tagged.png", exif=tags)
    photos.loc[0, ["path", "digest"]] = str(tmp_path / "tagged.png"), digest_of(tmp_path / "tagged.png")
    search = Search(fitted("closed form"), colours.with_tables(photos=photos), LAW, "AQ")
    hits = search("a wall", k=50, minimum=0.0, where="camera=Nikon D90")
    assert [hit.photo for hit in hits] == [photos["photo"][0]]


def test_a_matcher_that_orders_photos_whatever_is_asked_is_warned_of(
    colours: Dataset, fitted: Callable[[str], Matcher]
) -> None:
    with pytest.warns(
        WithSenseWarning, match=r"concat ridge puts photos in the same order.*concatenated\.md"
    ):
        search = Search(fitted("linear"), colours, LAW, country="AQ")
    orders = [[hit.photo for hit in search(text, minimum=0.0)] for text in ("a scarlet wall", "blue cloth")]
    assert orders[0] == orders[1]


def test_a_matcher_that_is_not_fitted_is_named_before_anything_is_made(
    colours: Dataset, tmp_path: Path
) -> None:
    matcher = ClosedFormTowers(photo="scene_net")
    with pytest.raises(NotFittedError, match=r"ClosedFormTowers is not fitted yet: call fit\(train\) first"):
        Search(matcher, colours)
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        build_index(PhotoIndex.make(tmp_path / "index"), matcher, colours, LAW)


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ("/path", r"Search expects a data set or pairs, got str '/path': pass ws\.load_dataset\(folder\)"),
        (pd.DataFrame(), "got DataFrame: a table of photos has no captions"),
    ],
    ids=["path", "table"],
)
def test_a_search_of_something_else_says_how_a_data_set_is_had(
    fitted: Callable[[str], Matcher], photos: Any, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        Search(fitted("closed form"), photos)


def test_a_search_of_no_photos_says_that_the_law_may_have_left_none(
    colours: Dataset, fitted: Callable[[str], Matcher]
) -> None:
    with pytest.raises(DataError, match=r"has no photo to search\. Where policy\.split left none"):
        Search(fitted("closed form"), colours.only([], []))


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("closed form", lambda matcher: matcher.features_.store),
        ("hybrid", lambda matcher: matcher.towers_.features_.store),
        ("linear", lambda matcher: matcher.store_),
    ],
)
def test_a_search_takes_the_vectors_that_a_matcher_without_a_store_has(
    kind: str, own: Callable[[Matcher], VectorStore], train: Pairs, colours: Dataset
) -> None:
    matcher = MAKERS[kind](None).fit(train)
    assert matcher.store is None
    with Search(matcher, colours, LAW) as search:
        assert search.index.store is own(matcher)
