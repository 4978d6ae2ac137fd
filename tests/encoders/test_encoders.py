from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.photo_keras import MobileNetV2
from withsense_tf.encoders.registry import photo_encoder, text_encoder
from withsense_tf.encoders.store import VectorStore
from withsense_tf.encoders.text_tfidf import Tfidf
from withsense_tf.errors import DataError, NotFittedError, SettingError
from withsense_tf.relevance import relevance


@pytest.fixture(scope="module")
def random_network() -> MobileNetV2:
    return MobileNetV2("random", seed=0)


def test_tfidf_learns_words_from_training_texts_only() -> None:
    encoder = Tfidf().fit(["a dog runs", "a cat sleeps"])
    assert set(encoder.vectorizer_.vocabulary_) == {"a", "dog", "runs", "cat", "sleeps"}
    assert encoder.encode(["zebra"]).sum() == 0


def test_tfidf_vectors_have_length_1_and_rare_words_weigh_more() -> None:
    encoder = Tfidf().fit(["a dog runs", "a cat sleeps"])
    vector = encoder.encode(["a dog"])[0]
    assert np.linalg.norm(vector) == pytest.approx(1)
    words = encoder.vectorizer_.vocabulary_
    assert vector[words["dog"]] > vector[words["a"]]
    assert vector.dtype == np.float32


def test_a_caption_that_is_judged_often_does_not_make_its_words_common() -> None:
    once, often = Tfidf().fit(["a dog", "a cat"]), Tfidf().fit(["a dog"] * 9 + ["a cat"])
    np.testing.assert_array_equal(once.encode(["a dog"]), often.encode(["a dog"]))


def test_tfidf_reads_russian_and_single_digits() -> None:
    encoder = Tfidf().fit(["Ребёнок 7 лет", "девочка"])
    assert encoder.encode(["ребёнок"]).sum() > 0
    assert encoder.encode(["7"]).sum() > 0


def test_tfidf_before_fit_and_without_words_is_an_error() -> None:
    with pytest.raises(NotFittedError, match="fit"):
        Tfidf().encode(["a"])
    with pytest.raises(DataError, match="no words"):
        Tfidf().fit(["...", " "])


def test_photo_vectors_have_a_row_a_photo_and_follow_the_photo(
    folder: Path, random_network: MobileNetV2
) -> None:
    paths = sorted((folder / "train_images").iterdir())
    vectors = random_network.encode([*paths, paths[0]])
    assert vectors.shape == (7, 1280)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], vectors[6], rtol=1e-4, atol=1e-5)
    assert len(np.unique(vectors.round(3), axis=0)) == 6
    assert random_network.encode([]).shape == (0, 1280)


def test_random_weights_are_called_random_and_follow_their_seed(
    folder: Path, random_network: MobileNetV2
) -> None:
    paths = sorted((folder / "train_images").iterdir())[:2]
    assert random_network.weights == "random (seed 0)"
    same, other = MobileNetV2("random", seed=0), MobileNetV2("random", seed=1)
    np.testing.assert_allclose(random_network.encode(paths), same.encode(paths), rtol=1e-5)
    assert not np.allclose(random_network.encode(paths), other.encode(paths))
    assert same.identity == random_network.identity != other.identity


def test_drawing_random_weights_touches_no_global_seed(folder: Path) -> None:
    np.random.seed(7)  # the global generator is what is watched
    before = np.random.get_state()[1].copy()
    MobileNetV2("random").encode(sorted((folder / "train_images").iterdir())[:1])
    np.testing.assert_array_equal(before, np.random.get_state()[1])


def test_weights_from_a_file_are_the_ones_in_the_file(folder: Path, tmp_path: Path) -> None:
    model = keras.applications.MobileNetV2(
        input_shape=(224, 224, 3), include_top=False, pooling="avg", weights=None
    )
    file = tmp_path / "own.weights.h5"
    model.save_weights(file)
    encoder = MobileNetV2(file)
    paths = sorted((folder / "train_images").iterdir())[:2]
    from withsense_tf.data.photos import load_photos

    pixels = load_photos(paths, (224, 224))[0].pixels.astype(np.float32) / 127.5 - 1
    np.testing.assert_allclose(encoder.encode(paths), model.predict(pixels, verbose=0), rtol=1e-3, atol=1e-5)
    assert encoder.weights.startswith("file own.weights.h5 ")


def test_a_weights_file_that_is_missing_or_broken_says_so(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(SettingError, match="a file that exists"):
        MobileNetV2(tmp_path / "none.weights.h5")
    broken = tmp_path / "broken.weights.h5"
    broken.write_bytes(b"not HDF5")
    with pytest.raises(SettingError, match="cannot be loaded"):
        MobileNetV2(broken).encode(sorted((folder / "train_images").iterdir())[:1])
    with pytest.raises(SettingError, match=r"ends in \.weights\.h5"):
        MobileNetV2(broken.rename(tmp_path / "broken.h5"))


def test_weights_of_another_network_are_refused_in_one_line(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    other = keras.applications.MobileNetV2(
        alpha=0.35, include_top=False, weights=None, input_shape=(96, 96, 3)
    )
    other.save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(SettingError, match="holds another network") as caught:
        MobileNetV2(tmp_path / "other.weights.h5").load()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert [warning for warning in recwarn if "layer" in str(warning.message)] == []


def test_a_photo_that_cannot_be_decoded_is_named(folder: Path, random_network: MobileNetV2) -> None:
    paths = sorted((folder / "train_images").iterdir())
    paths[2].write_bytes(b"")
    with pytest.raises(DataError, match=r"train_images/cat\.jpg: the file has zero bytes"):
        random_network.encode(paths)


def test_names_and_objects_mean_the_same_and_wrong_names_get_a_hint(random_network: MobileNetV2) -> None:
    assert photo_encoder(random_network) is random_network
    assert photo_encoder("mobilenet_v2").identity == random_network.identity
    assert text_encoder("tfidf").identity == Tfidf().identity
    with pytest.raises(SettingError, match="Did you mean 'mobilenet_v2'"):
        photo_encoder("mobilnetv2")
    with pytest.raises(SettingError, match="Did you mean 'tfidf'"):
        text_encoder("tf-idf")


def test_fitting_a_matchers_text_encoder_leaves_the_users_object_alone() -> None:
    mine = Tfidf()
    text_encoder(mine).fit(["a dog"])
    assert not hasattr(mine, "vectorizer_")


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


def test_the_file_weights_see_meaning(real_folder: Path) -> None:
    file = real_folder.parent / "weights/mobilenet_v2_imagenet_notop.weights.h5"
    if not file.is_file():
        pytest.skip("the ImageNet weights are not here")
    data = (real_folder / "captions.csv").read_text().splitlines()[1:]
    dogs = [line.split(",")[0] for line in data if " dog " in line and "#2" in line][:15]
    skiers = [line.split(",")[0] for line in data if " ski" in line or " snow" in line]
    skiers = [name for name in dict.fromkeys(skiers) if name not in dogs][:15]
    vectors = MobileNetV2(file).encode([real_folder / "train_images" / name for name in dogs + skiers])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T - 2 * np.eye(len(vectors))
    nearest_is_dog = alike.argmax(axis=1) < len(dogs)
    right = np.r_[nearest_is_dog[: len(dogs)], ~nearest_is_dog[len(dogs) :]].mean()
    assert right >= 0.8
