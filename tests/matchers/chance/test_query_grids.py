from __future__ import annotations

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.chance.match_chance import REST
from withsense_tf.matchers.chance.query_grids import QueryGrids, query_grids
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers


def test_a_hybrid_has_pixels_and_captions_and_towers_pixels_alone(
    train: Pairs, gallery: Gallery, queries: Queries, store: VectorStore
) -> None:
    hybrid = Hybrid("scene_net", store=store).fit(train)
    both, alone = query_grids(hybrid, gallery, queries), query_grids(hybrid.towers_, gallery, queries)
    assert both.parts == ("pixels", "captions")
    assert alone.parts == ("pixels",)
    assert np.array_equal(both.cosines, alone.cosines)
    assert isinstance(hybrid.towers_, ClosedFormTowers)
    here = np.ones(len(gallery), bool)
    best = both.best("captions", 0, here, lambda photo: frozenset([str(photo)]))
    assert best.forms == frozenset([str(hybrid.grid(gallery, queries)[0].argmax())])
    assert len(best.scores) == min(len(gallery), REST + 1)


def test_only_photos_that_are_there_are_among_the_best() -> None:
    cosines = np.array([[0.1, 0.9, 0.5]])
    grids = QueryGrids(cosines, (np.array([[0.2, 0.8, 0.6]]), cosines))
    best = grids.best("pixels", 0, np.array([True, False, True]))
    assert best.scores.tolist() == [0.5, 0.1]
    assert best.numbers.tolist() == [0.6, 0.2]
    assert best.forms is None
