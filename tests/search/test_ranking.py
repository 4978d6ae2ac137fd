"""The order of all photos is one fixed order, however much of it is asked for and whatever an index went through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import LAW, item_of, items_of_looks, new_index

from withsense_tf.encoders.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.search import ranking
from withsense_tf.search.compact import compact_index
from withsense_tf.search.contents import contents
from withsense_tf.search.engine import Search
from withsense_tf.search.ingest import ingest
from withsense_tf.search.photo_index import PhotoIndex

TEXTS = ("a plain scarlet wall", "striped navy cloth", "golden paper")


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "captions", "product"])
def test_an_index_without_photos_finds_none(
    kind: str, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted(kind), items_of_looks(looks, 3), store)
    ingest(index, [], LAW, complete=True)
    compact_index(index)
    answer = Search(index, policy=LAW, country="AA")(TEXTS[0], minimum=0.0)
    assert not answer.places
    assert answer.message == "No photo of this index meets what was asked."


@pytest.mark.parametrize("text", TEXTS)
def test_photos_that_left_a_hybrids_index_take_no_places_from_those_that_stay(
    text: str,
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranking, "RERANKED", 3)
    items = items_of_looks(looks, 20)
    fresh = new_index(tmp_path / "fresh", fitted("hybrid"), items, store)
    worn = new_index(tmp_path / "worn", fitted("hybrid"), items, store)
    for turn in range(4):
        # Each time the photos that fit best are changed, and changed back.
        best = [hit.photo for hit in Search(worn, policy=LAW, country="AA")(text, 6, minimum=0.0)]
        ingest(worn, [item_of(looks, name, 40 + turn, texts=["Paper ."]) for name in best], LAW)
        ingest(worn, items, LAW)
    assert contents(worn) == contents(fresh)
    ranked = [ranked_names(index, text, 1) for index in (worn, fresh)]
    assert ranked[0] == ranked[1]


def ranked_names(index: PhotoIndex, text: str, k: int) -> list[tuple[str, float]]:
    """Return the live photos in the order of the ranking, with what they are ranked by."""
    with index.catalog.reading() as tables:
        model = index.current(tables)
        found = ranking.rank(model, tables, model.form.queries([text])[0], k, None)
        names = dict(
            tables.execute(
                "SELECT row, name FROM rows JOIN photos ON photos.id = photo WHERE generation = ? AND writer IS NULL",
                (model.number,),
            ).fetchall()
        )
    rows = zip(found.rows.tolist(), found.scores.tolist(), strict=True)
    return [(names[row], score) for row, score in rows if row in names]
