"""Under which law a model was trained: the matcher, its saved folder, the index and its status say it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_index import COUNTRIES, LAW
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.split import split_by_photo
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.targets.blend import relevance

pytestmark = pytest.mark.closed


def trained(data: Dataset) -> Captions:
    return Captions().fit(split_by_photo(relevance(data, crowd=None), 0.3, 0).train)


def test_a_matcher_says_under_which_law_its_pairs_were_and_so_does_its_saved_folder(
    tiny: Dataset, tmp_path: Path
) -> None:
    assert trained(tiny).law == ""
    policy = Policy.default()
    kept, _ = policy.split(tiny)
    matcher = trained(kept)
    assert matcher.law == policy.version
    assert load_matcher(save_matcher(matcher, tmp_path / "law")).law == policy.version
    there, _ = policy.split(tiny, country="DE")
    assert trained(there).law == f"{policy.version} (DE)"


def test_a_country_without_a_rule_is_no_law(tiny: Dataset) -> None:
    kept, _ = LAW.split(tiny, country="AQ")
    assert COUNTRIES.rule("AQ").rule == "none"
    assert trained(kept).law == ""


def test_a_folder_that_was_saved_before_says_nothing(tiny: Dataset, tmp_path: Path) -> None:
    folder = save_matcher(trained(Policy.default().split(tiny)[0]), tmp_path / "old")
    about = json.loads((folder / "state.json").read_text())
    for _, state in about["objects"]:
        for parts in state["dict"]:
            if parts[0] == "learned":
                parts[1]["dict"] = [part for part in parts[1]["dict"] if part[0] != "law_"]
    (folder / "state.json").write_text(json.dumps(about))
    assert load_matcher(folder).law == ""


def test_a_build_by_a_matcher_that_was_trained_without_the_law_says_so(
    folder: Path, tiny: Dataset, tmp_path: Path
) -> None:
    saved = save_matcher(trained(tiny), tmp_path / "lawless")
    lawful = save_matcher(trained(Policy.default().split(tiny)[0]), tmp_path / "lawful")
    warning = "Warning: this matcher was trained without the law, or does not say"
    for matcher, warned in ((saved, True), (lawful, False)):
        index = str(tmp_path / f"index-{warned}")
        done = CliRunner().invoke(
            app, ["index", "build", str(folder), "--matcher", str(matcher), "--index", index]
        )
        assert done.exit_code == 0, done.output
        assert (warning in done.stderr) == warned
        status = CliRunner().invoke(app, ["index", "status", "--index", index])
        assert ("trained without the law" in status.stdout) == warned
