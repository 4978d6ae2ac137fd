"""How well a judge tells photos apart: AUC, and recall and precision from a threshold on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

RECALLS: Final = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
# A photo without captions is restricted so that of those with a child this share is found.
RECALL: Final = 0.95
# One whose captions speak of no child is restricted where of marked photos this share shows one.
PRECISION: Final = 0.9


@dataclass(frozen=True)
class Point:
    """From `threshold` on, `recall` of the photos with a child are marked, and `precision` of the marked have one."""

    threshold: float
    recall: float
    precision: float


def area(chances: np.ndarray, child: np.ndarray) -> float:
    """Return how often a photo with a child has the higher chance of two (AUC)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(child, chances))


def point_at(chances: np.ndarray, child: np.ndarray, threshold: float) -> Point:
    """Return recall and precision from a threshold on."""
    marked = chances >= threshold
    hits = int((marked & child).sum())
    return Point(threshold, hits / max(1, int(child.sum())), hits / max(1, int(marked.sum())))


def at_recall(chances: np.ndarray, child: np.ndarray, recall: float) -> Point:
    """Return the point of the highest threshold that finds this share of the photos with a child."""
    highest_first = np.sort(chances[child])[::-1]
    return point_at(chances, child, float(highest_first[int(np.ceil(recall * len(highest_first))) - 1]))


def at_precision(chances: np.ndarray, child: np.ndarray, precision: float) -> Point:
    """Return the point of the lowest threshold from which on all higher ones are so precise; else the highest."""
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(child[order])
    precise = hits / np.arange(1, len(order) + 1) >= precision
    # The first photos are too few to say anything, so the last place that is precise counts.
    last = int(np.flatnonzero(precise).max(initial=0))
    return point_at(chances, child, float(chances[order[last]]))
