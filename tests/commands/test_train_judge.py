"""A judge learns from a folder's captions, says how well, and is heard by commands, gates and indexes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from drawn_people import needs_faces
from run_command import runner

from withsense_tf.__main__ import app
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.writer import write_demo
from withsense_tf.encoders.faces import face_finder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError, WeightsMissingError
from withsense_tf.matchers.judges.trained_judge import TrainedJudge
from withsense_tf.policy.current_policy import Policy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("judge") / "demo", train=100, test=20, captioned=100)


@pytest.fixture(scope="module")
def judge_folder(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judge") / "judge"
    words = ["policy", "train", str(demo), "--output", str(folder), "--licence", "of the package"]
    result = runner.invoke(app, words, catch_exceptions=False)
    assert "AUC" in result.stdout
    return folder


@pytest.mark.slow
def test_the_judge_of_the_demo_set_is_better_than_a_coin_and_its_card_says_so(judge_folder: Path) -> None:
    card = json.loads((judge_folder / "card.json").read_text())
    # A coin has .5. In a drawn scene a child is a smaller figure, which the demo set's own network hardly sees.
    assert card["auc"] > 0.55
    assert card["at_threshold"]["recall"] >= 0.95
    assert "of the package" in (judge_folder / "README.md").read_text()


@pytest.mark.slow
def test_test_photos_that_nobody_captioned_are_told_apart(demo: Path, judge_folder: Path) -> None:
    judge = TrainedJudge(judge_folder)
    data = load_dataset(demo)
    decisions = Policy.default().gate(data).decisions
    test = data.photos[data.photos["part"] == "test"]
    child = np.array([decisions[photo].restricted for photo in test["photo"]])
    chances = judge([Path(path) for path in test["path"]])
    assert chances[child].mean() > 1.2 * chances[~child].mean()


@pytest.mark.slow
def test_a_gate_hears_the_judge_that_the_environment_names(
    demo: Path, judge_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Policy.of_service()
    monkeypatch.setenv("WITHSENSE_PHOTO_JUDGE", str(judge_folder))
    policy = Policy.of_service()
    assert policy.version != before.version
    assert policy.version == Policy.default(photo_judge=judge_folder).version
    assert policy.ownership.judge_threshold == TrainedJudge(judge_folder).threshold
    data = load_dataset(demo)
    heard, unheard = policy.gate(data).decisions, before.gate(data).decisions
    assert {photo for photo, one in unheard.items() if one.restricted} <= {
        photo for photo, one in heard.items() if one.restricted
    }


@pytest.mark.slow
def test_a_photo_that_cannot_be_read_has_no_answer_and_a_store_is_looked_up(
    demo: Path, judge_folder: Path, tmp_path: Path
) -> None:
    judge = TrainedJudge(judge_folder)
    paths = [Path(path) for path in load_dataset(demo).photos["path"][:2]]
    store = VectorStore(tmp_path / "vectors")
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no photo")
    chances = judge.beside(store)([paths[0], bad, tmp_path / "gone.jpg", paths[1], paths[0]])
    assert np.isnan(chances).tolist() == [False, True, True, False, False]
    assert chances[[0, 3]] == pytest.approx(judge(paths))
    assert any((tmp_path / "vectors").rglob("*.vectors"))


@needs_faces
def test_a_judge_of_faces_says_so_on_its_card_and_is_refused_where_faces_cannot_be_found(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "judge"
    words = ["policy", "train", str(demo), "--faces", "--output", str(folder)]
    runner.invoke(app, words, catch_exceptions=False)
    assert "blazeface" in (folder / "README.md").read_text()
    policy = Policy.default(photo_judge=folder)
    assert policy.ownership.judge_threshold == TrainedJudge(folder).threshold
    monkeypatch.setattr(face_finder, "PACKAGE", "no-such-package-of-faces")
    with pytest.raises(WeightsMissingError, match=r"\.\[faces\]"):
        Policy.default(photo_judge=folder)


def test_a_judge_that_is_missing_damaged_or_in_the_way_is_an_error(
    demo: Path, judge_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match="is there already"):
        runner.invoke(
            app, ["policy", "train", str(demo), "--output", str(judge_folder)], catch_exceptions=False
        )
    monkeypatch.setenv("WITHSENSE_PHOTO_JUDGE", str(tmp_path / "none"))
    with pytest.raises(SettingError, match="is not there, so nothing may be shown"):
        Policy.of_service()
    broken = tmp_path / "broken"
    shutil.copytree(judge_folder, broken)
    (broken / "card.json").unlink()
    with pytest.raises(DataError, match="nobody knows from when on the judge is heard"):
        Policy.default(photo_judge=broken)
