"""Figures to hold a run against: chance and people on the same data, and what others have published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.flickr8k import published_test_photos
from withsense_tf.evaluation.figures.ranking import chance
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.reference_lines import CHANCE, ReferenceLine
from withsense_tf.targets.agreement import HumanLine, human_line


@dataclass(frozen=True)
class Reference:
    """One figure that is not a matcher's, and where it is from."""

    what: str
    figure: str
    value: str
    source: str


_SEARCH: Final = "R@1 / R@5 / R@10, %"
OTHERS: Final = (
    Reference("CLIPScore", "tau c, Flickr8k-Expert", ".512", "Hessel et al., 2021"),
    Reference("PAC-S", "tau c, Flickr8k-Expert", ".543", "Sarto et al., 2023"),
    Reference(
        "CLIP ViT-B/32, zero-shot",
        "R@5, %, 1,000 photos",
        "80.5",
        "by others, with the weights of Radford et al., 2021",
    ),
    Reference("IMRAM", f"{_SEARCH}, 1,000 photos", "41.0 / 69.2 / 79.9", "Chen et al., 2020"),
    Reference(
        "SCAN",
        f"{_SEARCH}, 1,000 photos",
        "38.3 / 67.8 / 78.9",
        "Lee et al., 2018, as given by Chen et al., 2020",
    ),
    Reference("BRNN", f"{_SEARCH}, 1,000 photos", "11.8 / 32.1 / 44.7", "Karpathy and Fei-Fei, 2015"),
)
# A line in a chart says "compare with this". So it stands only beside figures of the protocol that it was measured in:
# Flickr8k's 1,000 test photos as one gallery, asked for by their five captions each; and all pairs that its experts
# judged, but those of a photo with its own caption.
GALLERY: Final = 1_000
QUERIES: Final = 5_000
PAIRS: Final = 5_664
SEARCH_LINES: Final = (
    ReferenceLine("r@5", 0.805, "CLIP ViT-B/32 among 1,000 photos, published", published=True),
)
ORDER_LINES: Final = (
    ReferenceLine("tau_c", 0.512, "CLIPScore, published", published=True),
    ReferenceLine("tau_c", 0.543, "PAC-S, published", published=True),
)
WARNING: Final = (
    "The published figures are on Flickr8k, those of finding photos in its 1,000 test photos. A run's figures cannot "
    "be compared with them where it keeps the law (other photos), where its gallery has another size (a smaller one is "
    "easier), or where its split or target is another."
)


# How the note begins that says why a run's figures must not stand beside published ones.
TAUGHT_BY_PUBLISHED: Final = "Photos of Flickr8k's official test split taught"


def of_this_data(outcomes: Sequence[Outcome], data: Dataset) -> list[Reference]:
    """Return what chance and people reach on this very data, as far as there are queries and experts."""
    return [*_chance(outcomes), *_people(outcomes, data)]


def of_others(data: Dataset) -> tuple[Reference, ...]:
    """Return what others have published of Flickr8k's test photos; nothing where none of them is here."""
    return OTHERS if published_test_photos(data.photos["photo"]) else ()


def warnings_of(notes: Sequence[str], data: Dataset) -> list[str]:
    """Return what is to be said beside published figures, some of which a run has among its notes."""
    own = [note for note in notes if note.startswith(TAUGHT_BY_PUBLISHED)]
    return [*own, *([WARNING] if of_others(data) else [])]


def lines_of(outcomes: Sequence[Outcome], data: Dataset) -> tuple[ReferenceLine, ...]:
    """Return the lines of a chart: chance and people on what the outcomes were measured on.

    What others published is among them only where the outcomes were measured as those figures were.
    """
    lines = []
    if (by_chance := chance_of_five(outcomes)) is not None:
        lines.append(ReferenceLine("r@5", by_chance, CHANCE))
    lines += human_lines(outcomes, data)
    if _is_published_search(outcomes):
        lines += SEARCH_LINES
    if _is_published_order(outcomes):
        lines += ORDER_LINES
    return tuple(lines)


