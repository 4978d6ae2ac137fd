"""The demo set as a Dataset: rendered once, then read like any other folder."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from numbers import Integral
from pathlib import Path

from filelock import FileLock

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.demo_marker import DemoSizes, read_marker
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.writer import MARKER_VERSION, usual_captioned, write_demo
from withsense_tf.errors import DataError, check_kind


def demo_dataset(
    seed: int = 0,
    train: int = 400,
    test: int = 100,
    folder: str | Path | None = None,
    captioned: int | None = None,
) -> Dataset:
    """Return the demo set; render it first (some seconds) where it is not there yet.

    It is synthetic: drawn scenes, captions from a grammar, simulated judges. `folder` is where it is kept, by
    default `artifacts/demo-<seed>-<train>-<test>-<captioned>` below the current folder. Two may ask for it at once.
    `captioned` photos have captions and no judgements; without a number, there are three to two training photos.
    """
    for name, size in (
        ("train", train),
        ("test", test),
        ("captioned", 0 if captioned is None else captioned),
    ):
        check_kind(f"{name}=", size, Integral, "a whole number of photos")
    sizes = DemoSizes(train, test, usual_captioned(train) if captioned is None else captioned)
    path = Path(folder) if folder is not None else Path("artifacts") / folder_name(seed, sizes)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        if not path.exists():
            # While we hold the lock nobody renders here: what is left of a killed run can go.
            for draft in path.parent.glob(f".{path.name}-*"):
                shutil.rmtree(draft, ignore_errors=True)
            write_demo(path, seed=seed, **asdict(sizes))
    marker = read_marker(path)
    if marker is None:
        raise DataError(f"{path} is there but is no demo set. Choose another folder.")
    settings_there = {"version": marker.version, "seed": marker.seed, **asdict(marker.sizes)}
    settings = {"version": MARKER_VERSION, "seed": seed, **asdict(sizes)}
    if settings_there != settings:
        raise DataError(
            f"{path} holds another demo set: {settings_there}, expected {settings}. Delete it or choose another folder."
        )
    if not marker.untouched:
        raise DataError(
            f"The demo set in {path} was changed since it was rendered. Delete it; it is rendered again."
        )
    return load_dataset(path)


def folder_name(seed: int, sizes: DemoSizes) -> str:
    """Return what the folder of a demo set is called by default."""
    return f"demo-{seed}-{sizes.train}-{sizes.test}-{sizes.captioned}"
