from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

import withsense_tf as ws
from withsense_tf.common.unit import unit
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.photos.photo_text_keras_hub import PhotoText
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import NotFittedError, SettingError, WeightsMissingError
from withsense_tf.matchers.own_captions import Examples, training_examples
from withsense_tf.matchers.towers.caption_means import mean_captions, mean_reciprocal_rank
from withsense_tf.matchers.towers.linear_head import learn_move
from withsense_tf.matchers.towers.pretrained import PENALTIES, Pretrained
from withsense_tf.targets.blend import relevance


@pytest.fixture(scope="module")
def pairs(unchanged: Dataset) -> Pairs:
    return relevance(unchanged, crowd=None)


@pytest.fixture(scope="module")
def halves(pairs: Pairs) -> tuple[Pairs, Pairs]:
    photos = pairs.table["photo"].to_numpy()
    first = np.isin(photos, ["ant.jpg", "bee.jpg", "cat.jpg", "dog.jpg"])
    return pairs.take(np.flatnonzero(first)), pairs.take(np.flatnonzero(~first))


@pytest.fixture(scope="module")
def towers(clip: Path) -> PhotoText:
    """Return the network beside the matchers, loaded for itself."""
    return PhotoText(clip)


def cosines_by_hand(towers: PhotoText, pairs: Pairs) -> np.ndarray:
    return np.sum(towers.photo.encode(pairs.paths) * towers.text.encode(pairs.texts), axis=1)


def test_zero_shot_scores_are_the_networks_cosines(clip: Path, towers: PhotoText, pairs: Pairs) -> None:
    matcher = Pretrained(clip).fit(pairs)
    np.testing.assert_allclose(matcher.cosines(pairs), cosines_by_hand(towers, pairs), atol=1e-5)
    np.testing.assert_array_equal(matcher.left_out_cosines(pairs), matcher.cosines(pairs))


def test_zero_shot_learns_the_calibration_and_nothing_else(
    clip: Path, towers: PhotoText, pairs: Pairs
) -> None:
    cosines = cosines_by_hand(towers, pairs)
    rank = np.argsort(np.argsort(cosines)) / len(cosines)
    rising = Pairs(pairs.data, pairs.table.assign(target=rank))
    falling = Pairs(pairs.data, pairs.table.assign(target=1 - rank))
    one, other = Pretrained(clip).fit(rising), Pretrained(clip).fit(falling)
    np.testing.assert_allclose(one.predict(pairs), rank, atol=1e-3)
    assert np.ptp(other.predict(pairs)) < 1e-9  # the line never falls, so the order is never turned round
    np.testing.assert_array_equal(one.cosines(pairs), other.cosines(pairs))


def test_a_head_scores_a_training_photo_as_if_it_had_not_seen_it(
    clip: Path, towers: PhotoText, pairs: Pairs
) -> None:
    matcher, examples = Pretrained(clip, head="linear").fit(pairs), training_examples(pairs)
    assert matcher.move_.offset.any()  # the head helps here, so this test says something
    points = towers.photo.encode([Path(path) for path in examples.paths])
    targets = mean_captions(matcher.text_points(examples.texts), examples)
    place = [examples.content.index(content) for content in pairs.content]
    texts = matcher.text_points(pairs.texts)
    # `learn_move` is tested against learning without each photo in turn.
    left_out = [unit(learn_move(points, targets, penalty)[1])[place] for penalty in PENALTIES]
    expected = [np.sum(points_of_pairs * texts, axis=1) for points_of_pairs in left_out]
    cosines = matcher.left_out_cosines(pairs)
    assert any(np.allclose(cosines, by_hand, atol=1e-4) for by_hand in expected)
    assert not np.allclose(cosines, matcher.cosines(pairs), atol=1e-3)


def test_a_head_never_finds_left_out_training_photos_worse_than_zero_shot(clip: Path, pairs: Pairs) -> None:
    matcher, examples = Pretrained(clip, head="linear").fit(pairs), training_examples(pairs)
    captions = matcher.text_points(examples.texts)
    zero_shot = matcher._photos(examples.content, [Path(path) for path in examples.paths])
    with_head = mean_reciprocal_rank(matcher.left_out_points_, captions, examples)
    assert with_head >= mean_reciprocal_rank(zero_shot, captions, examples)


def test_a_pair_whose_photo_was_told_nothing_of_is_calibrated_too(clip: Path, pairs: Pairs) -> None:
    captions = pairs.data.captions
    remaining = set(captions.loc[captions["photo"] != "ant.jpg", "caption"])
    data = pairs.data.only(set(pairs.data.photos["photo"]), remaining)
    silent = pairs.table.assign(target=np.where(pairs.table["photo"] == "ant.jpg", 0.0, pairs.target))
    silent = Pairs(data, silent)
    matcher = Pretrained(clip, head="linear").fit(silent)
    assert silent.data.content["ant.jpg"] not in matcher.place_
    assert np.isfinite(matcher.left_out_cosines(silent)).all()


