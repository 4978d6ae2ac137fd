"""The data of an experiment: the user's folder, or the demo set below the output folder; and options of several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset

DataOption = Annotated[
    Path | None, typer.Option(help="A folder of photos. Without it the synthetic demo set is rendered.")
]


def load(
    folder: Path | None,
    output: Path,
    seed: int,
    train: int = 400,
    test: int = 100,
    captioned: int | None = None,
) -> Dataset:
    """Read the folder, or render the demo set below `output` and read that."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.demo.demo_dataset import demo_dataset

    if folder is not None:
        # Every photo will be read anyway, so find the truncated ones before the work starts.
        return load_dataset(folder, decode=True, tell=typer.echo)
    where = demo_folder(output, seed, train, test, captioned)
    return demo_dataset(seed, train, test, folder=where, captioned=captioned)


def demo_folder(output: Path, seed: int, train: int, test: int, captioned: int | None = None) -> Path:
    """Return where the demo set lies, or will lie, below the output folder."""
    from withsense_tf.data.demo_marker import DemoSizes
    from withsense_tf.demo.demo_dataset import folder_name
    from withsense_tf.demo.writer import usual_captioned

    return output / folder_name(
        seed, DemoSizes(train, test, usual_captioned(train) if captioned is None else captioned)
    )
