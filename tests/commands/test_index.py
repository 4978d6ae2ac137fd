from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.demo import write_demo
from withsense_tf.errors import DataWarning
from withsense_tf.experiments.bench.bench_start import heavy_imports
from withsense_tf.index import catalog
from withsense_tf.policy.countries import NOTICE

runner = CliRunner()


def run(*words: str, code: int = 0) -> str:
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "demo"
    write_demo(folder, seed=0, train=36, test=6)
    return folder


@pytest.fixture(scope="module")
def index(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("index") / "index")
    assert "42 added" in run("index", "build", str(demo), "--index", folder)
    return folder


def copied(index: str, place: Path) -> str:
    """Return a copy of an index that a test may change."""
    return str(shutil.copytree(index, place / "index"))


def test_an_answer_as_json_has_hits_with_photo_and_score_and_no_notice(index: str, demo: Path) -> None:
    found = json.loads(
        run("search", "a dog on a beach", "-k", "5", "--minimum", "0", "--index", index, "--json")
    )
    assert found["notice"] is None
    assert len(found["hits"]) + len(found["withheld"]) == 5
    photos = {path.name for path in demo.glob("t*_images/*")}
    assert all(hit["photo"] in photos and 0 <= hit["score"] <= 1 for hit in found["hits"])
    assert all(place["notice"] == NOTICE for place in found["withheld"])


def test_a_query_about_children_gets_the_notice_and_no_hits(index: str) -> None:
    found = json.loads(
        run("search", "a small child on a swing", "--country", "RU", "--index", index, "--json")
    )
    assert (found["hits"], found["notice"]) == ([], NOTICE)
    assert NOTICE in run("search", "a small child on a swing", "--index", index)


def test_no_restricted_photo_is_found_and_all_are_where_the_law_allows(index: str, demo: Path) -> None:
    listed = run("policy", "photos", str(demo)).splitlines()[1:]
    restricted = {line.split("\t")[0] for line in listed}
    assert restricted

    def found(*country: str) -> set[str]:
        words = (
            "search",
            "a person in a park",
            "-k",
            "42",
            "--minimum",
            "0",
            "--index",
            index,
            "--json",
            *country,
        )
        return {hit["photo"] for hit in json.loads(run(*words))["hits"]}

    assert not found() & restricted
    assert len(found() | restricted) == 42


def test_a_contact_sheet_is_saved(index: str, tmp_path: Path) -> None:
    run("search", "a dog", "--minimum", "0", "--index", index, "--save", str(tmp_path / "new" / "sheet.png"))
    with Image.open(tmp_path / "new" / "sheet.png") as sheet:
        assert sheet.width > 600


def test_the_next_page_goes_on_where_the_first_ended(index: str) -> None:
    words = ("search", "a dog", "--minimum", "0", "--index", index, "--json", "-k")
    first = json.loads(run(*words, "3"))
    second = json.loads(run(*words, "3", "--after", first["after"]))
    both = json.loads(run(*words, "6"))
    assert first["hits"] + second["hits"] == both["hits"]


def test_a_filter_by_an_unknown_column_names_the_known_ones(index: str) -> None:
    done = runner.invoke(app, ["search", "a dog", "--index", index, "--where", "colour=red"])
    assert "column='colour' is not known" in str(done.exception)
    assert "orientation" in str(done.exception)


def test_an_index_that_is_whole_says_so_and_one_that_is_not_says_what_is_wrong(
    index: str, tmp_path: Path
) -> None:
    folder = copied(index, tmp_path)
    assert "The index is whole." in run("index", "verify", "--files", "--index", folder)
    vectors = next(tmp_path.glob("index/generations/1/vectors/photo/*"))
    vectors.write_bytes(vectors.read_bytes()[:-1000])
    assert "damaged" in run("index", "verify", "--index", folder, code=1)
    told = run("index", "verify", "--repair", "--files", "--index", folder)
    assert "photos were embedded again." in told
    assert "The index is whole." in told
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as tables:
        tables.execute("UPDATE law SET restricted = 0")
    tables.close()
    assert "index judge --all" in run("index", "verify", "--index", folder, code=1)
    assert "nothing to do" in run("index", "judge", "--index", folder)
    assert "All photos are judged anew." in run("index", "judge", "--all", "--index", folder)
    assert "The index is whole." in run("index", "verify", "--index", folder)


