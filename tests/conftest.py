"""A small, whole With Sense folder made in code, and the real one where it is at hand."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.encoders import make_encoder
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.backbones import BACKBONES

# Fixtures that several folders of tests share.
pytest_plugins = ["table_of_runs", "colours", "encoder_inputs", "fitted_matchers", "milvus_servers"]

# The machine may be busy, and the same commit must give the same verdict. Where a test suppresses checks of its own,
# it names this one again.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, look at nothing of that ever again, and seldom at the rest.

    All that is imported and all tests stay to the end: Python spent a quarter of the time looking for garbage in them.
    Building a network makes very many objects that stay: at the usual pace that is a tenth of a network's time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep looks in a folder of the tests' own: what the user has there must not answer for the code."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["WITHSENSE_CACHE"] = str(folder)
    return folder


@pytest.fixture(autouse=True)
def _nobody_was_warned_yet() -> None:
    """Let each test begin as a process does, which is warned once of a published test split."""
    if (base := sys.modules.get("withsense_tf.matchers.base")) is not None:
        base._PUBLISHED_TEST_WARNED.clear()


@pytest.fixture(scope="session", autouse=True)
def _no_sentences() -> Generator[None, None, None]:
    """Let towers learn from words alone where a test names no text encoder, whatever encoder is installed here."""
    import_module(
        "withsense_tf.matchers.registry"
    )  # what commands make is as it is: it has the function by now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_encoder, "best_sentences_here", lambda: None)
        yield


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


def draw_weights(backbone: Any, seed: int) -> None:
    """Give a network weights that are no longer those it starts with, and so large that inputs differ."""
    rng = np.random.default_rng(seed)
    for variable in backbone.trainable_variables:
        variable.assign(rng.normal(0, 0.4, variable.shape))


def bytes_as_letters() -> list[str]:
    """Return the 256 letters for which CLIP's tokenizer takes the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in plain] + [chr(256 + n) for n in range(256 - len(plain))]


def save_clip(
    folder: Path, seed: int = 0, trained: bool = True, arranged: bool = True, pad_with_end: bool = True
) -> Path:
    """Save a CLIP of one layer a tower, photos of 32 x 32, texts of 16 tokens, and a vocabulary of bytes.

    The published presets fill texts up with the token that ends them.
    """
    import keras_hub

    letters = bytes_as_letters()
    words = ["do", "dog</w>", "<|startoftext|>", "<|endoftext|>"]
    pieces = [*letters, *(f"{one}</w>" for one in letters), *words]
    tokenizer = keras_hub.models.CLIPTokenizer(
        {one: n for n, one in enumerate(pieces)}, ["d o", "do g</w>"], pad_with_end_token=pad_with_end
    )
    converter = keras_hub.layers.CLIPImageConverter(
        (32, 32), scale=[0.01, 0.02, 0.015], offset=[-1.0, -2.0, -1.5], interpolation="bicubic"
    )
    small = {"hidden_dim": 16, "num_layers": 1, "num_heads": 2, "intermediate_dim": 32}
    photos = keras_hub.models.CLIPVisionEncoder(patch_size=8, image_shape=(32, 32, 3), **small)
    texts = keras_hub.models.CLIPTextEncoder(len(pieces), embedding_dim=16, max_sequence_length=16, **small)
    backbone = keras_hub.models.CLIPBackbone(photos, texts, projection_dim=8)
    if trained:
        draw_weights(backbone, seed)
    if arranged:
        photos.embedding.position_ids.assign(np.arange(17)[None])
    backbone.save_to_preset(folder)
    tokenizer.save_to_preset(folder)
    converter.save_to_preset(folder)
    return folder


def sentence_pieces(**ids: int) -> bytes:
    """Train a SentencePiece model on a few sentences."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the quick brown fox", "a dog runs on the grass", "собака бежит по траве"]),
        model_writer=model,
        vocab_size=60,
        model_type="bpe",
        minloglevel=2,
        **ids,
    )
    return model.getvalue()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("presets") / "tiny_clip")


@pytest.fixture(scope="session")
def new_clip() -> Callable[..., Path]:
    return save_clip


@pytest.fixture(scope="session")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a SigLIP whose texts have 12 tokens; it squashes photos, as SigLIP does."""
    import keras_hub

    folder = tmp_path_factory.mktemp("presets") / "tiny_siglip"
    small = {"hidden_dim": 16, "num_layers": 1, "num_heads": 2, "intermediate_dim": 32}
    photos = keras_hub.models.SigLIPVisionEncoder(patch_size=8, image_shape=(32, 32, 3), **small)
    texts = keras_hub.models.SigLIPTextEncoder(60, embedding_dim=16, max_sequence_length=12, **small)
    backbone = keras_hub.models.SigLIPBackbone(photos, texts)
    draw_weights(backbone, 1)
    backbone.save_to_preset(folder)
    pieces = sentence_pieces(pad_id=0, bos_id=-1, eos_id=1, unk_id=2)
    # As in the published presets: the tokenizer ends texts, and so does the preprocessor.
    keras_hub.models.SigLIPTokenizer(pieces, add_eos=True).save_to_preset(folder)
    keras_hub.layers.SigLIPImageConverter(
        (32, 32),
        scale=1 / 127.5,
        offset=-1,
        crop_to_aspect_ratio=False,
        interpolation="bicubic",
        antialias=True,
    ).save_to_preset(folder)
    return folder


@pytest.fixture(scope="session")
def metaclip_2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a MetaCLIP 2 whose texts have 16 tokens."""
    import keras_hub

    folder = tmp_path_factory.mktemp("presets") / "tiny_metaclip_2"
    small = {"hidden_dim": 16, "num_layers": 1, "num_heads": 2, "intermediate_dim": 32}
    photos = keras_hub.models.MetaCLIP2VisionEncoder(patch_size=8, image_shape=(32, 32, 3), **small)
    texts = keras_hub.models.MetaCLIP2TextEncoder(61, embedding_dim=16, max_sequence_length=16, **small)
    backbone = keras_hub.models.MetaCLIP2Backbone(photos, texts, projection_dim=8)
    draw_weights(backbone, 2)
    backbone.save_to_preset(folder)
    pieces = sentence_pieces(unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    keras_hub.models.MetaCLIP2Tokenizer(pieces).save_to_preset(folder)
    keras_hub.layers.MetaCLIP2ImageConverter((32, 32), scale=1 / 127.5, offset=-1).save_to_preset(folder)
    return folder


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every address unreachable and every download cache empty."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "hub"))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kaggle"))
    # Keras reads KERAS_HOME when it is imported, and it may be imported already.
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path / "keras"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "withsense")


@pytest.fixture
def tiny(folder: Path) -> Dataset:
    return load_dataset(folder)


@pytest.fixture(scope="session")
def unchanged_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as above for all tests that change nothing in it."""
    return write_folder(tmp_path_factory.mktemp("unchanged") / "withsense")


@pytest.fixture(scope="session")
def unchanged(unchanged_folder: Path) -> Dataset:
    return load_dataset(unchanged_folder)


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


@pytest.fixture(scope="session")
def real_data(real_folder: Path) -> Dataset:
    """Return the real folder, loaded once; no test may change it."""
    return load_dataset(real_folder)


@pytest.fixture
def no_finest_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CLIP's eyes not be here, whoever got them."""
    finest = BACKBONES[make_encoder.FINEST].package
    here = make_encoder.package_version
    monkeypatch.setattr(make_encoder, "package_version", lambda name: None if name == finest else here(name))
