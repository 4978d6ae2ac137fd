from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.bench.bench_start import _near, add_made_up
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher


def test_made_up_photos_stand_in_an_index_as_added_ones_do(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted("closed form"), items_of_looks(looks, 6), store)
    add_made_up(index, 200, 3)
    with index.catalog.reading() as tables:
        names = {name for (name,) in tables.execute("SELECT name FROM photos")}
        captions = tables.execute(
            "SELECT COUNT(*) FROM captions JOIN photos ON photos.id = captions.photo WHERE name LIKE 'made_up%'"
        ).fetchone()
    assert {f"made_up_{number}.jpg" for number in (200, 201, 202)} < names
    assert len(names) == 9
    assert captions == (3 * 2,)
    assert verify_index(index) == []


def test_made_up_vectors_have_length_1_and_lie_near_their_models() -> None:
    rng = np.random.default_rng(0)
    models = rng.normal(size=(50, 64))
    models /= np.linalg.norm(models, axis=1, keepdims=True)
    points = _near(models, rng)
    assert points.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, rtol=1e-5)
    nearest = (points @ models.T).argmax(axis=1)
    assert nearest.tolist() == list(range(50))
