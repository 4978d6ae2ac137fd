from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.fitted import fitted_matcher
from withsense_tf.matchers.saved import save_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.targets.blend import relevance


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


def test_the_folder_of_a_saved_matcher_is_loaded(
    colours: Dataset, policy: Policy, store: VectorStore, tmp_path: Path
) -> None:
    matcher = fitted_matcher("captions", colours, policy, store)
    folder = save_matcher(matcher, tmp_path / "saved")
    loaded = fitted_matcher(str(folder), colours, policy, store)
    pairs = relevance(colours, crowd=None)
    np.testing.assert_array_equal(loaded.predict(pairs), matcher.predict(pairs))


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
