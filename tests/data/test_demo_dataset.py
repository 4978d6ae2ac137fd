from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.data.demo_dataset import demo_dataset
from withsense_tf.errors import DataError
from withsense_tf.relevance import relevance


def test_the_demo_set_is_rendered_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = demo_dataset(seed=5, train=12, test=3)
    rendered = (tmp_path / "artifacts/demo-5-12-3/demo.json").stat().st_mtime_ns
    again = demo_dataset(seed=5, train=12, test=3)
    assert (tmp_path / "artifacts/demo-5-12-3/demo.json").stat().st_mtime_ns == rendered
    assert first.fingerprint == again.fingerprint
    assert first.synthetic
    assert first.name == "demo (synthetic, seed 5)"
    assert repr(first).startswith("Dataset(demo (synthetic, seed 5): 12 train photos, 3 test photos")
    assert len(first.quarantine) == 0
    assert repr(relevance(first)).startswith(f"Pairs({len(first.experts)} of demo (synthetic, seed 5): ")


def test_another_demo_set_in_the_folder_is_not_taken_for_the_wanted_one(tmp_path: Path) -> None:
    demo_dataset(seed=5, train=12, test=3, folder=tmp_path / "demo")
    with pytest.raises(DataError, match="holds another demo set"):
        demo_dataset(seed=6, train=12, test=3, folder=tmp_path / "demo")


@pytest.mark.parametrize("marker", [None, "[1, 2]", "{broken"])
def test_a_folder_that_is_no_demo_set_is_left_alone(tmp_path: Path, marker: str | None) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    if marker is not None:
        (tmp_path / "demo.json").write_text(marker)
    with pytest.raises(DataError, match="is no demo set"):
        demo_dataset(folder=tmp_path)
    assert (tmp_path / "keep.txt").read_text() == "mine"
