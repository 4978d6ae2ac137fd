from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataWarning
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.which_target import (
    NOBODY_JUDGED,
    SINGLE_CAPTION,
    equal_caption_pairs,
    has_none_to_read,
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


def with_few(data: Dataset, *photos: str) -> Dataset:
    """Return the data in which these photos have their first caption alone."""
    captions = data.captions
    return data.with_tables(captions=captions[~captions["photo"].isin(photos) | captions["number"].eq(0)])


def test_what_captions_are_worth_is_said_of_caption_pairs_alone(unjudged: Dataset, judged: Pairs) -> None:
    assert notes_on_target(equal_caption_pairs(unjudged)) == (NOBODY_JUDGED,)
    assert NOBODY_JUDGED not in notes_on_target(judged)


def test_photos_with_a_single_caption_are_counted_whoever_judged(unjudged: Dataset, colours: Dataset) -> None:
    _, note = notes_on_target(equal_caption_pairs(with_few(unjudged, "red_plain_0.jpg")))
    assert note.startswith(f"{SINGLE_CAPTION}: 1 of 40. Where it is the query, ")
    # A matcher of captions alone has no pixels.
    assert note.endswith("one that reads captions alone has nothing to go by.")
    before = notes_on_target(relevance(colours, crowd=None))
    (note,) = notes_on_target(relevance(with_few(colours, "red_plain_0.jpg", "blue_plain_0.jpg"), crowd=None))
    assert before == ()
    assert note.startswith(f"{SINGLE_CAPTION}: 2 of ")


def test_nothing_is_left_to_read_where_each_query_is_its_photos_only_caption(unjudged: Dataset) -> None:
    few = with_few(unjudged, "red_plain_0.jpg", "blue_plain_0.jpg")
    assert has_none_to_read(few, ["red_plain_0.jpg#0", "blue_plain_0.jpg#0"])
    assert not has_none_to_read(few, ["red_plain_0.jpg#0", "green_plain_0.jpg#0"])
    # What people type is nobody's caption.
    assert not has_none_to_read(few, ["red_plain_0.jpg#0", ""])
    assert not has_none_to_read(few, [])