def _is_published_search(outcomes: Sequence[Outcome]) -> bool:
    """Return whether the photos of Flickr8k's test split were ranked as one gallery, for all of their captions."""
    rankings = next((one.rankings for one in outcomes if one.rankings is not None), None)
    if rankings is None or len(rankings.text) != QUERIES or (rankings.per_query.size != GALLERY).any():
        return False
    # What people typed is no caption.
    return bool((rankings.caption != "").all()) and _are_published(rankings.first)


def _is_published_order(outcomes: Sequence[Outcome]) -> bool:
    """Return whether all pairs of Flickr8k-Expert were answered, but those of a photo with its own caption."""
    answers = next((one.answers for one in outcomes if one.answers is not None), None)
    if answers is None:
        return False
    counts = ~answers.own & np.isfinite(answers.experts).all(axis=1)
    return int(counts.sum()) == PAIRS and _are_published(answers.photo[counts])


def _are_published(photos: np.ndarray) -> bool:
    names = np.unique(photos.astype(str)).tolist()
    return len(published_test_photos(names)) == len(names)


def human_lines(outcomes: Sequence[Outcome], data: Dataset) -> list[ReferenceLine]:
    """Return what one judge of the measured pairs reaches, foretold by the others; nothing where nobody judged."""
    line = _line_of_people(outcomes)
    who = "simulated judges" if data.synthetic else "people"
    values = () if line is None else (("rmse", line.rmse), ("tau_c", line.tau_c))
    return [
        ReferenceLine(measure, value, f"{who}, two foretell the third")
        for measure, value in values
        if math.isfinite(value)
    ]


def chance_of_five(outcomes: Sequence[Outcome]) -> float | None:
    """Return the R@5 of chance in the galleries of the outcomes, or None if nothing was ranked."""
    size = _gallery_sizes(outcomes)
    return None if size is None else chance(size, 5)


def _gallery_sizes(outcomes: Sequence[Outcome]) -> np.ndarray | None:
    rankings = (one.rankings for one in outcomes if one.rankings is not None)
    return next((one.per_query.size for one in rankings if len(one.text)), None)


def _chance(outcomes: Sequence[Outcome]) -> list[Reference]:
    if (size := _gallery_sizes(outcomes)) is None:
        return []
    shares = " / ".join(f"{100 * chance(size, first):.1f}" for first in (1, 5, 10))
    few, many = int(size.min()), int(size.max())
    photos = f"{few:,}" if few == many else f"{few:,} to {many:,}"
    return [Reference("Chance", f"{_SEARCH}, {photos} photos", shares, "k / photos in the gallery")]


def _people(outcomes: Sequence[Outcome], data: Dataset) -> list[Reference]:
    line = _line_of_people(outcomes)
    if line is None:
        return []
    who = "simulated judges" if data.synthetic else "the experts"
    source = f"{who} of this data set: the mean of two foretells the third; no ceiling"
    figures = (
        (f"RMSE, {line.pairs + line.own_pairs_dropped:,} pairs", line.rmse),
        (f"tau c, {line.pairs:,} pairs without own captions", line.tau_c),
        (f"tau b, {line.pairs:,} pairs without own captions", line.tau_b),
    )
    return [
        Reference("Human line", what, f"{value:.3f}", source)
        for what, value in figures
        if math.isfinite(value)
    ]


def _line_of_people(outcomes: Sequence[Outcome]) -> HumanLine | None:
    """Return the line of people on the pairs that were answered: that of other pairs is no line for these."""
    answers = next((one.answers for one in outcomes if one.answers is not None), None)
    if answers is None:
        return None
    is_judged = np.isfinite(answers.experts).all(axis=1)
    own = answers.own[is_judged]
    # An order needs two pairs.
    return None if (~own).sum() < 2 else human_line(answers.experts[is_judged], own)
