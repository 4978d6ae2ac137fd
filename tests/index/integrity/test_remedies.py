"""What a person is told to run for an index keeps the law by which the index was judged."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks, new_index

from withsense_tf.commands.index_reports import how_to_readmit
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.integrity.census import check_census
from withsense_tf.index.integrity.file_checks import file_problems
from withsense_tf.index.integrity.table_errors import index_remedy, repair
from withsense_tf.index.model_generation import how_to_build
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import set_state
from withsense_tf.index.upkeep.repair import repair_index
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles

PLACES = "--overrides FILE --countries FILE --languages FOLDER --photo-judge JUDGE"


def overrides_in(folder: Path) -> Path:
    folder.mkdir()
    file = folder / "overrides.csv"
    file.write_text("photo,digest,decision,by,reason\n", encoding="utf-8")
    return file


@pytest.fixture
def make(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> Callable[[Policy], PhotoIndex]:
    items = items_of_looks(tmp_path / "photos", 12)
    return lambda policy: new_index(tmp_path / "an index", fitted("hybrid"), items, store, policy)


@pytest.mark.closed
def test_every_remedy_names_the_files_by_which_the_index_was_judged(
    make: Callable[[Policy], PhotoIndex], tmp_path: Path
) -> None:
    table = overrides_in(tmp_path / "of people")
    policy = Policy.of_files(LawFiles(overrides=table, min_votes=2))
    index = make(policy)
    with index.catalog.writing() as tables:
        tables.execute("DELETE FROM law WHERE photo = 1")
        tables.execute("UPDATE law SET votes = 7 WHERE photo = 4")
        tables.execute("UPDATE captions SET text = 'Other .' WHERE photo = 2")
        tables.execute("UPDATE rows SET checksum = 1 - checksum WHERE photo > 1")
        set_state(tables, census=[])
        lines = check_census(tables, index.folder)
    for path in (tmp_path / "photos").iterdir():
        path.unlink()
    with pytest.raises(SettingError, match="To give them up, run: ") as error:
        repair_index(index, policy)
    file = next((index.folder / "generations" / "1" / "matcher").rglob("*.json"))
    file.write_text(file.read_text() + " ")
    lines += verify_index(index)
    lines += file_problems([("a.jpg", "/nowhere/a.jpg", "")], "/nowhere", index.folder)
    lines += [how_to_readmit(index.folder, ["a.jpg"], []), how_to_build(index.folder)]
    lines.append(repair(index.folder / "generations" / "1" / "vectors"))
    commands = [command for line in [*lines, str(error.value)] for command in line.split("withsense ")[1:]]
    assert len(commands) > 12
    told = f"--index '{index.folder}' --overrides '{table}' --min-votes 2"
    assert [one for one in commands if told not in one and not one.startswith("index status ")] == []


@pytest.mark.closed
def test_an_index_of_which_nobody_wrote_down_its_files_has_places_for_them(
    make: Callable[[Policy], PhotoIndex],
) -> None:
    index = make(LAW)
    assert index_remedy(index.folder, "judge").startswith(
        f"withsense index judge --index '{index.folder}' {PLACES} (leave out what"
    )
    assert PLACES in index_status(index).as_text()
    # Neither is it known where the tables cannot be read.
    index.catalog.close()
    (index.folder / "catalog.sqlite").write_bytes(b"no tables, or not any more")
    assert PLACES in index_remedy(index.folder, "judge")


def test_what_was_judged_by_no_file_or_not_at_all_needs_none(
    make: Callable[[Policy], PhotoIndex], tmp_path: Path
) -> None:
    index, fresh = make(Policy.of_files(LawFiles())), PhotoIndex.make(tmp_path / "fresh")
    for folder in (index.folder, fresh.folder, tmp_path / "nowhere"):
        assert index_remedy(folder, "judge") == f"withsense index judge --index {shlex.quote(str(folder))}"
