"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf import terminal
from withsense_tf.errors import check_choice

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.encoders.base import PhotoEncoder
    from withsense_tf.evaluation.report import Comparison
    from withsense_tf.policy.gate import Policy

LAW: Final = "law"
RESEARCH: Final = "No law is kept: photos of children are trained and measured on. For research use only."
QUICK_TRAIN, QUICK_TEST = 80, 20
QUICK_PHOTOS: Final = 100
TEST_SHARE: Final = 0.3  # as the student projects split, so that their figures can be compared


def main(
    data: Annotated[
        Path | None, typer.Option(help="A With Sense folder. Without it the synthetic demo set is rendered.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A smoke run: a small demo set, or 100 photos of FOLDER.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Where compare.csv and the demo set go.")] = Path("artifacts"),
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set, the split and random weights.")
    ] = 0,
    weights: Annotated[
        str, typer.Option(help="Weights of the photo backbone: random, imagenet, or a .weights.h5 file.")
    ] = "random",
    policy: Annotated[
        str,
        typer.Option(help="law: photos and captions of children are left out; none: for research use only."),
    ] = LAW,
) -> None:
    """Train and measure the matchers on judged photos and captions, print a table, append it to a CSV file."""
    from rich.console import Console

    from withsense_tf.encoders.photo_keras import KerasPhoto
    from withsense_tf.evaluation.report import append_rows, check_header
    from withsense_tf.experiments.load import load
    from withsense_tf.policy.gate import Policy

    # What can go wrong at once goes wrong before the work starts.
    encoder = KerasPhoto(weights=weights, seed=seed)
    check_choice("policy", policy, (LAW, "none"))
    file = terminal.output_folder(output) / "compare.csv"
    check_header(file)
    encoder.load()
    console = Console()
    train, test = (QUICK_TRAIN, QUICK_TEST) if quick else (400, 100)
    dataset = load(data, output, seed, train, test)
    console.print(f"{dataset!r}", highlight=False, markup=False, soft_wrap=True)
    photos = QUICK_PHOTOS if quick and data else None
    comparison = run(dataset, encoder, seed, photos, Policy.default() if policy == LAW else None)
    if console.is_terminal:
        console.print(comparison)
    else:
        typer.echo(str(comparison))
    append_rows(file, comparison)
    console.print(
        f"Appended {len(comparison.rows)} rows to {file}", highlight=False, markup=False, soft_wrap=True
    )


def run(
    data: Dataset,
    encoder: PhotoEncoder,
    seed: int = 0,
    photos: int | None = None,
    policy: Policy | None = None,
) -> Comparison:
    """Fit every matcher on 70 % of the photos and measure it on the others.

    With a policy, photos and captions of children are neither trained on nor measured on.
    """
    from withsense_tf.data.split import split_by_photo
    from withsense_tf.encoders.store import VectorStore
    from withsense_tf.evaluation.compare import measure, notes_on
    from withsense_tf.evaluation.meter import Meter
    from withsense_tf.evaluation.report import Comparison
    from withsense_tf.matchers.concat_linear import ConcatLinear
    from withsense_tf.matchers.constant import Constant
    from withsense_tf.relevance.blend import relevance

    law = RESEARCH
    if policy is not None:
        every = len(data.photos)
        data, _ = policy.split(data)
        gone = every - len(data.photos)
        law = f"The law is kept: {gone:,} of {every:,} photos are left out (policy {policy.version})."
    # The experts alone: published figures are measured against them, and the crowd answered another question.
    pairs = relevance(data, crowd=None)
    if photos is not None:
        pairs = some_photos(pairs, photos, seed)
    split = split_by_photo(pairs, TEST_SHARE, seed)
    store = VectorStore()
    with Meter() as encoding:
        store.photo_vectors(encoder, pairs)
    matchers = [
        Constant("mean"),
        Constant("median"),
        ConcatLinear("linear", encoder, "tfidf", store),
        ConcatLinear("ridge", encoder, "tfidf", store),
    ]
    started = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    constant = float(split.train.target.mean())
    rows = []
    for matcher in matchers:
        with Meter() as fitting:
            matcher.fit(split.train)
        row = measure(
            matcher,
            split.test,
            constant,
            run=started,
            policy=f"law {policy.version}" if policy is not None else "none (research use)",
            split=f"by photo {1 - TEST_SHARE:.0%}/{TEST_SHARE:.0%}",
            seed=seed,
            train_pairs=len(split.train),
            train_photos=split.report.train_photos,
        )
        # What a user waits for: fitting and predicting, with the photo vectors at hand.
        row["seconds"] = fitting.seconds + float(row["seconds"] or 0)
        row["peak_mb"] = max(fitting.peak_mb, float(row["peak_mb"] or 0))
        rows.append(row)
    notes = (
        f"Split by photo: {split.report}.",
        f"Photo vectors: {encoder.identity}, {pairs.table['photo'].nunique():,} photos in {encoding.seconds:.1f} s "
        "(not in the rows' seconds).",
        f"Skill is 1 - MSE / MSE of always answering {constant:.3f}. RMSE: lower is better.",
        law,
        *notes_on(split.test),
    )
    return Comparison(tuple(rows), notes)


def some_photos(pairs: Pairs, photos: int, seed: int) -> Pairs:
    """Keep the pairs of at most `photos` photos, drawn by the seed."""
    import numpy as np

    names = np.unique(pairs.table["photo"].to_numpy(str))
    drawn = np.random.default_rng(seed).permutation(names)[:photos]
    return pairs.take(np.flatnonzero(pairs.table["photo"].isin(drawn)))


if __name__ == "__main__":
    terminal.run_main(main)
