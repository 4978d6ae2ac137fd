"""What is learned from captions that belong to other photos: nothing, whether photos were judged or are captioned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from colours import COLOURS, Patches
from PIL import Image

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.experiments.studies.ablations import answer
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import TowerTraining
from withsense_tf.targets.blend import relevance

SIDES = list(product(COLOURS, COLOURS))
JUDGED, CAPTIONED = 50, 50
FOLDS = 2
# Galleries of 25 photos.
TRAINING = TowerTraining(epochs=8, rate=0.02, batch=64, validation=0.4)
CHANCE = 5 / (JUDGED / FOLDS)


def draw(path: Path, at: int, rng: np.random.Generator) -> None:
    left, right = (COLOURS[name][0] for name in SIDES[at % len(SIDES)])
    pixels = np.repeat([[left] * 24 + [right] * 24], 32, axis=0) + rng.normal(0, 9, 3)
    noisy = (pixels + rng.normal(0, 5, pixels.shape)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(path, quality=92)


def describe(at: int, rng: np.random.Generator) -> list[str]:
    left, right = (COLOURS[name][1].split() for name in SIDES[at % len(SIDES)])
    return [f"A {rng.choice(left)} wall, then {rng.choice(right)}ish cloth ." for _ in range(5)]


def write_sides(root: Path, shuffled: bool) -> Path:
    """Write photos of two colours side by side; where captions are shuffled, each photo has those of another."""
    rng = np.random.default_rng(3)
    parts = {"train_images": JUDGED, "corpus_images": CAPTIONED}
    photos = {part: [f"{part[:6]}{at}.jpg" for at in range(count)] for part, count in parts.items()}
    texts = {}
    (root / "test_images").mkdir(parents=True)
    Image.new("RGB", (48, 32), (9, 9, 9)).save(root / "test_images/away.jpg")
    for part, names in photos.items():
        (root / part).mkdir(parents=True)
        for at, name in enumerate(names):
            draw(root / part / name, at, rng)
            texts[name] = describe(at, rng)
    if shuffled:
        for names in photos.values():
            blocks = [texts[name] for name in names]
            for name, at in zip(names, np.random.default_rng(8).permutation(len(names)), strict=True):
                texts[name] = blocks[at]
    pairs = []
    for at, name in enumerate(photos["train_images"]):
        for other in (at, *rng.integers(0, JUDGED, 12)):
            right = sum(map(str.__eq__, SIDES[at % len(SIDES)], SIDES[other % len(SIDES)]))
            pairs.append((name, f"{photos['train_images'][other]}#2", "\t".join("124"[right] * 3)))
    pairs = list(dict.fromkeys(pairs))
    lines = {
        part: [f"{n}#{k}|{texts[n][k]}" for n in names for k in range(5)] for part, names in photos.items()
    }
    own = [f"{line.split('#')[0]}|{line}" for line in lines["train_images"]]
    files = {
        "train_dataset.csv": [
            "image|query_id|query_text",
            *(f"{p}|{c}|{texts[c[:-2]][2]}" for p, c, _ in pairs),
        ],
        "captions.csv": ["image|query_id|query_text", *own],
        "caption_corpus.csv": ["query_id|query_text", *lines["corpus_images"]],
        "ExpertAnnotations.tsv": ["\t".join(row) for row in pairs],
        "CrowdAnnotations.tsv": ["\t".join([*pairs[0][:2], "1", "3", "0"])],
        "test_queries.csv": ["|query_id|query_text|image", "0|away.jpg#0|A dark wall .|away.jpg"],
    }
    for name, rows in files.items():
        (root / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Dataset]:
    """Return the same photos with their own captions and with those of others."""
    root = tmp_path_factory.mktemp("sides")
    return tuple(load_dataset(write_sides(root / str(shuffled), shuffled)) for shuffled in (False, True))


@pytest.mark.closed
@pytest.mark.parametrize(
    "make",
    [
        partial(ClosedFormTowers, Patches(), "tfidf"),
        pytest.param(
            partial(TwoTower, Patches(), "tfidf", dim=16, judged_weight=0.0, training=TRAINING),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_shuffled_captions_teach_nothing_and_their_own_much(
    make: Callable[..., Matcher], sides: tuple[Dataset, Dataset]
) -> None:
    own, shuffled = sides
    work = tasks(relevance(own, crowd=None), "folds", FOLDS, 0)
    store = VectorStore()
    figures = []
    for data in (own, shuffled):
        # Calibrated and measured on what people said of the photos and of true texts, whatever was learned.
        misled = [replace(task, train=Pairs(data, task.train.table)) for task in work]
        outcome = answer("towers", lambda _: make(store=store), misled, "folds")
        assert outcome.captioned_photos == CAPTIONED
        (row,) = rows_of([outcome])
        figures.append((row["r@5"], row["skill"]))
    (found, skill), (by_chance, no_skill) = figures
    assert found > 0.75
    assert skill > 0.3
    assert abs(by_chance - CHANCE) < 0.12
    assert abs(no_skill) < 0.1
