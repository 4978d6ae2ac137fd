"""Whether a caption of the best photo means what a query does, by an encoder of sentences that learned elsewhere.

A line that learned from captions knows which words they have, and people type others. Where few captions teach it
knows little, and least where each photo has one: a caption that is a query is left out of its own photo, and then no
captions are left to learn from. How near two sentences of one meaning lie is no matter of the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.encoders.base import TextEncoder

# Where so many photos teach or fewer, captions have few of the words that people type.
FEW_PHOTOS: Final = 1_000
# A chance of 0 or 1 leaves nothing to weigh.
SURE: Final = 1e-4


@dataclass(frozen=True)
class Weighing:
    """How much the line counts, how steeply the sentences do, and so much nearer than usual is near enough."""

    line_share: float
    steepness: float
    leeway: float = 0.0


# Chosen on folders of 80 to 600 photos, with five captions each and with one, and on one of 2,400; by queries that were
# typed for these photos, and queries that nothing fits.
FEW: Final = Weighing(0.5, 15.0, leeway=0.03)
MANY: Final = Weighing(1.0, 10.0)


def weighing_of(photo_count: int) -> Weighing:
    """Return how to weigh where captions of so many photos taught the line."""
    return FEW if photo_count < FEW_PHOTOS else MANY


def chance_by_sense(
    value: float,
    least: float,
    encoder: TextEncoder | None,
    text: str,
    captions: Sequence[str],
    photo_count: int,
) -> float:
    """Return the chance of a line, which is to be at least `least`, moved by how near the nearest caption comes.

    It stays as it is where the photo has no captions, or nobody knows how near an encoder puts two sentences of one
    meaning. `photo_count` is how many photos taught the line.
    """
    if not captions or encoder is None or encoder.same_sense is None:
        return value
    vectors = encoder.encode([text, *captions])
    nearest = float((vectors[1:] @ vectors[0]).max())
    how, bar = weighing_of(photo_count), _logit(least)
    above = nearest - encoder.same_sense + how.leeway
    logit = bar + how.line_share * (_logit(value) - bar) + how.steepness * above
    return float(1 / (1 + np.exp(-logit)))


def _logit(chance: float) -> float:
    chance = min(max(chance, SURE), 1 - SURE)
    return float(np.log(chance / (1 - chance)))
