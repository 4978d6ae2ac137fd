from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer.main
from full_files import without_rights
from run_command import run, runner

from withsense_tf.__main__ import app
from withsense_tf.commands.index import app as index_app
from withsense_tf.data import flickr8k
from withsense_tf.data.folder import load
from withsense_tf.errors import DataWarning, SettingError
from withsense_tf.index import catalog
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import set_state


def copied(index: str, place: Path) -> str:
    """Return a copy of an index that a test may change."""
    return str(shutil.copytree(index, place / "index"))


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
    assert json.loads(run("index", "verify", "--json", "--index", folder))["ok"] is True
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as tables:
        tables.execute("UPDATE law SET restricted = 0")
    tables.close()
    assert "index judge --all" in run("index", "verify", "--index", folder, code=1)
    assert "No rule and no decision of the law has changed" in run("index", "judge", "--index", folder)
    told = run("index", "judge", "--all", "--index", folder)
    counts = re.fullmatch(r"All photos are judged anew\. 0 were restricted before, (\d+) are now\.\n", told)
    assert counts is not None, told
    assert int(counts[1]) > 0
    assert "The index is whole." in run("index", "verify", "--index", folder)


def test_an_index_whose_server_cannot_start_or_tell_what_was_decided_is_not_whole(
    index: str, tmp_path: Path
) -> None:
    folder, state = copied(index, tmp_path), tmp_path / "state"
    for place, words in ((tmp_path / "index" / "app", ()), (state, ("--state", str(state)))):
        place.mkdir(exist_ok=True)
        (place / "photo_ids.key").write_bytes(bytes(10))
        (place / "decisions.jsonl").write_text("{")
        told = run("index", "verify", "--index", folder, *words, code=1)
        assert f"{place / 'photo_ids.key'} holds no key of 32 bytes. Bring it back" in told
        assert f"Line 1 of {place / 'decisions.jsonl'} is no decision" in told
        assert "Problems: 2." in told


def test_a_build_says_nothing_of_published_figures(
    small_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = frozenset(flickr8k.name_hash(one.name) for one in small_demo.glob("train_images/*"))
    monkeypatch.setattr(flickr8k, "_test_names", lambda: names)
    # A warning would be an error here.
    run("index", "build", str(small_demo), "--index", str(tmp_path / "index"), "--matcher", "captions")


@pytest.mark.slow
def test_update_brings_the_index_up_to_date_with_its_folder(small_demo: Path, tmp_path: Path) -> None:
    folder, index = shutil.copytree(small_demo, tmp_path / "demo"), str(tmp_path / "index")
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
    assert "demo_train_0005.jpg was taken out already" in run(
        "index", "remove", "demo_train_0005.jpg", "--index", index
    )
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


@pytest.mark.slow
def test_a_folder_that_lost_most_of_its_photos_does_not_empty_the_index(
    small_demo: Path, tmp_path: Path
) -> None:
    folder, index = shutil.copytree(small_demo, tmp_path / "demo"), str(tmp_path / "index")
    run("index", "build", str(folder), "--index", index, "--matcher", "captions")
    for number in range(3, 16):
        (folder / "train_images" / f"demo_train_{number:04d}.jpg").unlink()
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "update", str(folder), "--index", index])
    assert "13 of the 18 photos" in str(done.exception)
    assert json.loads(run("index", "status", "--index", index, "--json"))["photos"] == 18
    with pytest.warns(DataWarning, match="left out"):
        assert "13 removed" in run("index", "update", str(folder), "--index", index, "--replace")


