"""Six pairs whose targets and weights can be checked in the head.

    pair            experts   crowd (yes, no)
    ant + ant#2     4 4 4     3 0
    ant + bee#2     1 1 2     0 3
    bee + ant#2     1 2 3     -              no majority
    bee + bee#2     -         9 0
    cat + ant#2     2 2 4     2 1
    cat + bee#2     -         0 3

All in all 14 of 21 voters of the crowd say yes: two thirds. The experts' biases are -1/2, -1/4 and 3/4.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from plain_photos import photos

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.targets.blend import relevance

EXPERTS = {"ant+ant": "4\t4\t4", "ant+bee": "1\t1\t2", "bee+ant": "1\t2\t3", "cat+ant": "2\t2\t4"}
CROWD = {
    "ant+ant": "1\t3\t0",
    "ant+bee": "0\t0\t3",
    "bee+bee": "1\t9\t0",
    "cat+ant": "0.667\t2\t1",
    "cat+bee": "0\t0\t3",
}


def write_votes(folder: Path, name: str, votes: dict[str, str]) -> None:
    lines = []
    for pair, votes_of_pair in votes.items():
        photo, owner = pair.split("+")
        lines.append(f"{photo}.jpg\t{owner}.jpg#2\t{votes_of_pair}\n")
    (folder / name).write_text("".join(lines))


@pytest.fixture
def six(folder: Path) -> Dataset:
    write_votes(folder, "ExpertAnnotations.tsv", EXPERTS)
    write_votes(folder, "CrowdAnnotations.tsv", CROWD)
    return load_dataset(folder)


def column_of(data: Dataset, column: str, **settings: object) -> dict[str, float]:
    """Return a column of the judged pairs, by pair."""
    table = relevance(data, **settings).table
    table = table[table["source"] != "own caption"]
    names = table["photo"].str[:3] + "+" + table["caption"].str[:3]
    return dict(zip(names, table[column], strict=True))


NO_CROWD = {"crowd": None}
NO_EXPERTS = {"expert": None}
TARGETS = [
    (NO_CROWD, {"ant+ant": 1, "ant+bee": 1 / 9, "bee+ant": 1 / 3, "cat+ant": 5 / 9}),
    ({"expert": "median", **NO_CROWD}, {"ant+ant": 1, "ant+bee": 0, "bee+ant": 1 / 3, "cat+ant": 1 / 3}),
    ({"expert": "majority", **NO_CROWD}, {"ant+ant": 1, "ant+bee": 0, "cat+ant": 1 / 3}),
    (
        {"expert": "majority_or_median", **NO_CROWD},
        {"ant+ant": 1, "ant+bee": 0, "bee+ant": 1 / 3, "cat+ant": 1 / 3},
    ),
    # Less their biases the scores of ant+bee are 1.5, 1.25, 1.25, those of cat+ant 2.5, 2.25, 3.25.
    (
        {"expert": "unbiased", **NO_CROWD},
        {"ant+ant": 1, "ant+bee": 1 / 12, "bee+ant": 5 / 12, "cat+ant": 1 / 2},
    ),
    (NO_EXPERTS, {"ant+ant": 1, "ant+bee": 0, "bee+bee": 1, "cat+ant": 2 / 3, "cat+bee": 0}),
    # One more voter who says yes to two thirds.
    (
        {"crowd": "smoothed", **NO_EXPERTS},
        {"ant+ant": 11 / 12, "ant+bee": 1 / 6, "bee+bee": 29 / 30, "cat+ant": 2 / 3, "cat+bee": 1 / 6},
    ),
    # 0.6 * 5/9 + 0.4 * 2/3 = 1/3 + 4/15 = 0.6; who stands alone speaks alone.
    (
        {},
        {"ant+ant": 1, "ant+bee": 1 / 15, "bee+ant": 1 / 3, "bee+bee": 1, "cat+ant": 0.6, "cat+bee": 0},
    ),
    (
        {"expert_weight": 0.5, "expert": "median"},
        {"ant+ant": 1, "ant+bee": 0, "bee+ant": 1 / 3, "bee+bee": 1, "cat+ant": 1 / 2, "cat+bee": 0},
    ),
    # No majority and no crowd: nobody says anything of bee+ant.
    (
        {"expert_weight": 1, "expert": "majority"},
        {"ant+ant": 1, "ant+bee": 0, "bee+bee": 1, "cat+ant": 1 / 3, "cat+bee": 0},
    ),
    (
        {"expert_weight": 0},
        {"ant+ant": 1, "ant+bee": 0, "bee+ant": 1 / 3, "bee+bee": 1, "cat+ant": 2 / 3, "cat+bee": 0},
    ),
]


@pytest.mark.parametrize(("settings", "expected"), TARGETS, ids=[str(settings) for settings, _ in TARGETS])
@pytest.mark.slow
def test_targets_are_those_worked_out_by_hand(
    six: Dataset, settings: dict[str, object], expected: dict[str, float]
) -> None:
    assert column_of(six, "target", **settings) == pytest.approx(expected)


def test_weights_are_those_worked_out_by_hand(six: Dataset) -> None:
    experts = {"ant+ant": 1, "ant+bee": 1 / 2, "bee+ant": 1 / 3, "cat+ant": 1 / 3}
    crowd = {"ant+ant": 1 / 2, "ant+bee": 1 / 2, "bee+bee": 3 / 4, "cat+ant": 1 / 3, "cat+bee": 1 / 2}
    # ant+bee: 3/4, but 1/9 and 0 are 1/9 apart; cat+ant: 5/9, but 5/9 and 2/3 are 1/9 apart.
    both = {
        "ant+ant": 1,
        "ant+bee": 3 / 4 * 8 / 9,
        "bee+ant": 1 / 3,
        "bee+bee": 3 / 4,
        "cat+ant": 5 / 9 * 8 / 9,
        "cat+bee": 1 / 2,
    }
    assert column_of(six, "weight", **NO_CROWD) == pytest.approx(experts)
    assert column_of(six, "weight", **NO_EXPERTS) == pytest.approx(crowd)
    assert column_of(six, "weight") == pytest.approx(both)


def test_every_pair_says_who_judged_it(six: Dataset) -> None:
    assert column_of(six, "source") == {
        "ant+ant": "both",
        "ant+bee": "both",
        "bee+ant": "experts",
        "bee+bee": "crowd",
        "cat+ant": "both",
        "cat+bee": "crowd",
    }
    assert set(column_of(six, "source", **NO_CROWD).values()) == {"experts"}


def test_who_has_no_majority_leaves_the_crowd_to_speak_alone(folder: Path) -> None:
    write_votes(folder, "ExpertAnnotations.tsv", {**EXPERTS, "cat+ant": "1\t2\t3"})
    write_votes(folder, "CrowdAnnotations.tsv", CROWD)
    data = load_dataset(folder)
    settings = {"expert": "majority"}
    assert column_of(data, "target", **settings)["cat+ant"] == pytest.approx(2 / 3)
    assert column_of(data, "source", **settings)["cat+ant"] == "crowd"
    assert column_of(data, "weight", **settings)["cat+ant"] == pytest.approx(1 / 3)
    assert "bee+ant" not in column_of(data, "target", **settings)


def test_those_who_contradict_each_other_are_unsure(folder: Path) -> None:
    write_votes(folder, "ExpertAnnotations.tsv", {"ant+bee": "4\t4\t4"})
    write_votes(folder, "CrowdAnnotations.tsv", {"ant+bee": "0\t0\t3"})
    assert column_of(load_dataset(folder), "weight")["ant+bee"] == pytest.approx(0.01)


def test_an_own_caption_that_was_judged_is_never_added_as_a_match(folder: Path) -> None:
    write_votes(folder, "ExpertAnnotations.tsv", {"ant+ant": "1\t2\t3", "bee+bee": "4\t4\t4"})
    table = relevance(load_dataset(folder), expert="majority", crowd=None, own_weight=0.5).table
    assert not ((table["photo"] == "ant.jpg") & (table["caption"] == "ant.jpg#2")).any()


def test_learned_trust_lies_between_what_the_judges_say_and_orders_the_pairs_alike(six: Dataset) -> None:
    target = column_of(six, "target", expert_weight="learned")
    assert set(target) == set(column_of(six, "target"))
    assert all(0 <= value <= 1 for value in target.values())
    assert target["ant+ant"] > target["cat+ant"] > target["ant+bee"]
    assert target["bee+bee"] > target["cat+bee"]


@pytest.mark.parametrize("settings", [NO_CROWD, NO_EXPERTS])
def test_learned_trust_works_for_one_kind_of_judge(six: Dataset, settings: dict[str, object]) -> None:
    assert len(column_of(six, "target", expert_weight="learned", **settings)) in (4, 5)


def test_own_captions_are_added_where_nobody_judged_them(six: Dataset) -> None:
    table = relevance(six, own_weight=0.25).table
    own = table[table["source"] == "own caption"]
    # Six photos with five captions each; ant+ant#2 and bee+bee#2 are judged.
    assert len(own) == 6 * 5 - 2
    assert set(own["weight"]) == {0.25}
    assert set(own["target"]) == {1.0}
    assert (own["photo"] == own["caption"].str.split("#").str[0]).all()
    assert not table.duplicated(["photo", "caption"]).any()
    assert table["text"].notna().all()


def test_the_definition_is_said_in_words(six: Dataset) -> None:
    assert relevance(six).definition == "0.6 experts (mean) + 0.4 crowd (share)"
    assert relevance(six, crowd=None, own_weight=0.5).definition == "experts (mean) + own captions (0.5)"
    assert relevance(six, expert_weight="learned").definition == "experts and crowd (learned)"
    assert relevance(six, expert=None, expert_weight="learned").definition == "crowd (learned)"
    assert relevance(six).take([0]).definition == relevance(six).definition


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"expert": "meen"}, "Did you mean 'mean'"),
        ({"crowd": "smooth"}, "Did you mean 'smoothed'"),
        ({"expert_weight": "learnt"}, "Did you mean 'learned'"),
        ({"expert_weight": 1.1}, "expert_weight must be a number from 0 to 1, got 1.1"),
        ({"expert_weight": -0.1}, "expert_weight"),
        ({"expert_weight": math.nan}, "expert_weight"),
        ({"expert_weight": True}, "expert_weight"),
        ({"expert_weight": None}, "expert_weight"),
        ({"own_weight": 2}, "own_weight"),
        ({"expert": None, "crowd": None}, "choose who is asked"),
    ],
)
@pytest.mark.slow
def test_unknown_settings_are_refused(six: Dataset, settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        relevance(six, **settings)


@pytest.mark.parametrize(
    ("missing", "source"), [("ExpertAnnotations.tsv", "crowd"), ("CrowdAnnotations.tsv", "experts")]
)
@pytest.mark.parametrize("expert_weight", [0.6, "learned"])
def test_a_set_with_one_kind_of_judge_gives_what_it_has(
    folder: Path, missing: str, source: str, expert_weight: object
) -> None:
    (folder / missing).unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    pairs = relevance(data, expert_weight=expert_weight)
    assert set(pairs.table["source"]) == {source}
    # The definition names who judged, not who was asked.
    assert pairs.definition.startswith(source)


@pytest.mark.parametrize(
    ("missing", "settings"), [("ExpertAnnotations.tsv", NO_CROWD), ("CrowdAnnotations.tsv", NO_EXPERTS)]
)
def test_asking_only_those_who_said_nothing_is_an_error(
    folder: Path, missing: str, settings: dict[str, object]
) -> None:
    (folder / missing).unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    with pytest.raises(DataError, match=f"^'{data.name}' has no judgements, so there is no target"):
        relevance(data, **settings)


def test_a_set_without_any_judgement_is_an_error(folder: Path) -> None:
    for name in ("ExpertAnnotations.tsv", "CrowdAnnotations.tsv"):
        (folder / name).unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    with pytest.raises(
        DataError,
        match=r"ExpertAnnotations\.tsv: files that are missing .* CrowdAnnotations\.tsv: files that are missing",
    ):
        relevance(data)


def test_files_of_judgements_that_are_not_there_are_not_called_empty(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    (tmp_path / "captions.csv").write_text("file,caption\na.jpg,A dog on a beach\n")
    with pytest.raises(
        DataError, match=r"There is no ExpertAnnotations\.tsv\. There is no CrowdAnnotations\.tsv\."
    ):
        relevance(load_dataset(tmp_path))


def test_where_all_judgements_were_left_out_the_error_says_why(folder: Path) -> None:
    for name in ("ant", "bee", "cat", "dog", "eel", "fox"):
        (folder / f"train_images/{name}.jpg").unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    with pytest.raises(DataError, match="rows whose photo is missing or unusable"):
        relevance(data)


def test_something_else_than_a_data_set_is_an_error() -> None:
    with pytest.raises(DataError, match="expects a data set, got str"):
        relevance("withsense/")  # type: ignore[arg-type]  # that is what is tried


def test_the_definition_alone_moves_the_constants_rmse_on_the_real_folder(real_data: Dataset) -> None:
    judged = set(zip(real_data.experts["photo"], real_data.experts["caption"], strict=True))

    def spread(**settings: object) -> float:
        table = relevance(real_data, **settings).table
        rows = [pair in judged for pair in zip(table["photo"], table["caption"], strict=True)]
        return round(float(np.std(table["target"][rows])), 3)

    assert spread(crowd=None) == 0.269
    assert spread(crowd=None, expert="median") == 0.285
    assert spread(crowd=None, expert="majority") == 0.286
    assert spread() == 0.247
    assert spread(expert="majority") == 0.261
