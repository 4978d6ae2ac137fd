"""A small, whole With Sense folder made in code, and the real one where it is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.load import load_dataset
from withsense_tf.encoders.base import PhotoEncoder

# The machine may be busy, and the same commit must give the same verdict.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

TRAIN = ("ant.jpg", "bee.jpg", "cat.jpg", "dog.jpg", "eel.jpg", "fox.jpg")
TEST = ("gnu.jpg", "hen.jpg")


def save_photo(path: Path, seed: int, size: tuple[int, int] = (48, 32)) -> None:
    """Save a small noisy photo whose colour depends on the seed."""
    rng = np.random.default_rng(seed)
    pixels = rng.normal(rng.uniform(40, 215, 3), 12, (size[1], size[0], 3)).clip(0, 255)
    Image.fromarray(pixels.astype(np.uint8)).save(path, quality=90)


def write_folder(root: Path) -> Path:
    """Write a valid folder: 6 training and 2 test photos, 18 judged pairs, 6 of them own captions."""
    for part, photos in (("train_images", TRAIN), ("test_images", TEST)):
        (root / part).mkdir(parents=True)
        for photo in photos:
            save_photo(root / part / photo, seed=sum(photo.encode()))
    text = {f"{p}#{n}": f"A {p[:3]}, seen {n} times, stands by itself ." for p in TRAIN for n in range(5)}
    pairs = [(photo, f"{owner}#2") for i, photo in enumerate(TRAIN) for owner in (TRAIN + TRAIN)[i : i + 3]]
    listed = ["image,query_id,query_text", *(f'{p},{c},"{text[c]}"' for p, c in pairs)]
    own = ["image,query_id,query_text", *(f'{c.split("#")[0]},{c},"{t}"' for c, t in text.items())]
    queries = [f"{p}#{n}|A {p[:3]} of kind {n}|{p}" for p in TEST for n in range(5)]
    scores = ["4\t4\t4" if c.startswith(p) else "1\t1\t2" for p, c in pairs]
    votes = ["1\t3\t0" if c.startswith(p) else "0.333333333333333\t1\t2" for p, c in pairs]
    files = {
        "train_dataset.csv": listed,
        "captions.csv": own,
        "test_queries.csv": ["|query_id|query_text|image", *(f"{i}|{q}" for i, q in enumerate(queries))],
        "test_images.csv": ["image", *TEST],
        "caption_corpus.csv": [
            "query_id|query_text",
            'owl.jpg#0|An owl says " hoo " .',
            "owl.jpg#1|An owl .",
        ],
        "ExpertAnnotations.tsv": [f"{p}\t{c}\t{s}" for (p, c), s in zip(pairs, scores, strict=True)],
        "CrowdAnnotations.tsv": [f"{p}\t{c}\t{v}" for (p, c), v in zip(pairs, votes, strict=True)],
    }
    for name, lines in files.items():
        (root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


class MeanColour(PhotoEncoder):
    """A photo encoder small enough for tests and real all the same: the mean and spread of each channel."""

    identity = "mean colour"
    weights = "none"
    width = 6
    size = (32, 48)

    def __init__(self) -> None:
        self.encoded = 0

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        self.encoded += len(pixels)
        flat = pixels.reshape(len(pixels), -1, 3) / 255
        return np.hstack([flat.mean(axis=1), flat.std(axis=1)]).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "withsense")


@pytest.fixture
def tiny(folder: Path) -> Dataset:
    return load_dataset(folder)


@pytest.fixture
def mean_colour() -> MeanColour:
    return MeanColour()


@pytest.fixture
def new_photo() -> Callable[[Path, int], None]:
    return save_photo


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """Return the real With Sense folder; it is never part of the project, so it may be missing."""
    default = Path(__file__).parents[2] / "shared" / "withsense"
    path = Path(os.environ.get("WITHSENSE_FOLDER", default))
    if not (path / "train_dataset.csv").is_file():
        pytest.skip("the real With Sense folder is not here; set WITHSENSE_FOLDER to its path")
    return path
