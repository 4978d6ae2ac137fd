"""Does a matcher look its answers up? A data set holds the queries beside their photos, and what judges said of them.

Each query of a measurement is a caption of a photo of the data set, so `pairs.data` says whose it is. Captions of the
same photo cannot be left out for all queries at once: each is another query's honest help. So some queries are asked
twice, with the query's own caption in the data set and without it. An id of a caption names its photo, and pairs have
targets beside them: so they are asked with other ones, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from withsense_tf.common.code_version import complaint, is_addition
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.errors import DataError
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED
from withsense_tf.matchers.base import Matcher, finite

# So many queries among so many photos show it, and cost nothing beside a training.
QUERIES: Final = 5
PHOTOS: Final = 10
# The same numbers computed in another order differ by less: by some 2e-6 behind a calibration.
CLOSE: Final = 1e-5
# A line through the targets leaves 0 to 1 here and there.
MOST_OUTSIDE: Final = 0.5
OWN_CAPTION: Final = "reads the query's own caption from pairs.data, which no user's query has"
JUDGEMENTS: Final = "reads the judgements of the photos that it is measured on from pairs.data"
IDS: Final = (
    "tells from a caption's id whose it is (an id says which captions are the same, and nothing more)"
)
CAPTIONS: Final = "reads captions of the photos that it ranks, which only track = 'caption-assisted' may"
TARGETS: Final = "reads target, weight or source of the pairs that it is asked, which nobody knows beforehand"


def looked_up(matcher: Matcher, gallery: Gallery) -> str:
    """Return what a fitted matcher reads of the answers to captions of these photos; nothing where it reads none."""
    data = gallery.data
    some = Gallery(data, tuple(gallery.names)[:PHOTOS])
    captions = data.captions
    some_captions = captions[captions["photo"].isin(some.names)].drop_duplicates("photo").head(QUERIES)
    if not len(some_captions):
        return ""
    without_judgements = {
        name: table[~table["photo"].isin(some.names)]
        for name, table in (("experts", data.experts), ("crowd", data.crowd), ("pairs", data.pairs))
    }
    ids = {
        one: f"caption {at}"
        for at, one in enumerate(captions.loc[captions["photo"].isin(some.names), "caption"])
    }
    under_other_ids = _with_ids(data, ids)
    for caption, photo, text in some_captions[["caption", "photo", "text"]].itertuples(index=False):
        # One at a time: what is said of this photo may help or hinder another query.
        without_query = {
            name: table[(table["photo"] != photo) | (table["text"] != text)]
            for name, table in (("captions", captions), ("queries", data.queries))
        }
        query = Queries.of([text], [caption])
        usual = _scores(matcher, some, query)
        for other, same_query, target, what in (
            (data.with_tables(**without_query), query, 0.0, OWN_CAPTION),
            (data.with_tables(**without_judgements), query, 0.0, JUDGEMENTS),
            (under_other_ids, Queries.of([text], [ids[caption]]), 0.0, IDS),
            (data, query, 0.75, TARGETS),
        ):
            scores = _scores(matcher, Gallery(other, some.names), same_query, target)
            if not np.allclose(usual, scores, rtol=0, atol=CLOSE):
                return what
    if matcher.track != CAPTION_ASSISTED:
        queries = Queries.of(some_captions["text"].tolist(), some_captions["caption"].tolist())
        blind = data.with_tables(captions=captions[~captions["photo"].isin(some.names)])
        usual, scores = (_scores(matcher, Gallery(one, some.names), queries) for one in (data, blind))
        if not np.allclose(usual, scores, rtol=0, atol=CLOSE):
            return CAPTIONS
    return ""


def description_of(matcher: Matcher) -> dict[str, str]:
    """Return what a matcher says of itself; of another package's that cannot, what its class says.

    Its row is where the mistake is told, so what comes before any row goes on without it.
    """
    in_short = Matcher.describe(matcher)
    try:
        return in_short | matcher.describe()
    except Exception as error:
        if not complaint(error, matcher):
            raise
        return in_short


def lesson_for(matcher: Matcher | type[Matcher], train: Pairs, content: Iterable[str]) -> Pairs:
    """Return the pairs to train on; for a matcher of another package, their data have no photo with such contents."""
    if not is_addition(matcher):
        return train
    return replace(train, data=_without(train.data, content))


def data_to_ask(matcher: Matcher, data: Dataset, content: Iterable[str]) -> Dataset:
    """Return the data to ask about photos with such contents; for a matcher of another package, without judgements.

    Nor are there captions of these photos where its track says that it reads none.
    """
    if not is_addition(matcher):
        return data
    if matcher.track != CAPTION_ASSISTED:
        return _without(data, content, but={"photos"})
    return _without(data, content, but=set(data._tables).difference(("experts", "crowd", "pairs", "queries")))


def asked_numbers(matcher: Matcher, pairs: Pairs) -> np.ndarray:
    """Return the numbers of pairs, (pairs,); raise where a `predict` of another package gives something else."""
    numbers = finite(f"{matcher.name}: predict", matcher.predict(pairs), (len(pairs),))
    if numbers.min(initial=0) < 0 or numbers.max(initial=1) > 1:
        span = f"from {numbers.min():g} to {numbers.max():g}"
        raise DataError(f"{matcher.name}: predict must return numbers from 0 to 1, got numbers {span}.")
    return numbers


def asked_grid(matcher: Matcher, gallery: Gallery, queries: Queries) -> np.ndarray:
    """Return the scores of photos for queries, (queries, photos); raise where a `grid` gives something else."""
    return finite(f"{matcher.name}: grid", matcher.grid(gallery, queries), (len(queries), len(gallery)))


def check_scale(matcher: Matcher, pairs: Pairs) -> float:
    """Return which share of a matcher's scores lies outside 0 to 1, and so is cut off; raise where most do."""
    if type(matcher)._score is Matcher._score:
        return 0.0
    scores = matcher._checked_scores(pairs)
    outside = float(((scores < 0) | (scores > 1)).mean())
    if outside > MOST_OUTSIDE:
        raise DataError(
            f"{outside:.0%} of its scores lie outside 0 to 1 (from {scores.min():g} to {scores.max():g}) and are cut "
            "off: bring them to that scale."
        )
    return outside


