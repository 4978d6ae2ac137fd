from __future__ import annotations

import hashlib
import itertools
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.pictures.photo_file import read_photo
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.photos.photo_keras import POOLINGS, KerasPhoto
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.encoders.vectors import store as store_module
from withsense_tf.encoders.vectors.store import VectorStore, check_store
from withsense_tf.errors import DataError, KindError, SettingError
from withsense_tf.targets.blend import relevance

WORKER = Path(__file__).with_name("store_worker.py")


class Constant(PhotoEncoder):
    """Give every photo the same vector, under any name."""

    weights = "none"
    size = (8, 8)
    identity = ""

    def __init__(self, identity: str, value: float, width: int = 2) -> None:
        self.identity = identity
        self.value = value
        self._width = width

    @property
    def width(self) -> int:
        return self._width

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        return np.full((len(pixels), self.width), self.value, np.float32)


class Lengths(TextEncoder):
    """Encode the length of each text, and count how often it was asked."""

    identity = "lengths"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Any) -> np.ndarray:
        self.encoded += texts
        return np.array([[len(text), 1] for text in texts], np.float32).reshape(-1, 2)


@pytest.fixture
def paths(folder: Path) -> list[Path]:
    return sorted((folder / "train_images").iterdir())


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sixty")
    rng = np.random.default_rng(0)
    for number in range(60):
        pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02d}.png")
    return folder


@pytest.fixture(scope="module")
def undisturbed(sixty: Path) -> np.ndarray:
    """Return what the worker's encoder gives: each photo's mean colour by row."""
    return np.array([read_photo(p).mean(axis=1).ravel() for p in sorted(sixty.iterdir())], np.float32)


def work(*arguments: object) -> list[str]:
    command = [sys.executable, "-W", "error::UserWarning", WORKER, *arguments]
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout.split()


def stored(folder: Path, sixty: Path) -> np.ndarray:
    """Read what is stored for the worker's encoder; a photo that must still be encoded fails."""
    paths = sorted(sixty.iterdir())
    result = VectorStore(folder).encode(Refusing("slow colour", 0, width=24), names(paths), paths)
    return result.vectors


class Refusing(Constant):
    """Encode nothing."""

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        raise AssertionError("a photo was encoded that should have been stored")


def names(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_the_store_encodes_each_photo_once_for_each_encoder(tiny: Dataset, mean_colour) -> None:
    pairs, store = relevance(tiny), VectorStore()
    vectors = store.photo_vectors(mean_colour, pairs)
    assert mean_colour.encoded == 6
    np.testing.assert_array_equal(store.photo_vectors(mean_colour, pairs), vectors)
    assert mean_colour.encoded == 6
    np.testing.assert_array_equal(vectors, mean_colour.encode(pairs.paths))
    other = type(mean_colour)()
    other.identity = "another"
    store.photo_vectors(other, pairs)
    assert other.encoded == 6


def test_a_second_store_on_the_same_folder_encodes_nothing(
    tiny: Dataset, mean_colour, tmp_path: Path
) -> None:
    pairs = relevance(tiny)
    vectors = VectorStore(tmp_path / "store").photo_vectors(mean_colour, pairs)
    again = VectorStore(tmp_path / "store").photo_vectors(mean_colour, pairs)
    assert mean_colour.encoded == 6
    np.testing.assert_array_equal(again, vectors)


def test_only_photos_that_are_new_are_encoded(paths: list[Path], mean_colour) -> None:
    store = VectorStore()
    store.encode(mean_colour, names(paths[:4]), paths[:4])
    result = store.encode(mean_colour, names(paths[::-1]), paths[::-1])
    assert mean_colour.encoded == 6
    np.testing.assert_array_equal(result.vectors, mean_colour.encode(paths[::-1]))


def test_a_photo_counts_by_its_content_and_not_by_its_place(paths: list[Path], mean_colour) -> None:
    store = VectorStore()
    digest = names(paths[:1])
    store.encode(mean_colour, digest, paths[:1])
    result = store.encode(mean_colour, digest, [Path("/moved/away.jpg")])
    assert result.has_vector.all()
    assert mean_colour.encoded == 1


def test_no_photos_have_the_encoders_width(mean_colour) -> None:
    result = VectorStore().encode(mean_colour, [], [])
    assert result.vectors.shape == (0, 6)
    assert result.problems == ()


def test_a_store_without_a_folder_leaves_nothing_behind(paths: list[Path], mean_colour) -> None:
    store = VectorStore()
    store.encode(mean_colour, names(paths), paths)
    folder = store.folder
    assert folder.is_dir()
    del store
    assert not folder.exists()


def test_a_store_is_shared_and_not_copied() -> None:
    store = VectorStore()
    assert deepcopy(store) is store


def keras_settings() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "backbone": st.sampled_from(["mobilenet_v2", "resnet50", "resnet50_v2"]),
            "weights": st.sampled_from(["random", "imagenet"]),
            "seed": st.integers(0, 3),
            "size": st.sampled_from([32, 224]),
            "pooling": st.sampled_from(POOLINGS),
            "layers": st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
            "views": st.sampled_from([1, 2, 12]),
            "precision": st.sampled_from(["float32", "mixed_float16", "mixed_bfloat16"]),
        }
    )


