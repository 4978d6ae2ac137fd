"""The demo set as a Dataset: rendered once, then read like any other folder."""

from __future__ import annotations

import json
from pathlib import Path

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.load import load_dataset
from withsense_tf.errors import DataError


def demo_dataset(
    seed: int = 0, train: int = 400, test: int = 100, folder: str | Path | None = None
) -> Dataset:
    """Return the demo set; render it first (some seconds) where it is not there yet.

    It is synthetic: drawn scenes, captions from a grammar, simulated judges. `folder` is where it is kept, by
    default `artifacts/demo-<seed>-<train>-<test>` below the current folder.
    """
    from withsense_tf.data.demo import MARKER_VERSION, write_demo

    path = Path(folder) if folder is not None else Path("artifacts") / f"demo-{seed}-{train}-{test}"
    wanted = {"version": MARKER_VERSION, "seed": seed, "train": train, "test": test}
    if not path.exists():
        write_demo(path, seed=seed, train=train, test=test)
    try:
        marker = json.loads((path / "demo.json").read_text(encoding="utf-8"))
        there = {name: marker.get(name) for name in wanted}
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"{path} is there but is no demo set ({error}). Choose another folder.") from error
    if there != wanted:
        raise DataError(
            f"{path} holds another demo set: {there}, expected {wanted}. Delete it or choose another folder."
        )
    return load_dataset(path)
