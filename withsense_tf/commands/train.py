"""`withsense train`: a folder of photos -> a saved matcher, without an index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.commands.index_options import (
    CaptionFileOption,
    Folder,
    MatcherOption,
    PhotoColumnOption,
    QualityOption,
    SeedOption,
    TextColumnOption,
    VectorsOption,
    WeightsOption,
)
from withsense_tf.commands.index_reports import tell_law, tell_needs
from withsense_tf.policy.options import keeps_law
from withsense_tf.printed_commands import command_line

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.data.plain_folder.caption_file import CaptionFile
    from withsense_tf.matchers.base import Matcher
    from withsense_tf.policy.service import LawFiles

OutputOption = Annotated[
    Path, typer.Option(help="The folder to save the matcher in; it must not be there yet.")
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="The folder of a saved matcher (closed_form or hybrid): adapt it to the photos of FOLDER.",
    ),
]
StoreOption = Annotated[
    Path | None, typer.Option(help="Where vectors of photos are kept, so that they are computed once.")
]

FROM_ALONE: Final = (
    "--from goes on with a saved matcher as it is: its kind, its weights and its space of texts. Leave out "
    "--matcher, --weights, --quality and --vectors, or train a new one without --from."
)


@keeps_law
def train(
    folder: Folder,
    output: OutputOption,
    matcher: MatcherOption = "hybrid",
    from_model: FromOption = None,
    weights: WeightsOption = "auto",
    quality: QualityOption = None,
    vectors: VectorsOption = None,
    seed: SeedOption = 0,
    store: StoreOption = None,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """Train a matcher on a folder's judgements, or on its captions where nobody judged, the law kept, and save it.

    Serve it with: index build FOLDER --matcher OUTPUT. With --from, a saved matcher learns from the folder, too.
    """
    from withsense_tf.common.atomic_files import check_new_folder
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.errors import SettingError
    from withsense_tf.matchers.fitted import adapted_matcher, check_learner, fitted_matcher
    from withsense_tf.matchers.registry import weights_at
    from withsense_tf.matchers.saved import load_matcher, save_matcher
    from withsense_tf.policy.current_policy import Policy

    check_new_folder(output)  # not after all the training
    weights = weights_at(weights, quality)
    needs = from_model is None and check_learner(matcher, folder, weights)
    if from_model is not None and (matcher, weights, vectors) != ("hybrid", "auto", None):
        raise SettingError(FROM_ALONE)
    captions = captions_of_options(caption_file, photo_column, text_column)
    data = _lawful(load_dataset(folder, True, captions, typer.echo, needs), law, folder, captions)
    vector_store = VectorStore(store)
    if from_model is None:
        learner = fitted_matcher(matcher, data, None, vector_store, weights, vectors, seed)
    else:
        before = load_matcher(from_model, vector_store)
        learner = adapted_matcher(before, data, None, seed)
        _tell_change(before, learner, folder)
    save_matcher(learner, output)
    typer.echo(f"{output}: {learner.name}, {learner.calibrated_on}.")
    tell_needs(learner)
    tell_law(learner.law, Policy.of_files(law).version, "this folder")


def _lawful(data: Dataset, law: LawFiles, folder: Path, captions: CaptionFile | None) -> Dataset:
    from withsense_tf.common.terminal import waiting
    from withsense_tf.experiments.lawful import LAW, under_the_law

    with waiting("Reading the captions by the law"):
        lawful = under_the_law(data, LAW, law, None)
    words = ["policy", "photos", folder, *(captions.words() if captions else ())]
    which = f" Which, and why: {command_line(*words, options=law.options())}" if lawful.why_less else ""
    typer.echo(f"{lawful.note}{which}")
    return lawful.data


def _tell_change(before: Matcher, after: Matcher, folder: Path) -> None:
    new = len(after.fitted_content_ - before.fitted_content_)
    if not new:
        typer.echo(f"{folder} has no photos with captions that the matcher does not know: it stays as it is.")
        return
    stays = "" if after.calibrated_on != before.calibrated_on else f" It stays {before.calibrated_on}."
    typer.echo(f"Learned from {new:,} new photos.{stays}")
