"""Let a matcher answer where a query is all that was said of its photo.

Without its own caption that photo has none, and every other photo has some: that alone would betray which one is right,
whatever the query says. So for such a query no photo's captions are there to be read.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.matchers.base import Matcher
from withsense_tf.targets.caption_pairs import is_of_captions, lone_photos


def is_lone(data: Dataset, captions: pd.Series[str]) -> np.ndarray:
    """Return which of these captions, by their ids, are all that was said of their photo, bool, (captions,)."""
    table = data.captions
    owners = table.loc[table["caption"].isin(captions), "photo"]
    some = table[table["photo"].isin(owners)]
    lone = some.loc[some["photo"].isin(lone_photos(some)), "caption"]
    return captions.isin(lone).to_numpy(bool)


def grid_of(matcher: Matcher, gallery: Gallery, queries: pd.DataFrame, typed: bool) -> np.ndarray:
    """Return the score of each photo for each query (caption, text), (queries, photos)."""
    lone = is_lone(gallery.data, queries["caption"])
    scores = np.zeros((len(queries), len(gallery)))
    for is_asked, photos in (
        (~lone, gallery),
        (lone, Gallery(_bare(gallery.data, gallery.names), gallery.names)),
    ):
        if is_asked.any():
            some = queries[is_asked]
            some_queries = Queries.of(some["text"].tolist(), some["caption"].tolist(), typed=typed)
            scores[is_asked] = matcher.grid(photos, some_queries)
    return scores


def numbers_of(matcher: Matcher, test: Pairs) -> np.ndarray:
    """Return the number of each test pair, (pairs,); where people judged, the target is not whose a caption is."""
    lone = is_lone(test.data, test.table["caption"]) if is_of_captions(test) else np.zeros(len(test), bool)
    if not lone.any():
        return matcher.predict(test)
    numbers = np.zeros(len(test))
    some = test.take(np.flatnonzero(lone))
    numbers[lone] = matcher.predict(Pairs(_bare(test.data, test.table["photo"]), some.table, some.definition))
    if not lone.all():
        numbers[~lone] = matcher.predict(test.take(np.flatnonzero(~lone)))
    return numbers


def _bare(data: Dataset, photos: Iterable[str]) -> Dataset:
    """Return the data set without what was said of these photos."""
    captions = data.captions
    return data.with_tables(captions=captions[~captions["photo"].isin(set(photos))])
