"""Which pairs of photo and caption are judged, and what three experts and a crowd say: simulated from the scenes.

Everyone judges the same *impression* of a pair: its agreement (see agreement.py) plus what is peculiar to the pair.
An expert adds noise of their own and cuts the result at thresholds of their own; lower thresholds are a kinder expert.
Each judge of the crowd says yes with a probability that rises with the impression.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from withsense_tf.demo.scene import Scene
from withsense_tf.demo.scene_agreement import agreement

Matrix = NDArray[np.float64]

# Pairs. The numbers follow those of the real folder (counted there, per photo).
EXPERT_PAIRS_PER_PHOTO = 5.8
EXPERT_PAIRS_SPREAD = 1.6
EXPERT_OWN_SHARE = 0.158  # of the photos are judged with their own caption: 2.7 % of the pairs
CROWD_ROWS_PER_PHOTO = 48.0
CROWD_ROWS_SPREAD = 17.5
CROWD_ROWS_RANGE = (10, 120)
CROWD_OWN_SHARE = 0.72
BOTH_SHARE = 0.40  # of the expert pairs go to the crowd too
EXPERT_NEAR_POOL = 14  # near scenes: the captions that agree best with the photo
CROWD_NEAR_POOL = 24
EXPERT_NEAR_SHARE = 0.45
CROWD_NEAR_SHARE = 0.47

# Judges. Fitted so that means, medians and alpha come near the real ones; see the tests.
PAIR_NOISE = 0.06
EXPERT_NOISE = (0.025, 0.018, 0.027)
EXPERT_THRESHOLDS = ((0.508, 0.625, 0.722), (0.427, 0.593, 0.694), (0.285, 0.548, 0.664))
CROWD_MIDDLE, CROWD_SLOPE = 0.66, 0.05
CAREFUL_YES = 0.95  # even where all fits, now and then someone says no
CARELESS_YES = 0.006  # and where nothing fits, now and then someone says yes
THREE_JUDGES_SHARE = 0.978
MORE_JUDGES = (4, 4, 4, 5, 5, 6)


@dataclass(frozen=True, slots=True)
class ExpertRow:
    """Three experts' scores (1 to 4) of photo `photo` with the caption of photo `owner`."""

    photo: int
    owner: int
    scores: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CrowdRow:
    """The crowd's votes on photo `photo` with the caption of photo `owner`."""

    photo: int
    owner: int
    yes: int
    no: int

    @property
    def share(self) -> float:
        """Return the share of yes."""
        return self.yes / (self.yes + self.no)


@dataclass(frozen=True, slots=True)
class Votes:
    """All judgements on a set of photos."""

    experts: tuple[ExpertRow, ...]
    crowd: tuple[CrowdRow, ...]


def agreements(scenes: Sequence[Scene]) -> Matrix:
    """Return how far every scene agrees with every other, shape (scenes, scenes)."""
    table = np.eye(len(scenes))
    for i, a in enumerate(scenes):
        for j in range(i + 1, len(scenes)):
            table[i, j] = table[j, i] = agreement(a, scenes[j])
    return table


def simulate_votes(scenes: Sequence[Scene], rng: np.random.Generator) -> Votes:
    """Choose the pairs and let the judges vote; photo i shows scenes[i], and its caption is judged."""
    agree = agreements(scenes)
    impression = agree + rng.normal(0, PAIR_NOISE, agree.shape) * (1 - np.eye(len(scenes)))
    expert_pairs = [_expert_owners(agree[i], i, rng) for i in range(len(scenes))]
    experts = tuple(
        ExpertRow(photo, owner, _scores(float(impression[photo, owner]), rng))
        for photo, owners in enumerate(expert_pairs)
        for owner in owners
    )
    crowd = tuple(
        CrowdRow(photo, owner, *_crowd_votes(float(impression[photo, owner]), rng))
        for photo, owners in enumerate(expert_pairs)
        for owner in _crowd_owners(agree[photo], photo, owners, rng)
    )
    return Votes(experts, crowd)


def _expert_owners(agree: Matrix, photo: int, rng: np.random.Generator) -> list[int]:
    count = round(float(np.clip(rng.normal(EXPERT_PAIRS_PER_PHOTO, EXPERT_PAIRS_SPREAD), 2, 10)))
    owners = [photo] if rng.random() < EXPERT_OWN_SHARE else []
    others = _others_by_agreement(agree, {photo})
    owners += _sample_owners(others, count - len(owners), EXPERT_NEAR_POOL, EXPERT_NEAR_SHARE, rng)
    return sorted(owners)


def _crowd_owners(agree: Matrix, photo: int, expert: Sequence[int], rng: np.random.Generator) -> list[int]:
    count = round(float(np.clip(rng.normal(CROWD_ROWS_PER_PHOTO, CROWD_ROWS_SPREAD), *CROWD_ROWS_RANGE)))
    owners = [photo] if rng.random() < CROWD_OWN_SHARE else []
    owners += [owner for owner in expert if owner != photo and rng.random() < BOTH_SHARE]
    others = _others_by_agreement(agree, {photo, *expert})
    owners += _sample_owners(others, count - len(owners), CROWD_NEAR_POOL, CROWD_NEAR_SHARE, rng)
    return sorted(owners)


def _others_by_agreement(agree: Matrix, closed_owners: Set[int]) -> list[int]:
    """Return the owners of other captions, those first whose captions agree best with the photo."""
    return [int(owner) for owner in np.argsort(-agree, kind="stable") if owner not in closed_owners]


def _sample_owners(
    owners: Sequence[int], count: int, pool: int, near_share: float, rng: np.random.Generator
) -> list[int]:
    """Draw `count` owners (or as many as there are): a share of them from the `pool` that agrees best."""
    near, rest = owners[:pool], owners[pool:]
    count = max(0, count)
    from_near = min(len(near), int(rng.binomial(count, near_share)))
    sample = [near[int(i)] for i in rng.permutation(len(near))[:from_near]]
    return sample + [rest[int(i)] for i in rng.permutation(len(rest))[: count - from_near]]


def _scores(impression: float, rng: np.random.Generator) -> tuple[int, int, int]:
    impressions = impression + rng.normal(0.0, EXPERT_NOISE)
    a, b, c = (
        1 + sum(float(x) > cut for cut in cuts)
        for x, cuts in zip(impressions, EXPERT_THRESHOLDS, strict=True)
    )
    return a, b, c


def _crowd_votes(impression: float, rng: np.random.Generator) -> tuple[int, int]:
    judges = 3 if rng.random() < THREE_JUDGES_SHARE else int(rng.choice(MORE_JUDGES))
    rise = 1 / (1 + np.exp(-(impression - CROWD_MIDDLE) / CROWD_SLOPE))
    chance = CARELESS_YES + (CAREFUL_YES - CARELESS_YES) * rise
    yes = int(rng.binomial(judges, chance))
    return yes, judges - yes
