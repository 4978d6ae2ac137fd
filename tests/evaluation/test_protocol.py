from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracle import Oracle

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.gallery import Gallery
from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.answering import answer_task
from withsense_tf.evaluation.compare import compare
from withsense_tf.evaluation.protocol import SPLITS, Task, check_unseen, measured_on, require, tasks
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.which_target import equal_caption_pairs


@pytest.mark.parametrize("split", ["70/30", "strict"])
def test_the_other_splits_have_one_test_side(split: str, pairs: Pairs) -> None:
    (task,) = tasks(pairs, split, 3, 0)
    assert task.test is not None
    assert not set(task.train.content) & set(task.test.content)
    if split == "strict":
        assert not set(task.train.table["caption"]) & set(task.test.table["caption"])


@pytest.mark.parametrize("split", ["folds", "70/30", "strict"])
def test_of_caption_pairs_each_side_has_captions_of_its_own_photos_alone(
    split: str, unjudged: Dataset
) -> None:
    parts = tasks(equal_caption_pairs(unjudged), split, 3, 0)
    measured = set()
    for task in parts:
        assert task.test is not None
        sides = [set(side.table["photo"]) for side in (task.train, task.test)]
        for side, photos in zip((task.train, task.test), sides, strict=True):
            assert set(side.table["caption"].str.split("#").str[0]) <= photos
            assert set(side.table.loc[side.table["target"] == 1, "photo"]) == photos
        assert not sides[0] & sides[1]
        measured |= sides[1]
    if split == "folds":
        assert measured == set(equal_caption_pairs(unjudged).table["photo"])


def test_a_side_that_has_one_photo_is_too_small_to_compare_by_captions(unjudged: Dataset) -> None:
    few = equal_caption_pairs(unjudged, photos=["red_plain_0.jpg", "blue_plain_0.jpg", "green_plain_0.jpg"])
    with pytest.raises(
        DataError, match=r"The split 70/30 cannot be made\. .* one side has 1 photos .*--set splits="
    ):
        tasks(few, "70/30", 2, 0)


def test_all_splits_are_known() -> None:
    assert set(SPLITS) == {"folds", "70/30", "strict", "test", "captioned", "russian", "english"}


@pytest.mark.parametrize("language", ["russian", "english"])
def test_a_typed_query_is_asked_of_the_fold_that_has_its_photo_or_a_copy_of_it(
    language: str, folder: Path
) -> None:
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/copy.jpg")
    pairs = relevance(load_dataset(folder))
    table = pd.DataFrame(
        {
            "image": ["copy.jpg", "bee.jpg", "nowhere.jpg"],
            "russian": ["муравей", "пчела", "кот"],
            "english": ["ant", "bee", "cat"],
        }
    )
    parts = tasks(pairs, language, 6, 0, table)
    asked_of = {text: part for part in parts for text in part.queries["text"]}
    # No work for folds that nobody asks anything of.
    assert len(parts) == 2
    assert set(asked_of) == set(table[language][:2])
    for text, photo in zip(table[language], ("ant.jpg", "bee.jpg"), strict=False):
        assert asked_of[text].gallery is not None
        assert asked_of[text].gallery.names == (photo,)
        assert asked_of[text].right.tolist() == [0]
        assert not asked_of[text].test_content & set(asked_of[text].train.content)


def test_a_split_of_typed_queries_needs_some(pairs: Pairs) -> None:
    with pytest.raises(SettingError, match="no typed queries"):
        tasks(pairs, "russian", 3, 0)


def test_a_matcher_is_never_measured_on_photos_that_it_was_trained_on(folder: Path) -> None:
    # Not even under another name, on whichever road.
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/fox.jpg")
    pairs = relevance(load_dataset(folder))
    of_ant, of_fox, of_bee = (
        pairs.take(np.flatnonzero(pairs.table["photo"] == photo))
        for photo in ("ant.jpg", "fox.jpg", "bee.jpg")
    )
    matcher, message = Constant().fit(of_ant), "constant mean was trained on 1 of the 1 test photos"
    with pytest.raises(SettingError, match=message):
        check_unseen(matcher, pairs.data, of_fox.content)
    with pytest.raises(SettingError, match=message):
        compare([matcher], of_fox)
    (task,) = tasks(pairs, "70/30", 2, 0)
    with pytest.raises(SettingError, match=message):
        answer_task("constant", "70/30", Constant(), Task(of_ant, of_fox, None, task.queries))
    gallery = Gallery(pairs.data, ("fox.jpg", "cat.jpg"))
    with pytest.raises(SettingError, match="trained on 1 of the 3 test photos"):
        answer_task("oracle", "70/30", Oracle(), Task(of_ant, of_bee, gallery, task.queries))
    check_unseen(matcher, pairs.data, of_bee.content)
    assert compare([matcher], of_bee).rows[0]["pairs"] == 3


def test_two_works_have_one_name_only_if_they_train_ask_and_rank_alike(pairs: Pairs) -> None:
    usual = measured_on(tasks(pairs, "folds", 3, 0))
    assert usual == measured_on(tasks(pairs, "folds", 3, 0))
    assert usual != measured_on(tasks(pairs, "folds", 3, 1))
    assert usual != measured_on(tasks(pairs.take(range(len(pairs) - 1)), "folds", 3, 0))
    assert usual != measured_on([task.balance_training(0) for task in tasks(pairs, "folds", 3, 0)])


def test_the_right_photo_is_fully_relevant_and_others_as_experts_judged_them(pairs: Pairs) -> None:
    for task in tasks(pairs, "folds", 3, 0):
        assert task.gallery is not None
        assert (task.grades[np.arange(len(task.queries)), task.right] == 1).all()
        judged = pairs.data.experts.set_index(["photo", "caption"])
        for row, caption in enumerate(task.queries["caption"]):
            for column, photo in enumerate(task.gallery.names):
                if column != task.right[row]:
                    grade = task.grades[row, column]
                    assert np.isnan(grade) == ((photo, caption) not in judged.index)


def test_a_task_without_test_pairs_says_so_where_they_are_needed(pairs: Pairs) -> None:
    (task,) = tasks(pairs, "test", 3, 0)
    assert task.test is None
    with pytest.raises(SettingError, match="The task has no test pairs"):
        _ = task.blank
    assert require(task.gallery, "gallery") is task.gallery


def test_without_captioned_photos_there_is_nothing_to_measure_that_way(pairs: Pairs) -> None:
    assert tasks(pairs, "captioned", 3, 0) == []
