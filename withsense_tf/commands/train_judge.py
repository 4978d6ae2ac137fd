"""`withsense policy train`: a folder of captioned photos -> a judge of photos, and its card."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.index_options import (
    CaptionFileOption,
    Folder,
    PhotoColumnOption,
    QualityOption,
    TextColumnOption,
    WeightsOption,
)
from withsense_tf.policy.options import keeps_law

if TYPE_CHECKING:
    from withsense_tf.policy.service import LawFiles

StoreOption = Annotated[
    Path | None, typer.Option(help="Where vectors of photos are kept, so that they are computed once.")
]
LicenceOption = Annotated[
    str | None, typer.Option(help="Under which licence you have these photos and captions, for the card.")
]
FacesOption = Annotated[
    bool,
    typer.Option(
        "--faces",
        help=r"Look at people more closely, too: finds more; needs the extra \[faces] there and here.",
    ),
]


@keeps_law
def train_judge(
    folder: Folder,
    output: Annotated[Path, typer.Option(help="The folder to save the judge in; it must not be there yet.")],
    weights: WeightsOption = "auto",
    quality: QualityOption = None,
    store: StoreOption = None,
    licence: LicenceOption = None,
    faces: FacesOption = False,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """Teach a judge what a child looks like by what captions say, and write down how well it does.

    It learns from restricted photos, too: they are what it is to find. Neither photos nor captions are kept in it. Use
    it with --photo-judge OUTPUT, or WITHSENSE_PHOTO_JUDGE=OUTPUT; an index then asks for: index judge.
    """
    from withsense_tf.common.atomic_files import check_new_folder
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.encoders.faces.close_looks import CloseLooks
    from withsense_tf.encoders.faces.face_finder import FaceFinder
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.cards.card_page import CARD_FILE
    from withsense_tf.matchers.judges.judge_card import make_card, short_text
    from withsense_tf.matchers.judges.judge_examples import judge_examples
    from withsense_tf.matchers.judges.learn_judge import eyes_of, learn_judge
    from withsense_tf.matchers.judges.trained_judge import save_judge
    from withsense_tf.matchers.registry import photo_encoders_of, weights_at
    from withsense_tf.policy.current_policy import Policy

    check_new_folder(output)  # not after all the training
    # What is missing is said before anything is learned.
    looks = CloseLooks(FaceFinder().load()) if faces else None
    policy = Policy.of_files(law)
    captions = captions_of_options(caption_file, photo_column, text_column)
    data = load_dataset(folder, captions=captions, tell=functools.partial(typer.echo, err=True))
    encoders = photo_encoders_of((), weights_at(weights, quality), data.synthetic, 0, quick=False)
    examples = judge_examples(data, policy)
    judge = learn_judge(examples, encoders, VectorStore(store), looks)
    card = make_card(examples, judge.left_out_, eyes_of(encoders, looks), data.name, licence)
    save_judge(judge, card, output)
    typer.echo(f"{output}: {short_text(card)} Read {output / CARD_FILE}.")
