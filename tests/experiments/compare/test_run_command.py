from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
import typer
from run_command import finish, run_main

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo import write_demo
from withsense_tf.errors import DataWarning, SettingError
from withsense_tf.evaluation.result_table import COLUMNS
from withsense_tf.experiments.compare import run_command as compare
from withsense_tf.experiments.compare.jobs import FETCH
from withsense_tf.matchers.base import Matcher


def invoke(*arguments: str, code: int = 0) -> str:
    return run_main(compare.main, *arguments, code=code)


def rows_in(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


# Fits in no time, and has a baseline, a linear form, and towers.
FEW = ("--models", "constant,ridge,closed_form", "--set", "folds=3", "--set", 'photo=["scene_net"]')
FOLDS = ("--set", 'splits=["folds"]')


@pytest.fixture(scope="module")
def own(unchanged_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run a few models on all splits of a folder of one's own; return where, and what was printed."""
    out = tmp_path_factory.mktemp("own") / "out"
    return out, invoke("--data", str(unchanged_folder), "--output", str(out), *FEW)


@pytest.fixture(scope="module")
def base(own: tuple[Path, str]) -> Path:
    """Return the results of that run."""
    return own[0] / "runs/latest/results.json"


@pytest.mark.slow
def test_a_quick_run_runs_every_model_and_a_second_one_repeats_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "QUICK_TRAIN", 16)
    monkeypatch.setattr(compare, "QUICK_TEST", 4)
    # How the splits differ is tested below, and networks repeat themselves after two epochs as after twenty.
    short = ["concat_keras", "interaction", "two_tower"]
    changes = ['splits=["70/30"]', *(f"{model}.training={{epochs = 2}}" for model in short)]
    for _ in range(2):
        printed = invoke("--quick", "--output", str(tmp_path), *(f"--set={change}" for change in changes))
    assert "Synthetic" in printed
    rows = rows_in(tmp_path / "compare.csv")
    assert tuple(rows[0]) == COLUMNS
    first, second = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    assert [row["matcher"] for row in first] == [row["matcher"] for row in second]
    assert {row["run"] for row in first}.isdisjoint({row["run"] for row in second})
    ran = {row["matcher"] for row in first if row["status"] == "ok"}
    assert {"constant mean", "concat lasso", "concat Keras 256-64", "two towers, softmax", "hybrid"} <= ran
    not_run = {row["matcher"] for row in first} - ran
    assert not_run == {"clip_vit_base_patch32, zero-shot"}
    assert "not run: weights not available" in printed
    for one, other in zip(first, second, strict=True):
        if one["status"] == "ok":
            assert float(one["r@1"]) == pytest.approx(float(other["r@1"]), abs=0.02)
        assert one["fingerprint"] == other["fingerprint"]
    assert all(row["policy"].startswith("law ") for row in rows)
    assert {row["data"] for row in rows} == {"demo (synthetic, seed 0)"}
    assert all(row["weights"] for row in rows if row["track"] == "image-only")


@pytest.mark.slow
def test_a_folder_of_ones_own_is_compared_and_its_report_written(own: tuple[Path, str]) -> None:
    out, printed = own
    assert "Synthetic" not in printed
    rows = rows_in(out / "compare.csv")
    assert {row["split"] for row in rows} == {"folds", "70/30", "strict", "test"}
    folds = [row for row in rows if row["split"] == "folds"]
    assert [row["matcher"] for row in folds] == [
        "constant mean",
        "constant median",
        "concat ridge",
        "two towers, closed form",
    ]
    assert {(row["folds"], row["pairs"], row["photos"], row["gallery"]) for row in folds} == {
        ("3", "18", "6", "2.0")
    }
    assert folds[2]["weights"].startswith("trained on drawn scenes")
    run_folder = out / "runs/latest"
    results = json.loads((run_folder / "results.json").read_text())
    assert [row["matcher"] for row in results["rows"]] == [row["matcher"] for row in rows]
    assert rows_in(run_folder / "results.csv") == rows
    assert "closed form" in (run_folder / "results.md").read_text()


@pytest.mark.slow
def test_without_download_a_preset_that_is_not_here_is_not_run_and_no_connection_is_tried(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    monkeypatch.setattr("socket.socket.connect", lambda self, address: tried.append(address))
    monkeypatch.setattr("socket.getaddrinfo", lambda *address, **_: tried.append(address) or [])
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "empty"))
    few = ("--models", "constant,pretrained", *FOLDS, "--set", "folds=2")
    invoke("--data", str(folder), "--output", str(tmp_path / "out"), *few)
    assert tried == []
    last = rows_in(tmp_path / "out/compare.csv")[-1]
    assert last["status"] == (
        f"not run: weights not available: clip_vit_base_patch32 is not on this machine ({FETCH})"
    )


