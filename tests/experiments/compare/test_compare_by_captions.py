"""`compare` on folders that nobody judged: the target is whether a caption is the photo's own."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from run_command import finish, run_main

from withsense_tf.demo import write_demo
from withsense_tf.errors import DataError, DataWarning, NoCaptionsError, SettingError
from withsense_tf.experiments.compare import command_line
from withsense_tf.experiments.compare import run_command as compare
from withsense_tf.targets.which_target import NOBODY_JUDGED

JUDGEMENTS = ("ExpertAnnotations.tsv", "CrowdAnnotations.tsv")
FEW = ("--models", "constant,ridge,closed_form,captions", "--set", "folds=2", "--set", 'photo=["scene_net"]')
FOLDS = ("--set", 'splits=["folds"]')
NO_TEST = "The split test was left out: it ranks photos of test_queries.csv that teach no model, and there are none."
# With what stands around it. Captions may speak of people and crowds.
OF_JUDGES = r".{0,60}\b(?:judge|expert).{0,60}"


def invoke(*arguments: str, code: int = 0) -> str:
    return run_main(compare.main, *arguments, code=code)


def rows_in(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def text_of(page: str) -> str:
    """Return what a page says, its pictures' words included."""
    body = page[page.index("<body>") :]
    alts = re.findall('alt="([^"]*)"', body)
    return html.unescape(" ".join([re.sub("<[^>]*>", " ", body), *alts]))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("drawn") / "demo", train=60, test=1, captioned=0)