def _without(data: Dataset, content: Iterable[str], but: Collection[str] = ()) -> Dataset:
    """Return the data set without rows of photos with such contents, or of copies, in all tables but some."""
    group_of, groups = data.group_by_content, data.groups
    copies = groups.index[groups.isin({group_of.get(one, one) for one in content})]
    tables = {
        name: table[~table["photo"].isin(copies)].reset_index(drop=True)
        for name, table in data._tables.items()
        if name not in but and "photo" in table
    }
    return data.with_tables(**tables)


def _with_ids(data: Dataset, ids: Mapping[str, str]) -> Dataset:
    """Return the data set with other ids of captions, the same ones in all tables."""
    tables = {
        name: table.assign(caption=table["caption"].map(ids).fillna(table["caption"]))
        for name in ("captions", "queries", "pairs", "experts", "crowd", "other_texts")
        if "caption" in (table := getattr(data, name))
    }
    return data.with_tables(**tables)


def _scores(matcher: Matcher, gallery: Gallery, queries: Queries, target: float = 0.0) -> np.ndarray:
    """Return the scores that rank photos, and the numbers of pairs with such a target, one behind the other."""
    pairs = cross_pairs(gallery, queries)
    if target:
        table = pairs.table.assign(target=target, weight=2.0, source="experts")
        pairs = Pairs(pairs.data, table, pairs.definition)
    return np.concatenate([asked_grid(matcher, gallery, queries).ravel(), asked_numbers(matcher, pairs)])