@pytest.mark.slow
def test_a_bad_photo_does_not_stop_the_run(folder: Path, tmp_path: Path) -> None:
    photo = folder / "train_images/fox.jpg"
    photo.write_bytes(photo.read_bytes()[:-200])
    few = ("--models", "ridge", *FEW[2:], *FOLDS)
    with pytest.warns(DataWarning):
        invoke("--data", str(folder), "--output", str(tmp_path / "out"), *few)
    row = rows_in(tmp_path / "out/compare.csv")[0]
    assert row["photos"] == "5"
    assert row["target"] == "experts (mean)"


def test_a_dry_run_trains_nothing(folder: Path, tmp_path: Path) -> None:
    printed = invoke("--data", str(folder), "--output", str(tmp_path / "out"), "--dry-run", *FEW)
    assert "Nothing was run" in printed
    assert not (tmp_path / "out").exists()
    assert "concat ridge | 70/30 | 1 training |" in printed
    assert "concat ridge | folds | 3 trainings |" in printed


def test_a_dry_run_without_a_folder_renders_no_demo_set_and_says_that_a_run_would(tmp_path: Path) -> None:
    out = tmp_path / "out"
    printed = invoke("--output", str(out), "--dry-run", *FEW, "--set", 'splits=["folds", "test"]')
    assert not out.exists()
    assert "concat ridge | folds | 3 trainings\nconcat ridge | test | 1 training\n" in printed
    assert f"The demo set would be rendered to {out / 'demo-0-400-100-600'}. 16 trainings in all." in printed


@pytest.mark.slow
def test_a_dry_run_reads_a_demo_set_that_is_there_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "QUICK_TRAIN", 10)
    monkeypatch.setattr(compare, "QUICK_TEST", 1)
    write_demo(tmp_path / "demo-0-10-1-15", seed=0, train=10, test=1)
    before = sorted(tmp_path.rglob("*"))
    printed = invoke("--output", str(tmp_path), "--dry-run", "--quick", *FEW)
    assert "Dataset(demo (synthetic, seed 0)" in printed
    assert "Nothing was run" in printed
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_refuses_a_setting_of_the_wrong_kind(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"closed_form\.gammas must be a list of numbers, got 'abc'"):
        invoke(
            *("--data", str(folder), "--output", str(tmp_path), "--dry-run", *FEW),
            *("--set", "closed_form.gammas=abc"),
        )