def test_an_index_that_may_only_be_read_is_searched(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "a copy"
    with contextlib.closing(sqlite3.connect(f"{index}/catalog.sqlite")) as open_elsewhere:
        open_elsewhere.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(index, copy)
    told = run("search", "a dog", "--minimum", "0", "--index", index)
    opened = catalog._open

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


@pytest.mark.slow
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


def test_whether_another_folder_replaces_the_photos_is_asked_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    index = PhotoIndex.make(tmp_path / "index")
    with index.catalog.writing() as tables:
        set_state(tables, source=str(tmp_path / "old"), current=1)
    monkeypatch.setattr(load, "load_dataset", lambda *_, **__: pytest.fail("it was read"))
    done = runner.invoke(app, ["index", "update", str(tmp_path / "new"), "--index", str(index.folder)])
    assert isinstance(done.exception, SettingError)
    assert "say --replace" in str(done.exception)


@pytest.mark.slow
def test_photos_of_another_folder_are_not_removed_by_mistake(
    demo: Path, small_demo: Path, tmp_path: Path
) -> None:
    index = str(tmp_path / "index")
    run("index", "build", str(small_demo), "--index", index, "--matcher", "captions")
    for command in ("build", "update"):
        done = runner.invoke(app, ["index", command, str(demo), "--index", index])
        assert "holds the photos of" in str(done.exception)
    # Names of both folders are alike: 16 and 2 photos are changed.
    done = runner.invoke(app, ["index", "update", str(demo), "--index", index, "--keep"])
    assert "18 photos have names that other photos" in str(done.exception)
    words = ("index", "update", str(demo), "--index", index, "--keep", "--replace")
    assert "24 added, 18 changed, 0 removed" in run(*words)
    assert "42 as before" in run("index", "update", str(demo), "--index", index, "--replace")


def test_who_may_only_read_an_index_is_told_so_before_the_work_and_by_which_file(
    index: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(index, folder / "index")
    run("index", "status", "--index", f"{folder}/index")  # what Python itself reads late is there by now
    changes = (
        ["remove", "demo_train_0001.jpg"],
        ["judge", "--all"],
        # Nothing of the folder is read before.
        ["update", str(tmp_path / "nowhere")],
        ["compact"],
    )
    files = [f"index/{file.name}" for file in (folder / "index").iterdir() if file.is_file()]
    files.append("index/generations")
    with without_rights(folder, *files, "index", mode=0o555):
        for words in changes:
            done = runner.invoke(app, ["index", *words, "--index", f"{folder}/index"])
            told = str(done.exception)
            assert told.startswith(f"The index cannot be changed: {folder}/index may only be read: "), words
            assert "with the rights dr-xr-xr-x. Nothing was changed. Let user" in told
    assert "1 removed" in run("index", *changes[0], "--index", f"{folder}/index")


def test_a_folder_that_is_no_index_gets_advice(tmp_path: Path) -> None:
    done = runner.invoke(app, ["search", "a dog", "--index", str(tmp_path)])
    assert "is no index. Make one with" in str(done.exception)


def test_an_unknown_matcher_is_named_with_the_nearest(demo: Path, tmp_path: Path) -> None:
    done = runner.invoke(
        app, ["index", "build", str(demo), "--index", str(tmp_path / "i"), "--matcher", "hybird"]
    )
    assert "Did you mean 'hybrid'" in str(done.exception)


@pytest.mark.closed
def test_an_index_says_what_it_was_judged_with_and_all_its_commands_take_that(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = typer.main.get_command(index_app).commands.values()  # type: ignore[attr-defined]  # a group
    assert [
        one.name for one in commands if "--overrides" not in {o for p in one.params for o in p.opts}
    ] == []
    folder, table = copied(index, tmp_path), tmp_path / "o.csv"
    table.write_text("photo,digest,decision,by,reason\ndemo_train_0001.jpg,,restrict,Ann,hers\n")
    run("index", "judge", "--overrides", str(table), "--index", folder)
    told = run("index", "status", "--overrides", str(table), "--index", folder)
    assert f"judged with, as all that asks it must say: --overrides {table}" in told
    monkeypatch.setenv("WITHSENSE_OVERRIDES", "")
    done = runner.invoke(app, ["index", "status", "--index", folder])
    assert "WITHSENSE_OVERRIDES" in str(done.exception)
