from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.errors import DataError
from withsense_tf.matchers.captions import Captions, Others, grid_of_looks


@pytest.fixture(scope="module")
def matcher(train: Pairs) -> Captions:
    return Captions().fit(train)


def with_texts(data: Dataset, texts: dict[str, str]) -> Dataset:
    """Return the data set with other words for some captions."""
    captions = data.captions
    changed = captions.assign(text=captions["caption"].map(texts).fillna(captions["text"]))
    return Dataset("changed", data.folder, False, "", data._tables | {"captions": changed})


def by_hand(matcher: Captions, data: Dataset, photo: str, caption: str, text: str) -> tuple[float, ...]:
    """Compare a query with the other captions of a photo, one after the other."""
    query = matcher.text_.encode([text])[0].astype(float)
    total, cosines = np.zeros(len(query)), []
    for other in data.captions.itertuples():
        if other.photo != photo or other.caption == caption or other.text.casefold() == text.casefold():
            continue
        point = matcher.text_.encode([other.text])[0].astype(float)
        total += point
        cosines.append(float(point @ query))
    if not cosines:
        return 0.0, 0.0, 0.0
    return float(total @ query / np.linalg.norm(total)), max(cosines), float(np.mean(cosines))


@pytest.mark.parametrize("seed", range(3))
def test_looks_are_those_of_a_slow_loop(
    seed: int, matcher: Captions, judged: Pairs, colours: Dataset
) -> None:
    rng = np.random.default_rng(seed)
    # Captions that stand beside their own photo and others, and texts that are no captions.
    table = judged.table.iloc[rng.choice(len(judged), 40)].reset_index(drop=True)
    typed = rng.random(40) < 0.3
    table["caption"] = table["caption"].where(~typed, "")
    table["text"] = table["text"].where(rng.random(40) < 0.8, "a Zebra")
    expected = [by_hand(matcher, colours, row.photo, row.caption, row.text) for row in table.itertuples()]
    np.testing.assert_allclose(matcher.looks(Pairs(colours, table)), expected, atol=1e-5)


def test_a_grid_has_the_looks_of_the_crossed_pairs(
    matcher: Captions, gallery: Gallery, queries: Queries
) -> None:
    expected = matcher.looks(cross_pairs(gallery, queries)).reshape(len(queries), len(gallery), 3)
    np.testing.assert_allclose(grid_of_looks(matcher, gallery, queries), expected, atol=1e-6)


def test_a_grid_is_the_cosines_with_the_mean(matcher: Captions, gallery: Gallery, queries: Queries) -> None:
    expected = matcher.cosines(cross_pairs(gallery, queries)).reshape(len(queries), len(gallery))
    np.testing.assert_allclose(matcher.grid(gallery, queries), expected, atol=1e-6)


def test_a_held_out_photo_is_found_by_its_other_captions(
    matcher: Captions, gallery: Gallery, queries: Queries, reciprocal_rank: Callable[[np.ndarray], float]
) -> None:
    assert reciprocal_rank(matcher.grid(gallery, queries)) > 0.9


@pytest.mark.parametrize("way", ["predict", "grid"])
def test_the_caption_of_the_same_id_is_not_compared_with(
    way: str, matcher: Captions, colours: Dataset
) -> None:
    # The photo's other captions are unknown words, so nothing but the query itself could fit.
    photo = "red_plain_3.jpg"
    data = with_texts(colours, {f"{photo}#{n}": "zebra" for n in range(1, 5)})
    text = data.captions.set_index("caption").loc[f"{photo}#0", "text"]
    # The query is written in other words than the caption, so that only its id tells.
    queries = Queries.of([f"{text} red", f"{text} red"], [f"{photo}#0", ""])
    gallery = Gallery(data, (photo,))
    scores = (
        matcher.grid(gallery, queries) if way == "grid" else matcher.cosines(cross_pairs(gallery, queries))
    )
    assert scores.ravel()[0] == 0
    assert scores.ravel()[1] > 0.5


@pytest.mark.parametrize("way", ["predict", "grid"])
@pytest.mark.parametrize(
    "text",
    [
        "A plain red wall .",
        "a Plain red WALL .",
        "A plain red wall.",
        "a plain red wall",
        " A plain, red wall ",
    ],
)
def test_a_caption_of_the_same_words_is_not_compared_with(
    way: str, text: str, matcher: Captions, colours: Dataset
) -> None:
    photo = "red_plain_3.jpg"
    data = with_texts(
        colours, {f"{photo}#0": "A plain red wall ."} | {f"{photo}#{n}": "zebra" for n in range(1, 5)}
    )
    gallery, queries = Gallery(data, (photo,)), Queries.of([text], ["other_0.jpg#1"])
    scores = (
        matcher.grid(gallery, queries) if way == "grid" else matcher.cosines(cross_pairs(gallery, queries))
    )
    assert scores.ravel()[0] == 0


