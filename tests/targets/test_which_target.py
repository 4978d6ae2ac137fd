from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataWarning
from withsense_tf.targets.which_target import (
    NOBODY_JUDGED,
    equal_caption_pairs,
    is_by_captions,
    measured_by_captions,
    nobody_judged,
    notes_on_target,
)

JUDGEMENTS = ("ExpertAnnotations.tsv", "CrowdAnnotations.tsv")


def test_one_kind_of_judge_is_enough_to_be_judged(colours: Dataset, unjudged: Dataset) -> None:
    none = {name: getattr(colours, name).iloc[:0] for name in ("experts", "crowd")}
    assert nobody_judged(unjudged)
    for name, table in none.items():
        assert not nobody_judged(colours.with_tables(**{name: table}))


def test_judgements_that_are_damaged_or_withheld_are_not_replaced_by_captions_in_silence(
    folder: Path, tmp_path: Path
) -> None:
    without = Path(shutil.copytree(folder, tmp_path / "without"))
    for name in JUDGEMENTS:
        (folder / name).write_text("no\tjudgement\n", encoding="utf-8")
        (without / name).unlink()
    with pytest.warns(DataWarning):
        damaged, unjudged = load_dataset(folder), load_dataset(without)
    assert nobody_judged(damaged)
    assert not measured_by_captions(damaged)
    assert measured_by_captions(unjudged)
    judged = unjudged.with_tables(experts=damaged.experts.reindex([0]))
    assert not measured_by_captions(judged)


def test_pairs_to_measure_by_weigh_the_same_and_one_in_four_is_an_own_caption(unjudged: Dataset) -> None:
    pairs = equal_caption_pairs(unjudged)
    assert np.allclose(pairs.weight, 1)
    assert pairs.target.mean() == pytest.approx(0.25)
    assert is_by_captions(pairs.definition)


def test_pairs_of_some_photos_have_captions_of_these_alone(unjudged: Dataset) -> None:
    some = [photo for photo in unjudged.photos["photo"] if photo.endswith("_0.jpg")]
    table = equal_caption_pairs(unjudged, photos=some).table
    assert set(table["photo"]) | set(table["caption"].str.split("#").str[0]) <= set(some)


def test_what_captions_are_worth_is_said_of_caption_pairs_alone(unjudged: Dataset, judged: Pairs) -> None:
    assert notes_on_target(judged) == ()
    assert notes_on_target(equal_caption_pairs(unjudged)) == (NOBODY_JUDGED,)
    captions = unjudged.captions
    few = unjudged.with_tables(
        captions=captions[~captions["photo"].eq("red_plain_0.jpg") | captions["number"].eq(0)]
    )
    assert notes_on_target(equal_caption_pairs(few))[1].startswith("1 of 40 photos have a single caption.")
