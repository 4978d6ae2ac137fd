"""Where a query is one of its photo's captions, what is missing must not tell which photo is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.evaluation.fewer_captions import grid_of, numbers_of
from withsense_tf.evaluation.figures.ranking import per_query
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.protocol import own_queries, tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.experiments.studies.ablations import answer
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions, grid_of_looks
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.which_target import equal_caption_pairs

CHANCE = 5 / 20  # two folds of 40 photos
MIXED = 0  # one to five captions a photo
WORDS = (
    "red green blue white black brown",
    "dog horse car boat house tree bike bird lamp chair",
    "stands rests waits shines lies moves",
    "red green blue white black brown",
    "beach street field table river hill wood",
)


class CaptionCount(Matcher):
    """Score a photo by how many captions of different words it has beside the query: it knows nothing else."""

    track: ClassVar[str] = "caption-assisted"

    @property
    def name(self) -> str:
        return "caption count"

    def _fit(self, pairs: Pairs) -> None:
        pass

    def _score(self, pairs: Pairs) -> np.ndarray:
        texts_of: dict[str, dict[str, str]] = {}
        for photo, caption, text in pairs.data.captions[["photo", "caption", "text"]].itertuples(index=False):
            texts_of.setdefault(photo, {})[caption] = text
        rows = pairs.table[["photo", "caption"]].itertuples(index=False)
        others = [
            {text for one, text in texts_of.get(photo, {}).items() if one != caption}
            for photo, caption in rows
        ]
        return np.array([len(texts) / 10 for texts in others])


class Order(Matcher):
    """Score the k-th photo that is asked best for the k-th caption: it knows nothing else."""

    track: ClassVar[str] = "image-only"
    name: ClassVar[str] = "order"  # type: ignore[assignment,misc]  # as others write it

    def _fit(self, pairs: Pairs) -> None:
        pass

    def _score(self, pairs: Pairs) -> np.ndarray:
        photo, caption = (pd.factorize(pairs.table[name])[0] for name in ("photo", "caption"))
        return np.where(photo == caption, 0.9, 0.1)


class MeanCosine(Captions):
    """Rank by the mean cosine with captions: over fewer of them it varies more."""

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return grid_of_looks(self, gallery, queries)[:, :, 2]


@pytest.fixture
def counting(unjudged: Dataset) -> Matcher:
    return CaptionCount().fit(equal_caption_pairs(unjudged))


def with_counts(data: Dataset, counts: Callable[[int], int]) -> Dataset:
    """Return a data set in which photo number n has the first so many of its captions, no two of the same words."""
    captions = data.captions
    captions["text"] += " number " + captions["number"].astype(str)
    most = pd.Series({photo: counts(at) for at, photo in enumerate(sorted(captions["photo"].unique()))})
    return data.with_tables(captions=captions[captions["number"] < captions["photo"].map(most)])


def noise(data: Dataset, seed: int, counts: Callable[[int], int]) -> Dataset:
    """Return a data set whose captions say nothing of their photos."""
    rng = np.random.default_rng(seed)
    captions = with_counts(data, counts).captions
    captions["text"] = [" ".join(rng.choice(some.split()) for some in WORDS) for _ in range(len(captions))]
    return data.with_tables(captions=captions)


def measured(data: Dataset, make: Callable[[], Matcher], seed: int = 0) -> Outcome:
    work = tasks(equal_caption_pairs(data, seed), "folds", 2, seed)
    return answer("one", lambda _: make(), work, "folds")


def recall_on_noise(
    data: Dataset, make: Callable[[], Matcher], count: int, seeds: int
) -> tuple[float, float]:
    """Return the mean R@5 of data sets whose captions say nothing, and its standard error."""
    hits = []
    for seed in range(seeds):
        drawn = np.random.default_rng(seed).integers(1, 6, 100).tolist()
        some = noise(data, seed, drawn.__getitem__ if count == MIXED else lambda _: count)
        fold_hits = []
        for task in tasks(equal_caption_pairs(some, seed), "folds", 2, seed):
            assert task.gallery is not None
            scores = grid_of(make().fit(task.train), task.gallery, task.queries, typed=False)
            fold_hits.append(per_query(scores, task.right, np.array(task.gallery.names)).hit(5))
        hits.append(np.concatenate(fold_hits).mean())
    return float(np.mean(hits)), float(np.std(hits, ddof=1) / np.sqrt(seeds))


def counts_of(matcher: Matcher, data: Dataset) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return how many captions each photo shows for each query, those of the right one, and the photos."""
    gallery, queries = own_queries(data, equal_caption_pairs(data))
    assert gallery is not None
    grid = (grid_of(matcher, gallery, queries, typed=False) * 10).round().astype(int)
    right = queries["photo"].map({name: at for at, name in enumerate(gallery.names)}).to_numpy(int)
    return grid, grid[np.arange(len(grid)), right], list(gallery.names)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_photo_shows_as_many_captions_as_the_right_one(
    unjudged: Dataset, counting: Matcher, count: int
) -> None:
    grid, right, _ = counts_of(counting, with_counts(unjudged, lambda _: count))
    assert (right == count - 1).all()
    assert (grid == count - 1).all()


