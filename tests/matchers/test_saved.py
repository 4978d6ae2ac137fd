from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from fitted_matchers import FEW, MAKERS
from shallow_networks import resnet_of_few_layers

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, NotFittedError, SettingError
from withsense_tf.evaluation.compare import compare
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.matchers.saved_search_forms import load_form, save_form
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

OWN: dict[str, Callable[[VectorStore], Matcher]] = {
    "least squares": lambda store: ConcatLinear("linear", "scene_net", store=store),
    "lasso": lambda store: ConcatLinear("lasso", "scene_net", store=store),
    "concat Keras, batch norm": lambda store: ConcatKeras(
        (16, 8), batch_norm=True, photo="scene_net", text=Tfidf(dim=8), training=FEW, store=store
    ),
    "difference": lambda store: Interaction("difference", 8, 8, photo="scene_net", training=FEW, store=store),
}
MATCHERS = (*MAKERS, *OWN)


@pytest.fixture(scope="module")
def matchers(fitted: Callable[[str], Matcher], train: Pairs, store: VectorStore) -> dict[str, Matcher]:
    return {name: OWN[name](store).fit(train) if name in OWN else fitted(name) for name in MATCHERS}


@pytest.fixture(scope="module")
def saved(matchers: dict[str, Matcher], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("saved")
    return {name: save_matcher(matcher, root / name) for name, matcher in matchers.items()}


def typed(queries: Queries) -> Queries:
    return Queries.of(queries.texts, typed=True)


@pytest.mark.parametrize("name", MATCHERS)
@pytest.mark.slow
def test_a_loaded_matcher_answers_as_the_one_that_was_saved(
    name: str,
    matchers: dict[str, Matcher],
    saved: dict[str, Path],
    held: Pairs,
    gallery: Gallery,
    queries: Queries,
    store: VectorStore,
) -> None:
    loaded = load_matcher(saved[name], store)
    np.testing.assert_array_equal(loaded.predict(held), matchers[name].predict(held))
    np.testing.assert_array_equal(loaded.grid(gallery, queries), matchers[name].grid(gallery, queries))
    assert loaded.describe() == matchers[name].describe()
    assert loaded.fitted_content_ == matchers[name].fitted_content_


@pytest.mark.parametrize("name", sorted(set(MATCHERS) - {"captions", "hybrid"}))
def test_a_search_form_scores_as_its_matcher(
    name: str, matchers: dict[str, Matcher], gallery: Gallery, queries: Queries, tmp_path: Path
) -> None:
    matcher = matchers[name]
    form = load_form(save_form(matcher.search_form(), tmp_path / "form"))
    rows = matcher.photo_rows(gallery.content, gallery.paths)
    assert rows.shape == (len(gallery), form.widths["photo"])
    scores = np.stack([form.scan(rows, query) for query in form.queries(queries.texts)])
    np.testing.assert_allclose(scores, matcher.grid(gallery, queries), atol=2e-6)


@pytest.mark.parametrize("name", sorted(set(MATCHERS) - {"captions", "hybrid"}))
def test_the_numbers_of_a_form_are_what_its_matcher_foretells(
    name: str, matchers: dict[str, Matcher], held: Pairs
) -> None:
    matcher = matchers[name]
    form = matcher.search_form()
    rows = matcher.photo_rows(held.content.tolist(), held.paths)
    vectors = form.queries(held.texts)
    numbers = np.array([form.numbers_at(rows[at : at + 1], vectors[at])[0] for at in range(len(held))])
    np.testing.assert_allclose(numbers, matcher.predict(held), atol=1e-5)


def test_typed_queries_are_found_in_captions_of_the_same_words(
    matchers: dict[str, Matcher], gallery: Gallery, queries: Queries
) -> None:
    left_out = matchers["captions"].grid(gallery, Queries.of(queries.texts))
    by_words = matchers["captions"].grid(gallery, typed(queries))
    own = np.arange(len(queries)) // 5
    at = np.arange(len(queries))
    assert (by_words[at, own] > left_out[at, own]).mean() > 0.9


def test_word_vectors_come_along_and_their_file_is_not_needed_later(
    train: Pairs, held: Pairs, store: VectorStore, vectors_file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "gone.txt"
    copy.write_bytes(vectors_file.read_bytes())
    space = CaptionSpace(vectors=SpacyVectors(copy))
    matcher = ClosedFormTowers("scene_net", space, store=store).fit(train)
    save_matcher(matcher, tmp_path / "saved")
    copy.unlink()
    loaded = load_matcher(tmp_path / "saved", store)
    np.testing.assert_array_equal(loaded.predict(held), matcher.predict(held))
    assert loaded.describe() == matcher.describe()
    assert str(tmp_path) not in (tmp_path / "saved" / "state.json").read_text()


@pytest.mark.slow
def test_a_file_of_weights_comes_along(
    train: Pairs, held: Pairs, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras.applications, "ResNet50", resnet_of_few_layers)
    random = KerasPhoto("resnet50", "random", size=32, seed=3)
    file = tmp_path / "mine.weights.h5"
    random.model.save_weights(file)
    matcher = ConcatLinear("ridge", KerasPhoto("resnet50", file, size=32), store=store).fit(train)
    save_matcher(matcher, tmp_path / "saved")
    file.unlink()
    loaded = load_matcher(tmp_path / "saved", VectorStore())  # so that it must encode anew
    np.testing.assert_array_equal(loaded.predict(held), matcher.predict(held))


def test_weights_that_were_changed_are_found_out(train: Pairs, store: VectorStore, tmp_path: Path) -> None:
    folder = save_matcher(ConcatLinear("ridge", SceneNet(), store=store).fit(train), tmp_path / "saved")
    file = folder / "files" / "0" / "scene_net.npz"
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(DataError, match=r"what is found under its name now is scene_net"):
        load_matcher(folder)


def test_saving_over_something_is_refused(matchers: dict[str, Matcher], saved: dict[str, Path]) -> None:
    with pytest.raises(SettingError, match="is there already"):
        save_matcher(matchers["linear"], saved["linear"])


def test_what_was_not_fitted_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError, match="Constant is not fitted yet"):
        save_matcher(Constant(), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_constant_is_saved_but_cannot_be_searched(train: Pairs, held: Pairs, tmp_path: Path) -> None:
    constant = Constant("median").fit(train)
    loaded = load_matcher(save_matcher(constant, tmp_path / "saved"))
    np.testing.assert_array_equal(loaded.predict(held), constant.predict(held))
    with pytest.raises(SettingError, match="has no search_form"):
        loaded.search_form()


def test_an_encoder_of_ones_own_needs_to_be_named(
    train: Pairs, patches, store: VectorStore, tmp_path: Path
) -> None:
    matcher = ConcatLinear("ridge", patches, store=store).fit(train)
    with pytest.raises(SettingError, match="Patches objects cannot be saved"):
        save_matcher(matcher, tmp_path / "saved")


def test_a_matcher_of_ones_own_that_is_not_installed_is_told_how_it_is_saved(
    train: Pairs, tmp_path: Path
) -> None:
    class Mine(Constant):
        pass

    with pytest.raises(SettingError, match=r"entry point \(docs/how_to/extend.md\).*also=") as error:
        save_matcher(Mine().fit(train), tmp_path / "saved")
    assert "Form" not in str(error.value)
    assert not (tmp_path / "saved").exists()


def damage(folder: Path, how: str) -> None:
    state, arrays = folder / "state.json", folder / "arrays.npz"
    if how == "no state":
        state.unlink()
    elif how == "half a state":
        state.write_text(state.read_text()[:100])
    elif how == "another format":
        state.write_text(json.dumps(json.loads(state.read_text()) | {"format": 99}))
    elif how == "unknown kind":
        state.write_text(state.read_text().replace('"ClosedFormTowers"', '"OsSystem"'))
    elif how == "no arrays":
        arrays.unlink()
    elif how == "half the arrays":
        arrays.write_bytes(arrays.read_bytes()[: arrays.stat().st_size // 2])
    elif how == "a flipped bit":
        content = bytearray(arrays.read_bytes())
        content[len(content) // 2] ^= 1
        arrays.write_bytes(bytes(content))
    elif how == "a pickle":
        np.savez(arrays, **{f"a{n}": np.array([{}], object) for n in range(50)})
    elif how == "a path outside":
        state.write_text(state.read_text().replace('"0/scene_net.npz"', '"../../../secret"'))


@pytest.mark.parametrize(
    "how",
    ["no state", "half a state", "another format", "unknown kind", "no arrays", "half the arrays",
     "a flipped bit", "a pickle", "a path outside"],
)  # fmt: skip
def test_a_damaged_or_foreign_folder_is_a_clear_error(
    how: str, matchers: dict[str, Matcher], tmp_path: Path
) -> None:
    folder = save_matcher(matchers["closed form"], tmp_path / "saved")
    damage(folder, how)
    with pytest.raises(DataError, match=str(folder)):
        load_matcher(folder)


def test_a_form_is_no_matcher(matchers: dict[str, Matcher], saved: dict[str, Path], tmp_path: Path) -> None:
    form = save_form(matchers["closed form"].search_form(), tmp_path / "form")
    with pytest.raises(DataError, match="holds a CosineForm, expected a matcher"):
        load_matcher(form)
    with pytest.raises(DataError):
        load_form(saved["closed form"])


def test_words_that_mean_nothing_are_named(matchers: dict[str, Matcher], colours: Dataset) -> None:
    form = matchers["closed form"].search_form()
    assert form.unknown("a crimson xylophone") == ("xylophone",)
    assert form.unknown("красная стена") == ("красная", "стена")
    assert "crimson" in " ".join(colours.captions["text"])


def test_figures_may_be_a_comparison_that_has_one_row_of_the_matcher(
    matchers: dict[str, Matcher], train: Pairs, held: Pairs, tmp_path: Path
) -> None:
    ridge, constant = matchers["linear"], Constant().fit(train)
    table = compare([constant, ridge], held)
    card = (save_matcher(ridge, tmp_path / "saved", figures=table) / "README.md").read_text()
    assert f"| RMSE | {table[1]['rmse']:.3f} |" in card


@pytest.mark.parametrize("figures", ["two rows", "none", "a number", "a list of numbers"])
def test_figures_that_are_no_row_of_the_matcher_are_an_error_before_anything_is_written(
    figures: str, matchers: dict[str, Matcher], train: Pairs, held: Pairs, tmp_path: Path
) -> None:
    ridge, constant = matchers["linear"], Constant().fit(train)
    wrong = {
        "two rows": lambda: compare([ridge, ridge], held),
        "none": lambda: compare(constant, held),
        "a number": lambda: 0.3,
        "a list of numbers": lambda: [0.3],
    }[figures]()
    with pytest.raises(SettingError, match=r"figures=.* expects .*row.*figures=table\[0\]"):
        save_matcher(ridge, tmp_path / "saved", figures=wrong)
    assert not list(tmp_path.iterdir())


def test_whatever_fails_no_half_folder_stays(train: Pairs, tmp_path: Path) -> None:
    matcher = Constant().fit(train)
    matcher.constant_ = object()  # type: ignore[assignment]  # nothing that can be saved
    with pytest.raises(SettingError, match="cannot be saved"):
        save_matcher(matcher, tmp_path / "saved")
    assert not list(tmp_path.iterdir())
