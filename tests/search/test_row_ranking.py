"""The order of all photos is one fixed order, however much of it is asked for and whatever an index went through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, item_of, items_of_looks, new_index

import withsense_tf as ws
from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.forms.word_fit import SAID_ONCE
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.search import ranking_walk as answer
from withsense_tf.search import row_ranking as ranking
from withsense_tf.search.search import Search

TEXTS = ("a plain scarlet wall", "striped navy cloth", "golden paper")


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "captions", "product"])
def test_an_index_without_photos_finds_none(
    kind: str, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted(kind), items_of_looks(looks, 3), store)
    ingest(index, [], LAW, others="remove")
    compact_index(index)
    answer = Search(index, policy=LAW, country="AQ")(TEXTS[0], minimum=0.0)
    assert not answer.places
    assert answer.message == "No photo of this index meets what was asked."


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.slow
def test_photos_that_left_a_hybrids_index_take_no_places_from_those_that_stay(
    text: str,
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranking, "CANDIDATES", 3)
    items = items_of_looks(looks, 20)
    fresh = new_index(tmp_path / "fresh", fitted("hybrid"), items, store)
    worn = new_index(tmp_path / "worn", fitted("hybrid"), items, store)
    for turn in range(4):
        # Each time the photos that fit best are changed, and changed back.
        best = [hit.photo for hit in Search(worn, policy=LAW, country="AQ")(text, 6, minimum=0.0)]
        ingest(worn, [item_of(looks, name, 40 + turn, texts=["Paper ."]) for name in best], LAW)
        ingest(worn, items, LAW)
    assert contents(worn) == contents(fresh)
    ranked = [ranked_names(index, text, 1) for index in (worn, fresh)]
    assert ranked[0] == ranked[1]


@pytest.mark.parametrize("text", TEXTS)
def test_a_hybrids_order_is_the_same_however_much_of_it_is_asked_for(
    text: str, thirty: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CANDIDATES", 4)
    whole = ranked_names(thirty, text, 30)
    assert len(whole) == len(dict(whole)) == 30
    assert [score for _, score in whole] == sorted((score for _, score in whole), reverse=True)
    for k in range(1, 30):
        some = ranked_names(thirty, text, k)
        assert len(some) >= k
        assert some == whole[: len(some)]


def test_a_hybrids_pages_hold_every_photo_once_when_there_are_more_than_candidates(
    thirty: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CANDIDATES", 4)
    monkeypatch.setattr(answer, "SPARE", 1)
    search = Search(thirty, policy=LAW, country="AQ")
    shown: list[str] = []
    after = None
    while True:
        page = search(TEXTS[0], 1, minimum=0.0, after=after)
        shown += [hit.photo for hit in page]
        if (after := page.after) is None:
            break
    assert sorted(shown) == [f"{n:03d}.png" for n in range(30)]


@pytest.fixture(scope="module")
def thirty(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    """Return an index of thirty photos, which no test changes."""
    return new_index(
        tmp_path_factory.mktemp("ranking") / "thirty", fitted("hybrid"), items_of_looks(looks, 30), store
    )


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


def test_a_word_that_no_training_caption_had_finds_the_photo_of_which_it_was_said(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    said = item_of(looks, "said.png", 40, texts=["Golden paper .", "A zeppelin above plain paper ."])
    index = new_index(tmp_path / "index", fitted("hybrid"), [*items_of_looks(looks, 20), said], store)
    search = Search(index, policy=LAW, country="AQ")
    assert [hit.photo for hit in search("a zeppelin", 1)] == ["said.png"]
    # Nobody said this of any photo.
    assert search("an albatross", 1).message


def test_a_photo_that_says_a_word_by_others_is_found_among_more_than_candidates(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranking, "CANDIDATES", 3)
    items = items_of_looks(looks, 20)
    texts = {"sofa.png": "A long sofa .", "pair.png": "The bride stands with her groom ."}
    items += [item_of(looks, name, 40 + at, texts=[text]) for at, (name, text) in enumerate(texts.items())]
    search = Search(new_index(tmp_path / "index", fitted("hybrid"), items, store), policy=LAW, country="AQ")
    for text, name in (("a couch", "sofa.png"), ("a couple", "pair.png")):
        assert [hit.photo for hit in search(text, 1)] == [name]


def test_where_captions_alone_taught_a_photo_of_which_all_words_were_said_comes_first(
    unjudged: Dataset, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    # Of the only cat of a folder, vectors thought as of its dogs, and the cat stood third.
    matcher = Hybrid("scene_net", store=store).fit(ws.caption_pairs(unjudged))
    texts = ["Nothing but a golden sheet .", *[f"Navy cloth {number} ." for number in range(4)]]
    lone = item_of(looks, "said.png", 45, texts=texts)
    index = new_index(tmp_path / "index", matcher, [*items_of_looks(looks, 40), lone], store)
    hits = Search(index, policy=LAW, country="AQ")("golden sheet", 41, minimum=0.0).hits
    assert hits[0].photo == "said.png"
    assert hits[0].score > hits[1].score
    # What it was found by is told: pixels and captions alone would not explain its number.
    assert hits[0].word_score == pytest.approx(SAID_ONCE)


def test_a_photo_whose_captions_give_a_thing_another_colour_is_no_whole_match(
    unjudged: Dataset, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    matcher = Hybrid("scene_net", store=store).fit(ws.caption_pairs(unjudged))
    # Each is the only one that has all words.
    other = item_of(looks, "other.png", 45, texts=["Somebody in purple beside an orange kayak ."])
    bound = item_of(looks, "bound.png", 46, texts=["Somebody in orange beside a purple kayak ."])
    index = new_index(tmp_path / "index", matcher, [*items_of_looks(looks, 40), other, bound], store)
    hits = Search(index, policy=LAW, country="AQ")("a purple kayak", 41, minimum=0.0).hits
    numbers = {hit.photo: hit.score for hit in hits}
    assert hits[0].photo == "bound.png"
    assert numbers["other.png"] < numbers["bound.png"]
    assert numbers["other.png"] <= 0.6


def test_photos_without_captions_stand_among_the_others_by_their_numbers(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    bare = [item_of(looks, f"bare {look}.png", look, texts=()) for look in range(20, 30)]
    index = new_index(tmp_path / "index", fitted("hybrid"), [*items_of_looks(looks, 20), *bare], store)
    search = Search(index, policy=LAW, country="AQ")
    for text in (*TEXTS, "a wall", "azure board"):
        hits = search(text, 30, minimum=0).hits
        assert any("bare" in hit.photo for hit in hits)
        scores = [round(hit.score, 4) for hit in hits]
        assert scores == sorted(scores, reverse=True), text
