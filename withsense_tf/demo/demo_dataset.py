"""The demo set as a Dataset: rendered once, then read like any other folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from numbers import Integral
from pathlib import Path
from typing import Final

import typer
from filelock import FileLock, Timeout

from withsense_tf.common.terminal import waiting
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.demo_marker import DemoSizes, read_marker
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.writer import MARKER_VERSION, usual_captioned, write_demo
from withsense_tf.errors import DataError, check_kind
from withsense_tf.file_access import path_of

MANY: Final = 300  # so many take more than a moment


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
    path = path_of(folder) if folder is not None else Path("artifacts") / folder_name(seed, sizes)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _nobody_else(path):
        if not path.exists():
            if (count := sum(asdict(sizes).values())) >= MANY and not sys.stderr.isatty():
                # A terminal has a bar from the beginning, a notebook a line after some seconds.
                typer.echo(f"Rendering the demo set, once: {count:,} photos into {path}", err=True)
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


@contextmanager
def _nobody_else(path: Path) -> Iterator[None]:
    """Within the block, let no other program render this set; say so where one does, and wait for it."""
    lock = FileLock(f"{path}.lock")
    with suppress(Timeout):
        lock.acquire(blocking=False)
    if not lock.is_locked:
        with waiting(f"Waiting for another program, which renders {path}"):
            lock.acquire()
    try:
        yield
    finally:
        lock.release()
