"""Which pairs of photo and caption are judged, and what three experts and a crowd say: simulated from the scenes.

Everyone judges the same *impression* of a pair: its agreement (`scene_agreement`) plus what is peculiar to the pair.
Lower thresholds are a kinder expert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from withsense_tf.demo.scene import Scene
from withsense_tf.demo.scene_agreement import agreement

Matrix = NDArray[np.float64]


class Choice(NamedTuple):
    """How pairs are chosen for judges; the numbers follow those of the real folder (counted there, per photo)."""

    mean: float
    spread: float
    least: int
    most: int
    own_share: float  # of the photos are judged with their own caption
    pool: int  # near scenes: the captions that agree best with the photo
    near_share: float


EXPERTS = Choice(5.8, 1.6, 2, 10, 0.158, 14, 0.45)  # own captions: 2.7 % of the pairs
CROWD = Choice(48.0, 17.5, 10, 120, 0.72, 24, 0.47)

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
    expert_pairs = [_owners(agree[i], i, (), EXPERTS, rng) for i in range(len(scenes))]
    experts = tuple(
        ExpertRow(photo, owner, _scores(float(impression[photo, owner]), rng))
        for photo, owners in enumerate(expert_pairs)
        for owner in owners
    )
    crowd = tuple(
        CrowdRow(photo, owner, *_crowd_votes(float(impression[photo, owner]), rng))
        for photo, owners in enumerate(expert_pairs)
        for owner in _owners(agree[photo], photo, owners, CROWD, rng)
    )
    return Votes(experts, crowd)


def _owners(
    agree: Matrix, photo: int, expert: Sequence[int], choice: Choice, rng: np.random.Generator
) -> list[int]:
    """Draw the owners of the captions that a photo is judged with."""
    count = round(float(np.clip(rng.normal(choice.mean, choice.spread), choice.least, choice.most)))
    owners = [photo] if rng.random() < choice.own_share else []
    # Two in five of the expert pairs go to the crowd, too.
    owners += [owner for owner in expert if owner != photo and rng.random() < 0.40]
    others = [int(one) for one in np.argsort(-agree, kind="stable") if one not in {photo, *expert}]
    near, rest = others[: choice.pool], others[choice.pool :]
    count = max(0, count - len(owners))
    from_near = min(len(near), int(rng.binomial(count, choice.near_share)))
    owners += [near[int(i)] for i in rng.permutation(len(near))[:from_near]]
    owners += [rest[int(i)] for i in rng.permutation(len(rest))[: count - from_near]]
    return sorted(owners)


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
