"""A fitted matcher and its training pairs -> the chance that the best photo is a match, learned out of fold.

Training photos stand where they would if they had not been learned from, and each caption is a query that its own photo
answers by its pixels and its other captions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.common.blas_threads import one_blas_thread
from withsense_tf.common.terminal import steps
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.chance.chance_examples import WEIGHTS, Example, ExampleMaker
from withsense_tf.matchers.chance.familiarity import FEWEST, Familiarity
from withsense_tf.matchers.chance.match_chance import (
    REST,
    BestPhotos,
    ChanceLine,
    MatchChance,
    chance_features,
    first_and_margin,
    look_features,
)
from withsense_tf.matchers.chance.query_grids import QueryGrids, query_grids
from withsense_tf.matchers.chance.russian_examples import RussianExampleMaker
from withsense_tf.matchers.chance.word_looks import WordLooks
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.own_captions import captions_of, texts_to_learn_from
from withsense_tf.matchers.towers.base import Towers

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Pairs
    from withsense_tf.matchers.base import Matcher

LEARNING: Final = "Learning when no photo fits"
PARTS: Final = 4
# Fewer photos say too little; more cost time and say the same.
FEWEST_PHOTOS: Final = 60
MOST_PHOTOS: Final = 600
# The best of few photos fits less than the best of many.
GALLERIES: Final = (50, 200, MOST_PHOTOS)
# So large a share of own captions is to be answered. With captions, what is there is told better. Chosen on captioned
# photos of Flickr8k that nothing else is measured on; in Russian, so that no fewer queries are answered than were
# before words were translated.
ANSWERED_SHARE: Final = {
    "pixels": 0.88, "captions": 0.965,
    "foreign pixels": 0.88, "foreign captions": 0.965,
    "translated pixels": 0.90, "translated captions": 0.94,
}  # fmt: skip
# So many of the queries that are made up for no photo may be answered where own captions leave room; and more where
# photos are so few that these queries lie nearer to them than what people ask for in vain does.
MADE_UP_SHARE: Final = 0.10
MOST_MADE_UP: Final = 0.40
PHOTOS_WITH_ROOM: Final = 60
FEWEST_WITH_ROOM: Final = 60


@dataclass(frozen=True)
class NoChance:
    """Why a matcher learned no chance, as the end of a sentence."""

    reason: str


def match_chance(matcher: Matcher) -> MatchChance | None:
    """Return the chance of a fitted matcher, learned now if it was not before; it stays with the matcher.

    None where its kind has none, where too few captions teach it, and where a matcher was saved before there was one:
    then the least number decides.
    """
    if not hasattr(matcher, "chance_") and hasattr(matcher, "_lesson"):
        with steps(PARTS, "parts", even=False) as next_one:
            answer = learn_chance(matcher, matcher._lesson, next_part=partial(next_one, LEARNING))
        del matcher._lesson
        matcher.chance_ = answer if isinstance(answer, MatchChance) else None
        matcher._no_chance = answer if isinstance(answer, NoChance) else None
    chance: MatchChance | None = getattr(matcher, "chance_", None)
    return chance


def why_no_chance(matcher: Matcher) -> str:
    """Return why a fitted matcher has no chance, as the end of a sentence; empty where it has one."""
    if match_chance(matcher) is not None:
        return ""
    no_chance: NoChance | None = getattr(matcher, "_no_chance", None)
    return "it was saved without one" if no_chance is None else no_chance.reason


@one_blas_thread()
def learn_chance(
    matcher: Matcher, pairs: Pairs, next_part: Callable[[], object] = lambda: None
) -> MatchChance | NoChance:
    """Return the chance of a matcher, or why its kind has none or nothing teaches it.

    `next_part` is called before each of the `PARTS` of the work: words, English queries, their lines, Russian ones.
    """
    next_part()
    towers = matcher.towers_ if isinstance(matcher, Hybrid) else matcher
    if not isinstance(towers, Towers | Captions):
        return NoChance("towers, captions and hybrid learn one, and this is none of them")
    photos = _photos(towers, pairs)
    if len(photos) < FEWEST_PHOTOS:
        return NoChance(
            f"{len(photos)} of its photos have captions to learn it from, and {FEWEST_PHOTOS} are needed"
        )
    own = captions_of(pairs.data)
    own = own[own["photo"].isin(photos["photo"])]
    place = {photo: at for at, photo in enumerate(photos["photo"])}
    owner = own["photo"].map(place).to_numpy(int)
    texts, groups = texts_to_learn_from(pairs)
    taught_photos = frozenset(groups) & frozenset(place)
    familiarity = Familiarity(getattr(towers.text_, "vectors_", None)).fit(texts, groups, taught_photos)
    texts_of = own["text"].tolist()
    maker = ExampleMaker(texts_of, owner, familiarity.photos_with_, familiarity.photo_count_, seed=0)
    if not maker.is_possible:
        return NoChance("its captions name too few things in English")
    gallery = Gallery(pairs.data, tuple(photos["photo"]))
    rows = None if isinstance(towers, Captions) else towers.unseen_rows(gallery.content, gallery.paths)
    lesson_of = partial(_Lesson.of, matcher, gallery, rows, own["caption"].tolist(), owner)
    next_part()
    english = lesson_of(maker)
    # Words of a caption that taught are those of one photo more.
    fewest = FEWEST + bool(taught_photos)
    chance = MatchChance(familiarity, {}, _word_looks(familiarity, towers, english.grids))
    is_foreign = familiarity.vectors is not None
    next_part()
    chance = _fit_lines(chance, english, ("", "foreign ")[: 1 + is_foreign], fewest)
    next_part()
    russian_maker = RussianExampleMaker(texts_of, owner, familiarity, seed=1)
    if is_foreign and russian_maker.is_possible:
        chance = _fit_lines(chance, lesson_of(russian_maker), ("translated ",), fewest)
    return chance


def _photos(towers: Towers | Captions, pairs: Pairs) -> pd.DataFrame:
    """Return photos of the pairs that have captions and were not learned from, or can be taken so; none twice."""
    table = pairs.table.assign(content=pairs.content, group=pairs.group)
    table = table[table["photo"].isin(captions_of(pairs.data)["photo"])]
    table = table.drop_duplicates("group").sort_values("content")
    if isinstance(towers, Towers):
        table = table[table["content"].isin(towers.unseen_content(table["content"].tolist()))]
    order = np.random.default_rng(0).permutation(len(table))[:MOST_PHOTOS]
    return table.iloc[np.sort(order)]


def _word_looks(familiarity: Familiarity, towers: Towers | Captions, grids: QueryGrids) -> WordLooks | None:
    """Return what sees each word by itself; None where words have no vectors of their own, or photos no points."""
    if familiarity.vectors is None or grids.points is None or isinstance(towers, Captions):
        return None
    looks = WordLooks(familiarity).fit(towers.text_points, grids.points)
    return looks if looks.is_possible else None


@dataclass(frozen=True, eq=False)
class _Lesson:
    """Examples, whose captions belong to the photos `owner`, and what a matcher says of them and these photos."""

    examples: Sequence[Example]
    owner: np.ndarray
    maker: ExampleMaker
    grids: QueryGrids

    @classmethod
    def of(
        cls,
        matcher: Matcher,
        gallery: Gallery,
        rows: np.ndarray | None,
        captions: Sequence[str],
        owner: np.ndarray,
        maker: ExampleMaker,
    ) -> _Lesson:
        examples = maker.examples()
        queries = Queries.of(
            [example.text for example in examples],
            [captions[example.caption] if example.caption >= 0 else "" for example in examples],
        )
        return cls(examples, owner, maker, query_grids(matcher, gallery, queries, rows))

    def best(self, part: str, size: int) -> list[tuple[Example, str, BestPhotos]]:
        """Return each example with its kind and the best of so many photos; own ones once more without theirs."""
        photos = self.grids.cosines.shape[1]
        some = np.zeros(photos, bool)
        some[np.random.default_rng(size).permutation(photos)[:size]] = True
        rows = []
        for at, example in enumerate(self.examples):
            own = int(self.owner[example.caption]) if example.caption >= 0 else -1
            for kind in (example.kind, "without") if example.kind == "own" else (example.kind,):
                here = some.copy()
                if own >= 0 and (example.has_match or kind == "without"):
                    here[own] = kind != "without"
                forms_of = partial(self.maker.forms_beside, caption=example.caption)
                rows.append((example, kind, self.grids.best(part, at, here, forms_of)))
        return rows


def _fit_lines(
    chance: MatchChance, lesson: _Lesson, kinds_of_query: Sequence[str], fewest: int
) -> MatchChance:
    """Fit a line for each case on the best photos of galleries of several sizes, with each own photo and without it."""
    lines = dict(chance.lines)
    # Pixels alone leave no room, there near misses come in with the first; nor do photos in which few things are.
    has_room = lesson.grids.cosines.shape[1] >= FEWEST_WITH_ROOM
    share = made_up_share(chance.familiarity.photo_count_)
    for part in lesson.grids.parts:
        spare = share if part == "captions" and has_room else 0.0
        rows = [row for size in GALLERIES for row in lesson.best(part, size)]
        kinds = np.array([kind for _, kind, _ in rows])
        has_match = np.array([example.has_match for example, _, _ in rows])
        texts = [example.text for example, _, _ in rows]
        best = [one for _, _, one in rows]
        margins = np.array(
            [_usual_margin([getattr(one, name) for one in best]) for name in ("scores", "numbers")]
        )
        for case in [f"{kind}{part}" for kind in kinds_of_query]:
            features = chance_features(chance.familiarity, texts, best, case, fewest, margins)
            if chance.looks is not None:
                # Captions are no examples of words that no English ones are known for, but theirs can be seen so.
                left_out = case.startswith("foreign")
                by_word = look_features(chance.looks, texts, best, case, left_out=left_out)
                features = np.column_stack([features, by_word])
            line = _fit_line(features, kinds, has_match, ANSWERED_SHARE[case], spare)
            lines[case] = replace(line, margins=margins)
    return replace(chance, lines=lines)


def made_up_share(photo_count: int) -> float:
    """Return how many of the made-up queries may be answered where so many photos taught the words of captions."""
    return min(MOST_MADE_UP, max(MADE_UP_SHARE, PHOTOS_WITH_ROOM / photo_count))


def _usual_margin(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the slope and constant by which a first value tells its margin, from those with a whole rest."""
    whole = np.array([first_and_margin(one) for one in values if len(one) > REST]).reshape(-1, 2)
    if len(np.unique(whole[:, 0])) < 2:
        return 0.0, 0.0
    slope, constant = np.polyfit(whole[:, 0], whole[:, 1], 1)
    return float(slope), float(constant)


