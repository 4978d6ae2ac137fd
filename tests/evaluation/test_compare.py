from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.split import split_by_photo
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.compare import OTHER_SHARE, SYNTHETIC_NOTE, compare, few_note
from withsense_tf.evaluation.figures.regression import regression_figures
from withsense_tf.evaluation.result_table import COLUMNS, Comparison
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.balance import balance
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.caption_pairs import caption_pairs
from withsense_tf.targets.which_target import ALL_EQUAL, NOBODY_JUDGED

AGREED = (
    "run, matcher, track, photo, text, weights, data, policy, split, folds, seed, pairs, photos, gallery, rmse, mse, "
    "mae, skill, tau_c, tau_b, r@1, r@5, r@10, mrr, median_rank, ndcg@10, ece, distinct_top5, seconds, peak_mb"
)


def test_a_pairs_weight_changes_no_figure(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    heavy = Pairs(tiny, pairs.table.assign(weight=np.linspace(0.1, 1, len(pairs))))
    constant = Constant().fit(pairs.take(range(6)))
    rest, heavy_rest = (each.take(range(6, 18)) for each in (pairs, heavy))
    assert compare([constant], rest).rows[0]["rmse"] == compare([constant], heavy_rest).rows[0]["rmse"]


def test_the_agreed_columns_come_first_and_in_order() -> None:
    agreed = tuple(AGREED.split(", "))
    assert COLUMNS[: len(agreed)] == agreed
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_a_comparison_has_a_row_a_matcher_with_skill_against_the_training_mean(
    tiny: Dataset, mean_colour
) -> None:
    pairs = relevance(tiny)
    train, test = pairs.take(range(12)), pairs.take(range(12, 18))
    constant, ridge = Constant().fit(train), ConcatLinear("ridge", photo=mean_colour).fit(train)
    rows = list(compare([constant, ridge], test))
    assert [row["matcher"] for row in rows] == ["constant mean", "concat ridge"]
    assert rows[0]["skill"] == 0
    mse = [np.mean((m.predict(test) - test.target) ** 2) for m in (constant, ridge)]
    assert rows[1]["skill"] == pytest.approx(1 - mse[1] / mse[0])
    assert rows[0]["fingerprint"] == tiny.fingerprint
    assert '"kind": "ridge"' in str(rows[1]["config"])
    assert compare([ridge], test).rows[0]["skill"] != compare([ridge], test).rows[0]["skill"]  # not a number


def test_by_captions_the_notes_say_that_nobody_judged_and_judged_pairs_have_no_such_note(
    unjudged: Dataset, judged: Pairs
) -> None:
    for pairs, is_said in ((caption_pairs(unjudged), True), (judged, False)):
        train, test = split_by_photo(pairs)
        assert (NOBODY_JUDGED in compare(Constant().fit(train), test).notes) == is_said


def test_a_matcher_that_learned_own_captions_to_be_rarer_is_named(unjudged: Dataset) -> None:
    train, test = split_by_photo(caption_pairs(unjudged))
    rare, _ = split_by_photo(caption_pairs(unjudged, own_share=0.07))
    same, other = Constant().fit(train), Constant("median").fit(rare)
    assert f"{OTHER_SHARE} constant median." in compare([same, other], test).notes
    assert not any(note.startswith(OTHER_SHARE) for note in compare(same, test).notes)


def test_a_matcher_that_learned_from_other_data_is_named_and_one_of_the_same_data_is_not(
    tiny: Dataset, colours: Dataset
) -> None:
    train, test = split_by_photo(relevance(tiny), 0.5)
    here, elsewhere = Constant().fit(train), Constant("median").fit(relevance(colours))
    notes = [
        note for note in compare([here, elsewhere], test).notes if note.startswith("Learned from other data")
    ]
    assert len(notes) == 1
    assert f"({colours.name}) than {tiny.name}: {elsewhere.name}. R@5" in notes[0]
    assert not [note for note in compare([here], test).notes if "other data" in note]


def test_where_all_targets_are_equal_it_is_said_and_rounding_is_no_error(tiny: Dataset, mean_colour) -> None:
    pairs = relevance(tiny)
    same = Pairs(tiny, pairs.table.assign(target=1 / 3), "alike")
    train, test = same.take(range(12)), same.take(range(12, 18))
    table = compare([Constant().fit(train), ConcatLinear("ridge", photo=mean_colour).fit(train)], test)
    assert [(row["rmse"], "rmse" in str(row["best"])) for row in table] == [(0, False)] * 2
    assert ALL_EQUAL in table.notes
    assert ALL_EQUAL not in compare(Constant().fit(pairs.take(range(12))), pairs.take(range(12, 18))).notes


def test_what_cannot_be_compared_is_an_error(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    for nothing in ([], ["constant"]):
        with pytest.raises(SettingError, match="a list of fitted matchers"):
            compare(nothing, pairs)
    with pytest.raises(DataError, match="no pairs"):
        compare([Constant().fit(pairs)], pairs.take([]))


def test_one_matcher_needs_no_list(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    assert len(compare(Constant().fit(pairs.take(range(6))), pairs.take(range(6, 18))).rows) == 1


def test_every_table_of_synthetic_data_says_so(tmp_path: Path, tiny: Dataset) -> None:
    def table(data: Dataset) -> Comparison:
        train, test = split_by_photo(relevance(data), 0.4)
        return compare([Constant().fit(train)], test)

    assert table(tiny).notes == few_note(split_by_photo(relevance(tiny), 0.4).test)
    drawn = table(demo_dataset(train=10, test=1, folder=tmp_path / "demo", captioned=0))
    assert drawn.notes[0] == SYNTHETIC_NOTE
    assert "Synthetic" in str(drawn)
    assert "Synthetic" in drawn._repr_html_()
    assert drawn.rows[0]["data"] == "demo (synthetic, seed 0)"


@pytest.mark.closed
@pytest.mark.parametrize("answer", [5.0, -1.0, float("inf"), float("nan"), True, "0.3"])
def test_an_answer_that_no_constant_can_give_makes_nobody_skilled(tiny: Dataset, answer: object) -> None:
    train, test = split_by_photo(relevance(tiny), 0.34)
    with pytest.raises(SettingError, match="constant must be a number from 0 to 1"):
        compare([Constant().fit(train)], test, constant=answer)  # type: ignore[arg-type]  # as a user may
    if isinstance(answer, float) and not np.isnan(answer):
        with pytest.raises(DataError, match="constant must be a number from 0 to 1"):
            regression_figures(test.target, test.target, answer)


@pytest.mark.closed
def test_a_constant_that_learned_another_target_is_nobodys_measure(tiny: Dataset) -> None:
    train, test = split_by_photo(relevance(tiny), 0.34)
    other = relevance(tiny, expert=None)
    of_crowd = other.take(np.flatnonzero(np.isin(other.content, train.content)))
    usual = Constant().fit(train)
    for one in (balance(train), of_crowd):
        strange = Constant().fit(one)
        assert all(np.isnan(float(row["skill"] or 0)) for row in compare([strange], test))
        first, second = compare([strange, usual], test)
        assert second["skill"] == pytest.approx(0)
        assert first["skill"] == pytest.approx(1 - float(first["mse"]) / float(second["mse"]))  # type: ignore[arg-type]  # they are numbers


def test_fit_and_finding_stand_side_by_side_for_the_photos_of_the_pairs(tiny: Dataset, mean_colour) -> None:
    train, test = split_by_photo(relevance(tiny), 0.5)
    constant, ridge = Constant().fit(train), ConcatLinear("ridge", photo=mean_colour).fit(train)
    first, second = compare([constant, ridge], test)
    photos = set(test.table["photo"])
    queries = int(tiny.captions["photo"].isin(photos).sum())
    assert (second["gallery"], second["queries"]) == (len(photos), queries)
    # A form that is linear in both vectors puts photos in one order for all queries, and a constant in none.
    assert (first["r@1"], second["distinct_top5"]) == (0.0, 1)
    assert second["tau_c"] is not None
    assert "r@5" not in compare([ridge], test, ranking=False).rows[0]
    table = compare([ridge], test)
    assert {line.label for line in table.lines if line.measure == "r@5"} >= {"chance"}


def test_one_photo_alone_is_not_looked_for(tiny: Dataset) -> None:
    pairs = relevance(tiny)
    train, test = split_by_photo(pairs, 0.5)
    one = test.take(np.flatnonzero(test.table["photo"] == test.table["photo"][0]))
    assert "r@5" not in compare(Constant().fit(train), one).rows[0]


def test_a_table_of_few_photos_says_that_they_are_few_and_one_of_many_does_not(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = relevance(tiny)
    train, test = pairs.take(range(3)), pairs.take(range(3, 18))
    assert "Few photos: 5, in 15 pairs. Figures say little." in compare(Constant().fit(train), test).notes
    monkeypatch.setattr("withsense_tf.evaluation.compare.ENOUGH_PHOTOS", 5)
    assert few_note(test) == ()