def write_plain(demo: Path, folder: Path, shuffled: bool = False, most: int = 1000) -> Path:
    """Write the photos of the demo set, and its captions, or those of other photos of it, as a folder of any kind."""
    names = sorted(path.name for path in (demo / "train_images").iterdir())[:most]
    others = np.random.default_rng(5).permutation(names) if shuffled else names
    photo = dict(zip(names, others, strict=True))
    folder.mkdir(parents=True)
    rows = [row for row in rows_in(demo / "captions.csv") if row["image"] in photo]
    lines = [["file", "caption"], *([photo[row["image"]], row["query_text"]] for row in rows)]
    with (folder / "captions.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(lines)
    for name in names:
        shutil.copy(demo / "train_images" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def whole(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Compare by the captions of a plain folder; return where, and what was printed."""
    root = tmp_path_factory.mktemp("plain")
    splits = ("--set", 'splits=["folds", "70/30", "strict", "test"]')
    words = ("--data", str(write_plain(demo, root / "plain")), "--output", str(root / "out"))
    return root / "out", invoke(*words, *FEW, *splits, "--summary", str(root / "summary.md"))


@pytest.mark.slow
def test_towers_find_photos_by_captions_that_nobody_judged(whole: tuple[Path, str]) -> None:
    rows = {(row["matcher"], row["split"]): row for row in rows_in(whole[0] / "compare.csv")}
    assert {split for _, split in rows} == {"folds", "70/30", "strict"}
    for split in ("folds", "70/30", "strict"):
        towers, constant = (rows[name, split] for name in ("two towers, closed form", "constant mean"))
        chance = 5 / float(towers["gallery"])
        assert float(towers["r@5"]) > 1.3 * chance
        assert float(towers["skill"]) > 0.03
        # Nothing but the pair tells the target.
        assert abs(float(constant["skill"])) < 0.01
        assert float(rows["concat ridge", split]["skill"]) < 0.05
        assert towers["tau_c"] == towers["auc"] == ""
        assert float(towers["ece"]) < 0.15
        assert float(towers["r@5_low"]) < float(towers["r@5"]) < float(towers["r@5_high"])


@pytest.mark.slow
def test_every_place_names_the_target_and_none_speaks_of_judges(
    whole: tuple[Path, str],
) -> None:
    out, printed = whole
    run = out / "runs/latest"
    target = "own against others' captions (1 to 3, own share 0.25, seed 0)"
    assert {row["target"] for row in rows_in(out / "compare.csv")} == {target}
    assert printed.index(NOBODY_JUDGED) < printed.index("folds: every photo")
    result = json.loads((run / "results.json").read_text(encoding="utf-8"))
    shown = finish(command_line.app, "show", "latest", "--output", str(out)).output
    summary = (out.parent / "summary.md").read_text(encoding="utf-8")
    page = text_of((run / "index.html").read_text(encoding="utf-8"))
    assert NOBODY_JUDGED in result["notes"]
    # A split that was asked for is not left out without a word.
    assert NO_TEST in result["notes"]
    for text in (
        " ".join(printed[printed.index(NOBODY_JUDGED) :].split()),
        " ".join(shown.split()),
        summary,
        page,
    ):
        assert NOBODY_JUDGED in text
        assert NO_TEST in text
        assert not re.findall(OF_JUDGES, text.replace(NOBODY_JUDGED, ""), re.IGNORECASE)
    listed = finish(command_line.app, "list", "--output", str(out)).output
    assert f"By captions alone, for nobody judged: {run.resolve().name}." in listed


@pytest.mark.slow
def test_figures_of_captions_are_held_against_no_judged_ones(
    whole: tuple[Path, str], demo: Path, tmp_path: Path
) -> None:
    out, _ = whole
    judged = ("--data", str(demo), "--output", str(tmp_path), *FEW, *FOLDS)
    with pytest.raises(
        SettingError, match=r"target own against others' captions .* there, experts \(mean\) here"
    ):
        invoke(*judged, "--against", str(out / "runs/latest/results.json"), "--fail-if", "r@5<-0.02")
    same = ("--data", str(out.parent / "plain"), "--output", str(tmp_path), *FEW, *FOLDS)
    gate = ("--against", str(out / "runs/latest/results.json"), "--fail-if", "r@5<-0.02")
    assert "none is worse than r@5<-0.02 allows" in invoke(*same, *gate, "--models", "constant,closed_form")


@pytest.mark.slow
def test_captions_of_other_photos_are_learned_from_in_vain(demo: Path, tmp_path: Path) -> None:
    folder = write_plain(demo, tmp_path / "plain", shuffled=True)
    invoke("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, *FOLDS, "--models", "closed_form")
    (row,) = rows_in(tmp_path / "out/compare.csv")
    assert float(row["r@5"]) < 1.3 * 5 / float(row["gallery"])
    assert float(row["skill"]) < 0.05


@pytest.mark.slow
def test_a_dozen_photos_are_compared_and_what_their_figures_cannot_say_is_said(
    demo: Path, tmp_path: Path
) -> None:
    folder = write_plain(demo, tmp_path / "plain", most=12)
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), "--quick", *FOLDS)
    printed = " ".join(invoke(*words, "--models", "constant,captions").split())
    assert (
        "A smoke run: at most 100 photos with captions and at most 300 captioned ones beside them" in printed
    )
    assert "In galleries of five photos or fewer (folds) R@5 says nothing" in printed


def test_a_dry_run_of_an_archive_without_judgements_says_what_is_measured(
    folder: Path, tmp_path: Path
) -> None:
    for name in JUDGEMENTS:
        (folder / name).unlink()
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, *FOLDS)
    with pytest.warns(DataWarning):
        printed = invoke(*words, "--policy", "none", "--dry-run")
    assert NOBODY_JUDGED in printed
    assert "| folds | 2 trainings |" in printed


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_run_of_which_no_split_can_be_made_says_what_is_missing(
    folder: Path, tmp_path: Path, dry: tuple[str, ...]
) -> None:
    for name in (*JUDGEMENTS, "test_queries.csv"):
        (folder / name).unlink()
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, "--policy", "none")
    with (
        pytest.warns(DataWarning),
        pytest.raises(DataError, match=rf"nothing to run\. {NO_TEST} Choose a split .*folds"),
    ):
        invoke(*words, "--set", 'splits=["test"]', *dry)


def test_a_dry_run_says_which_split_is_left_out_and_why(folder: Path, tmp_path: Path) -> None:
    for name in (*JUDGEMENTS, "test_queries.csv"):
        (folder / name).unlink()
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, "--policy", "none", "--dry-run")
    with pytest.warns(DataWarning):
        printed = invoke(*words, "--set", 'splits=["folds", "test"]')
    assert NO_TEST in printed.splitlines()
    assert "| test |" not in printed


@pytest.mark.parametrize(
    "change",
    ['expert="median"', "crowd=share", "expert_weight=0.5", "own_weight=0.1", "balanced=true"],
)
def test_a_setting_of_judges_is_refused_before_a_photo_is_read(change: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo: to read it would be another error")
    with pytest.raises(
        SettingError, match=rf"{change.partition('=')[0]}=.* has no judgements .* Leave the setting out"
    ):
        invoke("--data", str(tmp_path), "--output", str(tmp_path / "out"), "--set", change)


def test_a_setting_of_judges_that_says_the_usual_is_no_reason_to_stop_in_a_change_or_a_file(
    folder: Path, tmp_path: Path
) -> None:
    for name in JUDGEMENTS:
        (folder / name).unlink()
    config = tmp_path / "mine.toml"
    config.write_text('expert = "mean"\n[[model]]\nmatcher = "constant"\n', encoding="utf-8")
    words = (
        "--data",
        str(folder),
        "--output",
        str(tmp_path / "out"),
        "--policy",
        "none",
        "--dry-run",
        *FOLDS,
    )
    for more in (("--set", "expert=mean"), ("--config", str(config))):
        with pytest.warns(DataWarning):
            assert NOBODY_JUDGED in invoke(*words, *more)


def test_the_split_that_measures_judged_photos_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(
        SettingError, match=r"The split captioned measures on judged photos, and .* Leave it out"
    ):
        invoke("--data", str(tmp_path), "--output", str(tmp_path / "out"), "--set", 'splits=["captioned"]')


def test_a_folder_without_captions_is_told_what_is_needed(folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(folder / "train_images", plain)
    with pytest.raises(
        NoCaptionsError, match=r"neither judgements .* nor captions.* captions\.csv.* index build "
    ):
        invoke("--data", str(plain), "--output", str(tmp_path / "out"))


@pytest.fixture
def playing(folder: Path, tmp_path: Path) -> Path:
    """Return a plain folder of children, by their captions."""
    plain = tmp_path / "plain"
    shutil.copytree(folder / "train_images", plain)
    names = sorted(path.name for path in plain.iterdir())
    lines = [f"{name},A child number {at} plays on a swing ." for at, name in enumerate(names)]
    (plain / "captions.csv").write_text("\n".join(["file,caption", *lines]) + "\n", encoding="utf-8")
    return plain


def test_where_the_law_leaves_too_little_that_is_said(playing: Path, tmp_path: Path) -> None:
    words = ("--data", str(playing), "--output", str(tmp_path / "out"), *FEW)
    left_out = r"The law is kept: (\d+) of \1 photos are left out\. Of the rest, 0 have"
    with pytest.raises(
        NoCaptionsError, match=rf"{left_out}.* The strictest rule leaves out .*--country names"
    ):
        invoke(*words)
    # Who named the country is not told to name one.
    for country, rule in (
        ("RU", "The rule of RU leaves"),
        ("DE", "The strictest rule, which holds in DE .* leaves"),
    ):
        with pytest.raises(NoCaptionsError, match=rf"{left_out}.* {rule} out ") as caught:
            invoke(*words, "--country", country)
        assert "--country" not in str(caught.value)


def test_no_rule_is_blamed_where_none_left_anything_out(playing: Path, tmp_path: Path) -> None:
    (playing / "captions.csv").write_text("file,caption\nant.jpg,A child .\n", encoding="utf-8")
    with pytest.raises(
        NoCaptionsError,
        match=r"1 have captions, 1 show .*, 0 say .* two to measure on\. Write captions of",
    ) as caught:
        invoke("--data", str(playing), "--output", str(tmp_path / "out"), *FEW, "--policy", "none")
    assert "leaves out" not in str(caught.value)


def test_files_without_a_judgement_are_to_be_filled_or_taken_away(folder: Path, tmp_path: Path) -> None:
    for name in JUDGEMENTS:
        (folder / name).write_text("", encoding="utf-8")
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, "--policy", "none")
    with pytest.warns(DataWarning), pytest.raises(DataError, match=r"Fill or mend .*, or take away"):
        invoke(*words)


def test_judgements_that_the_law_withholds_are_said_to_be_withheld(folder: Path, tmp_path: Path) -> None:
    judged = {row["image"] for row in rows_in(folder / "train_dataset.csv")}
    captions = folder / "captions.csv"
    with captions.open("a", newline="", encoding="utf-8") as stream:
        rows = [[name, f"{name}#9", "A child plays on a swing ."] for name in sorted(judged)]
        csv.writer(stream).writerows(rows)
    with pytest.raises(
        DataError, match=r"the law \(version .*\) left none .* policy photos FOLDER"
    ) as caught:
        invoke("--data", str(folder), "--output", str(tmp_path / "out"), *FEW)
    for word in ("has no rows", "quarantine", "Fill or mend"):
        assert word not in str(caught.value)