def _fit_line(
    features: np.ndarray,
    kinds: np.ndarray,
    has_match: np.ndarray,
    answered_share: float,
    spare: float = 0.0,
) -> ChanceLine:
    """Fit a logistic line, each kind by its weight; the least chance is that which so many own captions have.

    Where fewer than the share `spare` of the made-up queries have as much, it is that which so many of these have:
    captions of few photos are too easy for their own photo, and what people type is harder.
    """
    from sklearn.linear_model import LogisticRegression

    each = {kind: WEIGHTS[kind] / np.sum(kinds == kind) for kind in np.unique(kinds).tolist()}
    weight = np.array([each[kind] for kind in kinds.tolist()])
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < 1e-9] = 1.0
    target = has_match & (kinds != "without")
    fit = LogisticRegression(max_iter=1_000)
    fit.fit((features - centre) / spread, target, sample_weight=weight / weight.mean())
    weights = fit.coef_[0] / spread
    chance = ChanceLine(weights, float(fit.intercept_[0] - centre @ weights), 0.0)
    least = np.quantile(chance.apply(features[kinds == "own"]), 1 - answered_share)
    if spare:
        made_up = ~target & (kinds != "without")
        least = min(least, np.quantile(chance.apply(features[made_up]), 1 - spare))
    return ChanceLine(chance.weights, chance.intercept, float(least))
