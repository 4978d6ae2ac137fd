"""How far to trust each judge, learned from the votes themselves (Dawid and Skene, 1979).

The libraries for this want to know who gave each vote. Here the crowd is anonymous: only counts are known. So
every voter of the crowd shares one rate of saying yes per true score, and each expert has a table of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError
from withsense_tf.targets.votes import HIGHEST, LOWEST, to_unit

SCORES = np.arange(LOWEST, HIGHEST + 1)
# One made-up vote in each cell, so that what was never seen stays possible.
EXTRA_COUNT = 1.0


@dataclass(frozen=True)
class LearnedJudges:
    """The learned habits of judges: for each true score (1 to 4), its frequency and the judges' answers.

    `common`: (4,); `experts`: (experts, true score, given score); `crowd_yes`: the rate of yes, (4,).
    """

    common: np.ndarray
    experts: np.ndarray
    crowd_yes: np.ndarray

    def chances(self, scores: np.ndarray, yes: np.ndarray, no: np.ndarray) -> np.ndarray:
        """Return how likely each true score is for each pair, (pairs, 4).

        `scores` is (pairs, experts) with 0 where an expert gave none; `yes` and `no` are (pairs,).
        """
        log = (
            np.log(self.common)
            + np.outer(yes, np.log(self.crowd_yes))
            + np.outer(no, np.log1p(-self.crowd_yes))
        )
        for expert, table in enumerate(self.experts):
            answers = scores[:, expert]
            log[answers > 0] += np.log(table[:, answers[answers > 0] - LOWEST]).T
        log -= log.max(axis=1, keepdims=True)
        chances = np.exp(log)
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))

    def number(self, scores: np.ndarray, yes: np.ndarray, no: np.ndarray) -> np.ndarray:
        """Return the expected true score of each pair, scaled to 0 to 1, (pairs,)."""
        numbers = self.chances(scores, yes, no) @ to_unit(SCORES)
        return np.asarray(np.clip(numbers, 0.0, 1.0))


def learn_judges(
    scores: np.ndarray,
    yes: np.ndarray,
    no: np.ndarray,
    persons: bool = True,
    rounds: int = 200,
    enough: float = 1e-6,
) -> LearnedJudges:
    """Learn from votes alone how judges answer, by expectation and maximisation until nothing moves.

    Arguments as for `LearnedJudges.chances`. With `persons=False` a column of scores may not be one person (see
    `agreement`), and all experts share one table. It starts from the experts' mean and the crowd's share.
    """
    if not len(scores):
        raise DataError("There are no votes to learn from.")
    # Few judges have few ways to vote: each way counts as often as it occurs.
    ways, count = np.unique(np.column_stack([scores, yes, no]), axis=0, return_counts=True)
    scores, yes, no = ways[:, :-2].astype(int), ways[:, -2], ways[:, -1]
    chances = _first_guess(scores, yes, no)
    for _ in range(rounds):
        judges = _best_judges(chances * count[:, None], scores, yes, no, persons)
        new_chances = judges.chances(scores, yes, no)
        change = float(np.abs(new_chances - chances).max())
        chances = new_chances
        if change < enough:
            break
    return judges


def _first_guess(scores: np.ndarray, yes: np.ndarray, no: np.ndarray) -> np.ndarray:
    answers = (scores > 0).sum(axis=1)
    votes = yes + no
    mean = scores.sum(axis=1) / np.maximum(answers, 1)
    share = LOWEST + (HIGHEST - LOWEST) * yes / np.maximum(votes, 1)
    guess = np.where(answers > 0, mean, share)
    # Near scores are likely too: a hard guess could never be left again.
    chances = np.exp(-2.0 * np.abs(guess[:, None] - SCORES))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def _best_judges(
    chances: np.ndarray, scores: np.ndarray, yes: np.ndarray, no: np.ndarray, persons: bool
) -> LearnedJudges:
    """Return how judges answer, were pairs as `chances` has them, each as often as its row sums to."""
    common = chances.sum(axis=0) + EXTRA_COUNT
    tables = np.full((scores.shape[1], len(SCORES), len(SCORES)), EXTRA_COUNT)
    for expert, table in enumerate(tables):
        for column, score in enumerate(SCORES):
            table[:, column] += chances[scores[:, expert] == score].sum(axis=0)
    if not persons:
        tables[:] = tables.sum(axis=0)
    said_yes, said_no = chances.T @ yes + EXTRA_COUNT, chances.T @ no + EXTRA_COUNT
    return LearnedJudges(
        common / common.sum(), tables / tables.sum(axis=2, keepdims=True), said_yes / (said_yes + said_no)
    )
