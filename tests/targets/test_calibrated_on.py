from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.targets.balance import balance
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.calibrated_on import CalibratedOn
from withsense_tf.targets.caption_pairs import caption_pairs


def test_pairs_tell_who_said_their_targets(colours: Dataset, judged: Pairs, unjudged: Dataset) -> None:
    assert CalibratedOn.of(judged) == CalibratedOn("judged", "colours", len(judged))
    assert CalibratedOn.of(caption_pairs(unjudged)) == CalibratedOn("captions", "colours", 800)


def test_of_pairs_among_which_some_are_judged_these_alone_count(colours: Dataset, judged: Pairs) -> None:
    with_own = relevance(colours, crowd=None, own_weight=0.5)
    assert len(with_own) > len(judged)
    assert CalibratedOn.of(with_own) == CalibratedOn.of(judged)
    balanced = balance(judged)
    assert CalibratedOn.of(balanced).pairs == (balanced.table["source"] == "experts").sum() < len(balanced)


def test_targets_of_somebodys_own_are_not_taken_for_judgements(judged: Pairs) -> None:
    own = Pairs(judged.data, judged.table.assign(source="my guess"))
    assert CalibratedOn.of(own).by == "unknown"


def test_what_was_written_down_comes_back_and_what_was_not_is_unknown() -> None:
    one = CalibratedOn("judged", "mine", 20)
    assert CalibratedOn.from_dict(one.as_dict()) == one
    assert str(one) == "calibrated by 20 judged pairs of mine"
    assert str(CalibratedOn.from_dict(None)) == "calibrated by nobody knows what"


@pytest.mark.parametrize(
    ("old", "new", "yields"),
    [
        (("judged", 20), ("captions", 9000), False),
        (("unknown", 0), ("captions", 9000), False),
        (("unknown", 0), ("judged", 20), True),
        (("captions", 9000), ("judged", 20), True),
        (("captions", 9000), ("judged", 9), False),
        (("captions", 500), ("captions", 400), False),
        (("captions", 500), ("captions", 500), True),
        (("judged", 500), ("judged", 20), False),
        (("none", 0), ("captions", 10), True),
    ],
)
def test_judgements_stand_before_captions_and_more_pairs_before_few(
    old: tuple[str, int], new: tuple[str, int], yields: bool
) -> None:
    assert CalibratedOn(old[0], "a", old[1]).yields_to(CalibratedOn(new[0], "b", new[1])) is yields


def test_no_pairs_calibrate_nothing(judged: Pairs) -> None:
    assert not CalibratedOn().yields_to(CalibratedOn.of(judged.take(np.arange(0))))
