"""The simulated judges against what was measured on the real folder; from scenes only, so no photo is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.simulated_judges import Votes, simulate_votes

PHOTOS = 400


@pytest.fixture(scope="module", params=range(3), ids="seed{}".format)
def votes(request: pytest.FixtureRequest) -> Votes:
    return vote(request.param, PHOTOS)


def vote(seed: int, photos: int) -> Votes:
    scenes = [sample_scene(np.random.default_rng([seed, 0, index])) for index in range(photos)]
    return simulate_votes(scenes, np.random.default_rng([seed, 3]))


def scores(votes: Votes) -> NDArray[np.float64]:
    return np.array([row.scores for row in votes.experts], dtype=float)


def interval_alpha(table: NDArray[np.float64]) -> float:
    """Krippendorff's alpha for a full table: 1 - (spread within pairs) / (spread over all)."""
    within = table.var(axis=1, ddof=1).mean()
    return float(1 - within / table.var(ddof=1))


@pytest.mark.slow
def test_expert_means_come_near_the_real_ones(votes: Votes) -> None:
    assert scores(votes).mean(axis=0) == pytest.approx([1.44, 1.62, 1.88], abs=0.08)


def test_expert_medians_come_near_the_real_ones(votes: Votes) -> None:
    medians = np.median(scores(votes), axis=1)
    assert [np.mean(medians == k) for k in (1, 2, 3, 4)] == pytest.approx(
        [0.571, 0.286, 0.089, 0.053], abs=0.035
    )


def test_experts_agree_as_the_real_ones_do(votes: Votes) -> None:
    table = scores(votes)
    assert 0.75 < interval_alpha(table) < 0.835
    one, two, three = np.asarray(np.corrcoef(table.T))[[0, 0, 1], [1, 2, 2]]
    assert all(0.78 < r < 0.92 for r in (one, two, three))


def test_a_photo_and_its_own_caption_get_nearly_always_the_best_score(votes: Votes) -> None:
    own = np.array([row.photo == row.owner for row in votes.experts])
    assert own.mean() == pytest.approx(0.027, abs=0.012)
    assert np.mean(np.median(scores(votes)[own], axis=1) == 4) > 0.9


def test_pairs_are_as_many_as_asked_and_never_twice(votes: Votes) -> None:
    assert len(votes.experts) / PHOTOS == pytest.approx(5.8, abs=0.3)
    assert len(votes.crowd) / PHOTOS == pytest.approx(48, abs=3)
    for rows in (votes.experts, votes.crowd):
        assert len({(row.photo, row.owner) for row in rows}) == len(rows)
    assert len({row.owner for row in votes.experts}) > 0.97 * PHOTOS


def test_most_crowd_shares_are_zero_but_not_for_own_captions(votes: Votes) -> None:
    shares = np.array([row.share for row in votes.crowd])
    own = np.array([row.photo == row.owner for row in votes.crowd])
    assert np.mean(shares == 0) == pytest.approx(0.877, abs=0.03)
    assert own.mean() == pytest.approx(0.015, abs=0.004)
    assert shares[own].mean() == pytest.approx(0.92, abs=0.05)


def test_crowd_and_experts_tell_the_same_story(votes: Votes) -> None:
    medians = dict(
        zip([(r.photo, r.owner) for r in votes.experts], np.median(scores(votes), axis=1), strict=True)
    )
    both = [(medians[r.photo, r.owner], r.share) for r in votes.crowd if (r.photo, r.owner) in medians]
    assert len(both) / len(votes.experts) == pytest.approx(0.40, abs=0.05)
    means = [np.mean([share for median, share in both if median == k]) for k in (1, 2, 3, 4)]
    assert means == pytest.approx([0.0, 0.05, 0.31, 0.89], abs=0.12)


def test_three_judges_vote_on_nearly_every_crowd_row(votes: Votes) -> None:
    judges = np.array([row.yes + row.no for row in votes.crowd])
    assert set(judges) <= {3, 4, 5, 6}
    assert np.mean(judges == 3) == pytest.approx(0.978, abs=0.01)


def test_a_tiny_set_is_judged_too() -> None:
    votes = vote(0, 10)
    assert votes.experts
    assert votes.crowd
    assert {row.owner for row in votes.experts} | {row.owner for row in votes.crowd} <= set(range(10))
