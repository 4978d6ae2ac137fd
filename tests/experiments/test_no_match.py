from __future__ import annotations

import numpy as np

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.no_match import FOREIGN, best_numbers, thing_numbers
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers


def test_what_is_there_scores_higher_than_what_is_not(colours: Dataset, store: VectorStore) -> None:
    for make in (ClosedFormTowers, Hybrid):
        captions, foreign = best_numbers(colours, lambda make=make: make("scene_net", store=store), 2, 0)
        assert len(captions) == 5 * 40
        assert len(foreign) == 2 * len(FOREIGN)
        assert np.mean(captions) > np.mean(foreign) + 0.1


def test_things_score_higher_where_captions_name_them(colours: Dataset, store: VectorStore) -> None:
    shows, others = thing_numbers(
        colours, lambda: ClosedFormTowers("scene_net", store=store), 2, 0, ["striped", "plain"]
    )
    # Every photo has captions of one pattern; four words for it, of which each caption has one.
    assert len(shows) + len(others) == 2 * 40
    assert 0 < len(shows) < len(others)
    assert shows.mean() > others.mean()
