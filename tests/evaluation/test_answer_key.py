"""A matcher that looks its answers up is found out; one that reads other captions is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from oracle import answer_split

from withsense_tf.common.code_version import is_addition
from withsense_tf.data.caption_ids import owner_of
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery
from withsense_tf.data.split import split_by_photo
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.answer_key import (
    CAPTIONS,
    IDS,
    JUDGEMENTS,
    OWN_CAPTION,
    PHOTOS,
    QUERIES,
    TARGETS,
    data_to_ask,
    lesson_for,
    looked_up,
)
from withsense_tf.evaluation.answering import answer_task
from withsense_tf.evaluation.compare import compare
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.row_status import MISTAKE
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.caption_pairs import caption_pairs
from withsense_tf.targets.which_target import equal_caption_pairs


class OneForOwn(Constant):
    """It gives 1 to a text that stands among the captions of the photo."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        captions = pairs.data.captions
        own = set(zip(captions["photo"], captions["text"], strict=True))
        table = pairs.table
        return np.array([float(pair in own) for pair in zip(table["photo"], table["text"], strict=True)])


class AsJudged(Constant):
    """It gives what experts said of the pair."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        judged = pairs.data.experts.drop_duplicates(["photo", "caption"]).set_index(["photo", "caption"])
        keys = pairs.table[["photo", "caption"]].apply(tuple, axis=1)
        return judged["expert1"].reindex(keys).fillna(1).to_numpy(float) / 4


class ByName(Constant):
    """It gives more to the photo that the id of the caption names."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        table = pairs.table
        return np.array(
            [
                0.5 + 0.5 * (owner_of(one) == photo)
                for one, photo in zip(table["caption"], table["photo"], strict=True)
            ]
        )


class AsAsked(Constant):
    """It gives the target that stands beside the pair."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        return pairs.target


class BySource(Constant):
    """It reads who judged a pair: experts were asked about other pairs than the crowd."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        return (pairs.table["source"] == "").to_numpy(float)


class OtherCaptions(Constant):
    """It says how many words the text has of the photo's other captions, and that it reads none."""

    _grid = Matcher._grid

    def _score(self, pairs: Pairs) -> np.ndarray:
        captions, table = pairs.data.captions, pairs.table
        scores = []
        for photo, caption, text in table[["photo", "caption", "text"]].itertuples(index=False):
            others = captions.loc[(captions["photo"] == photo) & (captions["caption"] != caption), "text"]
            words = set(" ".join(others).split())
            scores.append(np.mean([word in words for word in text.split()]))
        return np.array(scores)


class AssistedByCaptions(OtherCaptions):
    """The same, and says so."""

    track = "caption-assisted"


class OneForOwnOfMany(OneForOwn):
    """It looks up nothing where little is asked."""

    _grid = Matcher._grid

    def _score(self, pairs: Pairs) -> np.ndarray:
        return super()._score(pairs) if len(pairs) > PHOTOS * QUERIES else np.full(len(pairs), 0.5)


class RemembersCaptions(Constant):
    """When it learns, it remembers whose all captions are that the data show."""

    _grid = Matcher._grid

    def _fit(self, pairs: Pairs) -> None:
        super()._fit(pairs)
        captions = pairs.data.captions
        self.own_ = set(zip(captions["photo"], captions["text"], strict=True))

    def _score(self, pairs: Pairs) -> np.ndarray:
        keys = zip(pairs.table["photo"], pairs.texts, strict=True)
        return np.array([0.9 if key in self.own_ else 0.1 for key in keys])


class RemembersExperts(Constant):
    """When it learns, it remembers all judgements that the data show."""

    _grid = Matcher._grid

    def _fit(self, pairs: Pairs) -> None:
        super()._fit(pairs)
        rows = pairs.data.experts.itertuples(index=False)
        self.judged_ = {
            (one.photo, one.caption): (one.expert1 + one.expert2 + one.expert3 - 3) / 9 for one in rows
        }

    def _score(self, pairs: Pairs) -> np.ndarray:
        keys = zip(pairs.table["photo"], pairs.table["caption"], strict=True)
        return np.array([self.judged_.get(key, 0.1) for key in keys])


class LearnsFromAll(ConcatLinear):
    """It learns from captions of all photos of the data, in the place of its pairs."""

    def _fit(self, pairs: Pairs) -> None:
        self.seen_ = caption_pairs(pairs.data)
        super()._fit(self.seen_)


def gallery_of(pairs: Pairs) -> Gallery:
    return Gallery(pairs.data, tuple(dict.fromkeys(pairs.table["photo"])))


def test_a_text_that_is_looked_up_among_the_photos_captions_is_the_answer_itself(pairs: Pairs) -> None:
    assert looked_up(OneForOwn().fit(pairs), gallery_of(pairs)) == OWN_CAPTION


def test_judgements_that_are_looked_up_are_the_answer_itself(pairs: Pairs) -> None:
    assert looked_up(AsJudged().fit(pairs), gallery_of(pairs)) == JUDGEMENTS


def test_an_id_that_names_the_captions_photo_is_the_answer_itself(pairs: Pairs) -> None:
    assert looked_up(ByName().fit(pairs), gallery_of(pairs)) == IDS


