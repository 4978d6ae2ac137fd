from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.terminal import run
from withsense_tf.errors import DataError, NotFittedError, SettingError, WithSenseWarning
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_judge import ChildJudge, PhotoHead, ask_judge, load_judge

PATHS = [Path("a.jpg"), Path("b.jpg"), Path("c.jpg")]


class NamedJudge(ChildJudge):
    """Finds a child where the file is called so."""

    identity = "by name v1"

    def __call__(self, paths: list[Path]) -> np.ndarray:
        return np.array([float("child" in path.name) for path in paths])


def test_a_head_learns_to_tell_photos_apart_and_is_a_judge_with_an_encoder() -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (40, 3))
    head = PhotoHead(1.0).fit(vectors, vectors[:, 0] > 0)
    assert head.chance(np.array([[3.0, 0, 0]]))[0] > 0.9 > 0.1 > head.chance(np.array([[-3.0, 0, 0]]))[0]
    judge = head.judge(
        lambda paths: np.array([[3.0 if path.name == "b.jpg" else -3.0, 0, 0] for path in paths])
    )
    assert (ask_judge(judge, PATHS) > 0.5).tolist() == [False, True, False]


def test_a_head_that_has_not_learned_or_has_one_kind_to_learn_from_is_an_error() -> None:
    with pytest.raises(NotFittedError):
        PhotoHead().chance(np.zeros((1, 2)))
    with pytest.raises(DataError, match="photos of both kinds"):
        PhotoHead().fit(np.zeros((3, 2)), np.zeros(3))


@pytest.mark.parametrize("answer", [float("nan"), -1, 1.5, float("inf")])
def test_what_is_no_number_from_0_to_1_is_no_answer(answer: float) -> None:
    with (
        nullcontext()
        if np.isnan(answer)
        else pytest.warns(WithSenseWarning, match="test_photo_judge:.* is no answer")
    ):
        chances = ask_judge(lambda _: np.array([0.1, answer, 0.2]), PATHS)
    assert np.isnan(chances).tolist() == [False, True, False]


class Down(NamedJudge):
    """Its detector is not there."""

    def __call__(self, paths: list[Path]) -> np.ndarray:
        raise RuntimeError("no detector")


class Nobody(Down):
    """It does not say who it is."""

    identity = None  # type: ignore[assignment]  # that is what is tried


def test_a_judge_of_another_package_that_raises_ends_a_command_with_a_sentence_that_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(lambda: ask_judge(Down(), PATHS))
    where = r"\(test_photo_judge.py, line \d+, in __call__\)"
    words = rf"Error: {__name__}:Down failed in __call__: RuntimeError: no detector {where}"
    assert re.match(words, capsys.readouterr().err)


def test_a_judge_that_does_not_say_who_it_is_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.policy.countries.Nobody", Nobody, raising=False)
    with pytest.raises(SettingError, match=r":Nobody has no `identity`"):
        load_judge("withsense_tf.policy.countries:Nobody")


@pytest.mark.parametrize("answer", [[0.1], 0.5, ["a", "b", "c"], [[0.1], [0.2], [0.3]], None])
def test_a_judge_that_does_not_answer_for_each_photo_is_an_error(answer: object) -> None:
    with pytest.raises(DataError, match="judge of photos"):
        ask_judge(lambda _: answer, PATHS)  # type: ignore[arg-type, return-value]  # that is what is tried


def test_a_judge_is_named_and_none_is_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match=r"None is installed\. Name one by --judge"):
        load_judge(None)
    with pytest.raises(SettingError, match="expected a subclass of ChildJudge"):
        load_judge("withsense_tf.policy.photo_judge:PhotoHead")
    for load in (load_judge, lambda name: Policy.default(photo_judge=name)):
        with pytest.raises(
            SettingError, match=r"'nobody' is not there.*policy train FOLDER.*my_module:MyJudge"
        ):
            load("nobody")
    monkeypatch.setattr("withsense_tf.policy.countries.NamedJudge", NamedJudge, raising=False)
    judge = load_judge("withsense_tf.policy.countries:NamedJudge")
    assert ask_judge(judge, [Path("child.jpg"), Path("dog.jpg")]).tolist() == [1, 0]
