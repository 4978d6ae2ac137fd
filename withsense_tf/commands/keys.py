"""`withsense keys`: who may use the API of this server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Keys of the API: create, list and revoke them.", no_args_is_help=True)
KeysOption = Annotated[Path, typer.Option("--keys", help="The file of API keys; nobody else may read it.")]


@app.command("create")
def create(
    owner: Annotated[str, typer.Argument(help="Who will have the key.")],
    keys: KeysOption,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, write, review or metrics; again and again. By default read."),
    ] = None,
) -> None:
    """Make a key and print it: it is not written anywhere, only a digest of it."""
    from withsense_tf.app.api_keys import KeyRing

    typer.echo(KeyRing(keys).create(owner, scope or ["read"]))


@app.command("list")
def list_all(keys: KeysOption) -> None:
    """List the keys, revoked ones too, a tab-separated row each."""
    from withsense_tf.app.api_keys import KeyRing

    typer.echo("id\towner\tscopes\tsince\trevoked")
    for key in KeyRing(keys).all_keys():
        cells = [key.id, key.owner, ",".join(key.scopes), key.since, key.revoked_on or ""]
        typer.echo("\t".join(" ".join(cell.split()) for cell in cells))


@app.command("revoke")
def revoke(
    number: Annotated[str, typer.Argument(help="The id of the key, which is also behind its first `_`.")],
    keys: KeysOption,
) -> None:
    """End a key; it opens nothing from the next request on."""
    from withsense_tf.app.api_keys import KeyRing

    KeyRing(keys).revoke(number)
    typer.echo(f"{number} is revoked.")
