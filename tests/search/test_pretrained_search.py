"""An index by a network that was trained on photos and texts together, here a tiny CLIP."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_index import LAW

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.build import build_index
from withsense_tf.matchers.towers.pretrained import Pretrained
from withsense_tf.search.search import Search


@pytest.mark.parametrize("head", [None, "linear"])
@pytest.mark.slow
def test_its_answers_are_those_of_the_network(
    head: str | None, clip: Path, train: Pairs, colours: Dataset, store: VectorStore, tmp_path: Path
) -> None:
    matcher = Pretrained(clip, head, store=store).fit(train)
    index = PhotoIndex.make(tmp_path / "index", store)
    build_index(index, matcher, colours, LAW)
    gallery = Gallery(colours, tuple(colours.photos["photo"]))
    search = Search(index, policy=LAW, country="AQ")
    for text in ("a red wall", "striped cloth"):
        scores = dict(zip(gallery.names, matcher.grid(gallery, Queries.of([text]))[0], strict=True))
        hits = search(text, 100, minimum=0)
        assert {hit.photo for hit in hits} == set(scores)
        best_first = sorted(scores.values(), reverse=True)
        np.testing.assert_allclose([scores[hit.photo] for hit in hits], best_first, atol=2e-6)
    assert "reads English" in str(search("красная стена").message)


@pytest.mark.slow
def test_a_preset_that_was_changed_later_is_found_out(
    new_clip, train: Pairs, colours: Dataset, store: VectorStore, tmp_path: Path
) -> None:
    preset = new_clip(tmp_path / "clip")
    index = PhotoIndex.make(tmp_path / "index", store)
    build_index(index, Pretrained(preset, store=store).fit(train), colours, LAW)
    index.close()
    (preset / "config.json").write_text((preset / "config.json").read_text() + "\n")
    with pytest.raises(DataError, match="Saved was"):
        Search(PhotoIndex(tmp_path / "index"), policy=LAW, country="AQ")("a red wall")
