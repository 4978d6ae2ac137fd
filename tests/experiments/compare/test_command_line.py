from __future__ import annotations

from pathlib import Path

import pytest
from run_command import finish, run

from withsense_tf.errors import SettingError
from withsense_tf.experiments.compare.command_line import app


def test_without_a_command_a_comparison_is_run_with_its_options(tmp_path: Path) -> None:
    assert "would be rendered" in run("compare", "--output", str(tmp_path / "out"), "--dry-run", "--quick")


def test_an_option_of_a_comparison_before_a_command_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"compare list: --output stands before list"):
        finish(app, "--output", str(tmp_path), "list")


def test_a_broken_law_does_not_keep_anybody_from_looking_at_runs(tmp_path: Path) -> None:
    broken = {"WITHSENSE_OVERRIDES": str(tmp_path / "none.csv")}
    assert "No comparison" in finish(app, "list", "--output", str(tmp_path), env=broken).output


@pytest.mark.parametrize("options", [("--quality", "best"), ("--own-weight=0.5",)])
def test_a_setting_that_is_typed_as_an_option_is_told_how_it_is_written(options: tuple[str, ...]) -> None:
    key = options[0].partition("=")[0].strip("-").replace("-", "_")
    with pytest.raises(SettingError, match=f"write --set {key}=VALUE"):
        finish(app, *options)


def test_an_option_that_is_no_setting_is_refused_as_ever() -> None:
    refusal = finish(app, "--qualty", "best", code=2)
    assert "No such option: --qualty" in refusal.output
