from __future__ import annotations

import errno
import gc
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from oracle import Missing, Oracle, answer_split

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.evaluation.answer_key import description_of
from withsense_tf.evaluation.answering import answer_pairs, heap_freezer, join, settings_of
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.protocol import Task, tasks
from withsense_tf.evaluation.result_rows import row_of
from withsense_tf.evaluation.row_status import MISTAKE, is_broken
from withsense_tf.experiments.studies.ablations import answer
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import Training


def test_every_pair_is_answered_once_by_a_model_that_has_not_seen_its_photo(
    pairs: Pairs, oracle_outcome: Outcome
) -> None:
    answers = oracle_outcome.answers  # the oracle itself asserts that the photos are unseen
    assert answers is not None
    answered = pd.MultiIndex.from_arrays([answers.photo, answers.caption])
    assert sorted(answered) == sorted(zip(pairs.table["photo"], pairs.table["caption"], strict=True))


def test_each_fold_ranks_its_own_photos_for_all_of_their_captions(oracle_outcome: Outcome) -> None:
    rankings = oracle_outcome.rankings
    assert rankings is not None
    assert len(rankings.text) == 6 * 5
    assert set(rankings.per_query.size) == {2}
    assert rankings.per_query.figures().recall_1 == 1


def test_test_photos_are_ranked_by_a_model_of_all_others(pairs: Pairs) -> None:
    outcome = answer_split(Oracle(), pairs, "test")
    assert outcome.answers is None
    assert outcome.train_photos == 6
    assert outcome.rankings is not None
    assert set(outcome.rankings.per_query.photo) == {"gnu.jpg", "hen.jpg"}


def test_a_model_without_its_weights_is_not_run_and_nothing_stands_in_for_it(pairs: Pairs) -> None:
    outcome = answer_split(Missing(), pairs)
    assert outcome.status == "not run: weights not available: no such preset"
    assert outcome.about["weights"] == "not available"
    assert (outcome.answers, outcome.rankings) == (None, None)


