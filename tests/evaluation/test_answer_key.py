"""A matcher that looks its answers up is found out; one that reads other captions is not."""

from __future__ import annotations

import numpy as np
import pytest
from oracle import answer_split

from withsense_tf.data.caption_ids import owner_of
from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery
from withsense_tf.data.split import split_by_photo
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.answer_key import IDS, JUDGEMENTS, OWN_CAPTION, TARGETS, is_foreign, looked_up
from withsense_tf.evaluation.compare import compare
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant


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
    assert outcome.status == f"not run: it {what}"
    assert (outcome.answers, outcome.rankings) == (None, None)
    with pytest.raises(SettingError, match=what[:20]):
        compare([kind().fit(split.train)], split.test)


def test_matchers_of_this_package_are_not_foreign() -> None:
    foreign: list[Matcher] = [OneForOwn()]
    assert [is_foreign(one) for one in (*foreign, Constant())] == [True, False]
