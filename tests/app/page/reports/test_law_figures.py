"""What is read of a policy report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.app.page.reports.law_figures import ReportSet, last_report, package_version
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_decisions import Ownership


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"policy version": 3, "sets": 1}'])
def test_what_is_no_report_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    assert last_report(tmp_path / "report.json") is None
    assert last_report(tmp_path) is last_report(None) is None


def test_of_one_language_the_same_figures_do_not_stand_twice() -> None:
    share = {"value": 1.0, "interval": [0.2, 1.0], "part": 1, "whole": 1}
    rows = [
        {"language": language, "kind": kind, "recall": share, "precision": share}
        for language, kind in (("all", "all"), ("en", "all"), ("en", "rites"), ("ru", "all"))
    ]
    both = ReportSet.model_validate({"name": "a", "sentences": 3, "unread": True, "figures": rows})
    assert [row.language for row in both.rows] == ["all", "en", "ru"]
    english = ReportSet.model_validate({"name": "a", "sentences": 3, "unread": True, "figures": rows[:3]})
    assert [row.language for row in english.rows] == ["all"]


def test_the_rules_of_the_package_are_known_below_the_tables_of_a_service() -> None:
    law = Policy.default()
    service = replace(law, countries=replace(law.countries, rules=()), ownership=Ownership(min_votes=2))
    assert service.version != law.version == package_version(service) == package_version(law)
    assert package_version(replace(law, second_reader=False, _texts={})) is None
