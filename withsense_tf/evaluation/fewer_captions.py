"""Let a matcher answer where the query is one of its photo's captions, without what is missing telling of it.

A query that is a caption is left out of its own photo's captions. By that alone it would be found: a mean over fewer
captions varies more. So every photo leaves out a caption where the right one does: the same of its own, counted within
the photo, and from the first again where it has fewer. Photos that are ranked leave out as many as it takes to have no
more than the right one: where that has none left, none is read at all.

Photos stand in the order of their captions: a matcher of another package is asked in another one, the same each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.common.code_version import is_addition
from withsense_tf.common.words import without_marks
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.evaluation.answer_key import asked_grid, asked_numbers, check_scale, data_to_ask
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.towers.base import points_remembered

SEED: Final = 0
PAIRS: Final = 200


def grid_of(matcher: Matcher, gallery: Gallery, queries: pd.DataFrame, typed: bool) -> np.ndarray:
    """Return the score of each photo for each query (caption, text), (queries, photos)."""
    if is_addition(matcher):
        gallery = Gallery(data_to_ask(matcher, gallery.data, gallery.content), gallery.names)
    if matcher.track != CAPTION_ASSISTED:
        return _grid(matcher, gallery, queries, typed)
    fewer = FewerCaptions(gallery.data, gallery.names, queries["caption"])
    scores = np.zeros((len(queries), len(gallery)))
    # Captions are others each time, the photos are the same.
    with points_remembered():
        # What the right photo has left is the most that any has.
        for rows, number, count in _alike(fewer.query_captions):
            data = gallery.data if number < 0 else fewer.data_without(number, count - 1)
            scores[rows] = _grid(matcher, Gallery(data, gallery.names), queries.iloc[rows], typed)
    return scores


def numbers_of(matcher: Matcher, test: Pairs) -> np.ndarray:
    """Return the number of each test pair, (pairs,); every photo leaves out one caption, whosever the pair's is."""
    if is_addition(matcher):
        numbers = np.zeros(len(test))
        order = np.random.default_rng(SEED).permutation(len(test))
        data = data_to_ask(matcher, test.data, test.content)
        pairs = Pairs(data, test.take(order).table, test.definition)
        numbers[order] = _numbers(matcher, pairs)
        check_scale(matcher, pairs.take(range(min(PAIRS, len(test)))))
        return numbers
    return _numbers(matcher, test)


def _numbers(matcher: Matcher, test: Pairs) -> np.ndarray:
    if matcher.track != CAPTION_ASSISTED:
        return asked_numbers(matcher, test)
    fewer = FewerCaptions(test.data, test.table["photo"], test.table["caption"])
    numbers = np.zeros(len(test))
    with points_remembered():
        for rows, number, _ in _alike(fewer.query_captions[["number"]].assign(count=0)):
            some = test.take(rows)
            data = test.data if number < 0 else fewer.data_without(number)
            numbers[rows] = asked_numbers(matcher, Pairs(data, some.table, some.definition))
    return numbers


class FewerCaptions:
    """The captions of some photos, counted within each photo; captions of the same words are one.

    `query_captions` has `number` and `count` of the captions that are queries: -1 where a text is no photo's caption.
    """

    def __init__(self, data: Dataset, photos: Iterable[str], query_ids: pd.Series[str]) -> None:
        self._data = data
        # By position, whatever the index: rows are taken out by it.
        captions = self._captions = data.captions.reset_index(drop=True)
        owners = captions.loc[captions["caption"].isin(query_ids), "photo"]
        some = captions.loc[captions["photo"].isin({*photos, *owners}), ["photo", "caption", "text"]]
        some["words"] = some["text"].map(without_marks)
        first = some.drop_duplicates(["photo", "words"])[["photo", "words"]]
        by_photo = first.groupby("photo", sort=False)["words"]
        first = first.assign(number=by_photo.cumcount(), count=by_photo.transform("size").astype(int))
        # A merge keeps the order of its left side.
        self._places = some.merge(first, on=["photo", "words"], how="left").set_axis(some.index)
        by_id = self._places.drop_duplicates("caption").set_index("caption")[["number", "count"]]
        self.query_captions = by_id.reindex(query_ids.to_numpy(object)).fillna(-1).astype(int)
        self._is_here = self._places["photo"].isin(set(photos)).to_numpy(bool)

    def data_without(self, number: int, most: int | None = None) -> Dataset:
        """Return the data set in which each photo leaves out its caption of this number, or so many as to have `most`.

        Further ones are those that follow, and after the last comes the first.
        """
        count = self._places["count"].to_numpy(int)
        behind = (self._places["number"].to_numpy(int) - number) % count
        is_left_out = behind < (1 if most is None else count - most)
        return self._data.with_tables(
            captions=self._captions.drop(self._places.index[is_left_out & self._is_here])
        )


def _alike(query_captions: pd.DataFrame) -> Iterator[tuple[np.ndarray, int, int]]:
    """Yield the rows that leave out alike, with their number and count."""
    kinds, kind = np.unique(query_captions[["number", "count"]].to_numpy(int), axis=0, return_inverse=True)
    for at, (number, count) in enumerate(kinds.tolist()):
        yield np.flatnonzero(kind == at), number, count


def _grid(matcher: Matcher, gallery: Gallery, queries: pd.DataFrame, typed: bool) -> np.ndarray:
    if is_addition(matcher):
        generator = np.random.default_rng(SEED)
        rows, columns = generator.permutation(len(queries)), generator.permutation(len(gallery))
        photos = Gallery(gallery.data, tuple(gallery.names[at] for at in columns))
        scores = np.zeros((len(rows), len(columns)))
        scores[np.ix_(rows, columns)] = _scores_of(matcher, photos, queries.iloc[rows], typed)
        return scores
    return _scores_of(matcher, gallery, queries, typed)


def _scores_of(matcher: Matcher, gallery: Gallery, queries: pd.DataFrame, typed: bool) -> np.ndarray:
    texts, captions = queries["text"].tolist(), queries["caption"].tolist()
    return asked_grid(matcher, gallery, Queries.of(texts, captions, typed=typed))
