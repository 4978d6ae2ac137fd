"""`withsense policy judge-photos`: what a judge of photos sees, beside what the law says."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.index_options import Folder
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.policy.photo_judge import ChildJudge
    from withsense_tf.policy.service import LawFiles


@keeps_law
def judge_photos(
    folder: Folder,
    judge: Annotated[
        str | None,
        typer.Option(
            help="The judge's name (--photo-judge takes none), my_module:MyJudge, or the folder that policy train "
            "made. By default the one that is installed."
        ),
    ] = None,
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Say how likely each photo shows a child, by a judge that looks at it; the judge decides nothing.

    A tab-separated row a photo: the judge's number, what it says, and what the law says by texts and people. No photo
    is shown on account of a judge; those that it marks and the law allows are for a person to look at.
    """
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.policy.photo_judge import ask_judge, load_judge

    policy = Policy.of_files(law)
    asked_judge = load_judge(judge)
    threshold = _threshold(asked_judge, policy, country)
    gate = policy.gate(load_dataset(folder, tell=functools.partial(typer.echo, err=True)), country)
    photos = gate.data.photos.sort_values("photo")
    chances = ask_judge(asked_judge, [Path(path) for path in photos["path"]])
    open_photos = 0
    typer.echo("photo\tchild\tjudge\tlaw\tsource")
    for photo, chance in zip(photos["photo"], chances, strict=True):
        # Written so that no answer counts as a child.
        marked = not chance < threshold
        answer = "no answer" if chance != chance else "child likely" if marked else "no child seen"
        decision = gate.decision(photo)
        restricted = decision is not None and decision.restricted
        open_photos += marked and not restricted
        verdict, source = (
            "restricted" if restricted else "allowed",
            decision.source if decision else "no rule",
        )
        typer.echo(f"{photo}\t{chance:.2f}\t{answer}\t{verdict}\t{source}")
    typer.echo(
        f"{open_photos} of {len(photos)} photos are allowed, and the judge marks them or has no answer. It decides "
        "nothing: let a person look at them, and restrict those that show a child in a table of overrides.",
        err=True,
    )


def _threshold(judge: ChildJudge, policy: Policy, country: str | None) -> float:
    """Return from where on the law would restrict by a judge, at its own thresholds and the country's."""
    hearing = replace(
        policy.ownership, photo_judge=judge, judge_threshold=judge.threshold, judge_sure=judge.sure
    )
    level = replace(policy, ownership=hearing).level(policy.countries.rule(country))
    return min(hearing.judge_threshold, level.sure)
