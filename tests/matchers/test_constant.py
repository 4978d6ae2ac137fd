from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.errors import SettingError
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance


@pytest.fixture
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


def test_the_constant_answers_the_mean_or_the_median_and_counts_each_pair_once(pairs: Pairs) -> None:
    # 6 own pairs with target 1, 12 others with 1/9.
    assert np.allclose(Constant().fit(pairs).predict(pairs), (6 + 12 / 9) / 18)
    assert np.allclose(Constant("median").fit(pairs).predict(pairs), 1 / 9)
    heavy = pairs.table.assign(weight=np.where(pairs.target == 1, 1.0, 0.5))
    assert np.allclose(Constant().fit(Pairs(pairs.data, heavy)).predict(pairs), (6 + 12 / 9) / 18)


def test_it_ranks_no_photo_before_another(pairs: Pairs) -> None:
    constant = Constant().fit(pairs)
    gallery = Gallery(pairs.data, tuple(sorted(pairs.table["photo"].unique())))
    grid = constant.grid(gallery, Queries.of(["a dog", "a cat"]))
    assert grid.shape == (2, len(gallery))
    assert len(np.unique(grid)) == 1


def test_its_name_says_the_statistic_and_an_unknown_one_gets_a_hint(pairs: Pairs) -> None:
    assert Constant("median").name == "constant median"
    with pytest.raises(SettingError, match="Did you mean 'median'"):
        Constant("mediane").fit(pairs)
