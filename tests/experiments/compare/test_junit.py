from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from withsense_tf.evaluation.regression_gate import Check
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.experiments.compare.junit import write_junit

ROWS = (
    {"matcher": "towers", "split": "folds", "status": "ok", "rmse": 0.18, "seconds": 2.5},
    {"matcher": "clip <\x00&>", "split": "folds", "status": "not run: weights not available"},
)
CHECKS = (
    Check("towers", "folds", "rmse>0.01", "towers, folds: rmse 0.15 -> 0.18, allowed is a change not > 0.01"),
    Check("towers", "folds", "r@5<-0.02"),
)


def test_a_row_is_a_case_and_a_rule_that_is_broken_is_one_that_failed(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    write_junit(file, Comparison(ROWS), CHECKS)
    rows, checks = ElementTree.parse(file).getroot()
    assert [suite.attrib for suite in (rows, checks)] == [
        {"name": "compare", "tests": "2", "errors": "0", "failures": "0", "skipped": "1", "time": "2.500"},
        {"name": "compare --against", "tests": "2", "errors": "0", "failures": "1", "skipped": "0", "time": "0.000"},
    ]  # fmt: skip
    towers, clip = rows
    assert {one.get("name"): one.get("value") for one in towers.iter("property")} == {
        "rmse": "0.18",
        "seconds": "2.5",
    }
    assert clip.attrib["name"] == "clip <?&>"
    assert [one.get("message") for one in clip.iter("skipped")] == ["not run: weights not available"]
    worse, _ = checks
    assert worse.attrib["name"] == "towers: rmse>0.01"
    assert [one.get("message") for one in worse.iter("failure")] == [CHECKS[0].breach]


def test_a_matcher_that_broke_is_an_error(tmp_path: Path) -> None:
    broken = {
        "matcher": "typo",
        "split": "folds",
        "status": "not run: a mistake: my:Typo failed in fit: KeyError: 'txet'",
    }
    write_junit(tmp_path / "junit.xml", Comparison((*ROWS, broken)))
    (rows,) = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (rows.get("errors"), rows.get("skipped")) == ("1", "1")
    assert [(one.get("message"), one.text) for one in rows.iter("error")] == [(broken["status"],) * 2]


def test_a_row_that_the_base_has_not_is_a_case_that_was_skipped(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    write_junit(file, Comparison(ROWS), [*CHECKS, Check("mine", "folds", "", is_new=True)])
    _, checks = ElementTree.parse(file).getroot()
    assert (checks.get("failures"), checks.get("skipped")) == ("1", "1")
    assert [one.get("message") for one in checks.iter("skipped")] == ["new, held against nothing"]


def test_without_a_base_there_are_the_rows_alone(tmp_path: Path) -> None:
    write_junit(tmp_path / "junit.xml", Comparison(ROWS))
    assert len(ElementTree.parse(tmp_path / "junit.xml").getroot()) == 1
