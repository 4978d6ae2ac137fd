"""A judge learns from what is close to a face, tells it of new photos, is saved, and is refused without its finder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import MeanColour
from drawn_people import needs_faces, person, save_person
from PIL import ImageDraw

from withsense_tf.common.saved_objects import load_state, save_state
from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.encoders.faces import face_finder
from withsense_tf.encoders.faces.close_looks import CloseLooks
from withsense_tf.encoders.faces.face_finder import FaceFinder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, WeightsMissingError
from withsense_tf.matchers.judges.close_judge import CloseJudge
from withsense_tf.matchers.judges.judge_examples import JudgeExamples
from withsense_tf.matchers.judges.judge_figures import area
from withsense_tf.matchers.judges.learn_judge import learn_judge
from withsense_tf.matchers.saved import known_modules

pytestmark = needs_faces
COUNT = 60
RED, BLUE = (220, 30, 30), (30, 30, 220)


def photos(folder: Path, count: int, seed: int) -> JudgeExamples:
    """Draw people; "children" have red coats; a coat of the other colour hangs far from them on a grey wall."""
    rng, paths = np.random.default_rng(seed), []
    for at in range(count):
        coats = (RED, BLUE) if at % 2 else (BLUE, RED)
        wall, hem = (int(rng.integers(90, 170)),) * 3, int(rng.integers(140, 160))
        picture = person(coats[0], wall, scale=0.5, left=int(rng.integers(0, 60)), width=500)
        ImageDraw.Draw(picture).rectangle((350, 110, 440, hem), fill=coats[1])
        paths.append(folder / f"{seed}_{at}.png")
        picture.save(paths[-1])
    return JudgeExamples(tuple(digest_of(path) for path in paths), tuple(paths), np.arange(count) % 2 * 1.0)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> JudgeExamples:
    return photos(tmp_path_factory.mktemp("people"), COUNT, 1)


@pytest.fixture(scope="module")
def judge(examples: JudgeExamples) -> CloseJudge:
    close = learn_judge(examples, [MeanColour()], VectorStore(), CloseLooks(FaceFinder()))
    assert isinstance(close, CloseJudge)
    return close


def test_close_looks_tell_what_whole_photos_do_not(
    judge: CloseJudge, examples: JudgeExamples, tmp_path: Path
) -> None:
    assert area(judge.kernel.left_out_, examples.child) < 0.7
    assert area(judge.left_out_, examples.child) > 0.9
    new = photos(tmp_path, 12, 2)
    assert area(judge.chance(new.content, new.paths), new.child) > 0.9


def test_a_saved_judge_says_the_same_and_holds_no_look(
    judge: CloseJudge, examples: JudgeExamples, tmp_path: Path
) -> None:
    save_state(judge, tmp_path / "judge", known_modules({"MeanColour": "conftest"}))
    again = load_state(tmp_path / "judge", known_modules({"MeanColour": "conftest"}), VectorStore())
    some = examples.content[:3], examples.paths[:3]
    assert again.chance(*some) == pytest.approx(judge.chance(*some))
    sizes = [array.size for array in np.load(tmp_path / "judge" / "arrays.npz").values()]
    # Whole photos are kept, as the kernel has them; of looks there is one vector of weights and their mean.
    assert sum(size == judge.kernel.seen_.size for size in sizes) == 1


def test_a_saved_judge_is_refused_where_faces_cannot_be_found(
    judge: CloseJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(judge, tmp_path / "judge", known_modules({"MeanColour": "conftest"}))
    monkeypatch.setattr(face_finder, "PACKAGE", "no-such-package-of-faces")
    with pytest.raises(WeightsMissingError, match=r"\.\[faces\]"):
        load_state(tmp_path / "judge", known_modules({"MeanColour": "conftest"}), VectorStore())


def test_a_photo_whose_file_is_another_now_has_no_answer_and_one_without_a_face_has_the_whole_photos(
    judge: CloseJudge, examples: JudgeExamples, tmp_path: Path
) -> None:
    store = judge.beside(VectorStore(tmp_path))
    path = save_person(tmp_path / "one.png", scale=0.5)
    digest = digest_of(path)
    assert np.isfinite(store.chance([digest], [path])).all()
    save_person(path, coat=RED, scale=0.5)
    # The vector of the whole photo is stored; its faces cannot be looked at any more.
    assert np.isnan(store.chance([digest], [path])).all()


def test_too_few_faces_are_an_error_that_counts_them(examples: JudgeExamples) -> None:
    few = JudgeExamples(examples.content[:20], examples.paths[:20], examples.share[:20])
    with pytest.raises(DataError, match="Faces were found in 20 of 20 photos"):
        learn_judge(few, [MeanColour()], VectorStore(), CloseLooks(FaceFinder()))