def test_update_brings_the_index_up_to_date_with_its_folder(tmp_path: Path) -> None:
    folder, index = tmp_path / "demo", str(tmp_path / "index")
    write_demo(folder, seed=1, train=16, test=2)
    run("index", "build", str(folder), "--index", index, "--matcher", "closed_form")
    (folder / "train_images" / "demo_train_0003.jpg").unlink()
    (folder / "train_images" / "demo_train_0004.jpg").write_bytes(b"no photo")
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "update", str(folder), "--index", index])
    assert "0 added, 0 changed, 2 removed, 16 as before, 1 in quarantine" in done.output
    status = json.loads(run("index", "status", "--index", index, "--json"))
    assert status["photos"] == 16
    assert [one["photo"] for one in status["quarantine"]] == ["demo_train_0004.jpg"]
    assert "1 removed" in run("index", "remove", "demo_train_0005.jpg", "--index", index)
    run("index", "remove", "nobody.jpg", "--index", index, code=1)
    assert "without what photos left behind" in run("index", "compact", "--index", index)
    status = json.loads(run("index", "status", "--index", index, "--json"))
    assert [(model["rows"], model["garbage"]) for model in status["models"]] == [(15, 0)]
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "update", str(folder), "--index", index])
    assert "1 kept out" in done.output
    run("index", "readmit", "demo_train_0005.jpg", "--index", index)
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "update", str(folder), "--index", index])
    assert "1 added" in done.output


def test_a_folder_that_lost_most_of_its_photos_does_not_empty_the_index(tmp_path: Path) -> None:
    folder, index = tmp_path / "demo", str(tmp_path / "index")
    write_demo(folder, seed=1, train=15, test=2)
    run("index", "build", str(folder), "--index", index, "--matcher", "captions")
    for number in range(3, 15):
        (folder / "train_images" / f"demo_train_{number:04d}.jpg").unlink()
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "update", str(folder), "--index", index])
    assert "12 of the 17 photos" in str(done.exception)
    assert json.loads(run("index", "status", "--index", index, "--json"))["photos"] == 17
    with pytest.warns(DataWarning, match="left out"):
        assert "12 removed" in run("index", "update", str(folder), "--index", index, "--replace")


def test_an_index_that_may_only_be_read_is_searched(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "a copy"
    with contextlib.closing(sqlite3.connect(f"{index}/catalog.sqlite")) as open_elsewhere:
        open_elsewhere.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(index, copy)
    told = run("search", "a dog", "--minimum", "0", "--index", index)
    opened = catalog._opened

    def as_on_a_read_only_disk(where: str) -> sqlite3.Connection:
        # Tests may run as root, whom no permission stops: this is what SQLite says there.
        if not where.startswith("file:"):
            raise sqlite3.OperationalError("unable to open database file")
        return opened(where)

    monkeypatch.setattr(catalog, "_open", as_on_a_read_only_disk)
    monkeypatch.setattr(catalog, "os", SimpleNamespace(access=lambda *_: False, W_OK=os.W_OK))
    assert run("search", "a dog", "--minimum", "0", "--index", str(copy)) == told
    (copy / "catalog.sqlite-wal").write_bytes(b"changes")
    done = runner.invoke(app, ["search", "a dog", "--index", str(copy)])
    assert "has changes that are not in its tables yet" in str(done.exception)


def test_a_new_model_takes_over_and_a_rollback_brings_the_old_one_back(
    index: str, demo: Path, tmp_path: Path
) -> None:
    index = copied(index, tmp_path)
    words = ("search", "a dog on a beach", "--minimum", "0", "--index", index, "--json")
    old = json.loads(run(*words))
    run("index", "build", str(demo), "--index", index, "--matcher", "concat_linear")
    assert json.loads(run(*words)) != old
    run("index", "rollback", "--index", index)
    assert json.loads(run(*words)) == old


def test_recall_of_the_exact_engine_is_1(index: str) -> None:
    assert "recall@5 of photo vectors: 1.0000" in run(
        "index", "recall", "-k", "5", "--sample", "20", "--index", index
    )


def test_photos_of_another_folder_are_not_removed_by_mistake(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "other", seed=2, train=12, test=2)
    index = str(tmp_path / "index")
    run("index", "build", str(tmp_path / "other"), "--index", index, "--matcher", "captions")
    for command in ("build", "update"):
        done = runner.invoke(app, ["index", command, str(demo), "--index", index])
        assert "holds the photos of" in str(done.exception)
    # Names of both folders are alike: 12 and 2 photos are changed.
    done = runner.invoke(app, ["index", "update", str(demo), "--index", index, "--keep"])
    assert "14 photos have names that other photos" in str(done.exception)
    words = ("index", "update", str(demo), "--index", index, "--keep", "--replace")
    assert "28 added, 14 changed, 0 removed" in run(*words)
    assert "42 as before" in run("index", "update", str(demo), "--index", index, "--replace")


def test_a_folder_that_is_no_index_gets_advice(tmp_path: Path) -> None:
    done = runner.invoke(app, ["search", "a dog", "--index", str(tmp_path)])
    assert "is no index. Make one with" in str(done.exception)


def test_an_unknown_matcher_is_named_with_the_nearest(demo: Path, tmp_path: Path) -> None:
    done = runner.invoke(
        app, ["index", "build", str(demo), "--index", str(tmp_path / "i"), "--matcher", "hybird"]
    )
    assert "Did you mean 'hybrid'" in str(done.exception)


def test_a_search_starts_without_what_only_building_needs(index: str) -> None:
    assert heavy_imports(Path(index)) == ""