@given(keras_settings(), keras_settings())
@settings(max_examples=80)
def test_encoders_with_other_settings_have_folders_of_their_own(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    for encoder_settings in (one, other):
        if encoder_settings["weights"] == "imagenet":
            encoder_settings["seed"] = 0  # it changes no vector
    assume(one != other)
    store = VectorStore()
    shelves = [store._shelf(KerasPhoto(**encoder_settings).identity) for encoder_settings in (one, other)]
    assert shelves[0].folder != shelves[1].folder


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=15)
def test_encoders_of_any_two_names_never_share_a_vector(one: str, other: str) -> None:
    assume(one != other)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        Image.new("RGB", (8, 8)).save(path)
        store = VectorStore(Path(folder) / "store")
        for _ in range(2):
            for identity, value in ((one, 1), (other, 2)):
                result = store.encode(Constant(identity, value), names([path]), [path])
                assert result.vectors.tolist() == [[value, value]]


def test_names_that_differ_in_their_signs_alone_have_folders_of_their_own(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    folders = {store._shelf(name).folder for name in ("a b", "A b", "a-b", "a b ", "a" * 99, "a" * 98)}
    assert len(folders) == 6


def test_a_weights_file_whose_name_is_not_utf_8_has_a_folder_too(tmp_path: Path, mean_colour) -> None:
    for identity in ("own \udcff.weights.h5", "own \udcfe.weights.h5"):
        mean_colour.identity = identity
        assert VectorStore(tmp_path).encode(mean_colour, [], []).vectors.shape == (0, 6)
    assert len(list(tmp_path.iterdir())) == 2


def test_half_precision_is_near_and_apart_from_full(paths: list[Path], mean_colour, tmp_path: Path) -> None:
    full = VectorStore(tmp_path).encode(mean_colour, names(paths), paths).vectors
    half = VectorStore(tmp_path, "float16").encode(mean_colour, names(paths), paths).vectors
    assert mean_colour.encoded == 12
    assert half.dtype == np.float32
    np.testing.assert_allclose(half, full, rtol=1e-3)
    np.testing.assert_array_equal(
        VectorStore(tmp_path).encode(mean_colour, names(paths), paths).vectors, full
    )


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(SettingError, match="float16"):
        VectorStore(dtype="float64")


def test_bad_photos_are_named_and_the_others_have_their_vectors(paths: list[Path], mean_colour) -> None:
    paths[2].write_bytes(b"")
    paths[4].write_bytes(paths[4].read_bytes()[:300])
    result = VectorStore().encode(mean_colour, names(paths), paths)
    assert result.has_vector.tolist() == [True, True, False, True, False, True]
    assert {(p.item, p.kind) for p in result.problems} == {
        ("cat.jpg", "photo_empty"),
        ("eel.jpg", "photo_truncated"),
    }
    good = [path for path, is_good in zip(paths, result.has_vector, strict=True) if is_good]
    np.testing.assert_array_equal(result.vectors, mean_colour.encode(good))


def test_only_bad_photos_give_no_vectors_of_the_right_width(tmp_path: Path, mean_colour) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"")
    result = VectorStore().encode(mean_colour, ["bad"], [tmp_path / "bad.jpg"])
    assert result.vectors.shape == (0, 6)
    assert not result.has_vector.any()


def test_a_bad_photo_is_remembered_with_its_reason_and_not_tried_again(
    paths: list[Path], mean_colour, tmp_path: Path
) -> None:
    good = paths[2].read_bytes()
    paths[2].write_bytes(b"")
    digests = names(paths)
    first = VectorStore(tmp_path / "store").encode(mean_colour, digests, paths)
    (notes,) = (tmp_path / "store").glob("*/bad.jsonl")
    assert "zero bytes" in notes.read_text()
    # Whoever gives other content the same digest is not looked at again: the digest stands for the content.
    paths[2].write_bytes(good)
    second = VectorStore(tmp_path / "store").encode(mean_colour, digests, paths)
    assert second.problems == first.problems
    assert mean_colour.encoded == 5


