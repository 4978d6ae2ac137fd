"""Forty small photos of plain and striped colours, and captions that name the colours in different words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.targets.blend import relevance

COLOURS = {
    "red": ((200, 40, 40), "red crimson scarlet ruby"),
    "green": ((40, 170, 60), "green emerald olive jade"),
    "blue": ((50, 60, 200), "blue navy azure cobalt"),
    "yellow": ((220, 210, 50), "yellow golden lemon amber"),
    "grey": ((120, 120, 120), "grey silver ashen slate"),
}
PATTERNS = {"plain": "plain smooth even uniform", "striped": "striped lined banded ribbed"}
THINGS = ["wall", "cloth", "board", "sheet", "paper"]
PLACES = ["", " in the light", " near a door", " seen from close", " on a table"]
KINDS = [(colour, pattern) for colour in COLOURS for pattern in PATTERNS]
# A training photo and a held-out one that have no caption of their own.
BARE = {"bare_0.jpg": ("red", "plain"), "bare_3.jpg": ("blue", "striped")}


def kind_of(photo: str) -> tuple[str, str]:
    colour, pattern, *_ = photo.split("_")
    return BARE.get(photo, (colour, pattern))


def draw(path: Path, kind: tuple[str, str], rng: np.random.Generator) -> None:
    pixels = np.full((32, 48, 3), COLOURS[kind[0]][0], float) + rng.normal(0, 8, 3)
    if kind[1] == "striped":
        pixels[:, (np.arange(48) // 4 + rng.integers(2)) % 2 == 0] *= 0.4
    noisy = (pixels + rng.normal(0, 4, pixels.shape)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(path, quality=92)


def describe(kind: tuple[str, str], rng: np.random.Generator) -> list[str]:
    colours = rng.permutation(COLOURS[kind[0]][1].split())
    patterns = rng.permutation(PATTERNS[kind[1]].split())
    ends = [f"{thing}{place}" for thing in THINGS for place in PLACES]
    return [f"A {patterns[n % 4]} {colours[n % 4]} {rng.choice(ends)} ." for n in range(5)]


def judge(photo: str, captions: dict[str, list[str]], rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return some captions with the experts' scores: two right ones, two that are half right, four wrong ones."""
    colour, pattern = kind_of(photo)
    others = [str(name) for name in rng.permutation(list(captions)) if name != photo]
    half = [name for name in others if kind_of(name)[0] == colour and kind_of(name)[1] != pattern]
    wrong = [name for name in others if kind_of(name)[0] != colour]
    right = [photo, photo] if photo in captions else [n for n in others if kind_of(n) == (colour, pattern)]
    scores = ["4\t4\t4", "4\t4\t3", "2\t3\t3", "2\t2\t3", *["1\t1\t1"] * 3, "1\t1\t2"]
    return [
        (f"{owner}#{number % 5}", score)
        for number, (owner, score) in enumerate(
            zip([*right[:2], *half[:2], *wrong[:4]], scores, strict=True), start=int(rng.integers(5))
        )
    ]


def write_colours(root: Path) -> Path:
    rng = np.random.default_rng(0)
    for part in ("train_images", "test_images"):
        (root / part).mkdir(parents=True)
    draw(root / "test_images" / "away_0.jpg", ("red", "plain"), rng)
    photos = [f"{colour}_{pattern}_{n}.jpg" for n in range(4) for colour, pattern in KINDS]
    for photo in [*photos, *BARE]:
        draw(root / "train_images" / photo, kind_of(photo), rng)
    captions = {photo: describe(kind_of(photo), rng) for photo in photos}
    judged = [(photo, *pair) for photo in [*photos, *BARE] for pair in judge(photo, captions, rng)]
    text = {f"{p}#{n}": t for p, texts in captions.items() for n, t in enumerate(texts)}
    elsewhere = {f"other_{n}.jpg": describe(KINDS[n % len(KINDS)], rng) for n in range(12)}
    files = {
        "train_dataset.csv": ["image,query_id,query_text", *(f"{p},{c},{text[c]}" for p, c, _ in judged)],
        "captions.csv": [
            "image,query_id,query_text",
            *(f"{c.split('#')[0]},{c},{t}" for c, t in text.items()),
        ],
        "caption_corpus.csv": [
            "query_id|query_text",
            *(f"{p}#{n}|{t}" for p, texts in elsewhere.items() for n, t in enumerate(texts)),
        ],
        "ExpertAnnotations.tsv": ["\t".join(row) for row in judged],
        "CrowdAnnotations.tsv": ["\t".join([*judged[0][:2], "1", "3", "0"])],
        "test_queries.csv": ["|query_id|query_text|image", "0|away_0.jpg#0|A plain red wall .|away_0.jpg"],
    }
    for name, lines in files.items():
        (root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


class Patches(PhotoEncoder):
    """The mean of each channel in the left half, the right half and in 4 columns: wider than the mean colour."""

    identity = "patches"
    weights = "none"
    width = 18
    size = (32, 48)

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        scaled = pixels / 255
        parts = [scaled[:, :, :24], scaled[:, :, 24:], *(scaled[:, :, at : at + 4] for at in range(0, 16, 4))]
        return np.hstack([part.mean(axis=(1, 2)) for part in parts]).astype(np.float32)


@pytest.fixture(scope="session")
def colours_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("colours") / "colours")


