from __future__ import annotations

import sys
from pathlib import Path

import pytest
from run_command import finish, run
from table_of_runs import CLIP, TOWERS, Write

from withsense_tf.__main__ import app
from withsense_tf.errors import SettingError
from withsense_tf.experiments.runs.merge_runs import merge_runs, write_merged
from withsense_tf.experiments.runs.mlflow_tracker import Tracker, folder_of, uri_of
from withsense_tf.experiments.runs.stored_runs import read_run

CONFIG = {"config": '{"class": "ClosedFormTowers", "gammas": [0.15, 0.6]}', "weights": "imagenet"}
NAME = "20260101T000000Z-aaa"


@pytest.mark.parametrize("store", ["mlflow:{}", "mlflow:sqlite:///{}/runs.db"], ids=["folder", "sqlite"])
def test_each_row_is_a_run_with_its_figures_what_made_them_and_the_page(
    store_run: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = store_run(NAME, TOWERS | CONFIG, CLIP)
    (folder / "index.html").write_text("<p>The page.")
    address = store.format(tmp_path / "store")
    out = ("--output", str(tmp_path / "out"))
    printed = run("compare", "track", "latest", address, *out)
    assert "Logged 2 of 2 rows" in printed
    # Only a folder is read by MLflow on a condition.
    assert ("MLFLOW_ALLOW_FILE_STORE=true" in printed) == ("sqlite:" not in store)
    client = Tracker.of(address).client
    experiment = client.get_experiment_by_name("withsense_tf: mine")
    towers, clip = sorted(
        client.search_runs([experiment.experiment_id]), key=lambda one: -len(one.data.metrics)
    )
    assert towers.info.run_name == "towers (folds)"
    assert towers.data.metrics == {
        "rmse": 0.18,
        "r_at_5": 0.8,
        "r_at_5_low": 0.75,
        "r_at_5_high": 0.85,
        "seconds": 3.0,
    }
    assert towers.data.params["config.gammas"] == "[0.15, 0.6]"
    assert (towers.data.params["weights"], towers.data.params["seed"]) == ("imagenet", "0")
    tags = towers.data.tags
    assert [tags[name] for name in ("fingerprint", "policy", "code", "run", "machine")] == [
        "f1",
        "law 1",
        "withsense_tf 1.0",
        NAME,
        "one",
    ]
    assert (clip.info.status, clip.data.tags["status"]) == ("FAILED", "not run: weights not available")
    page = client.download_artifacts(towers.info.run_id, "index.html")
    assert Path(page).read_text() == "<p>The page."
    # Nothing lies where the command was started.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "store"]


def test_a_row_is_logged_once_also_after_a_merge_and_what_was_cut_off_is_logged_anew(
    store_run: Write, tmp_path: Path
) -> None:
    one, other = (
        read_run(store_run(name, row | {"run": name}) / "results.json")
        for name, row in ((NAME, TOWERS), ("2-b", TOWERS | {"matcher": "hybrid"}))
    )
    tracker = Tracker.of(f"mlflow:{tmp_path / 'store'}")
    assert len(tracker.log(one)) == 1
    both = read_run(write_merged(tmp_path / "both", merge_runs([one, other])))
    (hybrid,) = tracker.log(both)
    assert tracker.log(both) == []
    tracker.client.update_run(hybrid, status="RUNNING")  # as of a process that was killed
    (again,) = tracker.log(both)
    assert again != hybrid
    experiment = tracker.client.get_experiment_by_name("withsense_tf: mine").experiment_id
    assert len(tracker.client.search_runs([experiment])) == 2


@pytest.mark.parametrize(
    "text",
    [
        "wandb:team",
        "mlflow:",
        "runs.db",
        "mlflow:postgresql://a/b",
        "mlflow:databricks://",
        "mlflow:sqlite://",
    ],
)
def test_an_unknown_place_is_an_error_that_says_which_there_are(text: str) -> None:
    with pytest.raises(SettingError, match=r"expected mlflow:sqlite:///FILE"):
        uri_of(text)


def test_a_store_of_this_machine_is_told_from_a_server(tmp_path: Path) -> None:
    assert folder_of(uri_of(f"mlflow:{tmp_path / 'a b'}")) == tmp_path / "a b"
    assert folder_of(uri_of(f"mlflow:file://{tmp_path}")) == tmp_path
    assert folder_of(uri_of(f"mlflow:sqlite:///{tmp_path}/runs.db")) == tmp_path
    assert folder_of(uri_of("mlflow:http://127.0.0.1:5000")) is None


def test_without_the_extra_the_error_names_it_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(SettingError, match=r'pip install "\.\[mlflow\]" in a clone'):
        finish(app, "compare", "--track", "mlflow:store")


def test_a_store_that_does_not_answer_is_an_error_that_tells_no_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="could not read or write there"):
        Tracker.of(f"mlflow:{tmp_path / 'file'}")
    with pytest.raises(SettingError) as error:
        Tracker.of("mlflow:http://me:secret@127.0.0.1:9")
    assert "secret" not in str(error.value)
    assert "127.0.0.1:9" in str(error.value)
