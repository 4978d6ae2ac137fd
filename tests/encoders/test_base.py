from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.data.folder.problems import Problem
from withsense_tf.encoders.base import BuiltOnce, PhotoEncoder, TextEncoder, refuse
from withsense_tf.errors import DataError, ForeignError


class Reds(PhotoEncoder):
    """The mean red of the left and of the right half."""

    identity = "reds"
    width = 2
    size = (4, 4)
    batch_size = 2

    def __init__(self, views: int = 1) -> None:
        self.views = views

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        red = pixels[..., 0].astype(np.float32)
        return np.stack([red[:, :, :2].mean(axis=(1, 2)), red[:, :, 2:].mean(axis=(1, 2))], axis=1)


class Named(TextEncoder):
    """A text encoder that says how long a text is, under a name."""

    def __init__(self, name: str, source: str = "") -> None:
        self.name, self.source = name, source

    @property
    def identity(self) -> str:
        return self.name

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text)] for text in texts], np.float32)


class Placed(Named):
    """The same, from a folder."""

    SOURCE = "source"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return three photos, black on the left and of one red each on the right."""
    for red in (50, 100, 150):
        pixels = np.zeros((4, 4, 3), np.uint8)
        pixels[:, 2:, 0] = red
        Image.fromarray(pixels).save(tmp_path / f"{red}.png")
    return [tmp_path / f"{red}.png" for red in (100, 50, 150)]


def test_photos_keep_their_order_over_batches(files: list[Path]) -> None:
    assert Reds().encode(files).tolist() == [[0, 100], [0, 50], [0, 150]]
    assert Reds().encode([]).shape == (0, 2)


def test_the_vectors_of_a_photos_views_are_averaged(files: list[Path]) -> None:
    assert Reds(views=2).encode(files).tolist() == [[50, 50], [25, 25], [75, 75]]


def test_a_file_that_is_no_photo_is_left_out_of_a_stream_and_named(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"no photo")
    paths = [files[0], tmp_path / "no.png", files[1]]
    bad: dict[int, Problem] = {}
    batches = list(Reds().stream(paths, bad))
    assert np.concatenate([batch.rows for batch in batches]).tolist() == [0, 2]
    assert list(bad) == [1]
    with pytest.raises(DataError, match=r"1 photos cannot be decoded, for example .*no\.png"):
        Reds().encode(paths)
    with pytest.raises(DataError, match="Load the data set again"):
        refuse(list(bad.values()))
    refuse([])


class Answers(Reds):
    """It answers what it is told to."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        return self.answer  # type: ignore[return-value]  # that is what is tried


class TextAnswers(Named):
    """The same of texts."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self.source  # type: ignore[return-value]  # as above


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (np.zeros((1, 2, 2), np.float32), r"an array of float32 of shape \(1, 2, 2\)"),
        (np.zeros((2, 2), np.float32), r"an array of float32 of shape \(2, 2\)"),
        (np.full((1, 2), np.nan), "2 of 2 that are NaN or infinite"),
        (np.array([["1", "2"]]), "an array of texts of shape"),
        ([[1.0, 2.0]], "a list"),
    ],
)
def test_an_encoder_that_answers_no_numbers_is_named(
    answer: object, received: str, files: list[Path]
) -> None:
    with pytest.raises(
        ForeignError, match=rf"The encoder 'reds', \S+test_base:Answers, must .* \(1, 2\), got {received}"
    ):
        Answers(answer).encode(files[:1])
    with pytest.raises(ForeignError, match=rf"'texts', \S+:TextAnswers, must .* \(1, [12]\), got {received}"):
        TextAnswers("texts", answer).encode(["a dog"])  # type: ignore[arg-type]  # as above


def test_a_photo_encoder_whose_vectors_have_another_width_than_it_says_is_named(files: list[Path]) -> None:
    with pytest.raises(
        ForeignError, match=r"must .* shape \(1, 2\), got an array of float32 of shape \(1, 3\)"
    ):
        Answers(np.zeros((1, 3), np.float32)).encode(files[:1])


def test_a_text_encoder_that_says_how_wide_its_vectors_are_is_held_to_that() -> None:
    class Wide(TextAnswers):
        width = 3

    with pytest.raises(
        ForeignError, match=r"must .* shape \(1, 3\), got an array of float32 of shape \(1, 2\)"
    ):
        Wide("wide", np.zeros((1, 2), np.float32)).encode(["a dog"])  # type: ignore[arg-type]  # that is tried


def test_an_encoder_that_learns_nothing_is_its_own_fit_and_knows_every_word() -> None:
    encoder = Named("lengths")
    assert encoder.fit(["a"]) is encoder
    assert not encoder.learns
    assert encoder.unknown("a zebra") == ()
    assert encoder.languages == ()


def test_other_weights_under_the_same_name_are_found_out() -> None:
    state = Named("lengths").to_state()
    assert Named.from_state(state).identity == "lengths"
    with pytest.raises(DataError, match="Saved was other, but what is found under its name now is lengths"):
        Named.from_state(state | {"identity": "other"})


def test_only_a_setting_that_is_a_place_is_saved_as_a_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Named("a", "./").to_state()["settings"]["source"] == "./"
    assert Placed("a", "./").to_state()["settings"]["source"] == str(tmp_path.resolve())
    assert Placed("a", "hf://a/b").to_state()["settings"]["source"] == "hf://a/b"


class Slow:
    """Something that has a network."""

    count = 0

    @BuiltOnce
    def network(self) -> int:
        """Return the network."""
        time.sleep(0.05)
        self.count += 1
        return self.count


def test_of_several_threads_that_need_a_network_one_builds_it() -> None:
    slow = Slow()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: slow.network, range(8))) == {1}
    assert slow.count == 1
    assert Slow().network == 1
    assert Slow.network.__doc__ == "Return the network."
