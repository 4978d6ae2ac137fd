from __future__ import annotations

import pytest

from withsense_tf.data.dataset import Dataset, Pairs, check_dataset, check_pairs
from withsense_tf.data.split import split_by_photo
from withsense_tf.errors import DataError, KindError
from withsense_tf.targets.blend import relevance


def test_every_table_has_its_rows(tiny: Dataset) -> None:
    assert tiny.counts() == {
        "train_photos": 6,
        "test_photos": 2,
        "captioned_photos": 0,
        "captions": 42,
        "pairs": 18,
        "expert_rows": 18,
        "crowd_rows": 18,
        "test_queries": 10,
        "left_out": 0,
    }


def test_a_caption_belongs_to_the_photo_in_its_id_not_to_the_one_it_was_judged_with(tiny: Dataset) -> None:
    judged = tiny.pairs.merge(tiny.captions, on="caption", suffixes=("", "_owner"))
    other = judged[judged["photo"] != judged["photo_owner"]]
    assert len(other) == 12
    assert (other["photo_owner"] == other["caption"].str.split("#").str[0]).all()


def test_changing_a_table_does_not_change_the_data_set(tiny: Dataset) -> None:
    experts = tiny.experts
    experts.loc[0, "expert1"] = 99
    experts["expert2"] = 0
    assert tiny.experts["expert1"].max() <= 4
    assert tiny.experts["expert2"].min() >= 1


def test_fields_cannot_be_assigned(tiny: Dataset) -> None:
    with pytest.raises(AttributeError):
        tiny.name = "other"  # type: ignore[misc]  # that is what is tried


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_pairs_refuse_weights_that_are_none(tiny: Dataset, weight: float) -> None:
    pairs = relevance(tiny)
    table = pairs.table
    table.loc[3, "weight"] = weight
    with pytest.raises(DataError, match="above 0"):
        Pairs(tiny, table)


def test_pairs_refuse_photos_of_another_data_set(tiny: Dataset) -> None:
    table = relevance(tiny).table
    table.loc[3, "photo"] = "yak.jpg"
    with pytest.raises(DataError, match=r"as yak\.jpg"):
        Pairs(tiny, table)


def test_pairs_refuse_a_table_without_their_columns(tiny: Dataset) -> None:
    with pytest.raises(DataError, match="target"):
        Pairs(tiny, tiny.pairs)


def test_who_forgets_to_unpack_what_a_function_returned_is_told_so(tiny: Dataset) -> None:
    unpack = (
        r"unpack them first: .data, removed = policy\.split\(data\)., or .train, test = ws\.split_by_photo"
    )
    with pytest.raises(KindError, match=unpack):
        check_dataset("relevance", (tiny, None))
    split = split_by_photo(relevance(tiny), test_share=0.5, seed=0)
    for several in (split, tuple(split)):
        with pytest.raises(KindError, match=unpack):
            check_pairs("fit", several)
    with pytest.raises(KindError, match=r"pass ws\.relevance\(data\)"):
        check_pairs("fit", (tiny, None))
