from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.matchers import hybrid as module
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.caption_pairs import caption_pairs


@pytest.fixture(scope="module")
def hybrid(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> Hybrid:
    return Hybrid(patches, store=store).fit(train)


@pytest.fixture(scope="module")
def towers(train: Pairs, patches: PhotoEncoder, store: VectorStore) -> ClosedFormTowers:
    return ClosedFormTowers(patches, store=store).fit(train)


@pytest.fixture(scope="module")
def captions(train: Pairs) -> Captions:
    return Captions().fit(train)


def error(matcher: Matcher, pairs: Pairs) -> float:
    return float(np.sqrt(np.mean((matcher.predict(pairs) - pairs.target) ** 2)))


def test_it_is_nearer_to_the_judges_than_pixels_and_captions_alone(
    hybrid: Hybrid, towers: ClosedFormTowers, captions: Captions, held: Pairs
) -> None:
    assert error(hybrid, held) <= min(error(towers, held), error(captions, held))


def test_it_finds_photos_as_well_as_the_better_of_the_two(
    hybrid: Hybrid,
    towers: ClosedFormTowers,
    captions: Captions,
    gallery: Gallery,
    queries: Queries,
    reciprocal_rank: Callable[[np.ndarray], float],
) -> None:
    both, one, other = (reciprocal_rank(m.grid(gallery, queries)) for m in (hybrid, towers, captions))
    assert both >= max(one, other)


def test_a_photo_without_captions_is_scored_by_its_pixels(
    hybrid: Hybrid, towers: ClosedFormTowers, held: Pairs
) -> None:
    bare = held.take(np.flatnonzero(held.table["photo"] == "bare_3.jpg"))
    np.testing.assert_array_equal(hybrid.predict(bare), towers.predict(bare))


def test_photos_without_captions_are_ranked_by_their_pixels(
    hybrid: Hybrid, towers: ClosedFormTowers, colours: Dataset, queries: Queries
) -> None:
    gallery = Gallery(colours, ("bare_0.jpg", "bare_3.jpg"))
    np.testing.assert_array_equal(
        hybrid.grid(gallery, queries).argsort(axis=1), towers.grid(gallery, queries).argsort(axis=1)
    )


def test_photos_with_and_without_captions_stand_in_one_order(hybrid: Hybrid, colours: Dataset) -> None:
    names = ("red_plain_3.jpg", "bare_3.jpg", "blue_striped_3.jpg", "yellow_plain_3.jpg")
    scores = hybrid.grid(Gallery(colours, names), Queries.of(["A lined navy wall ."]))[0]
    assert {names[at] for at in scores.argsort()[2:]} == {"bare_3.jpg", "blue_striped_3.jpg"}


def test_rows_of_photos_that_taught_are_as_if_they_had_not(hybrid: Hybrid, train: Pairs, held: Pairs) -> None:
    towers = hybrid.towers_
    taught, new = (dict(zip(pairs.content, pairs.paths, strict=True)) for pairs in (train, held))
    both = taught | new
    rows = hybrid.photo_rows(list(both), list(both.values()))
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(
        rows[: len(taught)], towers.unseen_rows(list(taught), list(taught.values())).astype(np.float32)
    )
    np.testing.assert_allclose(
        rows[len(taught) :], towers.photo_rows(list(new), list(new.values())), atol=1e-5
    )
    # Pixels that learned the captions would say otherwise.
    assert np.abs(rows[: len(taught)] - towers.photo_rows(list(taught), list(taught.values()))).max() > 0.01


def test_a_photo_that_is_asked_for_twice_has_its_row_twice(hybrid: Hybrid, train: Pairs) -> None:
    content, path = train.content[0], train.paths[0]
    rows = hybrid.photo_rows([content, content], [path, path])
    np.testing.assert_array_equal(rows[0], rows[1])
    assert len(hybrid.photo_rows([], [])) == 0


def test_predict_keeps_the_order_of_the_grid(hybrid: Hybrid, gallery: Gallery, queries: Queries) -> None:
    scores, numbers = hybrid.grid(gallery, queries).ravel(), hybrid.predict(cross_pairs(gallery, queries))
    assert (np.diff(numbers[scores.argsort()]) >= -1e-6).all()


def test_the_query_itself_is_not_among_the_captions_that_assist(hybrid: Hybrid, colours: Dataset) -> None:
    photo = "green_plain_3.jpg"
    captions = colours.captions
    others = (captions["photo"] == photo) & (captions["caption"] != f"{photo}#0")
    alone = captions.assign(text=captions["text"].where(~others, "zebra"))
    data = Dataset("alone", colours.folder, False, "", colours._tables | {"captions": alone})
    text = captions.set_index("caption").loc[f"{photo}#0", "text"]
    gallery, queries = Gallery(data, (photo,)), Queries.of([text, text], [f"{photo}#0", ""])
    pixels = hybrid.towers_.predict(cross_pairs(gallery, queries))
    np.testing.assert_array_equal(hybrid.predict(cross_pairs(gallery, queries)), pixels)


def test_it_weighs_by_what_the_towers_say_of_left_out_photos(hybrid: Hybrid, train: Pairs) -> None:
    changed = clone(hybrid).fit(train)
    looks = changed.captions_.looks(train, changed.words_)
    has_captions = looks.any(axis=1)
    left_out = np.column_stack([changed.towers_.left_out_cosines(train), looks[:, :4]])[has_captions]
    features = np.hstack([left_out, left_out**2, left_out[:, :1] * left_out[:, 1:]])
    scores = changed.line_.apply(features)
    # Ridge regression that was fitted with an intercept leaves no weighted error in the mean.
    errors = scores - train.target[has_captions]
    assert np.average(errors, weights=train.weight[has_captions]) == pytest.approx(0, abs=1e-9)


def test_fitting_again_forgets_what_was_learned_before(hybrid: Hybrid, train: Pairs, held: Pairs) -> None:
    # These photos have no captions, so nothing can be said of how much captions count.
    bare = train.take(np.flatnonzero(train.table["photo"] == "bare_0.jpg"))
    fresh = clone(hybrid).fit(bare)
    again = clone(hybrid).fit(train).fit(bare)
    np.testing.assert_array_equal(again.predict(held), fresh.predict(held))


def test_it_says_that_captions_assist_it(hybrid: Hybrid) -> None:
    assert hybrid.describe() == {
        "matcher": "hybrid",
        "track": "caption-assisted",
        "photo": "patches",
        "text": CaptionSpace().identity,
        "weights": "none",
    }


def test_a_row_says_the_same_before_and_after_fitting(hybrid: Hybrid) -> None:
    assert clone(hybrid).describe() == hybrid.describe()


def test_a_row_names_the_word_vectors_of_its_space(patches: PhotoEncoder, vectors_file: Path) -> None:
    vectors = SpacyVectors(vectors_file)
    described = Hybrid(patches, CaptionSpace(vectors=vectors)).describe()
    assert described["weights"] == f"none + {vectors.weights}"


def test_data_without_captions_of_its_photos_is_an_error(
    train: Pairs, colours: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    away = colours.captions.assign(photo="nowhere.jpg")
    data = Dataset("away", colours.folder, False, "", colours._tables | {"captions": away})
    with pytest.raises(DataError, match="'away' has no captions of its own photos"):
        Hybrid(patches, store=store).fit(Pairs(data, train.table))


def test_a_clone_keeps_the_settings_and_shares_the_store(store: VectorStore) -> None:
    hybrid = Hybrid(["mobilenet_v2"], "tfidf", store)
    assert clone(hybrid).get_params() == hybrid.get_params()


def test_with_one_caption_a_photo_captions_count_for_their_photo(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    captions = unjudged.captions
    lone = unjudged.with_tables(captions=captions[captions["number"] == 0])
    hybrid = Hybrid(patches, store=store).fit(caption_pairs(lone))
    photos = lone.photos.set_index("photo")
    names = tuple(name for name in photos.index if name.endswith("_0.jpg") and "_plain" in name)
    texts = lone.captions.set_index("photo")["text"]
    # Typed, so that a photo's caption of the same words counts.
    queries = Queries.of([texts[name] for name in names], typed=True)
    scores = hybrid.grid(Gallery(lone, names), queries)
    assert (scores.argmax(axis=1) == np.arange(len(names))).all()


def test_adapted_its_pixels_learn_and_judged_weights_stay_where_nobody_judged_the_new_photos(
    hybrid: Hybrid, train: Pairs, unjudged: Dataset
) -> None:
    held = [f"{name}" for name in unjudged.photos["photo"] if name.endswith("_3.jpg")]
    new = caption_pairs(unjudged, photos=held)
    adapted = hybrid.adapt(new)
    assert adapted.fitted_content_ == hybrid.fitted_content_ | frozenset(new.content)
    assert adapted.line_ is hybrid.line_
    assert adapted.calibrated_on == hybrid.calibrated_on
    assert len(adapted.towers_.seen_) == len(hybrid.towers_.seen_) + len(set(new.content))
    assert hybrid.adapt(caption_pairs(train.data, photos=train.photos["photo"])) is hybrid


def test_weights_of_captions_give_way_to_those_of_judgements(
    unjudged: Dataset, held: Pairs, patches: PhotoEncoder, store: VectorStore
) -> None:
    some = [name for name in unjudged.photos["photo"] if name.endswith("_0.jpg")]
    by_captions = Hybrid(patches, store=store).fit(caption_pairs(unjudged, photos=some))
    adapted = by_captions.adapt(held)
    assert (by_captions.calibrated_on.by, adapted.calibrated_on.by) == ("captions", "judged")
    assert adapted.line_ is not by_captions.line_
    assert error(adapted, held) < error(by_captions, held)


def test_learned_from_captions_more_that_speaks_for_a_photo_never_lowers_it(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    some = [name for name in unjudged.photos["photo"] if name.endswith("_0.jpg")]
    form = Hybrid(patches, store=store).fit(caption_pairs(unjudged, photos=some)).search_form()
    rng = np.random.default_rng(0)
    cosines, looks = rng.uniform(0, 1, 500), rng.uniform(0, 1, (500, 6))
    looks[:, 4:] = 0  # words that vectors do not know are another matter
    more = looks.copy()
    more[:, :4] += rng.uniform(0, 0.3, (500, 4))
    higher = cosines + rng.uniform(0, 0.3, 500)
    lower, upper = (form.score(one, np.zeros(500), each) for one, each in ((cosines, looks), (higher, more)))
    assert (upper >= lower).all()
    numbers = [form.number_of(one, np.zeros(500), each) for one, each in ((cosines, looks), (higher, more))]
    assert (numbers[1] >= numbers[0]).all()
    assert upper.std() > 0


def test_learned_from_captions_alone_pixels_still_have_a_say(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = caption_pairs(
        unjudged, photos=[name for name in unjudged.photos["photo"] if name.endswith("_0.jpg")]
    )
    by_pixels = np.zeros(11 + 3)
    by_pixels[0] = 1
    lines = []
    for share in (0.0, 0.25, 0.5):
        monkeypatch.setattr(module, "PIXELS", share)
        lines.append(Hybrid(patches, store=store).fit(some).line_.weights)
    steps = lines[1] - lines[0], lines[2] - lines[1]
    np.testing.assert_allclose(steps[0], by_pixels * steps[0][0])
    np.testing.assert_allclose(steps[1], steps[0])
    assert steps[0][0] > 0


def test_it_takes_over_towers_that_learned_from_the_same_pairs_beside_it(
    train: Pairs, patches: PhotoEncoder, held: Pairs
) -> None:
    store = VectorStore()
    towers = ClosedFormTowers(patches, store=store).fit(train)
    hybrid = Hybrid(patches, store=store).fit(train)
    assert hybrid.towers_.coefficients_ is towers.coefficients_
    alone = Hybrid(patches).fit(train)
    assert alone.towers_.coefficients_ is not towers.coefficients_
    np.testing.assert_array_equal(alone.predict(held), hybrid.predict(held))
    fewer = Hybrid(patches, captioned=1, store=store).fit(train)
    assert fewer.towers_.coefficients_ is not towers.coefficients_
