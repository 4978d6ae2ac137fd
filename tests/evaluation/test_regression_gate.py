from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.regression_gate import (
    Base,
    check_measured,
    check_rules,
    load_base,
    parse_rule,
)
from withsense_tf.evaluation.row_status import MISTAKE

BASE = [
    {"matcher": "ridge", "split": "folds", "rmse": 0.25, "r@5": 0.05, "status": "ok"},
    {"matcher": "towers", "split": "folds", "rmse": 0.18, "r@5": 0.79, "status": "ok"},
    {"matcher": "clip", "split": "folds", "rmse": None, "status": "not run: weights not available"},
]


def broken_rules(*asked: Any) -> list[str]:
    return [check.breach for check in check_rules(*asked) if check.breach]


def now(**towers: float) -> list[dict[str, object]]:
    return [dict(BASE[0]), {**BASE[1], **towers}]


def test_a_figure_that_fell_too_far_breaks_the_rule_and_one_that_fell_less_does_not() -> None:
    rule = [parse_rule("r@5<-0.02")]
    assert broken_rules(now(**{"r@5": 0.78}), BASE, rule) == []
    (line,) = broken_rules(now(**{"r@5": 0.76}), BASE, rule)
    assert line.startswith("towers, folds: r@5 0.79 -> 0.76")


def test_a_figure_that_rose_too_far_breaks_a_rule_with_the_other_sign() -> None:
    rule = [parse_rule("rmse > 0.005")]
    assert broken_rules(now(rmse=0.184), BASE, rule) == []
    assert len(broken_rules(now(rmse=0.19), BASE, rule)) == 1


def test_a_model_that_is_gone_or_was_not_run_breaks_every_rule() -> None:
    rules = [parse_rule("r@5<-0.9")]
    assert len(broken_rules(now()[:1], BASE, rules)) == 1
    not_run = {"matcher": "towers", "split": "folds", "status": "not run: no network"}
    (line,) = broken_rules([*now()[:1], not_run], BASE, rules)
    assert line == "towers, folds: r@5 was 0.79; now: not run: no network"


def test_a_model_that_the_base_did_not_run_and_one_that_is_new_break_nothing() -> None:
    new = {"matcher": "new", "split": "folds", "rmse": 0.9, "r@5": 0.0}
    assert broken_rules([*now(), new], BASE, [parse_rule("r@5<0"), parse_rule("rmse>0")]) == []
    checks = check_rules([*now(), new], BASE, [parse_rule("r@5<0")])
    assert [check.matcher for check in checks if check.is_new] == ["new"]
    # What is an error is not held against nothing beside.
    broken = {"matcher": "typo", "split": "folds", "status": f"{MISTAKE}KeyError: 'txet'"}
    assert check_rules([*now(), broken], BASE, []) == []


@pytest.mark.parametrize(
    "text", ["r@5", "r@5<", "<-0.1", "r@5=-0.1", "r@5<-0.1x", "r@5<" + "1" * 99_999 + "x"]
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="expected a figure"):
        parse_rule(text)


@pytest.mark.closed
@pytest.mark.parametrize("told", ["a faster one", ""])
def test_the_effort_of_another_machine_is_not_compared(told: str) -> None:
    base = Base(Path("base.json"), [{**BASE[0], "seconds": 9.0}], machine=told)
    for name in ("seconds", "peak_mb"):
        with pytest.raises(SettingError, match="effort cannot be compared"):
            check_measured(base, base.rows, [parse_rule(f"{name}>1")], "this one")
    check_measured(base, base.rows, [parse_rule("rmse>0")], "this one")
    check_measured(replace(base, machine="this one"), base.rows, [parse_rule("seconds>1")], "this one")


@pytest.mark.closed
@pytest.mark.parametrize("text", ["r@5<-2", "r@5>2", "rmse>1", "tau_c<-2", "seconds>" + "9" * 400])
def test_a_rule_that_no_change_can_break_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="nothing could ever break this rule"):
        parse_rule(text)


@pytest.mark.closed
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("r@5>-0.02", "r@5<-0.02"), ("r@5<0.02", "r@5<-0.02"), ("distinct_top5<1", "distinct_top5<-1")),
        *(("rmse<0.005", "rmse>0.005"), ("rmse>-0.005", "rmse>0.005"), ("median_rank<2", "median_rank>2")),
    ],
)
def test_a_rule_that_an_unchanged_run_breaks_is_refused_and_what_was_meant_is_said(
    text: str, meant: str
) -> None:
    with pytest.raises(SettingError, match=rf"nothing changed would break .* write '{meant}'\."):
        parse_rule(text)
    assert not parse_rule(meant).broken(0.0)


def test_an_unknown_figure_gets_the_nearest_one() -> None:
    with pytest.raises(SettingError, match="Did you mean 'rmse'"):
        parse_rule("rmsee<0")


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", '{"rows": 3}', '{"rows": [3]}', "{", '{"rows": [], "config": 3}', "\0\0"),
        *(
            '{"rows": [{"rmse": 1}]}',
            '{"rows": [], "measured_on": 3}',
            "[" * 100_000,
            '{"rows": ' + "[" * 9999,
        ),
        '{"rows": [{"matcher": "a", "split": "folds"}, {"matcher": "a", "split": "folds"}]}',
    ],
)
@pytest.mark.closed
def test_a_base_that_is_no_result_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(content)
    with pytest.raises(DataError, match=r"no results\.json of an earlier run"):
        load_base(file)


@pytest.mark.closed
@pytest.mark.parametrize("number", [None, float("nan"), float("inf"), 10**400, "0.7", True])
def test_a_figure_that_is_no_number_on_one_side_is_worse(number: object) -> None:
    rules = [parse_rule("r@5<-0.9")]
    damaged = [BASE[0], {**BASE[1], "r@5": number}]
    assert broken_rules(now(), damaged, rules) == [
        "towers, folds: r@5 is 0.79; the base has no number for it"
    ]
    assert len(broken_rules(damaged, BASE, rules)) == 1


@pytest.mark.closed
def test_a_model_that_runs_now_and_did_not_in_the_base_has_nothing_to_be_held_against() -> None:
    ran = [*now(), {"matcher": "clip", "split": "folds", "rmse": 0.2}]
    assert broken_rules(ran, BASE, [parse_rule("rmse>0")]) == [
        "clip, folds: the base has no figures (not run: weights not available): make a new base"
    ]
    not_run = [*now(), dict(BASE[2])]
    assert broken_rules(not_run, BASE, [parse_rule("rmse>0")]) == []


@pytest.mark.closed
def test_a_figure_that_no_row_of_the_base_has_cannot_be_asked_for() -> None:
    base = Base(Path("base.json"), BASE)
    check_measured(base, BASE, [parse_rule("rmse>0"), parse_rule("r@5<0")], "")
    with pytest.raises(
        SettingError, match=r"--fail-if auc: base\.json has no such figure .* It has rmse, r@5\."
    ):
        check_measured(base, BASE, [parse_rule("rmse>0"), parse_rule("auc<0")], "")


def test_a_base_is_read(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps({"rows": BASE}))
    assert load_base(file).rows == BASE


def test_a_base_that_is_no_run_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(DataError, match=r"it is a JSON list, no object.*expected the file in its run folder"):
        load_base(tmp_path / "list.json")
    with pytest.raises(DataError, match=r"gone.json is no results.json of an earlier run \(No such file"):
        load_base(tmp_path / "gone.json")
