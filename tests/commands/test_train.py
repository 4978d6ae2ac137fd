from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from run_command import run, runner
from small_index import draw_look

from withsense_tf.__main__ import app
from withsense_tf.errors import DataWarning
from withsense_tf.matchers.saved import load_matcher

JUDGEMENTS = ("train_dataset.csv", "ExpertAnnotations.tsv", "CrowdAnnotations.tsv")


@pytest.fixture(scope="module")
def folder(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with photos and captions, and without judgements."""
    folder = tmp_path_factory.mktemp("unjudged") / "unjudged"
    shutil.copytree(small_demo, folder)
    for name in JUDGEMENTS:
        (folder / name).unlink()
    return folder


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = tmp_path_factory.mktemp("models") / "model"
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["train", str(folder), "--output", str(model), "--matcher", "closed_form"])
    assert "two towers, closed form, calibrated by captions alone" in done.output, done.output
    said = re.search(
        r"The law is kept: ([1-9]\d*) of (\d+) photos are left out. Which, and why: (.*)", done.output
    )
    assert said is not None, done.output
    assert said[3] == f"withsense policy photos {folder}"
    assert re.search(
        r"no chance of a match, as \d+ of its photos have captions .* 60 are needed", done.output
    )
    return model


@pytest.mark.slow
def test_a_model_of_captions_alone_serves_an_index_which_says_what_its_numbers_are(
    folder: Path, model: Path, tmp_path: Path
) -> None:
    index = str(tmp_path / "index")
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(app, ["index", "build", str(folder), "--index", index, "--matcher", str(model)])
    assert "18 added" in done.output, done.output
    calibration = load_matcher(model).calibrated_on.as_dict()
    status = json.loads(run("index", "status", "--index", index, "--json"))
    assert [one["calibration"] for one in status["models"]] == [calibration]
    assert "calibrated by captions alone" in run("index", "status", "--index", index)
    found = json.loads(run("search", "a photo of grass", "--minimum", "0", "--index", index, "--json"))
    assert found["calibration"] == calibration
    (in_use,) = status["models"]
    assert found["encoders"] == {what: in_use[what] for what in ("photo", "text", "weights")}
    assert found["encoders"]["photo"]
    assert found["encoders"]["text"]


@pytest.mark.slow
def test_from_a_model_another_learns_that_knows_the_photos_of_both(
    model: Path, demo: Path, tmp_path: Path
) -> None:
    output = tmp_path / "adapted"
    told = run("train", str(demo), "--from", str(model), "--output", str(output))
    assert "Learned from" in told
    assert "judged pairs of demo" in told
    before, after = load_matcher(model), load_matcher(output)
    assert before.fitted_content_ < after.fitted_content_
    # The judged model, and no judgements in the folder.
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(
            app,
            ["train", str(_few(demo, tmp_path)), "--from", str(model), "--output", str(tmp_path / "same")],
        )
    assert "Learned from" in done.output, done.output


def _few(demo: Path, place: Path) -> Path:
    folder = place / "few"
    shutil.copytree(demo, folder)
    for name in JUDGEMENTS:
        (folder / name).unlink()
    return folder


@pytest.mark.slow
def test_a_judged_calibration_is_kept_and_the_command_says_so(
    folder: Path, demo: Path, tmp_path: Path
) -> None:
    model = tmp_path / "judged"
    run("train", str(demo), "--output", str(model))
    with pytest.warns(DataWarning, match="left out"):
        done = runner.invoke(
            app, ["train", str(folder), "--from", str(model), "--output", str(tmp_path / "adapted")]
        )
    assert "It stays calibrated by" in done.output, done.output
    assert "judged pairs of demo" in done.output
    told = run("train", str(demo), "--from", str(model), "--output", str(tmp_path / "same"))
    assert "it stays as it is" in told


@pytest.mark.slow
def test_the_photos_that_are_left_out_are_named_by_the_captions_and_the_law_of_the_same_call(
    tmp_path: Path,
) -> None:
    names = [draw_look(tmp_path / "photos", look).name for look in range(12)]
    captions, table = tmp_path / "what is said.csv", tmp_path / "o.csv"
    rows = [f"{name},A red wall .,A toddler on a swing ." for name in names[:2]]
    rows += [f"{name},A red wall .,A dog on a sofa ." for name in names[2:]]
    captions.write_text("\n".join(["file,one,two", *rows]) + "\n")
    table.write_text(f"photo,digest,decision,by,reason\n{names[5]},,restrict,Ann,It shows a child.\n")
    words = [
        "--caption-file",
        captions,
        "--photo-column",
        "file",
        "--text-column",
        "one",
        "--text-column",
        "two",
    ]
    output = tmp_path / "model"
    given = [
        tmp_path / "photos",
        *words,
        "--overrides",
        table,
        "--output",
        output,
        "--matcher",
        "closed_form",
    ]
    done = runner.invoke(app, ["train", *map(str, given)])
    told = done.output + repr(done.exception)
    said = re.search(r": 3 of 12 photos are left out. Which, and why: withsense (.*)", told)
    assert said is not None, told
    listed = runner.invoke(app, shlex.split(said[1])).stdout.splitlines()[1:]
    assert [line.split("\t")[0] for line in listed] == sorted([*names[:2], names[5]])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "MODEL", "--matcher", "closed_form"), "Leave out --matcher"),
        (("--output", "MODEL"), "is there already"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_work(
    folder: Path, model: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    given = [str(model) if word == "MODEL" else word for word in words]
    if "--output" not in given:
        given += ["--output", str(tmp_path / "new")]
    done = runner.invoke(app, ["train", str(folder), *given])
    assert message in str(done.exception)
