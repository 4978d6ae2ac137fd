from __future__ import annotations

from sklearn.base import clone

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.concat.concat_linear import ConcatLinear


def test_a_clone_shares_the_store_and_keeps_its_settings(mean_colour) -> None:
    store = VectorStore()
    assert clone(ConcatLinear("ridge", store=store)).store is store