def test_no_photo_shows_more_captions_than_the_right_one_and_one_with_fewer_shows_all(
    unjudged: Dataset, counting: Matcher
) -> None:
    data = with_counts(unjudged, lambda at: at % 5 + 1)
    grid, right, names = counts_of(counting, data)
    whole = data.captions["photo"].value_counts().reindex(names).to_numpy()
    np.testing.assert_array_equal(grid, np.minimum(right[:, None], whole[None, :]))


def test_captions_of_the_same_words_are_one(unjudged: Dataset, counting: Matcher) -> None:
    data = with_counts(unjudged, lambda _: 5)
    captions = data.captions
    captions["text"] = captions["text"].mask(captions["number"].isin((1, 2)), captions["photo"] + " twice")
    data = data.with_tables(captions=captions)
    grid, _, _ = counts_of(counting, data)
    assert (grid == 3).all()  # of four


def test_a_typed_query_and_a_text_that_is_no_caption_leave_nothing_out(
    unjudged: Dataset, counting: Matcher
) -> None:
    gallery = Gallery(with_counts(unjudged, lambda _: 5), ("red_plain_0.jpg", "blue_plain_0.jpg"))
    queries = pd.DataFrame({"caption": ["", "elsewhere.jpg#0"], "text": ["a red wall", "a blue wall"]})
    for typed in (False, True):
        assert (grid_of(counting, gallery, queries, typed).round(1) == 0.5).all()


def test_a_photo_of_a_pair_has_a_caption_less_whosever_the_pairs_caption_is(
    unjudged: Dataset, counting: Matcher
) -> None:
    data = with_counts(unjudged, lambda at: at % 3 + 1)
    pairs = equal_caption_pairs(data)
    whole = pairs.table["photo"].map(data.captions["photo"].value_counts()).to_numpy()
    np.testing.assert_array_equal((numbers_of(counting, pairs) * 10).round(), whole - 1)


def test_what_reads_no_captions_gets_all_queries_at_once(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    pairs = equal_caption_pairs(unjudged)
    towers = ClosedFormTowers(patches, store=store).fit(pairs)
    gallery, queries = own_queries(unjudged, pairs)
    assert gallery is not None
    at_once = towers.grid(gallery, Queries.of(queries["text"].tolist(), queries["caption"].tolist()))
    np.testing.assert_array_equal(grid_of(towers, gallery, queries, typed=False), at_once)
    np.testing.assert_array_equal(numbers_of(towers, pairs), towers.predict(pairs))


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3, 5, MIXED])
def test_a_hybrid_finds_photos_by_captions_that_say_nothing_as_chance_does(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore, count: int
) -> None:
    mean, error = recall_on_noise(unjudged, lambda: Hybrid(patches, store=store), count, 6)
    assert abs(mean - CHANCE) <= 3 * error, (mean, error)


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_mean_over_captions_that_say_nothing_finds_photos_as_chance_does(
    unjudged: Dataset, count: int
) -> None:
    mean, error = recall_on_noise(unjudged, MeanCosine, count, 12)
    assert abs(mean - CHANCE) <= 3 * error, (mean, error)


