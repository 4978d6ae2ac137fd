"""Whatever the index does to be quick, its answers are those of the matcher that looks at every photo."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_index import CHILD, LAW, item_of, new_index

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.build import build_index
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.index.vectors.filters import matches, parse_filter
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.search import row_ranking as ranking
from withsense_tf.search.places import Hit
from withsense_tf.search.query.mentions import mentions
from withsense_tf.search.ranking_walk import SHOWS
from withsense_tf.search.search import Search

KINDS = ("closed form", "hybrid", "captions", "linear", "concat Keras", "product", "bilinear", "two towers")
TOWERS = ("closed form", "two towers", "hybrid")
TEXTS = (
    "a plain scarlet wall",
    "striped navy cloth on a table",
    "golden paper",
    "an ashen sheet in the light near a door",
    "emerald",
)
FILTERS = (["camera=nikon"], ["iso<=200"], ["camera!=nikon", "iso>100"])
# float32 is summed up in another order in a matrix product.
CLOSE = 2e-6


@pytest.fixture(scope="module")
def facts(colours: Dataset) -> dict[str, dict[str, str | float]]:
    return {
        photo: {"camera": ("nikon", "canon", "leica")[n % 3], "iso": 100.0 * (n % 5)}
        for n, photo in enumerate(colours.photos["photo"])
    }


@pytest.fixture(scope="module")
def search(
    fitted: Callable[[str], Matcher],
    colours: Dataset,
    facts: dict,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Search]:
    opened: dict[tuple[str, str], Search] = {}

    def get(kind: str, dtype: str = "float32") -> Search:
        if (kind, dtype) not in opened:
            index = PhotoIndex.make(tmp_path_factory.mktemp("index") / "index", store)
            build_index(index, fitted(kind), colours, LAW, Engine(dtype=dtype), facts)
            opened[kind, dtype] = Search(index, policy=LAW, country="AQ")
        return opened[kind, dtype]

    return get


@pytest.fixture(scope="module")
def everything(colours: Dataset) -> Gallery:
    return Gallery(colours, tuple(colours.photos["photo"]))


def grid(matcher: Matcher, gallery: Gallery, text: str) -> dict[str, float]:
    scores = matcher.grid(gallery, Queries.of([text], typed=True))[0]
    return dict(zip(gallery.names, scores.tolist(), strict=True))


def brute_force(matcher: Matcher, gallery: Gallery, text: str) -> dict[str, float]:
    """Return what photos stand in order by: of a hybrid the numbers, as photos without captions are on no line."""
    if not isinstance(matcher, Hybrid):
        return grid(matcher, gallery, text)
    return foretold(matcher, gallery, text)


def close_for(kind: str) -> float:
    """Return how near values are that may be the same: steep parts of a calibration make more of a rounding error."""
    return 2e-4 if kind == "hybrid" else CLOSE


def points_of(matcher: Matcher, gallery: Gallery) -> np.ndarray:
    """Return where photos lie for each other, whatever is taken from what texts score."""
    return matcher.search_form().point(matcher.photo_rows(gallery.content, gallery.paths))


def foretold(matcher: Matcher, gallery: Gallery, text: str) -> dict[str, float]:
    numbers = matcher.predict(cross_pairs(gallery, Queries.of([text])))
    return dict(zip(gallery.names, numbers.tolist(), strict=True))


def in_order(hits: list[Hit], scores: dict[str, float], close: float = CLOSE) -> None:
    """Check that these are all photos that have a score, best first; those with one score come in any order."""
    assert [hit.place for hit in hits] == list(range(1, len(scores) + 1))
    assert {hit.photo for hit in hits} == set(scores)
    best_first = np.array(sorted(scores.values(), reverse=True))
    np.testing.assert_allclose([scores[hit.photo] for hit in hits], best_first, atol=close)


def ask(search: Search, text: str, **asked: object) -> list[Hit]:
    return list(search(text, k=100, minimum=0.0, **asked).hits)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_the_order_of_all_photos_is_the_matchers_own(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    for text in TEXTS:
        in_order(ask(search(kind), text), brute_force(fitted(kind), everything, text), close_for(kind))


def test_a_hybrids_photos_with_captions_stand_in_the_matchers_order(
    search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    for text in TEXTS:
        scores = grid(fitted("hybrid"), everything, text)
        hits = [hit for hit in ask(search("hybrid"), text) if not hit.photo.startswith("bare")]
        ordered = [scores[hit.photo] for hit in hits]
        np.testing.assert_allclose(ordered, sorted(ordered, reverse=True), atol=CLOSE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_score_of_a_hit_is_the_number_that_the_matcher_foretells(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    for text in TEXTS:
        numbers = foretold(fitted(kind), everything, text)
        hits = ask(search(kind), text)
        # Steep parts of a calibration make more of a rounding error.
        np.testing.assert_allclose(
            [hit.score for hit in hits], [numbers[hit.photo] for hit in hits], atol=2e-4
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_hits_are_the_first_of_all(kind: str, search: Callable[..., Search]) -> None:
    for text in TEXTS:
        assert list(search(kind)(text, k=3, minimum=0.0)) == ask(search(kind), text)[:3]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", FILTERS, ids=" ".join)
def test_filters_leave_the_order_of_the_photos_that_meet_them(
    where: list[str],
    kind: str,
    search: Callable[..., Search],
    fitted: Callable[[str], Matcher],
    everything: Gallery,
    facts: dict,
) -> None:
    conditions = tuple(map(parse_filter, where))
    for text in TEXTS[:2]:
        scores = brute_force(fitted(kind), everything, text)
        kept = {photo: score for photo, score in scores.items() if matches(conditions, facts[photo])}
        assert 0 < len(kept) < len(scores)
        in_order(ask(search(kind), text, where=where), kept, close_for(kind))


def test_an_answer_says_which_filters_were_asked_or_typed_and_where_it_is_read(
    search: Callable[..., Search],
) -> None:
    hits = search("closed form")(f"{TEXTS[0]} iso<=300", where="camera=Nikon D90", country="BB", minimum=0.0)
    assert (hits.where, hits.country) == (("camera=Nikon D90", "iso<=300"), "BB")
    assert search("closed form")(TEXTS[0]).where == ()


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "captions"])
def test_a_minimum_cuts_the_order_of_all_photos_and_changes_nothing_else(
    kind: str, search: Callable[..., Search]
) -> None:
    every = ask(search(kind), TEXTS[0])
    some = list(search(kind)(TEXTS[0], k=100, minimum=0.6 * every[0].score))
    assert some == every[: len(some)]
    assert 0 < len(some) < len(every)


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "product"])
def test_where_the_best_photo_is_below_the_minimum_nothing_fits(
    kind: str, search: Callable[..., Search]
) -> None:
    best = ask(search(kind), TEXTS[0])[0].score
    answer = search(kind)(TEXTS[0], k=100, minimum=min(1.0, best + 0.001))
    assert not answer.places
    assert "No good match" in answer.message


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "captions"])
def test_minus_words_leave_out_photos_whose_captions_mention_them(
    kind: str,
    search: Callable[..., Search],
    fitted: Callable[[str], Matcher],
    everything: Gallery,
    colours: Dataset,
) -> None:
    captions = colours.captions.groupby("photo")["text"].agg(list).to_dict()
    scores = brute_force(fitted(kind), everything, "a plain wall")
    hits = ask(search(kind), "a plain wall -crimson")
    said = {photo for photo in scores if any(mentions(text, "crimson") for text in captions.get(photo, []))}
    silent = {photo for photo in scores if photo not in captions}
    assert said
    assert not {hit.photo for hit in hits} & said
    # Photos without captions are judged by their pixels, as far as there are any.
    assert {hit.photo for hit in hits} | silent == set(scores) - said | silent
    in_order(hits, {hit.photo: scores[hit.photo] for hit in hits}, close_for(kind))


@pytest.mark.parametrize("kind", ["closed form", "two towers"])
def test_minus_words_leave_out_bare_photos_whose_pixels_show_them(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    shown = foretold(fitted(kind), everything, "crimson")
    hits = {hit.photo for hit in ask(search(kind), "a plain wall -crimson")}
    for photo in ("bare_0.jpg", "bare_3.jpg"):
        assert (photo in hits) == (shown[photo] < SHOWS)


@pytest.mark.parametrize("kind", TOWERS)
def test_a_photo_as_the_query_finds_what_lies_next_to_it(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    points = points_of(fitted(kind), everything)
    for at in (0, 7, 20):
        cosines = points @ points[at]
        scores = {name: float(cosines[n]) for n, name in enumerate(everything.names) if n != at}
        hits = ask(search(kind), "", photo=everything.names[at])
        in_order([hit for hit in hits if scores[hit.photo] > 0], {k: v for k, v in scores.items() if v > 0})
        for hit in hits:
            assert hit.score == pytest.approx(max(0.0, scores[hit.photo]), abs=CLOSE)


def test_the_path_of_a_hit_is_a_photo_as_its_name_is(search: Callable[..., Search]) -> None:
    index = search("closed form")
    first = ask(index, "emerald")[0]
    by_path, by_name = (index("", photo=one, minimum=0) for one in (first.path, first.photo))
    # A file may be one's own: that it is here is said by its standing first.
    assert [hit.photo for hit in by_path.hits] == [first.photo, *[hit.photo for hit in by_name.hits[:-1]]]


@pytest.mark.parametrize("kind", TOWERS)
def test_a_text_and_a_photo_together_find_what_lies_between(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    matcher = fitted(kind)
    points, form = points_of(matcher, everything), matcher.search_form()
    asked = 0.3 * form.point(form.queries(["a plain scarlet wall"])[0]) + 0.7 * points[20]
    cosines = points @ (asked / np.linalg.norm(asked))
    hits = ask(search(kind), "a plain scarlet wall", photo=everything.names[20], text_share=0.3)
    positive = {n: float(c) for n, c in zip(everything.names, cosines, strict=True) if c > 0}
    positive.pop(everything.names[20], None)
    in_order([hit for hit in hits if hit.photo in positive], positive)


@pytest.mark.parametrize("kind", ["captions", "linear", "concat Keras", "product", "bilinear"])
def test_matchers_without_one_space_cannot_be_asked_by_a_photo(
    kind: str, search: Callable[..., Search], everything: Gallery
) -> None:
    with pytest.raises(SettingError, match="cannot search by a photo"):
        search(kind)(photo=everything.names[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_half_precision_moves_scores_by_little(
    kind: str, search: Callable[..., Search], fitted: Callable[[str], Matcher], everything: Gallery
) -> None:
    for text in TEXTS[:3]:
        scores = brute_force(fitted(kind), everything, text)
        in_order(ask(search(kind, "float16"), text), scores, close=3e-3)


@pytest.mark.parametrize("kind", ["concat Keras", "product", "hybrid", "linear"])
def test_a_score_does_not_hang_on_which_other_photos_are_looked_at(
    kind: str, search: Callable[..., Search], facts: dict
) -> None:
    asked = search(kind)
    with asked.index.catalog.reading() as tables:
        generation = asked.index.current(tables)
        for text in TEXTS[:3]:
            query = generation.form.queries([text])[0]
            alone = ranking.rank(generation, tables, query, 100, None)
            scores = dict(zip(alone.rows.tolist(), alone.scores.tolist(), strict=True))
            for chosen in ([3], [4, 5], list(range(9)), list(range(2, 40, 3))):
                rows = np.array(chosen, np.int64)
                some = ranking.rank(generation, tables, query, 100, ranking.Keep((), lambda rows=rows: rows))
                assert {r: scores[r] for r in some.rows.tolist()} == dict(
                    zip(some.rows.tolist(), some.scores.tolist(), strict=True)
                )


def test_pairs_are_searched_by_the_photos_that_they_have(
    fitted: Callable[[str], Matcher], held: Pairs, everything: Gallery
) -> None:
    found = Search(fitted("hybrid"), held, policy=LAW, country="AQ")
    names = tuple(dict.fromkeys(held.table["photo"]))
    scores = brute_force(fitted("hybrid"), everything, TEXTS[0])
    in_order(ask(found, TEXTS[0]), {name: scores[name] for name in names}, close_for("hybrid"))


@pytest.mark.parametrize(
    "ask_by", [lambda s: s("a wall", country="UK"), lambda s: s.score("a wall", "x.png", "UK")]
)
def test_what_is_no_country_is_refused(
    search: Callable[..., Search], ask_by: Callable[[Search], object]
) -> None:
    # It had the strictest rule without a word, so that nobody learned of the slip.
    with pytest.raises(SettingError, match="did you mean GB"):
        ask_by(search("hybrid"))
    with pytest.raises(SettingError, match="did you mean GB"):
        Search(search("hybrid").index, policy=LAW, country="uk")


def test_what_is_no_photo_is_named(search: Callable[..., Search], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(
        DataError, match=r"notes\.txt is no photo that can be read: it starts like none of"
    ) as refused:
        search("hybrid")("", photo=tmp_path / "notes.txt", says="a wall")
    # A notebook shows every frame: nobody need know how a photo is read.
    assert len(traceback.format_exception(refused.value)) <= 8


@pytest.mark.parametrize("texts", [[], [CHILD]], ids=["no captions", "a child"])
def test_where_no_photo_may_be_shown_the_holder_of_the_index_is_told_what_helps_and_a_stranger_is_not(
    texts: list[str], fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = [item_of(tmp_path, f"{look}.png", look, texts=texts) for look in range(3)]
    index = new_index(tmp_path / "index", fitted("closed form"), items, store)
    helps = "a person's decision shows photos" if texts else "ws.Policy.default(photo_judge=...)"
    for fill in (False, True):
        own, foreign = (
            Search(index, policy=LAW, country="BB", for_strangers=strangers)("a wall", minimum=0.0, fill=fill)
            for strangers in (False, True)
        )
        assert own.message is not None
        assert own.message.startswith("None of the 3 photos may be shown here (")
        assert helps in own.message.replace("A person's", "a person's")
        assert "fill=True" not in own.message
        assert "None of" not in (foreign.message or "")
    assert Search(index, policy=LAW, country="AQ")("a wall", minimum=0.0).hits


@pytest.mark.parametrize("asked", [{"day": "yesterday"}, {"fill": "yes"}, {"literal": 1}])
def test_a_day_that_is_none_and_a_word_for_a_choice_are_refused(
    search: Callable[..., Search], asked: dict[str, object]
) -> None:
    with pytest.raises(SettingError, match=f"{next(iter(asked))}= expects"):
        search("hybrid")("a wall", **asked)


def test_a_closed_search_says_so_and_its_index_can_be_opened_again(search: Callable[..., Search]) -> None:
    index = search("hybrid").index
    assert repr(index) == f"PhotoIndex({index.folder})"
    other = Search(index.folder, policy=LAW, country="AQ")
    other.close()
    with pytest.raises(SettingError, match="This search is closed"):
        other("a wall")
    with Search(index.folder, policy=LAW, country="AQ") as again:
        assert ask(again, "a wall")