@pytest.mark.slow
def test_a_finished_row_is_not_trained_again(
    own: tuple[Path, str], unchanged_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(own[0], out)
    trained = []
    monkeypatch.setattr(Matcher, "fit", lambda self, pairs: trained.append(self) or self)
    said = invoke("--data", str(unchanged_folder), "--output", str(out), *FEW, "--skip-existing")
    assert trained == []
    assert "16 of 16 rows are taken over from an earlier run." in said
    rows = rows_in(out / "compare.csv")
    assert [row["rmse"] for row in rows[:16]] == [row["rmse"] for row in rows[16:]]
    assert [row["key"] for row in rows[:16]] == [row["key"] for row in rows[16:]]


@pytest.mark.slow
def test_some_models_are_held_against_a_base_of_more_and_a_worse_figure_ends_with_exit_code_1(
    base: Path, unchanged_folder: Path, tmp_path: Path
) -> None:
    out = ("--data", str(unchanged_folder), "--output", str(tmp_path / "out"))
    against = ("--against", str(base), "--fail-if", "rmse>0.01")
    # It learns from photos, and its page has one picture.
    some = ("--models", "ridge", *FEW[2:], *FOLDS)
    printed = invoke(*out, *some, *against)
    assert f"1 row held against {base}: none is worse than rmse>0.01 allows." in printed
    assert (
        "Not compared with the base: 12 rows of models that --models does not name, "
        "3 rows of splits that are not run." in printed
    )
    with pytest.raises(SettingError, match=r"3 folds there, 2 here"):
        invoke(*out, *some, "--set", "folds=2", *against, "--dry-run")
    measured = json.loads(base.read_text())
    assert re.fullmatch(r".+, \d+ cores, 1 process", measured["machine"])
    for row in measured["rows"]:
        if row["split"] == "folds":
            row["rmse"] -= 0.05
    better = tmp_path / "better.json"
    better.write_text(json.dumps(measured))
    printed = invoke(*out, *some, "--against", str(better), "--fail-if", "rmse>0.01", code=1)
    assert printed.count(f"Worse than {better}") == printed.count(str(better)) == 1


@pytest.mark.closed
def test_a_base_that_has_none_of_the_models_is_refused_before_data_are_read(tmp_path: Path) -> None:
    base = tmp_path / "base.json"
    base.write_text('{"rows": [{"matcher": "mine", "split": "folds", "rmse": 0.1, "status": "ok"}]}')
    words = ("--data", str(tmp_path / "no folder"), "--output", str(tmp_path / "out"), "--models", "constant")
    with pytest.raises(SettingError, match=r"no row of constant mean .* It has mine \(folds\)"):
        invoke(*words, "--against", str(base), "--fail-if", "rmse>0")
    assert not (tmp_path / "out").exists()


@pytest.mark.closed
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_base_of_another_seed_is_refused_before_a_demo_set_is_drawn(
    tmp_path: Path, dry: tuple[str, ...]
) -> None:
    out, base = tmp_path / "out", tmp_path / "base.json"
    row = {"matcher": "constant mean", "split": "folds", "status": "ok", "rmse": 0.1}
    base.write_text(json.dumps({"rows": [row | {"seed": 0, "folds": 2, "policy": "none (research use)"}]}))
    words = ("--output", str(out), "--quick", "--models", "constant", *FOLDS, "--policy", "none")
    against = ("--against", str(base), "--fail-if", "rmse>0")
    with pytest.raises(SettingError, match=r"cannot be compared .*\(seed 0 there, 1 here\)"):
        invoke(*words, *against, "--seed", "1", *dry)
    assert not out.exists()
    # What only the photos tell is told once they are there.
    said = f"Whether {base} is of the same photos and pairs is known once it is rendered."
    assert said in invoke(*words, *against, "--dry-run")


@pytest.mark.closed
@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--models", "no_such_module:Mine"), "cannot be imported"),
        (("--set", "two_tower.dim=many"), "two_tower.dim"),
    ],
)
def test_a_model_that_cannot_be_made_is_refused_before_data_are_read(
    tmp_path: Path, option: tuple[str, str], words: str
) -> None:
    with pytest.raises(SettingError, match=words):
        invoke("--data", str(tmp_path / "no folder"), "--output", str(tmp_path / "out"), *option)
    assert not (tmp_path / "out").exists()