def test_the_same_words_count_for_a_photo_whose_caption_they_are_not(
    matcher: Captions, colours: Dataset
) -> None:
    gallery = Gallery(colours, ("red_plain_3.jpg",))
    text = colours.captions.set_index("caption").loc["red_plain_0.jpg#0", "text"]
    assert matcher.grid(gallery, Queries.of([text], ["red_plain_0.jpg#0"]))[0, 0] > 0.5


def test_a_photo_without_captions_scores_0(matcher: Captions, colours: Dataset) -> None:
    gallery = Gallery(colours, ("bare_3.jpg", "blue_striped_3.jpg"))
    bare, other = matcher.grid(gallery, Queries.of(["a lined navy wall"]))[0]
    assert bare == 0
    assert other > 0.5


@pytest.mark.parametrize("way", ["predict", "grid"])
def test_photos_none_of_which_has_captions_score_0(way: str, matcher: Captions, colours: Dataset) -> None:
    gallery, queries = Gallery(colours, ("bare_0.jpg", "bare_3.jpg")), Queries.of(["a lined navy wall"])
    scores = (
        matcher.grid(gallery, queries) if way == "grid" else matcher.cosines(cross_pairs(gallery, queries))
    )
    assert scores.ravel().tolist() == [0, 0]


def test_a_photo_that_is_listed_twice_has_its_scores_twice(
    matcher: Captions, colours: Dataset, queries: Queries
) -> None:
    names = ("red_plain_3.jpg", "blue_plain_3.jpg", "red_plain_3.jpg", "grey_plain_3.jpg")
    once = matcher.grid(Gallery(colours, (*names[:2], names[3])), queries)
    twice = matcher.grid(Gallery(colours, names), queries)
    np.testing.assert_allclose(twice, once[:, [0, 1, 0, 2]], atol=1e-6)


def test_a_grid_of_no_queries_has_no_rows(matcher: Captions, gallery: Gallery) -> None:
    assert matcher.grid(gallery, Queries.of([])).shape == (0, len(gallery))


def test_captions_that_do_not_lie_together_in_the_table_are_found(
    matcher: Captions, colours: Dataset, gallery: Gallery, queries: Queries
) -> None:
    shuffled_captions = colours.captions.sample(frac=1, random_state=0)
    data = Dataset("mixed", colours.folder, False, "", colours._tables | {"captions": shuffled_captions})
    grid = matcher.grid(Gallery(data, gallery.names), queries)
    np.testing.assert_allclose(grid, matcher.grid(gallery, queries), atol=1e-6)


def test_the_mean_is_taken_of_captions_of_equal_length(matcher: Captions, colours: Dataset) -> None:
    others = Others(matcher.text_, colours, ["red_plain_3.jpg"])
    np.testing.assert_allclose(np.linalg.norm(others.points, axis=1), 1, atol=1e-5)


def test_numbers_lie_from_0_to_1_and_tell_fitting_pairs(matcher: Captions, held: Pairs) -> None:
    has = held.take(np.flatnonzero(held.table["photo"] != "bare_3.jpg"))
    predicted = matcher.predict(has)
    assert predicted.min() >= 0
    assert predicted.max() <= 1
    assert np.corrcoef(predicted, has.target)[0, 1] > 0.8


def test_it_says_that_captions_assist_it(matcher: Captions) -> None:
    assert matcher.describe() == {
        "matcher": "own captions",
        "track": "caption-assisted",
        "photo": "",
        "text": CaptionSpace().identity,
        "weights": "",
    }


def test_a_row_names_the_word_vectors_of_its_space(vectors_file: object) -> None:
    vectors = SpacyVectors(str(vectors_file))
    assert Captions(CaptionSpace(vectors=vectors)).describe()["weights"] == vectors.weights


def test_data_without_captions_of_its_photos_is_an_error(train: Pairs, colours: Dataset) -> None:
    away = colours.captions.assign(photo="nowhere.jpg")
    data = Dataset("away", colours.folder, False, "", colours._tables | {"captions": away})
    with pytest.raises(DataError, match="'away' has no captions of its own photos"):
        Captions().fit(Pairs(data, train.table))


def test_a_clone_keeps_the_settings() -> None:
    assert clone(Captions("tfidf")).get_params() == {"text": "tfidf"}
