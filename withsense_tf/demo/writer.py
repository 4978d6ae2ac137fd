"""Write the demo set: render the photos, write captions and votes in the formats of a With Sense folder."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from withsense_tf.common.terminal import track
from withsense_tf.data.demo_marker import write_marker
from withsense_tf.demo.caption_words import captions
from withsense_tf.demo.drawing.draw import draw
from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import Scene
from withsense_tf.demo.simulated_judges import Votes, simulate_votes
from withsense_tf.errors import DataError, SettingError, check_seed

MARKER_VERSION = 1  # raise it when the same seed gives other files
TRAIN_STREAM, TEST_STREAM, CORPUS_STREAM, VOTE_STREAM = 0, 1, 2, 3
CAPTIONS_PER_PHOTO = 5
JUDGED_CAPTION = 2  # the judges saw caption #2 of a photo, as in the real folder
CORPUS_SCENES = 400
JPEG_QUALITY = 90
MIN_TRAIN, MIN_TEST = 10, 1  # fewer training photos leave no near and far captions to judge

README = """# withsense_tf demo set: synthetic

Nothing here is a photograph. The pictures are drawn by a program from made-up scenes, the captions are put together
from tables of words, and the judgements are simulated from how far two scenes agree. No real person is shown, and
nobody was asked.

The files have the formats of a With Sense folder, so that everything can be tried offline. Figures measured on this set
say nothing about real photos.

Made with seed {seed}: {train} training photos, {test} test photos. The same seed gives the same files.
"""


@dataclass(frozen=True, slots=True)
class DemoPhoto:
    """One photo of the set: its file name, its scene and its captions."""

    name: str
    scene: Scene
    captions: tuple[str, ...]

    def caption_id(self, number: int) -> str:
        """Return the id of caption `number`."""
        return f"{self.name}#{number}"


def write_demo(
    folder: Path,
    seed: int = 0,
    train: int = 400,
    test: int = 100,
) -> Path:
    """Render the demo set into `folder` and return it; a terminal shows the progress.

    The folder appears only when complete: an interrupted run leaves nothing at the target.
    """
    folder = Path(folder)
    _check(folder, seed, train, test)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_all(draft, seed, train, test)
        draft.chmod(0o755)  # a temporary folder is private; the set is not
        if folder.exists():
            folder.rmdir()  # empty, as checked
        try:
            draft.replace(folder)
        except OSError as error:
            raise DataError(
                f"{folder} appeared while the demo set was rendered: choose another folder."
            ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def plan_photos(kind: str, seed: int, stream: int, count: int) -> list[DemoPhoto]:
    """Return names, scenes and captions of `count` photos; the first ones are the same whatever the count."""
    photos = []
    for index in range(count):
        rng = np.random.default_rng([seed, stream, index])
        scene = sample_scene(rng)
        photos.append(
            DemoPhoto(f"demo_{kind}_{index:04d}.jpg", scene, captions(scene, rng, CAPTIONS_PER_PHOTO))
        )
    return photos


def _check(folder: Path, seed: int, train: int, test: int) -> None:
    if train < MIN_TRAIN or test < MIN_TEST:
        raise SettingError(
            f"a demo set needs at least {MIN_TRAIN} training photos and {MIN_TEST} test photo; "
            f"got train={train}, test={test}."
        )
    check_seed(seed)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(
            f"{folder} already exists and is not an empty folder: choose another folder, or delete this one first."
        )


def _write_all(folder: Path, seed: int, train: int, test: int) -> None:
    train_photos = plan_photos("train", seed, TRAIN_STREAM, train)
    test_photos = plan_photos("test", seed, TEST_STREAM, test)
    corpus = plan_photos("text", seed, CORPUS_STREAM, CORPUS_SCENES)
    votes = simulate_votes(
        [photo.scene for photo in train_photos], np.random.default_rng([seed, VOTE_STREAM])
    )
    _write_tables(folder, train_photos, test_photos, corpus, votes)
    (folder / "README.md").write_text(
        README.format(seed=seed, train=train, test=test), encoding="utf-8", newline="\n"
    )
    jobs = []
    for name, stream, photos in (
        ("train_images", TRAIN_STREAM, train_photos),
        ("test_images", TEST_STREAM, test_photos),
    ):
        (folder / name).mkdir()
        jobs += [(folder / name / photo.name, photo, [seed, stream, i, 1]) for i, photo in enumerate(photos)]
    for path, photo, own_seed in track(jobs, len(jobs), "Rendering the demo set"):
        # A generator apart from that of the words: a new wording changes no picture.
        draw(photo.scene, np.random.default_rng(own_seed)).save(path, quality=JPEG_QUALITY)
    write_marker(folder, seed, train, test, MARKER_VERSION)


def _write_tables(
    folder: Path,
    train: Sequence[DemoPhoto],
    test: Sequence[DemoPhoto],
    corpus: Sequence[DemoPhoto],
    votes: Votes,
) -> None:
    def pair(photo: int, owner: int) -> tuple[str, str]:
        return train[photo].name, train[owner].caption_id(JUDGED_CAPTION)

    pairs = [
        (*pair(row.photo, row.owner), train[row.owner].captions[JUDGED_CAPTION]) for row in votes.experts
    ]
    header = ("image", "query_id", "query_text")
    _write(folder / "train_dataset.csv", [header, *pairs])
    _write(
        folder / "ExpertAnnotations.tsv",
        [(*pair(row.photo, row.owner), *row.scores) for row in votes.experts],
        "\t",
    )
    crowd = [(*pair(row.photo, row.owner), _number(row.share), row.yes, row.no) for row in votes.crowd]
    _write(folder / "CrowdAnnotations.tsv", crowd, "\t")
    _write(
        folder / "captions.csv",
        [header, *[(p.name, p.caption_id(i), t) for p in train for i, t in enumerate(p.captions)]],
    )
    queries = [(p.caption_id(i), t, p.name) for p in test for i, t in enumerate(p.captions)]
    _write(
        folder / "test_queries.csv",
        [("", "query_id", "query_text", "image"), *[(i, *row) for i, row in enumerate(queries)]],
        "|",
    )
    _write(folder / "test_images.csv", [("image",), *[(p.name,) for p in test]])
    texts = [(p.caption_id(i), t) for p in corpus for i, t in enumerate(p.captions)]
    _write(folder / "caption_corpus.csv", [("query_id", "query_text"), *texts], "|")


def _number(share: float) -> str:
    """Write a share as briefly as it can be read back exactly: 0, 1, 0.6666666666666666."""
    return repr(share).removesuffix(".0")


def _write(path: Path, rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
