"""A photo that a person restricted is not learned from, and on no page, in no table and no file of an experiment."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from run_command import law_variables, run_main

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.pictures.photo_file import read_photo
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.page.run_sheets import SIDE
from withsense_tf.experiments.compare import run_command as compare
from withsense_tf.experiments.compare.config import load_config
from withsense_tf.experiments.compare.jobs import Plan, jobs_of, pairs_of
from withsense_tf.experiments.compare.run import trainings_of
from withsense_tf.experiments.explore import explore
from withsense_tf.experiments.lawful import under_the_law
from withsense_tf.experiments.studies import ablations
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import Surroundings
from withsense_tf.policy.service import LawFiles

pytestmark = pytest.mark.closed
FEW = (
    "--models",
    "ridge",
    "--set",
    "folds=2",
    "--set",
    'splits=["folds"]',
    "--set",
    'photo=["scene_net"]',
)


def invoke(main: Callable[..., object], *words: str, **files: str) -> str:
    return run_main(main, *words, env=law_variables(**files))


@pytest.fixture
def overrides(folder: Path, tmp_path: Path) -> Path:
    digest = load_dataset(folder).content["fox.jpg"]
    file = tmp_path / "what people decided.csv"
    file.write_text(f"photo,digest,decision,by,reason\nold name.jpg,{digest},restrict,Ann,a child\n")
    return file


def pictures(page: str) -> Iterator[np.ndarray]:
    for kind, data in re.findall(r"data:image/(jpeg|png);base64,([A-Za-z0-9+/=]+)", page):
        with Image.open(io.BytesIO(base64.b64decode(data))) as opened:
            if kind == "jpeg":
                yield np.asarray(opened.convert("RGB"))


def shows(page: str, photo: Path) -> bool:
    """Tell whether a thumbnail of the photo is on the page."""
    with Image.open(photo) as opened:
        width, height = opened.size
    scale = SIDE / max(width, height)
    stream = io.BytesIO()
    small = read_photo(photo, (max(1, round(height * scale)), max(1, round(width * scale))))
    Image.fromarray(small).save(stream, format="JPEG", quality=80)
    thumbnail = np.asarray(Image.open(stream).convert("RGB"))
    return any(one.shape == thumbnail.shape and np.array_equal(one, thumbnail) for one in pictures(page))


def written(out: Path) -> str:
    """Return all that a person can read below a folder."""
    files = [file for file in out.rglob("*") if file.suffix in {".html", ".csv", ".json", ".md", ".txt"}]
    assert files
    # Pictures are letters, too, and three of them may be those of a name.
    return re.sub(r"base64,[\w+/=]+", "", "\n".join(file.read_text(encoding="utf-8") for file in files))


@pytest.mark.slow
def test_a_photo_that_a_person_restricted_is_in_nothing_that_compare_writes(
    folder: Path, overrides: Path, tmp_path: Path
) -> None:
    out, photo = tmp_path / "out", folder / "train_images/fox.jpg"
    said = invoke(compare.main, "--data", str(folder), "--output", str(out), *FEW, overrides=str(overrides))
    assert "1 of 8 photos are left out" in said
    text = written(out)
    assert "fox" not in text
    page = out / "runs/latest/index.html"
    shown = page.read_text()
    assert shows(shown, folder / "train_images/ant.jpg")
    assert not shows(shown, photo)
    # By which files it was made: in the table, the JSON and on the page.
    file = f"what people decided.csv (SHA-256 {hashlib.sha256(overrides.read_bytes()).hexdigest()})"
    with (out / "compare.csv").open(newline="") as stream:
        assert all(
            file in row["law_files"] and row["policy"].startswith("law ") for row in csv.DictReader(stream)
        )
    results = json.loads((page.parent / "results.json").read_text())
    assert all(file in row["law_files"] for row in results["rows"])
    assert file in shown


@pytest.mark.slow
def test_research_without_a_law_says_so_on_its_page_and_shows_the_photo(
    folder: Path, overrides: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("--data", str(folder), "--output", str(out), "--policy", "none", *FEW)
    invoke(compare.main, *words, overrides=str(overrides))
    page = out / "runs/latest/index.html"
    assert "For research use only" in page.read_text()
    # So the test above looks for what would be there.
    assert shows(page.read_text(), folder / "train_images/fox.jpg")
    assert "fox" in written(out)


def test_a_dry_run_says_which_law_is_in_force(folder: Path, overrides: Path, tmp_path: Path) -> None:
    words = ("--output", str(tmp_path / "out"), "--dry-run", *FEW, "--overrides", str(overrides))
    for more in (("--data", str(folder)), ()):
        said = invoke(compare.main, *words, *more)
        assert "overrides: what people decided.csv (SHA-256 " in said
        assert "none of one's own" not in said
        assert ("1 of 8 photos are left out. Policy: law " in said) == bool(more)


def test_rows_of_another_law_are_not_taken_over(folder: Path, overrides: Path, tmp_path: Path) -> None:
    # What is taken over is found by the key of a row.
    def keys(**variables: str) -> set[str]:
        words = ("--data", str(folder), "--output", str(tmp_path / "out"), *FEW, "--dry-run")
        return set(re.findall(r"\b[0-9a-f]{16}\b", invoke(compare.main, *words, **variables)))

    packaged, restricted = keys(), keys(overrides=str(overrides))
    assert restricted == keys(overrides=str(overrides))
    # A decision that leaves out no photo is another law, too.
    digest = load_dataset(folder).content["ant.jpg"]
    overrides.write_text(f"{overrides.read_text()}ant.jpg,{digest},allow,Ann,an adult\n")
    allowed = keys(overrides=str(overrides))
    assert len(packaged | restricted | allowed) == 3 * len(packaged) == 3


def test_another_process_is_handed_the_data_that_the_law_left(
    folder: Path, overrides: Path, mean_colour: object, tmp_path: Path
) -> None:
    config = load_config(None, ['splits=["folds"]', "folds=2"], ["ridge"])
    lawful = under_the_law(load_dataset(folder), "law", LawFiles(overrides=overrides), None)
    around = Surroundings((mean_colour,), None, VectorStore(tmp_path / "vectors"), 0)
    plan = Plan(config, pairs_of(config, lawful.data), around, lawful.policy)
    handed = pickle.dumps(plan)
    overrides.unlink()  # whatever becomes of the files meanwhile
    there = pickle.loads(handed)
    assert "fox.jpg" not in set(there.pairs.data.photos["photo"])
    assert [job.key for job in jobs_of(there)] == [job.key for job in jobs_of(plan)]
    with trainings_of((handed, None)) as train:
        assert callable(train)


@pytest.mark.slow
def test_a_photo_that_a_person_restricted_is_in_nothing_that_explore_writes(
    folder: Path, overrides: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    invoke(explore.main, "--data", str(folder), "--output", str(out), "--overrides", str(overrides))
    text = written(out)
    assert "ant.jpg" in text
    assert "fox.jpg" not in text
    assert "photos restricted by,override,1" in text


@pytest.mark.slow
def test_ablations_keep_the_law_unless_research_asks_for_none(
    folder: Path, overrides: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ablations, "MODELS", ({"matcher": "closed_form", "photo": "scene_net"},))
    monkeypatch.setattr(ablations, "FOLDS", 2)
    trained = []
    fit = Matcher.fit
    monkeypatch.setattr(Matcher, "fit", lambda self, pairs: trained.append(pairs) or fit(self, pairs))
    words = ("--data", str(folder), "--output", str(tmp_path / "out"), "--question")
    said = invoke(ablations.main, *words, "balance", overrides=str(overrides))
    assert "1 of 8 photos are left out" in said
    assert trained
    assert not any("fox.jpg" in set(pairs.photos["photo"]) for pairs in trained)
    with pytest.raises(SettingError, match="--policy none"):
        invoke(ablations.main, *words, "children", overrides=str(overrides))
