"""Write the demo set: render the photos, write captions and votes in the formats of a With Sense folder."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from withsense_tf.common.machine import usable_cores
from withsense_tf.common.terminal import track
from withsense_tf.data.demo_marker import DemoSizes, write_marker
from withsense_tf.demo.caption_words import captions
from withsense_tf.demo.drawing.draw import draw
from withsense_tf.demo.drawing_shares import other_shares
from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import Scene
from withsense_tf.demo.simulated_judges import Votes, simulate_votes
from withsense_tf.errors import DataError, SettingError, check_seed

MARKER_VERSION = 2  # raise it when the same seed gives other files
TRAIN_STREAM, TEST_STREAM, CORPUS_STREAM, VOTE_STREAM, CAPTIONED_STREAM = 0, 1, 2, 3, 4
STREAMS = {"train_images": TRAIN_STREAM, "test_images": TEST_STREAM, "corpus_images": CAPTIONED_STREAM}
CAPTIONS_PER_PHOTO = 5
JUDGED_CAPTION = 2  # the judges saw caption #2 of a photo, as in the real folder
CORPUS_SCENES = 400
JPEG_QUALITY = 90
FEWEST_IN_A_SHARE = 100  # fewer are drawn sooner than a process starts
MIN_TRAIN, MIN_TEST = 10, 1  # fewer training photos leave no near and far captions to judge

README = """# withsense_tf demo set: synthetic

Nothing here is a photograph. The pictures are drawn by a program from made-up scenes, the captions are put together
from tables of words, and the judgements are simulated from how far two scenes agree. No real person is shown, and
nobody was asked.

The files have the formats of a With Sense folder, so that everything can be tried offline. Figures measured on this set
say nothing about real photos.

Made with seed {seed}: {train} training photos, {test} test photos, {captioned} captioned photos.
The same seed gives the same files.
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
    captioned: int | None = None,
) -> Path:
    """Render the demo set into `folder` and return it; a terminal shows the progress.

    `captioned` photos have captions and no judgements; without a number, there are three to two training photos.
    The folder appears only when complete: an interrupted run leaves nothing at the target.
    """
    folder = Path(folder)
    sizes = DemoSizes(train, test, usual_captioned(train) if captioned is None else captioned)
    _check(folder, seed, sizes)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_all(draft, seed, sizes)
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


def usual_captioned(train: int) -> int:
    """Return how many captioned photos a demo set has beside so many training photos."""
    return max(0, round(1.5 * train))  # the real folder has nearly six to one, and each takes time to draw


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


def _check(folder: Path, seed: int, sizes: DemoSizes) -> None:
    least = DemoSizes(MIN_TRAIN, MIN_TEST, 0)
    few = [f"{name}={size}" for name, size in asdict(sizes).items() if size < getattr(least, name)]
    if few:
        raise SettingError(
            f"a demo set needs at least {MIN_TRAIN} training photos, {MIN_TEST} test photo and 0 captioned photos; "
            f"got {', '.join(few)}."
        )
    check_seed(seed)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(
            f"{folder} already exists and is not an empty folder: choose another folder, or delete this one first."
        )


def _write_all(folder: Path, seed: int, sizes: DemoSizes) -> None:
    photos = _plan(seed, sizes)
    corpus = plan_photos("text", seed, CORPUS_STREAM, CORPUS_SCENES)
    votes = simulate_votes(
        [photo.scene for photo in photos["train_images"]], np.random.default_rng([seed, VOTE_STREAM])
    )
    _write_tables(folder, photos, corpus, votes)
    (folder / "README.md").write_text(
        README.format(seed=seed, **asdict(sizes)), encoding="utf-8", newline="\n"
    )
    for name, some in photos.items():
        if some:
            (folder / name).mkdir()
    shares = min(usable_cores(), sum(map(len, photos.values())) // FEWEST_IN_A_SHARE)
    with other_shares(folder, seed, sizes, shares) as left_over:
        draw_share(folder, seed, sizes, 0, max(1, shares), shown=True)
        for share in left_over():
            draw_share(folder, seed, sizes, share, shares)
    write_marker(folder, seed, sizes, MARKER_VERSION)


def draw_share(
    folder: Path, seed: int, sizes: DemoSizes, share: int, shares: int, shown: bool = False
) -> None:
    """Draw every so-many-th photo of the set, from number `share` on; with `shown`, a terminal shows the progress.

    Other processes draw theirs at the same time, so that each photo of this share stands for one of every share.
    """
    all_jobs = [
        (folder / name / photo.name, photo, [seed, STREAMS[name], at, 1])
        for name, photos in _plan(seed, sizes).items()
        for at, photo in enumerate(photos)
    ]
    rounds = [all_jobs[at : at + shares] for at in range(0, len(all_jobs), shares)]
    shown_rounds = track(rounds, len(all_jobs), "Rendering the demo set", size=len) if shown else rounds
    for path, photo, own_seed in (one[share] for one in shown_rounds if share < len(one)):
        # A generator apart from that of the words: a new wording changes no picture.
        draw(photo.scene, np.random.default_rng(own_seed)).save(path, quality=JPEG_QUALITY)


def _plan(seed: int, sizes: DemoSizes) -> dict[str, list[DemoPhoto]]:
    counts = {"train": sizes.train, "test": sizes.test, "captioned": sizes.captioned}
    return {
        name: plan_photos(kind, seed, stream, count)
        for (name, stream), (kind, count) in zip(STREAMS.items(), counts.items(), strict=True)
    }


def _write_tables(
    folder: Path, photos: Mapping[str, Sequence[DemoPhoto]], corpus: Sequence[DemoPhoto], votes: Votes
) -> None:
    train, test = photos["train_images"], photos["test_images"]

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
    texts = [
        (p.caption_id(i), t) for p in (*corpus, *photos["corpus_images"]) for i, t in enumerate(p.captions)
    ]
    _write(folder / "caption_corpus.csv", [("query_id", "query_text"), *texts], "|")


def _number(share: float) -> str:
    """Write a share as briefly as it can be read back exactly: 0, 1, 0.6666666666666666."""
    return repr(share).removesuffix(".0")


def _write(path: Path, rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
