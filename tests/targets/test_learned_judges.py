from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.errors import DataError
from withsense_tf.targets.learned_judges import learn_judges
from withsense_tf.targets.votes import crowd_number, expert_number, to_unit


@pytest.fixture(scope="module")
def votes() -> dict[str, np.ndarray]:
    """Simulate two careful experts, one who guesses, and a crowd that knows a 4 from the rest."""
    rng = np.random.default_rng(0)
    truth = rng.choice([1, 2, 3, 4], 4000, p=[0.5, 0.25, 0.15, 0.1])
    careful = [np.where(rng.random(4000) < 0.85, truth, rng.integers(1, 5, 4000)) for _ in range(2)]
    scores = np.stack([*careful, rng.integers(1, 5, 4000)], axis=1)
    yes = rng.binomial(3, np.array([0.02, 0.05, 0.3, 0.9])[truth - 1])
    return {"truth": truth, "scores": scores, "yes": yes, "no": 3 - yes}


def rmse(number: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((number - to_unit(truth)) ** 2)))


def test_who_guesses_is_found_out(votes: dict[str, np.ndarray]) -> None:
    judges = learn_judges(votes["scores"], votes["yes"], votes["no"])
    right = [np.trace(table) / 4 for table in judges.experts]
    assert min(right[:2]) > 0.8
    assert right[2] < 0.35
    assert judges.crowd_yes == pytest.approx([0.02, 0.05, 0.3, 0.9], abs=0.04)
    assert judges.common == pytest.approx([0.5, 0.25, 0.15, 0.1], abs=0.03)


def test_learned_trust_beats_fixed_weights_where_judges_differ(votes: dict[str, np.ndarray]) -> None:
    scores, yes, no, truth = (votes[name] for name in ("scores", "yes", "no", "truth"))
    learned = learn_judges(scores, yes, no).number(scores, yes, no)
    fixed = 0.6 * expert_number(scores) + 0.4 * crowd_number(yes, no)
    assert rmse(learned, truth) < 0.7 * rmse(fixed, truth)


def test_experts_who_are_no_persons_share_one_table(votes: dict[str, np.ndarray]) -> None:
    judges = learn_judges(votes["scores"], votes["yes"], votes["no"], persons=False)
    np.testing.assert_array_equal(judges.experts[0], judges.experts[2])
    np.testing.assert_allclose(judges.experts[0].sum(axis=1), 1)


def test_pairs_without_experts_or_without_crowd_get_a_number_too(votes: dict[str, np.ndarray]) -> None:
    scores, yes, no = (votes[name].copy() for name in ("scores", "yes", "no"))
    scores[:1000] = 0
    yes[1000:2000] = no[1000:2000] = 0
    number = learn_judges(scores, yes, no).number(scores, yes, no)
    assert np.isfinite(number).all()
    for part in (slice(0, 1000), slice(1000, 2000)):
        assert np.corrcoef(number[part], votes["truth"][part])[0, 1] > 0.6


def test_no_votes_are_an_error() -> None:
    with pytest.raises(DataError, match="no votes"):
        learn_judges(np.zeros((0, 3), int), np.zeros(0), np.zeros(0))
