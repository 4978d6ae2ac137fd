from __future__ import annotations

from itertools import permutations

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.figures.ranking import PerQuery, RankingFigures, chance, per_query, pool, ranks

NAN = float("nan")


def ranking_figures(
    scores: np.ndarray, right: np.ndarray, relevance: np.ndarray | None = None
) -> RankingFigures:
    return per_query(scores, right, np.arange(np.shape(scores)[-1]), relevance).figures()


def test_a_score_that_ignores_the_query_finds_half() -> None:
    figures = ranking_figures(np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]]), np.array([0, 2]))
    assert (figures.recall_1, figures.ndcg_10, figures.median_rank, figures.different_top5) == (
        0.5,
        0.75,
        2.0,
        1.0,
    )


@st.composite
def galleries(draw: st.DrawFn, most: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores with many ties, the right photos, and relevance with gaps."""
    queries, photos = draw(st.integers(1, 6)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    scores = rng.integers(0, draw(st.integers(1, 40)), (queries, photos)).astype(float)
    relevance = rng.choice([NAN, 0, 1, 2, 3], (queries, photos), p=[0.4, 0.2, 0.2, 0.1, 0.1])
    return scores, rng.integers(0, photos, queries), relevance


def dcg(gains: list[float]) -> float:
    return sum(gain / np.log2(place + 2) for place, gain in enumerate(gains[:10]))


@given(galleries())
def test_figures_are_what_counting_one_by_one_gives(
    gallery: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    scores, right, relevance = gallery
    expected = []
    ndcg = []
    lists = set()
    for row, i, judged in zip(scores.tolist(), right.tolist(), relevance.tolist(), strict=True):
        expected.append(sum(score >= row[i] for j, score in enumerate(row) if j != i))
        gains = [0 if np.isnan(gain) else gain for gain in judged]
        found = [
            gain for _, gain in sorted(zip(row, gains, strict=True), key=lambda both: (-both[0], both[1]))
        ]
        best = dcg(sorted(gains, reverse=True))
        ndcg.append(dcg(found) / best if best else NAN)
        lists.add(tuple(sorted(range(len(row)), key=lambda j: (-row[j], j))[:5]))
    figures = ranking_figures(scores, right, relevance)
    assert ranks(scores, right).tolist() == expected
    for first, recall in ((1, figures.recall_1), (5, figures.recall_5), (10, figures.recall_10)):
        share = np.mean([rank < first for rank in expected]) if scores.shape[1] > first else NAN
        assert recall == pytest.approx(share, nan_ok=True)
    assert figures.mrr == pytest.approx(np.mean([1 / (rank + 1) for rank in expected]))
    assert figures.median_rank == np.median(expected) + 1
    assert figures.different_top5 == len(lists)
    assert (figures.queries, figures.gallery) == scores.shape
    every = per_query(scores, right, np.arange(scores.shape[1]), relevance).ndcg_10
    assert every == pytest.approx(ndcg, nan_ok=True)
    judged_alone = [value for value in ndcg if not np.isnan(value)]
    assert figures.ndcg_10 == pytest.approx(np.mean(judged_alone) if judged_alone else NAN, nan_ok=True)


@given(galleries(most=5))
def test_ties_give_the_worst_ndcg_of_all_orders_that_the_scores_allow(
    gallery: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    scores, right, relevance = (part[:1] for part in gallery)
    gains = np.nan_to_num(relevance[0])
    allowed = [list(order) for order in permutations(range(len(gains))) if falling(scores[0][list(order)])]
    best = dcg(sorted(gains, reverse=True))
    worst = min(dcg(list(gains[order])) for order in allowed) / best if best else NAN
    assert ranking_figures(scores, right, relevance).ndcg_10 == pytest.approx(worst, nan_ok=True)


def falling(row: np.ndarray) -> bool:
    return bool((np.diff(row) <= 0).all())


@pytest.mark.parametrize("levels", [7, 10_000], ids=["with ties", "mostly without ties"])
def test_figures_agree_with_an_outside_library(levels: int) -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, levels, (50, 60))
    right = rng.integers(0, 60, 50)
    relevance = rng.choice([0, 0, 0, 1, 2, 3], scores.shape)
    alone = (np.arange(60) == right[:, None]).astype(int)

    def outside(judged: np.ndarray) -> dict[object, float]:
        # It puts equal scores in falling order of their names, so that these names are the worst case.
        names = [[f"{9 - gain}-{j:02}" for j, gain in enumerate(row)] for row in judged]
        qrels, run = (
            {str(q): dict(zip(names[q], table[q].tolist(), strict=True)) for q in range(50)}
            for table in (judged, scores.astype(float))
        )
        return ir_measures.calc_aggregate([RR, R @ 1, R @ 5, R @ 10, nDCG @ 10], qrels, run)

    figures, theirs = ranking_figures(scores, right), outside(alone)
    assert figures.mrr == pytest.approx(theirs[RR])
    assert figures.recall_1 == pytest.approx(theirs[R @ 1])
    assert figures.recall_5 == pytest.approx(theirs[R @ 5])
    assert figures.recall_10 == pytest.approx(theirs[R @ 10])
    assert figures.ndcg_10 == pytest.approx(theirs[nDCG @ 10])
    assert ranking_figures(scores, right, relevance).ndcg_10 == pytest.approx(outside(relevance)[nDCG @ 10])


@given(galleries())
def test_the_default_relevance_is_1_for_the_right_photo_alone(
    gallery: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    scores, right, _ = gallery
    alone = np.where(np.arange(scores.shape[1]) == right[:, None], 1.0, NAN)
    assert ranking_figures(scores, right).ndcg_10 == pytest.approx(
        ranking_figures(scores, right, alone).ndcg_10
    )


def test_the_same_score_for_every_photo_finds_nothing() -> None:
    figures = ranking_figures(np.zeros((4, 20)), np.arange(4))
    assert (figures.recall_1, figures.recall_5, figures.recall_10, figures.ndcg_10) == (0, 0, 0, 0)
    assert (figures.median_rank, figures.mrr) == (20, 1 / 20)


def test_a_model_that_ignores_the_query_has_one_list() -> None:
    scores = np.tile(np.random.default_rng(0).random(30), (50, 1))
    assert ranking_figures(scores, np.arange(50) % 30).different_top5 == 1


def test_lists_differ_by_order_and_not_by_what_comes_after_the_fifth() -> None:
    same = np.array([[9, 8, 7, 6, 5, 1, 2], [9, 8, 7, 6, 5, 2, 1]])
    assert ranking_figures(same, np.array([0, 1])).different_top5 == 1
    swapped = np.array([[9, 8, 7, 6, 5], [8, 9, 7, 6, 5]])
    assert ranking_figures(swapped, np.array([0, 1])).different_top5 == 2


def test_a_gallery_of_one_photo_works() -> None:
    figures = ranking_figures(np.array([[0.5], [0.1]]), np.array([0, 0]))
    assert (figures.mrr, figures.ndcg_10, figures.different_top5) == (1, 1, 1)


def test_recall_is_no_figure_where_the_gallery_has_no_more_photos_than_are_looked_at() -> None:
    same, right = np.zeros((8, 8)), np.arange(8)
    figures = ranking_figures(same, right)
    assert (figures.recall_1, figures.recall_5) == (0, 0)
    assert np.isnan(figures.recall_10)
    assert np.isnan(ranking_figures(same[:5, :5], right[:5]).recall_5)


def test_a_query_for_which_nothing_is_relevant_is_left_out_of_ndcg() -> None:
    scores, right = np.array([[2, 1], [2, 1]]), np.array([0, 0])
    assert ranking_figures(scores, right, np.array([[2.0, 0.0], [NAN, 0.0]])).ndcg_10 == 1
    assert np.isnan(ranking_figures(scores, right, np.full((2, 2), NAN)).ndcg_10)


def test_gain_is_linear() -> None:
    # Found with gains 1 and 3 where 3 and 1 is best.
    ndcg = ranking_figures(np.array([[2, 1]]), np.array([0]), np.array([[1, 3]])).ndcg_10
    assert ndcg == pytest.approx((1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3)))


def folds() -> list[PerQuery]:
    ignored = np.tile([5, 4, 3, 2, 1, 0], (6, 1))
    first = per_query(ignored, np.arange(6), np.array(list("abcdef")))
    second = per_query(ignored[:3, :4], np.array([0, 0, 3]), np.array(list("ghij")))
    return [first, second]


def test_pooled_galleries_keep_each_query_and_count_it_once() -> None:
    every = pool(folds())
    assert every.rank.tolist() == [0, 1, 2, 3, 4, 5, 0, 0, 3]
    assert every.hit(1).tolist() == [1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert every.reciprocal_rank[:3] == pytest.approx([1, 1 / 2, 1 / 3])
    assert "".join(every.photo) == "abcdefggj"
    assert every.figures().recall_1 == pytest.approx(3 / 9)
    assert every.figures().queries == 9


def test_lists_and_gallery_sizes_are_means_over_galleries() -> None:
    figures = pool(folds()).figures()
    assert (figures.different_top5, figures.gallery) == (1, 5)
    # The same places in two galleries are two lists.
    assert pool([folds()[0], folds()[0]]).figures().different_top5 == 1
    # Also where what is pooled was pooled before: 6, 4 and 6 photos.
    again = pool([pool(folds()), folds()[0]])
    assert again.gallery.tolist() == [0] * 6 + [1] * 3 + [2] * 6
    assert again.figures().gallery == pytest.approx(16 / 3)


@pytest.mark.parametrize(
    ("scores", "right", "relevance", "message"),
    [
        (np.zeros(3), np.zeros(1, int), None, "queries, photos"),
        (np.zeros((2, 3)), np.zeros(1, int), None, "a right photo a query"),
        (np.zeros((0, 3)), np.zeros(0, int), None, "no queries"),
        (np.zeros((2, 0)), np.zeros(2, int), None, "no photos"),
        (np.array([[0, NAN]]), np.zeros(1, int), None, "must be numbers"),
        (np.zeros((1, 3)), np.array([3]), None, "from 0 to 2"),
        (np.zeros((1, 3)), np.array([-1]), None, "from 0 to 2"),
        (np.zeros((1, 3)), np.array([1.0]), None, "places"),
        (np.zeros((1, 3)), np.array([1]), np.zeros((1, 2)), "a relevance for each score"),
        (np.zeros((1, 2)), np.array([1]), np.array([[0, -1]]), "at least 0"),
        (np.zeros((1, 2)), np.array([1]), np.array([[0, np.inf]]), "finite"),
    ],
)
def test_what_cannot_be_measured_is_an_error(
    scores: np.ndarray, right: np.ndarray, relevance: np.ndarray | None, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        ranking_figures(scores, right, relevance)


def test_photos_need_names_and_galleries_must_be_given() -> None:
    with pytest.raises(DataError, match="names of 3 photos"):
        per_query(np.zeros((1, 3)), np.array([0]), np.array(["a"]))
    with pytest.raises(DataError, match="no galleries"):
        pool([])
    with pytest.raises(SettingError, match="at least 1"):
        folds()[0].hit(0)


def test_by_chance_the_right_photo_is_among_the_first_of_a_gallery_as_often_as_they_are_of_it() -> None:
    assert chance(np.array([10, 20]), 15) == pytest.approx((1 + 0.75) / 2)
