"""Ask how well a judge of photos sees children that it did not learn from.

    python -m withsense_tf.experiments.studies.judge_report --data FOLDER [--quality best] [--faces] [--sheet FILE.png]

It learns from the captioned photos of `corpus_images` and is measured on the judged photos: on those of which three or
more captions say child, kid, baby, boy, girl … and on those of which none does. Its settings and thresholds were chosen
among the captioned photos, each left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.data_option import DataOption, load

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.data.dataset import Dataset

RESAMPLES: Final = 1_000
SIDE: Final = 180
COLUMNS: Final = 7
RECALL: Final = 0.95


def main(
    data: DataOption = None,
    weights: Annotated[str, typer.Option(help="Of the photo backbone, as in compare.")] = "auto",
    quality: Annotated[str | None, typer.Option(help="fast, good or best, where weights are auto.")] = None,
    store: Annotated[Path | None, typer.Option(help="Vectors to take over, which are only read.")] = None,
    faces: Annotated[bool, typer.Option("--faces", help="Look at people more closely, too.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Draw the photos that the judge alone marks.")] = None,
    output: Annotated[Path, typer.Option(help="Where vectors and the demo set go.")] = Path("artifacts"),
) -> None:
    """Print the figures, and draw what no caption restricts and the judge marks."""
    import numpy as np

    from withsense_tf.encoders.faces.close_looks import CloseLooks
    from withsense_tf.encoders.faces.face_finder import FaceFinder
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.judges.judge_card import make_card
    from withsense_tf.matchers.judges.judge_examples import judge_examples
    from withsense_tf.matchers.judges.learn_judge import eyes_of, learn_judge
    from withsense_tf.matchers.registry import photo_encoders_of, weights_at
    from withsense_tf.policy.current_policy import Policy

    looks = CloseLooks(FaceFinder().load()) if faces else None
    dataset, policy = load(data, output, 0), Policy.default()
    encoders = photo_encoders_of((), weights_at(weights, quality), data is None, 0, quick=False)
    vectors = VectorStore(terminal.output_folder(output) / "vectors", beside=store)
    examples = judge_examples(dataset, policy, ("corpus",))
    judge = learn_judge(examples, encoders, vectors, looks)
    names = eyes_of(encoders, looks)
    card = make_card(examples, judge.left_out_, names, dataset.name, None)
    photos = dataset.photos[dataset.photos["part"] == "train"]
    chances = judge.chance(photos["digest"].tolist(), [Path(path) for path in photos["path"]])
    clear, child = plain_labels(dataset, photos["photo"].tolist())
    typer.echo(f"{'; '.join(names)}\nAUC with each captioned photo left out: {card['auc']:.3f}")
    typer.echo(figures(chances[clear], child[clear], (card["threshold"], card["sure"])))
    decisions = policy.gate(dataset).decisions
    free = np.array([not decisions[photo].restricted for photo in photos["photo"]])
    for threshold in (card["sure"], card["threshold"]):
        count = int((free & (chances >= threshold)).sum())
        typer.echo(
            f"{int(free.sum())} photos are free by captions; from {threshold:.3f} on {count} are marked"
        )
    if sheet is not None:
        rows = np.flatnonzero(free & (chances >= card["sure"]))
        rows = rows[np.argsort(-chances[rows])]
        draw_sheet(sheet, photos["path"].to_numpy()[rows], chances[rows])


def plain_labels(data: Dataset, photos: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return which photos are clear by plain words, not by the policy's own, and which of them show a child."""
    from withsense_tf.experiments.policy_report import PLAIN_WORDS, SURE_CAPTIONS

    captions = data.captions
    is_plain = captions["text"].map(lambda text: bool(PLAIN_WORDS.search(text)))
    counts = is_plain.groupby(captions["photo"]).sum().reindex(photos, fill_value=0).to_numpy()
    child = counts >= SURE_CAPTIONS
    return child | (counts == 0), child


def figures(chances: np.ndarray, child: np.ndarray, thresholds: tuple[float, float]) -> str:
    """Say the AUC with its interval, and recall and precision at some points."""
    import numpy as np

    from withsense_tf.matchers.judges.judge_figures import area, at_recall, point_at

    rng = np.random.default_rng(0)
    draws = (rng.integers(0, len(child), len(child)) for _ in range(RESAMPLES))
    low, high = np.percentile([area(chances[rows], child[rows]) for rows in draws], [2.5, 97.5])
    points = [at_recall(chances, child, RECALL), *(point_at(chances, child, one) for one in thresholds)]
    lines = [
        f"  from {one.threshold:.3f} on: recall {one.recall:.3f}, precision {one.precision:.3f}"
        for one in points
    ]
    kinds = f"{int(child.sum())} with a child and {int((~child).sum())} without"
    return "\n".join([f"{kinds}: AUC {area(chances, child):.3f} [{low:.3f}, {high:.3f}]", *lines])


def draw_sheet(file: Path, paths: np.ndarray, chances: np.ndarray) -> None:
    """Draw photos side by side, each with its chance."""
    from PIL import Image, ImageDraw

    from withsense_tf.data.pictures.photo_file import read_photo

    picture = Image.new("RGB", (COLUMNS * SIDE, max(1, -(-len(paths) // COLUMNS)) * SIDE), "white")
    draw = ImageDraw.Draw(picture)
    for at, (path, chance) in enumerate(zip(paths, chances, strict=True)):
        left, top = at % COLUMNS * SIDE, at // COLUMNS * SIDE
        picture.paste(Image.fromarray(read_photo(Path(path), (SIDE - 8, SIDE - 8))), (left, top))
        draw.text((left + 3, top), f"{chance:.2f}", fill="red")
    picture.save(file)


if __name__ == "__main__":
    terminal.run_main(main)