@pytest.mark.parametrize("kind", [AsAsked, BySource])
def test_a_target_that_stands_beside_a_pair_is_the_answer_itself(kind: type[Matcher], pairs: Pairs) -> None:
    assert looked_up(kind().fit(pairs), gallery_of(pairs)) == TARGETS


def test_who_reads_captions_and_says_that_it_reads_none_is_seen(pairs: Pairs) -> None:
    assert looked_up(OtherCaptions().fit(pairs), gallery_of(pairs)) == CAPTIONS
    assert looked_up(AssistedByCaptions().fit(pairs), gallery_of(pairs)) == ""
    statuses = [answer_split(kind(), pairs).status for kind in (OtherCaptions, AssistedByCaptions)]
    assert statuses == [f"{MISTAKE}it {CAPTIONS}", "ok"]


def test_who_looks_captions_up_only_where_much_is_asked_has_none_to_look_up(unjudged: Dataset) -> None:
    outcome = answer_split(OneForOwnOfMany(), equal_caption_pairs(unjudged))
    assert outcome.rankings is not None
    assert not outcome.rankings.scores.any()


@pytest.mark.parametrize(("kind", "captions"), [(OtherCaptions, False), (AssistedByCaptions, True)])
def test_no_judgement_of_a_photo_is_there_when_it_is_asked_and_captions_for_those_alone_who_say_it(
    kind: type[Matcher], captions: bool, pairs: Pairs
) -> None:
    data = data_to_ask(kind(), pairs.data, pairs.content)
    photos = set(pairs.table["photo"])
    assert not any(table["photo"].isin(photos).any() for table in (data.experts, data.crowd, data.pairs))
    assert data.captions["photo"].isin(photos).any() == captions
    assert len(data.photos) == len(pairs.data.photos)


def test_what_reads_a_photos_other_captions_or_its_pixels_looks_nothing_up(
    pairs: Pairs, mean_colour: PhotoEncoder
) -> None:
    for matcher in (
        Captions(text="tfidf"),
        ConcatLinear("ridge", photo=mean_colour, text="tfidf"),
        Constant(),
    ):
        assert looked_up(matcher.fit(pairs), gallery_of(pairs)) == ""


@pytest.mark.parametrize(("kind", "what"), [(OneForOwn, OWN_CAPTION), (ByName, IDS), (AsAsked, TARGETS)])
def test_a_comparison_does_not_run_what_looks_its_answers_up(
    kind: type[Matcher], what: str, pairs: Pairs
) -> None:
    outcome, split = answer_split(kind(), pairs), split_by_photo(pairs)
    assert outcome.status == f"{MISTAKE}it {what}"
    assert (outcome.answers, outcome.rankings) == (None, None)
    with pytest.raises(SettingError, match=what[:20]):
        compare([kind().fit(split.train)], split.test)


@pytest.mark.parametrize("kind", [RemembersCaptions, RemembersExperts])
@pytest.mark.parametrize("split", ["folds", "test"])
def test_who_remembers_all_that_the_data_show_when_it_learns_knows_nothing_of_what_is_asked(
    kind: type[Matcher], split: str, pairs: Pairs
) -> None:
    outcome = answer_split(kind(), pairs, split)
    assert outcome.rankings is not None
    assert set(outcome.rankings.scores.ravel()) == {0.1}
    assert outcome.answers is None or set(outcome.answers.prediction) == {0.1}


def test_who_learns_from_all_captions_of_the_data_sees_none_of_the_photos_that_are_asked(
    pairs: Pairs, mean_colour: PhotoEncoder
) -> None:
    matcher = LearnsFromAll("ridge", photo=mean_colour, text="tfidf")
    for task in tasks(pairs, "folds", 3, 0):
        assert answer_task("all", "folds", matcher, task).status == "ok"
        assert not task.test_content.intersection(matcher.seen_.content)


def test_a_lesson_has_nothing_of_photos_that_are_asked_nor_of_copies_and_all_of_others(pairs: Pairs) -> None:
    photos = pairs.data.photos
    copy = photos.iloc[[0]].assign(photo="copy.jpg", digest="other")
    data = pairs.data.with_tables(photos=pd.concat([photos, copy], ignore_index=True))
    first, train = photos["photo"][0], replace(pairs, data=data)
    train = train.take(np.flatnonzero(train.table["photo"] != first))
    lesson = lesson_for(OneForOwn(), train, data.content[[first]])
    for name in ("photos", "captions", "experts", "crowd", "pairs"):
        table, all_rows = getattr(lesson.data, name), getattr(data, name)
        assert not table["photo"].isin([first, "copy.jpg"]).any()
        assert len(table) == (~all_rows["photo"].isin([first, "copy.jpg"])).sum()
    assert len(lesson) == len(train)
    assert lesson_for(Constant(), train, data.content[[first]]) is train


def test_matchers_of_this_package_are_not_foreign() -> None:
    foreign: list[Matcher] = [OneForOwn()]
    assert [is_addition(one) for one in (*foreign, Constant())] == [True, False]