class Typo(Constant):
    """It asks for a column that is not there."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        return pairs.table["txet"].to_numpy(float)


class OwnTypo(Typo):
    """The same in this package."""

    __module__ = "withsense_tf.typo"


def test_a_mistake_in_another_packages_matcher_is_said_in_its_row_and_one_of_our_own_is_raised(
    pairs: Pairs,
) -> None:
    outcome = answer_split(Typo(), pairs)
    assert re.fullmatch(
        rf"not run: a mistake: {__name__}:Typo failed in predict: KeyError: 'txet' \(test_answering.py, line \d+, in "
        r"_score\)",
        outcome.status,
    )
    assert (outcome.answers, outcome.rankings) == (None, None)
    assert is_broken(row_of(outcome))
    with pytest.raises(KeyError):
        answer_split(OwnTypo(), pairs)


class Speechless(Constant):
    """It cannot say what it is."""

    def describe(self) -> dict[str, str]:
        return {"weights": self.network_.name}


def test_a_matcher_of_another_package_that_cannot_describe_itself_is_a_row_that_says_so(pairs: Pairs) -> None:
    outcome = answer_split(Speechless(), pairs)
    assert outcome.status.startswith(f"{MISTAKE}{__name__}:Speechless failed in describe: AttributeError: ")
    assert outcome.about["matcher"] == Speechless().name
    assert description_of(Speechless())["weights"] == ""


class NoNumbers(PhotoEncoder):
    """It is an encoder of another package, and answers no numbers."""

    identity, width, size = "no numbers", 3, (32, 32)

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        return np.full((len(pixels), 3), np.nan, np.float32)


class Raising(NoNumbers):
    """It raises."""

    identity = "raising"

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        raise RuntimeError("no room")


@pytest.mark.parametrize(
    ("encoder", "words"),
    [
        (NoNumbers(), f"The encoder 'no numbers', {__name__}:NoNumbers, must return"),
        (Raising(), f"{__name__}:Raising failed in stream: RuntimeError: no room (test_answering.py, line "),
    ],
)
def test_a_mistake_in_another_packages_encoder_is_told_in_the_rows_of_what_asks_it(
    encoder: PhotoEncoder, words: str, pairs: Pairs
) -> None:
    outcome = answer_split(ConcatLinear(photo=encoder, text="tfidf"), pairs)
    assert outcome.status.startswith(f"{MISTAKE}{words}")
    assert is_broken(row_of(outcome))


class Pixels(Constant):
    """Its track is none."""

    track = "pixels"


class Hundreds(Constant):
    """Its numbers are no chances."""

    def _score(self, pairs: Pairs) -> np.ndarray:
        return np.full(len(pairs), 55.0)


class Unwritten(Matcher):
    """It lacks what a matcher must have."""

    track, name = "baseline", "unwritten"


class Leaving(Constant):
    """It ends the process."""

    def _fit(self, pairs: Pairs) -> None:
        raise SystemExit(3)


class Unfitting(Constant):
    """It fails where it learns."""

    def _fit(self, pairs: Pairs) -> None:
        raise ZeroDivisionError


class Says(Constant):
    """Its scores are what it is given."""

    def __init__(self, score: object) -> None:
        super().__init__()
        self.score = score

    def _score(self, pairs: Pairs) -> np.ndarray:
        return self.score(pairs) if callable(self.score) else np.full(len(pairs), self.score)


class Predicts(Says):
    """So are its numbers."""

    def predict(self, pairs: Pairs) -> np.ndarray:
        return self._score(pairs)


class Ranks(Says):
    """So is its grid."""

    def grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return np.full((len(queries), len(gallery)), self.score)


def not_finite(name: str, received: str) -> str:
    return rf"DataError: constant mean: {name} must return an array of \d+( x \d+)? finite numbers, got {received}"


@pytest.mark.parametrize(
    ("matcher", "words"),
    [
        (
            Pixels(),
            r": SettingError: track='pixels' is not known. Known: baseline, image-only, caption-assisted$",
        ),
        (
            Hundreds(),
            r": DataError: 100% of its scores lie outside 0 to 1 \(from 55 to 55\) and are cut off: .* scale$",
        ),
        (
            Unwritten(),
            " in fit: NotImplementedError: Unwritten has no `_fit`: write how it learns from pairs",
        ),
        (Leaving(), r" in fit: SystemExit: 3 \(test_answering.py, line "),
        (Unfitting(), r" in fit: ZeroDivisionError \(test_answering.py, line \d+, in _fit\)$"),
        (Says(np.nan), " in predict: " + not_finite("_score", r"(\d+) of \d+ that are NaN or infinite$")),
        (Says("high"), " in predict: " + not_finite("_score", r"an array of texts of shape \(\d+,\)$")),
        (Says("0.5"), " in predict: " + not_finite("_score", "an array of texts of shape ")),
        (Says(lambda pairs: [0.5] * len(pairs)), " in predict: " + not_finite("_score", "a list$")),
        (
            Says(lambda pairs: np.zeros((len(pairs), 1))),
            " in predict: " + not_finite("_score", r"an array of float64 of shape \(\d+, 1\)$"),
        ),
        (Predicts(np.nan), ": " + not_finite("predict", r"(\d+) of \d+ that are NaN or infinite$")),
        (Predicts(lambda _: None), ": " + not_finite("predict", "a NoneType$")),
        (
            Predicts(1.5),
            r": DataError: \S+ mean: predict must return numbers from 0 to 1, got numbers from 1.5 to 1.5$",
        ),
        (Ranks("high"), ": " + not_finite("grid", "an array of texts of shape ")),
    ],
    ids=lambda one: "" if isinstance(one, str) else type(one).__name__,
)
def test_a_matcher_of_another_package_that_breaks_the_contract_is_not_run_and_its_row_says_which_and_where(
    matcher: Matcher, words: str, pairs: Pairs
) -> None:
    status = answer_split(matcher, pairs).status
    assert re.match(f"{MISTAKE}{__name__}:{type(matcher).__name__} failed{words}", status), status


class FullDisk(Constant):
    """It finds no room to write in."""

    def _fit(self, pairs: Pairs) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_run_whosever_the_matcher_is(pairs: Pairs) -> None:
    with pytest.raises(OSError, match="No space left"):
        answer_split(FullDisk(), pairs)


class WordsOfDisks(Constant):
    """Its own error has the words of a disk that is full, and no number of one."""

    def _fit(self, pairs: Pairs) -> None:
        raise RuntimeError("my disk is full: No space left on device")


def test_a_matchers_own_words_of_a_full_disk_are_a_mistake_in_its_row(pairs: Pairs) -> None:
    status = answer_split(WordsOfDisks(), pairs).status
    assert status.startswith(f"{MISTAKE}{__name__}:WordsOfDisks failed in fit: RuntimeError: my disk is full")


def typed(pairs: Pairs, language: str, texts: list[str]) -> list[Task]:
    photos = sorted(set(pairs.table["photo"]))[: len(texts)]
    table = pd.DataFrame({"image": photos, "russian": texts, "english": texts})
    return tasks(pairs, language, 3, 0, table)


def test_a_matcher_whose_encoder_reads_no_russian_is_not_asked_in_it_and_the_row_says_why(
    pairs: Pairs, mean_colour: PhotoEncoder
) -> None:
    def make(number: int) -> Matcher:
        return ConcatLinear("ridge", photo=mean_colour, text="tfidf")

    russian = answer("ridge", make, typed(pairs, "russian", ["муравей", "пчела"]), "russian")
    assert russian.status == "not run: its text encoder reads English, and no Russian"
    assert (russian.answers, russian.rankings) == (None, None)
    english = answer("ridge", make, typed(pairs, "english", ["an ant", "a bee"]), "english")
    assert english.status == "ok"
    assert english.rankings is not None
    row = row_of(english)
    # There are no pairs to tell numbers of, and nothing stands for them.
    assert row.keys().isdisjoint({"rmse", "skill", "tau_c", "pairs"})
    # What looks at no text has no language.
    assert (
        answer("constant", lambda _: Constant(), typed(pairs, "russian", ["пчела"]), "russian").status == "ok"
    )


def test_what_people_type_may_have_the_words_of_a_caption(pairs: Pairs) -> None:
    texts = ["A ant, seen 1 times, stands by itself .", "A bee, seen 1 times, stands by itself ."]
    outcome = answer("captions", lambda _: Captions(), typed(pairs, "english", texts), "english")
    assert outcome.rankings is not None
    assert (outcome.rankings.scores[:, 0] > 0.9).all()


def test_a_matcher_is_not_run_if_one_of_its_trainings_was_not(pairs: Pairs, oracle_outcome: Outcome) -> None:
    lacking = answer_split(Missing(), pairs)
    assert join([oracle_outcome, lacking, oracle_outcome]) is lacking


def test_a_fitted_matcher_answers_in_the_order_of_the_pairs_and_ranks_the_gallery_if_there_is_one(
    pairs: Pairs,
) -> None:
    (task,) = tasks(pairs, "70/30", 3, 0)
    assert task.test is not None
    outcome = answer_pairs(Oracle().fit(task.train), replace(task, gallery=None), 0.3)
    assert outcome.answers is not None
    assert outcome.answers.prediction.tolist() == task.test.target.tolist()
    assert outcome.answers.caption.tolist() == task.test.table["caption"].tolist()
    assert (outcome.rankings, outcome.folds, outcome.constant) == (None, 0, 0.3)
    ranked = answer_pairs(Oracle().fit(task.train), task, 0.3).rankings
    assert ranked is not None
    assert len(ranked.text) == len(task.queries)


def test_what_was_exempted_from_collection_is_collected_again_after_the_block() -> None:
    before = gc.get_freeze_count()
    with heap_freezer() as freeze:
        freeze()
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize(
    ("matcher", "epochs"),
    [(TwoTower(), 30), (ConcatKeras(), 20), (Interaction(training=Training(epochs=7)), 7)],
)
def test_settings_name_the_training_that_is_used(matcher: Matcher, epochs: int) -> None:
    assert json.loads(settings_of(matcher))["training"]["epochs"] == epochs


def test_settings_of_a_matcher_without_training_name_none() -> None:
    assert json.loads(settings_of(Constant())) == {"class": "Constant", "statistic": "mean"}