def test_a_run_with_another_seed_is_held_against_nothing(
    own: tuple[Path, str], base: Path, unchanged_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(own[0], out)
    again = ("--data", str(unchanged_folder), "--output", str(out), *FEW, "--seed", "1")
    with pytest.raises(SettingError, match=r"cannot be compared .*\(seed 0 there, 1 here\)"):
        invoke(*again, "--against", str(base), "--fail-if", "r@5<-0.9")
    assert len(rows_in(out / "compare.csv")) == 16  # of the base alone


def test_an_interrupted_run_says_how_to_go_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = Matcher.fit

    def interrupted(self: Matcher, pairs: Pairs) -> Matcher:
        if "ridge" in self.name:
            raise KeyboardInterrupt
        return fit(self, pairs)

    monkeypatch.setattr(Matcher, "fit", interrupted)
    out = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, *FOLDS)
    said = invoke(*out, code=130)
    assert f"Interrupted: 2 of 4 rows are done, in {tmp_path / 'out/outcomes'}." in said
    assert "The same with --skip-existing goes on." in said


def test_an_interrupted_preparation_says_how_to_go_on_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Matcher, *_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Matcher, "prepare", interrupted)
    said = invoke("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, *FOLDS, code=130)
    assert "Interrupted: 0 of 4 rows are done" in said


@pytest.mark.slow
def test_a_smoke_run_says_so_and_has_the_folds_that_are_asked_for(folder: Path, tmp_path: Path) -> None:
    few = ("--models", "constant", "--set", "folds=3", "--set", 'splits=["folds"]')
    printed = invoke("--quick", "--data", str(folder), "--output", str(tmp_path / "out"), *few)
    assert "A smoke run: 6 photos, 3 folds." in printed
    row = rows_in(tmp_path / "out/compare.csv")[0]
    assert (row["folds"], row["data"]) == ("3", f"{load_dataset(folder).name} (quick)")


def test_an_output_that_cannot_be_written_is_refused_before_any_work(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SettingError, match="choose another folder"):
        invoke("--data", str(folder), "--output", str(tmp_path / "file"))


@pytest.mark.slow
def test_children_are_left_out_unless_research_asks_for_them(folder: Path, tmp_path: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    counts = {}
    for policy in ("law", "none"):
        words = ("--data", str(folder), "--output", str(tmp_path / policy), "--policy", policy)
        printed = invoke(*words, "--models", "constant", *FOLDS, "--set", 'photo=["scene_net"]')
        assert ("research use only" in printed) == (policy == "none")
        row = rows_in(tmp_path / policy / "compare.csv")[0]
        counts[policy] = int(row["photos"])
        assert row["policy"].startswith(policy)
    assert counts == {"law": 5, "none": 6}


def test_an_unknown_policy_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"policy='low' is not known\. Did you mean 'law'"):
        invoke("--data", str(folder), "--output", str(tmp_path), "--policy", "low")


def test_wrong_weights_are_refused_before_any_work(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="a file that exists"):
        invoke("--data", str(folder), "--output", str(tmp_path / "out"), "--weights", "imagnet")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_programs_get_json_alone_and_files_that_say_what_is_worse(
    unchanged_folder: Path, base: Path, tmp_path: Path
) -> None:
    worse = json.loads(base.read_text())
    for row in worse["rows"]:
        row["rmse"] = 0.0
    (tmp_path / "base.json").write_text(json.dumps(worse))
    files = ("--summary", str(tmp_path / "summary.md"), "--junit", str(tmp_path / "junit.xml"))
    gate = ("--against", str(tmp_path / "base.json"), "--fail-if", "rmse>0.01", *FEW, *FOLDS)
    app = typer.Typer()
    app.command()(compare.main)
    out = ("--data", str(unchanged_folder), "--output", str(tmp_path / "out"), "--processes", "1")
    done = finish(app, *out, *files, *gate, "--json", code=1)
    result = json.loads(done.stdout)
    assert len(result["rows"]) == len(result["worse"]) == 4
    assert (Path(result["folder"]) / "index.html") == Path(result["page"])
    assert "Worse than" in done.stderr
    assert "Added the 4 rows" in done.stderr
    assert (tmp_path / "summary.md").read_text().count("allowed is a change") == 4
    assert (tmp_path / "junit.xml").read_text().count("<failure") == 4
