from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common import terminal
from withsense_tf.common.fingerprints import LastMade
from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders import make_encoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import NoCaptionsError, SettingError, WeightsMissingError
from withsense_tf.matchers import own_captions
from withsense_tf.matchers.alone.photos_alone import PhotosAlone
from withsense_tf.matchers.base import for_search_alone
from withsense_tf.matchers.chance.learn_chance import match_chance
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.fitted import adapted_matcher, check_learner, fitted_matcher, training_pairs
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.calibrated_on import CalibratedOn


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.default()


def test_it_learns_from_the_pairs_that_the_law_allows(
    colours: Dataset, policy: Policy, store: VectorStore
) -> None:
    matcher = fitted_matcher("captions", colours, policy, store)
    allowed, _ = policy.split(colours)
    assert matcher.law == allowed.law != ""
    assert matcher.fitted_content_ == frozenset(relevance(allowed, crowd=None).content)
    assert isinstance(matcher.text_, CaptionSpace)


def test_what_may_take_a_minute_is_named_meanwhile(
    colours: Dataset, policy: Policy, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    monkeypatch.setattr(terminal._PlainProgress, "__call__", lambda self, what, count=1: names.append(what))
    monkeypatch.setattr(own_captions, "made_once", lambda _, make: make())  # another test may have made it
    monkeypatch.setattr(own_captions, "_spaces", LastMade(1))
    match_chance(fitted_matcher("captions", colours, policy, store))
    parts = ["Reading the captions by the law", "Learning from the captions", "Learning when no photo fits"]
    assert [name for name in dict.fromkeys(names) if name in parts] == parts


def test_the_folder_of_a_saved_matcher_is_loaded(
    colours: Dataset, policy: Policy, store: VectorStore, tmp_path: Path
) -> None:
    matcher = fitted_matcher("captions", colours, policy, store)
    folder = save_matcher(matcher, tmp_path / "saved")
    loaded = fitted_matcher(str(folder), colours, policy, store)
    pairs = relevance(colours, crowd=None)
    # Numbers of sentences differ in the last digits with the batch that they were in, and numbers of steps by more.
    np.testing.assert_allclose(loaded.cosines(pairs), matcher.cosines(pairs), atol=1e-6)


def test_the_word_vectors_of_the_command_line_reach_the_space(
    colours: Dataset, policy: Policy, store: VectorStore, tmp_path: Path
) -> None:
    (tmp_path / "own.txt").write_text("red 1 0\nwall 0 1\n")
    matcher = fitted_matcher("captions", colours, policy, store, vectors=tmp_path / "own.txt")
    assert "own.txt" in matcher.describe()["text"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hybird", "Did you mean 'hybrid'"),
        ("constant", "is not known"),
        ("./none/saved", "there is no such folder of a saved matcher"),
        ("hybrid:clip", "hybrid takes no 'preset'"),
    ],
)
def test_what_names_no_matcher_to_search_with_is_refused(
    name: str, message: str, colours: Dataset, policy: Policy, store: VectorStore
) -> None:
    with pytest.raises(SettingError, match=message):
        fitted_matcher(name, colours, policy, store)


def test_a_matcher_or_weights_that_are_not_there_are_said_before_any_photo_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match="Did you mean 'hybrid'"):
        check_learner("hybird", tmp_path, "random")
    check_learner("hybrid", tmp_path, "random")
    monkeypatch.setattr(make_encoder, "package_version", lambda _: None)
    monkeypatch.setattr(make_encoder, "keras_has_weights", lambda _: False)
    with pytest.raises(WeightsMissingError, match="No weights that were trained on photos"):
        check_learner("hybrid", tmp_path, "auto")


def test_what_is_only_to_search_by_needs_a_search_form_before_it_is_trained(
    colours: Dataset, policy: Policy, store: VectorStore
) -> None:
    own = "withsense_tf.matchers.constant:Constant"
    with for_search_alone(), pytest.raises(SettingError, match="has no search_form"):
        fitted_matcher(own, colours, policy, store)
    assert isinstance(fitted_matcher(own, colours, policy, store), Constant)  # `train` keeps it


