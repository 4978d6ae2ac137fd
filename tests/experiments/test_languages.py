from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.experiments.languages import among_first_five, read_queries, shares_of_first_five
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.blend import relevance


class Places(Matcher):
    """Score photos by their place, the first best; for the text "all" all alike."""

    def grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        places = -np.arange(len(gallery), dtype=float)
        return np.stack([places * (text != "all") for text in queries.texts])


def test_the_queries_of_the_package_are_russian_with_english_beside_and_name_each_photo_once() -> None:
    table = read_queries()
    assert len(table) >= 150
    assert not table["image"].duplicated().any()
    assert table["russian"].map(lambda text: bool(re.fullmatch(r"[\W\dА-Яа-яЁё]+", text))).all()
    assert not table["english"].map(lambda text: bool(re.search(r"[А-Яа-яЁё]", text))).any()


def test_a_table_without_one_of_the_languages_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "queries.csv"
    file.write_text("image,russian\na.jpg,собака\n", encoding="utf-8")
    with pytest.raises(KeyError, match="english"):
        read_queries(file)


def test_the_fifth_photo_is_among_the_first_five_the_sixth_is_not_and_ties_count_against(
    unchanged: Dataset,
) -> None:
    names = unchanged.photos["photo"].tolist()
    gallery = Gallery(unchanged, tuple((names * 3)[:8]))
    assert among_first_five(Places(), gallery, ["x", "x", "all"], np.array([4, 5, 0])) == [True, False, False]


def test_each_query_is_asked_of_the_fold_that_has_its_photo(
    unchanged: Dataset, mean_colour: PhotoEncoder
) -> None:
    pairs = relevance(unchanged, crowd=None)
    photo = pairs.table["photo"].iloc[0]
    table = pd.DataFrame(
        {"image": [photo, "nowhere.jpg"], "russian": ["собака", "кот"], "english": ["dog", "cat"]}
    )
    shares = shares_of_first_five(lambda: ClosedFormTowers(mean_colour), pairs, table, folds=2, seed=0)
    assert all(share in (0.0, 1.0) for share in shares)