@pytest.fixture(scope="session")
def colours(colours_folder: Path) -> Dataset:
    return load_dataset(colours_folder)


@pytest.fixture(scope="session")
def unjudged(colours: Dataset) -> Dataset:
    """Return the data set as it would be if nobody had judged."""
    return colours.with_tables(
        pairs=colours.pairs.iloc[:0], experts=colours.experts.iloc[:0], crowd=colours.crowd.iloc[:0]
    )


@pytest.fixture(scope="session")
def undescribed(unjudged: Dataset) -> Dataset:
    """Return the data set as it would be if nobody had said anything of its photos."""
    return unjudged.with_tables(captions=unjudged.captions.iloc[:0])


@pytest.fixture(scope="session")
def judged(colours: Dataset) -> Pairs:
    return relevance(colours, crowd=None)


@pytest.fixture(scope="session")
def train(judged: Pairs) -> Pairs:
    """Return the judged pairs of 31 photos: three of each kind, and one without captions."""
    return judged.take(np.flatnonzero(~judged.table["photo"].str.endswith("_3.jpg")))


@pytest.fixture(scope="session")
def held(judged: Pairs) -> Pairs:
    """Return the judged pairs of the other photos: one of each kind, and one without captions."""
    return judged.take(np.flatnonzero(judged.table["photo"].str.endswith("_3.jpg")))


@pytest.fixture(scope="session")
def gallery(colours: Dataset) -> Gallery:
    """Return a held-out photo of each kind."""
    return Gallery(colours, tuple(f"{colour}_{pattern}_3.jpg" for colour, pattern in KINDS))


@pytest.fixture(scope="session")
def queries(colours: Dataset, gallery: Gallery) -> Queries:
    """Return the captions of the held-out photos, five each, in the gallery's order."""
    captions = colours.captions.set_index("caption")["text"]
    names = [f"{photo}#{n}" for photo in gallery.names for n in range(5)]
    return Queries.of([captions[name] for name in names], names)


@pytest.fixture(scope="session")
def patches() -> PhotoEncoder:
    return Patches()


@pytest.fixture(scope="session")
def store() -> VectorStore:
    return VectorStore()


@pytest.fixture(scope="session")
def reciprocal_rank() -> Callable[[np.ndarray], float]:
    """Return what gives the mean reciprocal rank of a grid of the queries and the gallery above."""

    def mean(scores: np.ndarray) -> float:
        right = scores[np.arange(len(scores)), np.arange(len(scores)) // 5]
        return float(np.mean(1 / (scores >= right[:, None]).sum(axis=1)))

    return mean


@pytest.fixture(scope="session")
def vectors_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of word vectors that knows that names of one colour, and of one pattern, are alike."""
    rng = np.random.default_rng(1)
    groups = [*(words for _, words in COLOURS.values()), *PATTERNS.values()]
    points = np.eye(len(groups))
    lines = [
        " ".join([word, *(f"{x:.3f}" for x in points[at] + rng.normal(0, 0.05, len(groups)))])
        for at, words in enumerate(groups)
        for word in words.split()
    ]
    path = tmp_path_factory.mktemp("vectors") / "colours.txt"
    path.write_text("\n".join(lines) + "\n")
    return path
