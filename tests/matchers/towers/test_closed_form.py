from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel

from withsense_tf.common.processes import heard_by
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.own_captions import training_examples
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.matchers.towers import closed_form, large_fit
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.calibrated_on import CalibratedOn
from withsense_tf.targets.caption_pairs import caption_pairs


@pytest.fixture(scope="module")
def towers(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> ClosedFormTowers:
    return ClosedFormTowers(patches, store=store).fit(train)


def targets_of(towers: ClosedFormTowers, pairs: Pairs) -> np.ndarray:
    """Return the weighted mean of each training photo's captions, less the mean over all photos."""
    examples = training_examples(pairs)
    points = towers.text_points(examples.texts)
    own = [examples.owner == at for at in range(len(examples.content))]
    means = np.array([np.average(points[mask], axis=0, weights=examples.weight[mask]) for mask in own])
    return means - means.mean(axis=0)


def test_a_held_out_photo_is_found_by_its_own_captions(
    towers: ClosedFormTowers,
    gallery: Gallery,
    queries: Queries,
    reciprocal_rank: Callable[[np.ndarray], float],
) -> None:
    assert reciprocal_rank(towers.grid(gallery, queries)) > 0.95


def test_who_waits_hears_which_part_of_the_training_is_at_work(
    train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    heard: list[str] = []
    with heard_by(heard.append):
        ClosedFormTowers(patches, gammas=[0.7], store=store).fit(train)
    assert heard == ["vectors", "solving", "calibrating"]


def test_what_it_foretells_of_held_out_pairs_is_nearer_than_the_mean(
    towers: ClosedFormTowers, train: Pairs, held: Pairs
) -> None:
    error = np.mean((towers.predict(held) - held.target) ** 2)
    assert error < 0.4 * np.mean((train.target.mean() - held.target) ** 2)


@pytest.mark.parametrize(("gamma", "penalty"), [(0.15, 0.1), (0.6, 0.4), (3.0, 0.01)])
def test_leaving_out_in_closed_form_is_the_same_as_refitting_without_each_photo(
    gamma: float, penalty: float, train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    towers = ClosedFormTowers(patches, gammas=[gamma], penalties=[penalty], store=store).fit(train)
    # The centre of the targets and the scale of the features stay those of all photos, here and there.
    targets, features = targets_of(towers, train), towers.seen_.astype(np.float64)
    expected = np.zeros(len(train))
    for at, content in enumerate(training_examples(train).content):
        others = np.arange(len(features)) != at
        model = KernelRidge(alpha=penalty, kernel="rbf", gamma=gamma).fit(features[others], targets[others])
        point = model.predict(features[[at]])[0]
        rows = np.flatnonzero(train.content == content)
        texts = towers.text_points([train.texts[row] for row in rows])
        expected[rows] = texts @ (point / np.linalg.norm(point))
    np.testing.assert_allclose(towers.left_out_cosines(train), expected, atol=1e-4)


def test_its_points_are_those_of_kernel_ridge_regression(
    towers: ClosedFormTowers, train: Pairs, gallery: Gallery
) -> None:
    features = towers.seen_.astype(np.float64)
    new = towers.features_.transform(gallery.content, gallery.paths).astype(np.float64)
    alike, to_new = (
        np.mean([rbf_kernel(of, features, gamma) for gamma in towers.gammas], axis=0)
        for of in (features, new)
    )
    model = KernelRidge(alpha=towers.penalty_, kernel="precomputed")
    model.fit(alike, targets_of(towers, train))
    expected = model.predict(to_new)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(towers.photo_points(gallery.content, gallery.paths), expected, atol=1e-4)


def test_by_landmarks_it_says_what_the_exact_fit_says_where_each_photo_is_one(
    towers: ClosedFormTowers,
    train: Pairs,
    gallery: Gallery,
    patches: PhotoEncoder,
    store: VectorStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closed_form, "MOST_EXACT", 20)
    monkeypatch.setattr(large_fit, "BLOCK", 16)
    large = ClosedFormTowers(patches, penalties=[towers.penalty_], store=store).fit(train)
    # The scale of features comes from some of the photos, so nothing is equal to the last digit.
    points = large.photo_points(gallery.content, gallery.paths)
    cosines = np.einsum("nd,nd->n", points, towers.photo_points(gallery.content, gallery.paths))
    assert cosines.min() > 0.99
    assert np.corrcoef(large.left_out_cosines(train), towers.left_out_cosines(train))[0, 1] > 0.98


def test_by_few_landmarks_a_held_out_photo_is_still_found(
    train: Pairs,
    gallery: Gallery,
    queries: Queries,
    patches: PhotoEncoder,
    store: VectorStore,
    reciprocal_rank: Callable[[np.ndarray], float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closed_form, "MOST_EXACT", 20)
    monkeypatch.setattr(closed_form, "LANDMARKS", 30)
    large = ClosedFormTowers(patches, store=store).fit(train)
    assert len(large.seen_) == 30
    assert reciprocal_rank(large.grid(gallery, queries)) > 0.9


def test_left_out_cosines_are_lower_than_those_of_the_fit(towers: ClosedFormTowers, train: Pairs) -> None:
    right = train.target == 1
    assert towers.left_out_cosines(train)[right].mean() < towers.cosines(train)[right].mean()


def test_photos_that_were_not_trained_on_have_their_plain_cosines(
    towers: ClosedFormTowers, held: Pairs
) -> None:
    np.testing.assert_allclose(towers.left_out_cosines(held), towers.cosines(held), atol=1e-6)


def test_numbers_are_calibrated_on_left_out_cosines(
    towers: ClosedFormTowers, train: Pairs, held: Pairs
) -> None:
    line = Calibration().fit(towers.left_out_cosines(train), train.target, train.weight)
    np.testing.assert_allclose(towers.predict(held), line.apply(towers.cosines(held)), atol=1e-9)


def test_each_query_has_an_order_of_its_own(
    towers: ClosedFormTowers, gallery: Gallery, queries: Queries
) -> None:
    best = towers.grid(gallery, queries).argmax(axis=1)
    assert len(set(best)) == len(gallery)


def test_the_grid_is_the_cosines_and_predict_keeps_its_order(
    towers: ClosedFormTowers, gallery: Gallery, queries: Queries
) -> None:
    pairs, scores = cross_pairs(gallery, queries), towers.grid(gallery, queries).ravel()
    np.testing.assert_allclose(scores, towers.cosines(pairs), atol=1e-6)
    assert (np.diff(towers.predict(pairs)[np.argsort(scores)]) >= -1e-6).all()


def test_the_same_pairs_give_the_same_towers(
    towers: ClosedFormTowers, train: Pairs, patches: PhotoEncoder, gallery: Gallery, queries: Queries
) -> None:
    again = ClosedFormTowers(patches).fit(train)
    np.testing.assert_array_equal(again.grid(gallery, queries), towers.grid(gallery, queries))


def test_the_order_of_the_pairs_does_not_matter(
    towers: ClosedFormTowers, train: Pairs, patches: PhotoEncoder, store: VectorStore, held: Pairs
) -> None:
    mixed = train.take(np.random.default_rng(0).permutation(len(train)))
    again = ClosedFormTowers(patches, store=store).fit(mixed)
    np.testing.assert_allclose(again.cosines(held), towers.cosines(held), atol=1e-4)


def test_points_have_length_1(towers: ClosedFormTowers, gallery: Gallery) -> None:
    points = towers.photo_points(gallery.content, gallery.paths)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)


def test_an_unknown_word_scores_all_photos_alike(towers: ClosedFormTowers, gallery: Gallery) -> None:
    assert not towers.grid(gallery, Queries.of(["zebra"])).any()


def test_two_names_of_one_file_count_once(
    colours_folder: Path, tmp_path: Path, patches: PhotoEncoder
) -> None:
    folder = Path(shutil.copytree(colours_folder, tmp_path / "twice"))
    photos = folder / "train_images"
    shutil.copy(photos / "red_plain_0.jpg", photos / "red_plain_1.jpg")
    pairs = relevance(load_dataset(folder), crowd=None)
    towers = ClosedFormTowers(patches).fit(pairs)
    assert len(towers.seen_) == pairs.table["photo"].nunique() - 1
    assert len(np.unique(towers.seen_, axis=0)) == len(towers.seen_)


def test_the_penalty_is_the_one_that_ranks_left_out_photos_best(
    towers: ClosedFormTowers, train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    examples = training_examples(train)

    def rank(penalty: float) -> float:
        one = ClosedFormTowers(patches, penalties=[penalty], store=store).fit(train)
        cosines = one.left_out_points_[:, :-1] @ one.text_points(examples.texts).T
        ranks = (cosines >= cosines[examples.owner, np.arange(len(examples.owner))]).sum(axis=0)
        return float(np.average(1 / ranks, weights=examples.weight))

    assert rank(towers.penalty_) >= max(map(rank, towers.penalties)) - 1e-6


def test_several_photo_encoders_stand_side_by_side(
    train: Pairs,
    gallery: Gallery,
    queries: Queries,
    patches: PhotoEncoder,
    mean_colour: PhotoEncoder,
    reciprocal_rank: Callable[[np.ndarray], float],
) -> None:
    towers = ClosedFormTowers([patches, mean_colour]).fit(train)
    assert towers.seen_.shape[1] == patches.width + mean_colour.width
    assert reciprocal_rank(towers.grid(gallery, queries)) > 0.9


def test_it_works_where_the_data_has_no_file_of_captions(
    colours_folder: Path,
    tmp_path: Path,
    patches: PhotoEncoder,
) -> None:
    folder = Path(shutil.copytree(colours_folder, tmp_path / "bare"))
    for file in ("captions.csv", "caption_corpus.csv"):
        (folder / file).unlink()
    pairs = relevance(load_dataset(folder), crowd=None)
    in_training = ~pairs.table["photo"].str.endswith("_3.jpg").to_numpy()
    towers = ClosedFormTowers(patches).fit(pairs.take(np.flatnonzero(in_training)))
    held = pairs.take(np.flatnonzero(~in_training))
    assert np.corrcoef(towers.cosines(held), held.target)[0, 1] > 0.7


def test_one_photo_can_be_learned_from(train: Pairs, held: Pairs, patches: PhotoEncoder) -> None:
    one = train.take(np.flatnonzero(train.table["photo"] == "red_plain_0.jpg"))
    assert np.isfinite(ClosedFormTowers(patches).fit(one).predict(held)).all()


@pytest.mark.parametrize("bad", [[], [0], [-1.0], [0.1, 0], [np.nan], [0.1, np.nan], [np.inf]], ids=str)
@pytest.mark.parametrize("setting", ["gammas", "penalties"])
def test_gammas_and_penalties_are_numbers_above_0(
    setting: str, bad: Sequence[float], train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    towers = ClosedFormTowers(patches, store=store).set_params(**{setting: bad})
    with pytest.raises(SettingError, match="numbers above 0"):
        towers.fit(train)


def test_gammas_may_be_an_array(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> None:
    array, tuple_ = (
        ClosedFormTowers(patches, gammas=gammas, store=store).fit(train)
        for gammas in (np.array([0.3]), (0.3,))
    )
    np.testing.assert_allclose(array.predict(train), tuple_.predict(train), atol=1e-3)


def test_a_clone_keeps_the_settings_and_shares_the_store(patches: PhotoEncoder, store: VectorStore) -> None:
    towers = ClosedFormTowers("mobilenet_v2", gammas=(1.0,), penalties=(2.0,), store=store)
    assert clone(towers).get_params() == towers.get_params()


def test_the_user_s_text_encoder_stays_unfitted(
    train: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    space = CaptionSpace(dim=4)
    ClosedFormTowers(patches, text=space, store=store).fit(train)
    assert not hasattr(space, "projection_")


def test_another_text_encoder_may_be_named(
    train: Pairs, held: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    towers = ClosedFormTowers(patches, text="tfidf", store=store).fit(train)
    assert np.corrcoef(towers.cosines(held), held.target)[0, 1] > 0.3


def test_a_row_says_the_same_before_and_after_fitting(towers: ClosedFormTowers) -> None:
    assert towers.describe() == clone(towers).describe()
    assert towers.describe() == {
        "matcher": "two towers, closed form",
        "track": "image-only",
        "photo": "patches",
        "text": CaptionSpace().identity,
        "weights": "none",
    }


def test_a_row_names_the_word_vectors_of_its_space(patches: PhotoEncoder, vectors_file: Path) -> None:
    vectors = SpacyVectors(vectors_file)
    described = ClosedFormTowers(patches, text=CaptionSpace(vectors=vectors)).describe()
    assert described["weights"] == f"none + {vectors.weights}"


def test_training_photos_are_encoded_once(colours: Dataset, train: Pairs, mean_colour: PhotoEncoder) -> None:
    ClosedFormTowers(mean_colour, store=VectorStore()).fit(train).predict(train)
    assert mean_colour.encoded == len(set(train.content))  # type: ignore[attr-defined]  # the test's encoder counts


def part_of(data: Dataset, pattern: str) -> Dataset:
    """Return the data set of the photos of some names alone; captions of the corpus stay."""
    captions = data.captions
    some = set(data.photos.loc[data.photos["photo"].str.contains(pattern), "photo"])
    is_kept = captions["photo"].isin(some) | (captions["part"] == "corpus")
    return data.only(some, set(captions.loc[is_kept, "caption"]))


@pytest.fixture(scope="module")
def old(unjudged: Dataset, patches: PhotoEncoder, store: VectorStore) -> ClosedFormTowers:
    """Return towers of ten captioned photos, one of each kind."""
    return ClosedFormTowers(patches, store=store).fit(caption_pairs(part_of(unjudged, "[nd]_0")))


def test_adapted_towers_are_a_regression_on_what_the_old_ones_do_not_foretell(
    old: ClosedFormTowers, unjudged: Dataset, gallery: Gallery
) -> None:
    new = caption_pairs(part_of(unjudged, "[nd]_1"))
    towers = old.adapt(new)
    examples = training_examples(new)
    features = old.features_.transform(examples.content, [Path(path) for path in examples.paths])
    captions = old.text_points(examples.texts)
    means = np.array([captions[examples.owner == at].mean(axis=0) for at in range(len(examples.content))])

    def kernel(photos: np.ndarray, others: np.ndarray) -> np.ndarray:
        return np.mean([rbf_kernel(photos, others, gamma) for gamma in old.gammas], axis=0)

    foretold = kernel(features, old.seen_) @ old.coefficients_
    ranked = old.features_.transform(gallery.content, gallery.paths)
    expected = []
    for penalty in (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8):
        ridge = KernelRidge(alpha=penalty, kernel="precomputed").fit(
            kernel(features, features), means - old.mean_caption_ - foretold
        )
        raw = kernel(ranked, old.seen_) @ old.coefficients_ + ridge.predict(kernel(ranked, features))
        expected.append(raw / np.linalg.norm(raw, axis=1, keepdims=True))
    points = towers.photo_points(gallery.content, gallery.paths)
    assert (
        min(
            np.abs(points - one).max()
            for one in [*expected, old.photo_points(gallery.content, gallery.paths)]
        )
        < 1e-4
    )


def test_adapting_helps_to_find_photos_and_changes_nothing_of_the_old_towers(
    unjudged: Dataset,
    patches: PhotoEncoder,
    store: VectorStore,
    gallery: Gallery,
    queries: Queries,
    reciprocal_rank: Callable[[np.ndarray], float],
) -> None:
    plain = caption_pairs(part_of(unjudged, "_plain_[012]"))
    towers = ClosedFormTowers(patches, store=store).fit(plain)
    before = towers.grid(gallery, queries)
    adapted = towers.adapt(caption_pairs(part_of(unjudged, "_striped_[012]")))
    assert reciprocal_rank(adapted.grid(gallery, queries)) > reciprocal_rank(before) + 0.05
    np.testing.assert_array_equal(towers.grid(gallery, queries), before)
    assert len(adapted.fitted_content_) == 30


def test_photos_that_were_learned_from_teach_nothing_a_second_time(
    old: ClosedFormTowers, unjudged: Dataset
) -> None:
    assert old.adapt(caption_pairs(part_of(unjudged, "[nd]_0"))) is old


def test_a_judged_calibration_stays_where_nobody_judged_the_new_photos(
    train: Pairs, towers: ClosedFormTowers, unjudged: Dataset
) -> None:
    new = caption_pairs(part_of(unjudged, "[nd]_3"))
    adapted = towers.adapt(new)
    assert len(adapted.fitted_content_) == len(towers.fitted_content_) + 10
    assert adapted.calibrated_on == towers.calibrated_on
    assert adapted.calibrated_on.by == "judged"
    assert adapted.calibration_ is towers.calibration_


def test_judgements_of_new_photos_take_the_place_of_captions(old: ClosedFormTowers, held: Pairs) -> None:
    adapted = old.adapt(held)
    assert adapted.calibrated_on == CalibratedOn("judged", "colours", len(held))
    number = adapted.calibration_.apply(adapted.left_out_cosines(held))
    assert np.average(number, weights=held.weight) == pytest.approx(
        np.average(held.target, weights=held.weight), abs=1e-6
    )


def test_adapted_towers_know_the_law_only_if_both_sides_kept_it(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    lawful, lawless = (replace(unjudged, law=law) for law in ("7", ""))
    for first, second, expected in ((lawful, lawful, "7"), (lawful, lawless, ""), (lawless, lawful, "")):
        towers = ClosedFormTowers(patches, store=store).fit(caption_pairs(part_of(first, "[nd]_0")))
        assert towers.adapt(caption_pairs(part_of(second, "[nd]_1"))).law == expected


def test_adapted_towers_can_be_saved(old: ClosedFormTowers, unjudged: Dataset, tmp_path: Path) -> None:
    # An encoder of the tests' own must be named.
    new = caption_pairs(part_of(unjudged, "[nd]_1"))
    adapted = old.adapt(new)
    folder = save_matcher(adapted, tmp_path / "saved", {"Patches": "colours"})
    loaded = load_matcher(folder, also={"Patches": "colours"})
    np.testing.assert_allclose(loaded.predict(new), adapted.predict(new), atol=1e-6)
    assert loaded.calibrated_on == adapted.calibrated_on