def test_a_missing_photo_is_tried_again(paths: list[Path], mean_colour, tmp_path: Path) -> None:
    digests = names(paths)
    elsewhere = paths[2].rename(tmp_path / "moved.jpg")
    store = VectorStore(tmp_path / "store")
    result = store.encode(mean_colour, digests, paths)
    assert [problem.kind for problem in result.problems] == ["row_photo_missing"]
    elsewhere.rename(paths[2])
    assert store.encode(mean_colour, names(paths), paths).has_vector.all()


def test_a_note_of_bad_photos_that_was_cut_off_does_no_harm(
    paths: list[Path], mean_colour, tmp_path: Path
) -> None:
    paths[2].write_bytes(b"")
    paths[4].write_bytes(b"no photo")
    VectorStore(tmp_path / "store").encode(mean_colour, names(paths), paths)
    (notes,) = (tmp_path / "store").glob("*/bad.jsonl")
    notes.write_bytes(notes.read_bytes()[:-20])
    for _ in range(2):
        result = VectorStore(tmp_path / "store").encode(mean_colour, names(paths), paths)
        assert {problem.item for problem in result.problems} == {"cat.jpg", "eel.jpg"}
    entries = [json.loads(line) for line in notes.read_text().splitlines() if line.endswith("}")]
    assert [entry["item"] for entry in entries] == ["cat.jpg", "eel.jpg"]


def test_bad_photos_among_pairs_are_an_error_that_names_one(tiny: Dataset, mean_colour) -> None:
    pairs = relevance(tiny)
    pairs.paths[0].write_bytes(b"")
    with pytest.raises(DataError, match=r"1 photos cannot be decoded, for example train_images/ant\.jpg"):
        VectorStore().photo_vectors(mean_colour, pairs)


def test_another_width_under_one_identity_is_an_error(paths: list[Path]) -> None:
    store = VectorStore()
    store.encode(Constant("one name", 1, width=2), names(paths[:3]), paths[:3])
    with pytest.raises(DataError, match="two different encoders have the same identity"):
        store.encode(Constant("one name", 1, width=3), names(paths), paths)


def test_what_is_done_is_kept_when_the_user_interrupts(mean_colour, sixty: Path, tmp_path: Path) -> None:
    class Interrupted(type(mean_colour)):
        batch_size = 4

        def forward(self, pixels: np.ndarray) -> np.ndarray:
            if self.encoded == 8:
                raise KeyboardInterrupt
            return super().forward(pixels)

    paths = sorted(sixty.iterdir())
    with pytest.raises(KeyboardInterrupt):
        VectorStore(tmp_path).encode(Interrupted(), names(paths), paths)
    result = VectorStore(tmp_path).encode(mean_colour, names(paths), paths)
    assert mean_colour.encoded == 60 - 8
    np.testing.assert_array_equal(result.vectors, type(mean_colour)().encode(paths))


def test_work_is_saved_while_it_goes_on(
    mean_colour, sixty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "SAVE_SECONDS", 0.0)
    counts = []

    class Watching(type(mean_colour)):
        batch_size = 20

        def forward(self, pixels: np.ndarray) -> np.ndarray:
            counts.append(len(list(tmp_path.glob("*/*.vectors"))))
            return super().forward(pixels)

    paths = sorted(sixty.iterdir())
    VectorStore(tmp_path).encode(Watching(), names(paths), paths)
    assert counts == [0, 1, 2]


def test_texts_are_stored_once_if_no_training_texts_shape_their_vectors(tmp_path: Path) -> None:
    encoder = Lengths()
    texts = ["dog", "собака", "", "dog"]
    for _ in range(2):
        vectors = VectorStore(tmp_path).text_vectors(encoder, texts)
        assert vectors.tolist() == [[3, 1], [6, 1], [0, 1], [3, 1]]
    assert sorted(encoder.encoded) == ["", "dog", "собака"]


def test_no_texts_have_the_encoders_width() -> None:
    assert VectorStore().text_vectors(Lengths(), []).shape == (0, 2)