def test_where_nobody_judged_captions_are_learned_from_and_the_matcher_says_so(
    unjudged: Dataset, policy: Policy, store: VectorStore, tmp_path: Path
) -> None:
    matcher = fitted_matcher("captions", unjudged, policy, store)
    assert matcher.calibrated_on.by == "captions"
    assert matcher.calibrated_on.data == "colours"
    loaded = load_matcher(save_matcher(matcher, tmp_path / "saved"))
    assert loaded.calibrated_on == matcher.calibrated_on


def test_a_handful_of_judgements_gives_way_to_captions(
    colours: Dataset, policy: Policy, store: VectorStore
) -> None:
    few = colours.with_tables(experts=colours.experts.iloc[:9], crowd=colours.crowd.iloc[:0])
    assert fitted_matcher("captions", few, policy, store).calibrated_on.by == "captions"


def test_the_crowd_alone_is_a_judge_too(colours: Dataset) -> None:
    experts = colours.experts
    crowd = experts[["photo", "caption"]].assign(share=1.0, yes=3, no=0)
    pairs = training_pairs(colours.with_tables(experts=experts.iloc[:0], crowd=crowd))
    assert set(pairs.table["source"]) == {"crowd"}


def test_photos_that_the_law_keeps_back_lend_no_captions(
    unjudged: Dataset, policy: Policy, store: VectorStore
) -> None:
    captions = unjudged.captions
    is_red = captions["photo"].str.startswith("red_")
    of_children = unjudged.with_tables(
        captions=captions.assign(text=captions["text"].where(~is_red, captions["text"] + " with a child"))
    )
    matcher = fitted_matcher("captions", of_children, policy, store)
    red = unjudged.photos.loc[unjudged.photos["photo"].str.startswith("red_"), "digest"]
    assert matcher.fitted_content_
    assert not matcher.fitted_content_ & set(red)
    assert "child" not in matcher.text_.known_words


def test_without_captions_the_default_sees_photos_alone_and_others_say_what_they_need(
    undescribed: Dataset, policy: Policy, store: VectorStore
) -> None:
    drawn = replace(undescribed, synthetic=True)  # for the network that comes with the package
    matcher = fitted_matcher("hybrid", drawn, policy, store)
    assert isinstance(matcher, PhotosAlone)
    assert matcher.law == policy.version
    with pytest.raises(NoCaptionsError, match="at least two training photos"):
        fitted_matcher("captions", drawn, policy, store)


def test_where_there_is_nothing_to_learn_a_saved_matcher_stays_as_it_is(
    colours: Dataset, undescribed: Dataset, policy: Policy, store: VectorStore
) -> None:
    matcher = fitted_matcher("captions", colours, policy, store)
    assert adapted_matcher(matcher, undescribed, policy) is matcher


def test_a_matcher_that_cannot_be_adapted_says_so(
    colours: Dataset, unjudged: Dataset, policy: Policy, store: VectorStore
) -> None:
    matcher = fitted_matcher("captions", colours, policy, store)
    with pytest.raises(SettingError, match=r"own captions cannot be adapted.*closed_form and hybrid can"):
        adapted_matcher(matcher, unjudged, policy)


def test_where_some_photos_are_judged_they_calibrate_and_all_that_are_described_teach(
    colours: Dataset, policy: Policy, store: VectorStore
) -> None:
    experts = colours.experts
    some = colours.with_tables(experts=experts[experts["photo"].str.endswith("_0.jpg")])
    matcher = fitted_matcher("closed_form", replace(some, synthetic=True), policy, store)
    assert matcher.calibrated_on == CalibratedOn("judged", "colours", 80)
    captions = policy.split(some)[0].captions
    described = captions.loc[captions["part"] == "train", "photo"].unique()
    here = colours.content[colours.content.index.isin(described)]
    assert set(here) <= matcher.fitted_content_
    assert len(here) >= 40
