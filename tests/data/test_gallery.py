from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, NotFittedError
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant


class Lengths(Matcher):
    """Score by the lengths of the photo's name and of the text; `grid` is the one that all matchers have."""

    track = "image-only"
    name = "lengths"

    def _fit(self, pairs: Pairs) -> None:
        self.longest_ = 100

    def _score(self, pairs: Pairs) -> np.ndarray:
        table = pairs.table
        return (10 * table["photo"].str.len() + table["text"].str.len()).to_numpy(float) / self.longest_


class Broken(Lengths):
    """Give a grid that is handed in."""

    def __init__(self, answer: np.ndarray) -> None:
        self.answer = answer

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return self.answer


def test_a_photo_that_the_data_has_not_is_an_error(colours: Dataset) -> None:
    with pytest.raises(
        DataError, match=rf"of '{colours.name}', not 'zebra\.jpg': data\.photos has their names"
    ):
        Gallery(colours, ("red_plain_0.jpg", "zebra.jpg"))


def test_a_gallery_of_no_photos_is_an_error(colours: Dataset) -> None:
    with pytest.raises(DataError, match="not none at all"):
        Gallery(colours, ())


def test_a_gallery_keeps_the_order_that_it_was_given(colours: Dataset) -> None:
    names = ("red_plain_3.jpg", "blue_plain_0.jpg", "away_0.jpg")
    gallery = Gallery(colours, names)
    assert [path.name for path in gallery.paths] == list(names)
    assert gallery.content == colours.content.loc[list(names)].tolist()


def test_queries_without_ids_have_empty_ones() -> None:
    assert Queries.of(["a", "b"]).captions == ("", "")


def test_queries_need_an_id_for_each_text_or_none() -> None:
    with pytest.raises(DataError, match="2 texts"):
        Queries.of(["a", "b"], ["x.jpg#0"])


def test_one_text_in_place_of_several_gets_advice() -> None:
    with pytest.raises(DataError, match=r"\['a red wall'\]"):
        Queries.of("a red wall")


def test_crossed_pairs_come_query_by_query(colours: Dataset) -> None:
    gallery = Gallery(colours, ("red_plain_0.jpg", "blue_plain_0.jpg"))
    table = cross_pairs(gallery, Queries.of(["a", "b"], ["x.jpg#0", ""])).table
    assert table["photo"].tolist() == ["red_plain_0.jpg", "blue_plain_0.jpg"] * 2
    assert table["text"].tolist() == ["a", "a", "b", "b"]
    assert table["caption"].tolist() == ["x.jpg#0", "x.jpg#0", "", ""]


def test_a_grid_has_the_scores_of_the_crossed_pairs(judged: Pairs, colours: Dataset) -> None:
    names = ("red_plain_0.jpg", "green_striped_1.jpg", "away_0.jpg")
    grid = Lengths().fit(judged).grid(Gallery(colours, names), Queries.of(["a", "bb"]))
    expected = [[(10 * len(name) + len(text)) / 100 for name in names] for text in ("a", "bb")]
    np.testing.assert_allclose(grid, expected)


def test_grid_and_predict_agree_where_nothing_is_calibrated(
    train: Pairs, gallery: Gallery, queries: Queries, mean_colour: PhotoEncoder
) -> None:
    matcher = ConcatLinear("ridge", photo=mean_colour).fit(train)
    predicted = matcher.predict(cross_pairs(gallery, queries)).reshape(len(queries), len(gallery))
    np.testing.assert_allclose(matcher.grid(gallery, queries).clip(0, 1), predicted, atol=1e-6)


def test_a_grid_of_no_queries_has_no_rows(judged: Pairs, gallery: Gallery) -> None:
    assert Constant().fit(judged).grid(gallery, Queries.of([])).shape == (0, len(gallery))


def test_a_grid_before_fit_is_an_error(gallery: Gallery, queries: Queries) -> None:
    with pytest.raises(NotFittedError, match="call fit"):
        Lengths().grid(gallery, queries)


@pytest.mark.parametrize(
    "answer", [np.zeros((2, 11)), np.zeros(20), np.full((2, 10), np.nan), np.full((2, 10), np.inf)]
)
def test_a_grid_of_another_shape_or_of_no_numbers_is_an_error(
    judged: Pairs, gallery: Gallery, answer: np.ndarray
) -> None:
    matcher = Broken(answer).fit(judged)
    with pytest.raises(DataError, match="lengths: _grid must return"):
        matcher.grid(gallery, Queries.of(["a", "b"]))


def test_a_grid_is_float64(judged: Pairs, gallery: Gallery) -> None:
    matcher = Broken(np.zeros((2, 10), np.float32)).fit(judged)
    assert matcher.grid(gallery, Queries.of(["a", "b"])).dtype == np.float64


def test_the_store_gives_vectors_in_the_order_of_the_photos(
    gallery: Gallery, mean_colour: PhotoEncoder
) -> None:
    vectors = VectorStore().vectors_of(mean_colour, gallery.content, gallery.paths)
    # A JPEG encoder decodes alike each time, so equal files give equal numbers.
    np.testing.assert_allclose(vectors, mean_colour.encode(gallery.paths), atol=1e-6)


def test_the_store_encodes_a_photo_that_is_asked_for_twice_once(
    gallery: Gallery, mean_colour: PhotoEncoder
) -> None:
    content, paths = gallery.content[:2] * 3, gallery.paths[:2] * 3
    vectors = VectorStore().vectors_of(mean_colour, content, paths)
    assert mean_colour.encoded == 2  # type: ignore[attr-defined]  # the test's encoder counts
    np.testing.assert_array_equal(vectors[:2], vectors[4:])


def test_what_is_to_be_ranked_is_shown_in_a_line_however_much_it_is(colours: Dataset) -> None:
    names = tuple(colours.photos["photo"])
    assert repr(Gallery(colours, names)) == f"Gallery({len(names)} photos of {colours.name})"
    assert (
        repr(Queries.of(["a dog", "a cat", "a cow", "an elk"]))
        == "Queries('a dog', 'a cat', 'a cow' and 1 more)"
    )