def test_names_and_rows_say_what_it_is_and_whose_weights_it_has(clip: Path, pairs: Pairs) -> None:
    zero_shot = Pretrained(f"{clip}/").fit(pairs)
    assert zero_shot.name == "tiny_clip, zero-shot"
    row = zero_shot.describe()
    assert row["track"] == "image-only"
    assert row["weights"].startswith("file tiny_clip ")
    assert row["photo"].startswith("photo tower(file tiny_clip ")
    assert row["text"].startswith("text tower(file tiny_clip ")
    assert Pretrained(clip, head="linear").name == "tiny_clip, linear head"
    assert (
        Pretrained("clip_vit_base_patch32")
        .describe()["weights"]
        .startswith("clip_vit_base_patch32 of KerasHub")
    )


def test_vectors_are_kept_in_the_store_and_folds_share_the_network(
    clip: Path, pairs: Pairs, tmp_path: Path
) -> None:
    matcher = Pretrained(clip, store=VectorStore(tmp_path / "vectors")).fit(pairs)
    names = {folder.name.rpartition("-")[0][:11] for folder in (tmp_path / "vectors").iterdir()}
    assert names == {"photo-tower", "text-text-t"}
    again = clone(matcher)
    assert not hasattr(again, "towers_")
    assert again.fit(pairs).towers_ is matcher.towers_


def test_missing_weights_are_an_error_and_a_row_can_still_name_the_matcher(
    pairs: Pairs, tmp_path: Path
) -> None:
    matcher = Pretrained(tmp_path / "no_such")
    for run in (matcher.load, lambda: matcher.fit(pairs)):
        with pytest.raises(WeightsMissingError, match="There is no folder"):
            run()
    row = matcher.describe()
    assert row["matcher"] == "no_such, zero-shot"
    assert row["weights"] == "not available"


@pytest.mark.usefixtures("offline")
def test_without_a_network_fitting_a_named_preset_is_a_weights_missing_error(pairs: Pairs) -> None:
    with pytest.raises(WeightsMissingError, match="cannot be loaded"):
        Pretrained("clip_vit_base_patch16").fit(pairs)


def test_a_network_with_random_weights_cannot_be_fitted(
    new_clip: Callable[..., Path], pairs: Pairs, tmp_path: Path
) -> None:
    with pytest.raises(SettingError, match="was never trained"):
        Pretrained(new_clip(tmp_path / "clip", trained=False)).fit(pairs)


def test_it_is_known_by_the_package_and_keeps_scikit_learns_contract(clip: Path, pairs: Pairs) -> None:
    matcher = ws.Pretrained(clip, head="linear")
    assert clone(matcher).get_params() == matcher.get_params()
    with pytest.raises(NotFittedError):
        matcher.predict(pairs)
    with pytest.raises(SettingError, match="Did you mean 'linear'"):
        Pretrained(clip, head="linaer").fit(pairs)


def test_a_head_helps_where_photos_lie_askew() -> None:
    # Captions that are what the network says of a photo, but turned: only a head can turn them back.
    rng = np.random.default_rng(0)
    photos = unit(rng.normal(size=(60, 8)))
    turn = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    owner = np.repeat(np.arange(60), 3)
    captions = unit(photos[owner] @ turn + rng.normal(0, 0.05, (180, 8)))
    names = tuple(f"{n:02}" for n in range(60))
    examples = Examples(names, names, tuple(map(str, owner)), owner, np.ones(180), np.zeros(len(names), bool))
    before = mean_reciprocal_rank(photos, captions, examples)
    left_out = unit(learn_move(photos, mean_captions(captions, examples), 0.03)[1])
    assert before < 0.2
    assert mean_reciprocal_rank(left_out, captions, examples) > 0.8


def test_a_pair_alone_gets_the_same_number_as_among_others(clip: Path, pairs: Pairs) -> None:
    matcher = Pretrained(clip, head="linear").fit(pairs)
    together = matcher.cosines(pairs)
    np.testing.assert_allclose(matcher.cosines(pairs.take([5])), together[[5]], atol=1e-5)


# These load other networks, and one only is kept: before, CLIP would be loaded again after each.
@pytest.mark.parametrize("preset", ["clip", "metaclip_2", "siglip"])
@pytest.mark.slow
def test_each_family_predicts_from_0_to_1_with_and_without_a_head(
    preset: str, halves: tuple[Pairs, Pairs], request: pytest.FixtureRequest
) -> None:
    train, test = halves
    folder = request.getfixturevalue(preset)
    for head in (None, "linear"):
        predicted = Pretrained(folder, head).fit(train).predict(test)
        assert predicted.shape == (len(test),)
        assert np.isfinite(predicted).all()
        assert predicted.min() >= 0
        assert predicted.max() <= 1


def test_the_grid_ranks_as_the_cosines_do(siglip: Path, pairs: Pairs) -> None:
    matcher = Pretrained(siglip).fit(pairs)
    gallery = Gallery(pairs.data, ("gnu.jpg", "ant.jpg", "hen.jpg"))
    texts = ["A gnu.", "Собака бежит.", "nothing " * 100]
    own = PhotoText(siglip)
    expected = own.text.encode(texts) @ own.photo.encode(gallery.paths).T
    np.testing.assert_allclose(matcher.grid(gallery, Queries.of(texts)), expected, atol=1e-5)