def test_with_one_caption_a_photo_a_hybrid_ranks_by_its_pixels_and_shuffled_captions_are_at_chance(
    unjudged: Dataset, patches: PhotoEncoder, store: VectorStore
) -> None:
    one_caption = with_counts(unjudged, lambda _: 1)
    texts = np.random.default_rng(1).permutation(one_caption.captions["text"].to_numpy(object))
    shuffled = one_caption.with_tables(captions=one_caption.captions.assign(text=texts))
    for data in (one_caption, shuffled):
        hybrid = measured(data, lambda: Hybrid(patches, store=store))
        towers = measured(data, lambda: ClosedFormTowers(patches, store=store))
        (of_hybrid, of_towers) = rows_of([hybrid, towers])
        assert of_hybrid["r@5"] == pytest.approx(of_towers["r@5"])
        assert of_hybrid["rmse"] == pytest.approx(of_towers["rmse"])
        if data is shuffled:
            assert float(str(of_hybrid["r@5"])) < 2 * CHANCE
            assert float(str(of_hybrid["skill"])) < 0.02


def test_with_one_caption_a_photo_its_own_caption_finds_nothing_and_says_nothing(unjudged: Dataset) -> None:
    outcome = measured(with_counts(unjudged, lambda _: 1), Captions)
    assert outcome.rankings is not None
    assert not outcome.rankings.per_query.hit(5).any()
    assert outcome.answers is not None
    # All pairs of a fold are told alike: nothing that is missing tells own captions from others'.
    assert all(np.ptp(fold) < 1e-9 for fold in np.split(outcome.answers.prediction, 2))


def test_the_order_in_which_another_packages_matcher_is_asked_tells_nothing(unjudged: Dataset) -> None:
    pairs = equal_caption_pairs(unjudged)
    # Own captions first, and photos as their captions stand.
    pairs = pairs.take(np.argsort(-pairs.target, kind="stable"))
    _, queries = own_queries(unjudged, pairs)
    gallery, matcher = Gallery(unjudged, tuple(queries["photo"].unique())), Order().fit(pairs)
    scores = grid_of(matcher, gallery, queries, typed=False)
    is_right = queries["photo"].to_numpy(str)[:, None] == np.array(gallery.names)
    assert scores[is_right].mean() == pytest.approx(scores[~is_right].mean(), abs=0.05)
    own, numbers = pairs.target == 1, numbers_of(matcher, pairs)
    assert numbers[own].mean() == pytest.approx(numbers[~own].mean(), abs=0.05)


def test_scores_stand_in_the_order_of_the_photos_and_pairs_whatever_the_order_of_asking(
    unjudged: Dataset,
) -> None:
    pairs = equal_caption_pairs(unjudged)
    gallery, queries = own_queries(unjudged, pairs)
    assert gallery is not None
    by_length = pairs.take(np.argsort([len(text) for text in pairs.texts], kind="stable"))

    class Lengths(CaptionCount):
        track: ClassVar[str] = "image-only"

        def _score(self, pairs: Pairs) -> np.ndarray:
            signs = [sum(map(ord, photo)) for photo in pairs.table["photo"]]
            return np.array([len(text) for text in pairs.texts]) / 1e3 + np.array(signs) / 1e6

    matcher = Lengths().fit(pairs)
    np.testing.assert_allclose(numbers_of(matcher, by_length), matcher.predict(by_length))
    usual = matcher.grid(gallery, Queries.of(queries["text"].tolist(), queries["caption"].tolist()))
    np.testing.assert_allclose(grid_of(matcher, gallery, queries, typed=False), usual)
