from __future__ import annotations

from pathlib import Path

import pytest
from table_of_runs import CLIP, HYBRID, OWN, TOWERS, Write

from withsense_tf.errors import DataError, SettingError
from withsense_tf.experiments.runs.latest_run import point_to
from withsense_tf.experiments.runs.stored_runs import StoredRun, find_pair, find_run, read_run, runs_of


def test_runs_are_listed_newest_first_and_a_broken_one_is_named(tmp_path: Path, store_run: Write) -> None:
    store_run("20260101T000000Z-aaa", TOWERS)
    point_to(store_run("20260303T101112Z-ccc", TOWERS, HYBRID, OWN, CLIP))
    (store_run("20260202T000000Z-bbb") / "results.json").write_text("{broken")
    newest, broken, oldest = runs_of(tmp_path / "out")
    assert isinstance(newest, StoredRun)
    assert isinstance(broken, DataError)
    assert "20260202T000000Z-bbb/results.json is no results.json" in str(broken)
    assert isinstance(oldest, StoredRun)
    said = newest.summary()
    assert (said["when"], said["rows"], said["not_run"]) == ("2026-03-03T10:11:12+00:00", 3, 1)
    assert (said["best"], said["r@5"], said["data"]) == ("hybrid", 0.98, "mine")
    assert list(runs_of(tmp_path / "none")) == []


def test_the_best_of_a_run_is_the_one_that_it_recommends(store_run: Write) -> None:
    own = HYBRID | {"matcher": "own", "r@5": 1.0, "rmse": 0.2, "best": "(rmse) r@5", "gallery": 29.0}
    hybrid = own | {"matcher": "hybrid", "r@5": 0.99, "rmse": 0.19, "best": "rmse (r@5)", "gallery": 28.6}
    run = read_run(store_run("1-a", TOWERS, own, hybrid) / "results.json")
    assert "Use “hybrid”" in run.comparison.recommendation()
    assert [run.summary()[name] for name in ("best", "r@5", "gallery")] == ["hybrid", 0.99, 28.6]
    chance = {"measure": "r@5", "value": 0.8, "label": "chance"}
    folder = store_run("2-b", TOWERS, lines=[chance])
    assert read_run(folder / "results.json").summary()["best"] is None


def test_a_run_is_found_by_any_name_that_means_one(tmp_path: Path, store_run: Write) -> None:
    first = store_run("20260101T000000Z-aaa", TOWERS)
    second = store_run("20260202T000000Z-bbb", HYBRID)
    out = tmp_path / "out"
    assert find_run("latest", out).name == second.name  # also where nothing says which is
    point_to(first)
    for text in (
        "latest",
        first.name,
        "aaa",
        str(first),
        str(first / "results.json"),
        str(out / "runs/latest"),
    ):
        assert find_run(text, out).name == first.name, text
    with pytest.raises(SettingError, match="stands for 2 runs"):
        find_run("2026", out)
    with pytest.raises(
        SettingError, match=r"expected latest, a run's name.*It has 20260202T000000Z-bbb, 2026"
    ):
        find_run("nothing", out)
    with pytest.raises(SettingError, match=rf"There is no folder {tmp_path / 'none'}\.$"):
        find_run("latest", tmp_path / "none")
    (tmp_path / "new" / "runs").mkdir(parents=True)
    with pytest.raises(SettingError, match="It has none yet"):
        find_run("latest", tmp_path / "new")


def test_a_run_is_not_held_against_itself(tmp_path: Path, store_run: Write) -> None:
    only = store_run("20260202T000000Z-bbb", HYBRID)
    with pytest.raises(SettingError, match=r"'latest' and 'bbb' are the same run.*has no other"):
        find_pair("latest", "bbb", tmp_path / "out")
    first = store_run("20260101T000000Z-aaa", TOWERS)
    with pytest.raises(SettingError, match=f"name an earlier one first, such as {first.name}"):
        find_pair("latest", "latest", tmp_path / "out")
    assert [one.name for one in find_pair("aaa", "latest", tmp_path / "out")] == [first.name, only.name]


def test_a_run_says_whether_it_is_a_trial_and_keeps_the_law(tmp_path: Path, store_run: Write) -> None:
    whole = find_run(str(store_run("20260101T000000Z-aaa", TOWERS, photos=["0a", "1b"])), tmp_path)
    assert (whole.is_smoke, whole.keeps_law, [*whole.base.photos]) == (False, True, ["0a", "1b"])
    smoke = store_run("20260102T000000Z-aaa", TOWERS, notes=["A smoke run: 9 photos, 2 folds."], photos=7)
    assert find_run(str(smoke), tmp_path).is_smoke
    assert not find_run(str(smoke), tmp_path).base.photos
    for law in ("none (research use)", "", None):
        rows = [TOWERS, HYBRID | {"policy": law}]
        folder = store_run(f"20260103T000000Z-{len(str(law))}", *rows)
        assert not find_run(str(folder), tmp_path).keeps_law, law


def test_each_package_that_made_figures_is_named_once(store_run: Write) -> None:
    rows = [TOWERS | {"code": "withsense_tf 1 abc"}, HYBRID | {"code": "withsense_tf 1 abc; my_module 12"}]
    run = read_run(store_run("1-a", *rows) / "results.json")
    assert run.summary()["code"] == "withsense_tf 1 abc; my_module 12"