def test_vectors_that_training_texts_shape_are_never_stored(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    one, other = Tfidf().fit(["a dog", "a cat"]), Tfidf().fit(["a dog", "a dog runs", "cats"])
    assert one.identity == other.identity
    for encoder in (one, other):
        np.testing.assert_array_equal(store.text_vectors(encoder, ["a dog"]), encoder.encode(["a dog"]))
    assert list(tmp_path.iterdir()) == []


def test_a_text_encoder_and_a_photo_encoder_of_one_name_are_kept_apart(paths: list[Path]) -> None:
    store = VectorStore()
    (name,) = names(paths[:1])
    store.encode(Constant("lengths", 7), [name], paths[:1])
    assert store.text_vectors(Lengths(), [name]).tolist() == [[64, 1]]


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the worker forks")
def test_a_second_process_encodes_nothing(sixty: Path, undisturbed: np.ndarray, tmp_path: Path) -> None:
    assert work("once", tmp_path, sixty) == ["60"]
    assert work("once", tmp_path, sixty) == ["0"]
    np.testing.assert_array_equal(stored(tmp_path, sixty), undisturbed)


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the worker forks")
def test_a_process_killed_at_any_moment_leaves_no_damage(
    sixty: Path, undisturbed: np.ndarray, tmp_path: Path
) -> None:
    ends = work("kill", tmp_path, sixty, 5)
    assert ends.count("-9") >= 2
    (line,) = work("once", tmp_path, sixty)
    assert int(line) < 60  # and what they had done was not done again
    np.testing.assert_array_equal(stored(tmp_path, sixty), undisturbed)


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the worker forks")
def test_two_processes_fill_one_folder_at_once(sixty: Path, undisturbed: np.ndarray, tmp_path: Path) -> None:
    assert work("together", tmp_path, sixty) == []
    np.testing.assert_array_equal(stored(tmp_path, sixty), undisturbed)


def test_photos_given_twice_are_found_twice(
    paths: list[Path], mean_colour, new_photo: Callable[[Path, int], None]
) -> None:
    twice = list(itertools.chain(paths, paths))
    result = VectorStore().encode(mean_colour, names(twice), twice)
    np.testing.assert_array_equal(result.vectors[:6], result.vectors[6:])


@pytest.mark.closed
def test_a_photo_that_was_changed_after_it_was_looked_at_has_no_vector_and_leaves_none(
    paths: list[Path], mean_colour, new_photo: Callable[[Path, int], None], tmp_path: Path
) -> None:
    digests, before = names(paths), paths[0].read_bytes()
    first, store = mean_colour.encode(paths), VectorStore(tmp_path / "store")
    for other in (paths[1].read_bytes(), b"no photo"):
        paths[0].write_bytes(other)
        result = store.encode(mean_colour, digests, paths)
        assert result.has_vector.tolist() == [False, *[True] * (len(paths) - 1)]
        assert [problem.kind for problem in result.problems] == ["photo_changed"]
    with pytest.raises(DataError, match="is not the one that was indexed or loaded"):
        store.vectors_of(mean_colour, digests, paths)
    paths[0].write_bytes(before)
    np.testing.assert_array_equal(store.encode(mean_colour, digests, paths).vectors, first)


def test_what_a_store_beside_has_is_taken_over_and_not_computed_again(
    mean_colour: Any, paths: list[Path], tmp_path: Path
) -> None:
    VectorStore(tmp_path / "first").encode(mean_colour, names(paths[:3]), paths[:3])
    before = sorted((tmp_path / "first").rglob("*"))
    done = mean_colour.encoded
    store = pickle.loads(pickle.dumps(VectorStore(tmp_path / "second", beside=tmp_path / "first")))
    result = store.encode(mean_colour, names(paths), paths)
    assert mean_colour.encoded - done == len(paths) - 3
    shutil.rmtree(tmp_path / "first")
    again = VectorStore(tmp_path / "second").encode(mean_colour, names(paths), paths)
    np.testing.assert_array_equal(again.vectors, result.vectors)
    assert mean_colour.encoded - done == len(paths) - 3
    assert len(before) > 1


def test_a_store_beside_is_left_as_it_is_or_not_there(
    mean_colour: Any, paths: list[Path], tmp_path: Path
) -> None:
    VectorStore(tmp_path / "second", beside=tmp_path / "first").encode(mean_colour, names(paths), paths)
    assert not (tmp_path / "first").exists()


def test_a_file_is_no_place_for_vectors(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(KindError, match=r"VectorStore expects the folder of vectors, or none, got int 5\."):
        VectorStore(5)
    with pytest.raises(DataError, match=r"mine\.txt is a file; vectors are kept in a folder"):
        VectorStore(tmp_path / "mine.txt")


@pytest.mark.parametrize("store", ["artifacts/vectors", Path("artifacts/vectors")])
def test_the_name_of_a_folder_is_no_store_and_it_is_said_how_to_make_one(store: object) -> None:
    check_store(None)
    with pytest.raises(KindError, match=r"pass store=ws\.VectorStore\('artifacts/vectors'\)"):
        check_store(store)
    with pytest.raises(KindError, match=r"store= expects a store of vectors, got int 5"):
        check_store(5)
