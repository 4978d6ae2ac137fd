from __future__ import annotations

import csv
from pathlib import Path

import pytest
from run_command import run_main
from tiny_photo import TinyPhoto

from withsense_tf.errors import SettingError
from withsense_tf.experiments.studies import fine_tune
from withsense_tf.matchers.base import Matcher


class StopError(Exception):
    """What ends a run in its middle."""


def invoke(*arguments: str) -> str:
    return run_main(fine_tune.main, *arguments)


@pytest.mark.slow
def test_a_stopped_trial_goes_on_and_says_what_opening_gains(
    colours_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tune, "_encoder", lambda name, weights, seed: TinyPhoto())
    fitted: list[str] = []
    fit = Matcher.fit

    def fit_some(self, pairs):
        if len(fitted) == 3:
            raise StopError
        fitted.append(self.name)
        return fit(self, pairs)

    monkeypatch.setattr(Matcher, "fit", fit_some)
    settings = ("--data", str(colours_folder), "--output", str(tmp_path), "--network", "mobilenet_v2=late")
    settings += ("--folds", "2", "--epochs", "2", "--rate", "0.01")
    with pytest.raises(StopError):
        invoke(*settings)
    assert len(fitted) == 3
    fitted.clear()
    invoke(*settings)
    assert fitted == ["two towers, softmax, opened from late, augmented"]
    with (tmp_path / "fine_tune/fine_tune.csv").open(encoding="utf-8", newline="") as stream:
        frozen, opened = csv.DictReader(stream)
    assert (frozen["network"], opened["network"]) == (
        "mobilenet_v2, as it is",
        "mobilenet_v2, opened from late",
    )
    assert frozen["gain R@5"] == frozen["gain MRR"] == "+0.0"
    assert float(opened["gain MRR"]) == pytest.approx(float(opened["MRR"]) - float(frozen["MRR"]), abs=0.11)
    assert opened["folds"] == "2"


def test_a_network_is_opened_where_it_is_said_or_at_its_last_block() -> None:
    assert fine_tune._networks(None) == fine_tune.NETWORKS
    assert fine_tune._networks(["mobilenet_v2=block_14_add"]) == {"mobilenet_v2": "block_14_add"}
    with pytest.raises(SettingError, match="resnet50=LAYER"):
        fine_tune._networks(["resnet50"])
    with pytest.raises(SettingError, match="network"):
        fine_tune._networks(["mobilenet"])
