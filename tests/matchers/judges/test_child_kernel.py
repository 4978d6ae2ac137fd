from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from colours import draw
from conftest import MeanColour

from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import NotFittedError
from withsense_tf.matchers.judges.child_kernel import ChildKernel
from withsense_tf.matchers.judges.judge_examples import JudgeExamples


def reds_and_blues(folder: Path) -> JudgeExamples:
    """Return forty photos; "children" are the red ones."""
    rng, paths = np.random.default_rng(0), []
    for at in range(40):
        paths.append(folder / f"{at}.png")
        draw(paths[-1], ("red" if at % 2 else "blue", "plain"), rng)
    content = tuple(digest_of(path) for path in paths)
    return JudgeExamples(content, tuple(paths), np.arange(40) % 2 * 1.0)


def test_photos_that_were_left_out_and_new_ones_are_told_apart(
    tmp_path: Path, mean_colour: MeanColour
) -> None:
    examples = reds_and_blues(tmp_path)
    kernel = ChildKernel().fit(examples, [mean_colour], VectorStore())
    assert kernel.left_out_[examples.child].min() > 0.5 > kernel.left_out_[~examples.child].max()
    new = [tmp_path / "red.png", tmp_path / "blue.png"]
    for path, colour in zip(new, ("red", "blue"), strict=True):
        draw(path, (colour, "plain"), np.random.default_rng(9))
    red, blue = kernel.chance([digest_of(path) for path in new], new)
    assert red > 0.5 > blue


def test_what_is_said_of_a_left_out_photo_is_what_a_kernel_without_it_says(
    tmp_path: Path, mean_colour: MeanColour
) -> None:
    examples, store = reds_and_blues(tmp_path), VectorStore()
    kernel = ChildKernel().fit(examples, [mean_colour], store)
    similar = kernel._kernel(kernel.seen_)
    rest = np.arange(40) != 7
    system = similar[np.ix_(rest, rest)] + kernel.penalty * np.eye(39)
    alone = similar[7, rest] @ np.linalg.solve(system, examples.share[rest] - kernel.mean_) + kernel.mean_
    assert kernel.left_out_[7] == pytest.approx(kernel.calibration_.apply(np.array([alone]))[0], abs=1e-6)


def test_a_kernel_that_has_not_learned_is_an_error() -> None:
    with pytest.raises(NotFittedError):
        ChildKernel().chance([], [])
