from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.experiments.explore import target_section
from withsense_tf.experiments.explore.target_section import (
    DEFINITIONS,
    common_pairs,
    say_foretold,
    say_spread,
    targets_section,
)
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.foretell_experts import WEIGHTS, Foretold


def ways(*errors: float) -> list[Foretold]:
    return [Foretold(f"{w:g}", error, 0.5, 9) for w, error in zip(WEIGHTS, errors, strict=False)]


def test_the_best_weight_is_named_only_where_it_makes_a_difference() -> None:
    learned = Foretold("learned", 0.3, 0.5, 9)
    assert "no difference" in say_foretold(ways(*[0.2] * 11), learned)
    assert "with a weight of 0.3" in say_foretold(ways(*[0.2] * 3, 0.1, *[0.2] * 7), learned)


def test_definitions_are_held_against_each_other_where_several_have_a_number() -> None:
    def spread(**errors: float) -> str:
        rows = {"definition": list(errors), "rmse, common pairs": list(errors.values())}
        return say_spread(pd.DataFrame(rows))

    assert "from 0.100 (a) to 0.300 (b) on the same pairs" in spread(b=0.3, a=0.1, c=math.nan)
    assert "does not move" in spread(a=0.2, b=0.2)
    assert "too few pairs" in spread(a=0.2, b=math.nan)


def test_the_constants_error_is_the_spread_of_the_target(tiny: Dataset) -> None:
    table = targets_section(tiny).table
    assert table is not None
    assert len(table) == len(DEFINITIONS)
    target = relevance(tiny, crowd=None).target
    row = table[table["definition"] == "experts (mean)"].iloc[0]
    assert row["rmse, all pairs"] == pytest.approx(np.std(target))
    assert row["pairs"] == len(target)


def test_every_bar_fits_its_panel(tiny: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = relevance(tiny, crowd=None)
    targets = {"experts (mean)": pairs.take([0]), "experts (median)": pairs.take([0] * 50)}
    monkeypatch.setattr(target_section, "_targets", lambda _: targets)
    section = targets_section(tiny)
    assert section.draw is not None
    panels = [axis for axis in section.draw().axes if axis.get_visible()]
    tallest = [max(bar.get_height() for bar in axis.patches) for axis in panels]
    assert tallest == [1, 50]
    assert all(axis.get_ylim()[1] >= height for axis, height in zip(panels, tallest, strict=True))


def test_common_pairs_are_those_of_all_definitions_with_experts(tiny: Dataset) -> None:
    experts = relevance(tiny, crowd=None)
    fewer = experts.take(range(5))
    crowd = relevance(tiny, expert=None).take(range(2))
    common = common_pairs(tiny, {"experts (mean)": experts, "fewer experts": fewer, "crowd (share)": crowd})
    assert sorted(common) == sorted(zip(fewer.table["photo"], fewer.table["caption"], strict=True))
