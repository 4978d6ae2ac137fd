"""`withsense policy consent`: who permitted a photo of a child, for what, and until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.index_options import who_asks
from withsense_tf.errors import SettingError

if TYPE_CHECKING:
    from withsense_tf.policy.consent_register import ConsentRegister

Audit = Annotated[
    Path | None, typer.Option(help="Where decisions are logged. Else what WITHSENSE_AUDIT names.")
]
app = typer.Typer(help="Permissions for photos: give, revoke and list them.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who says so.")]
Register = Annotated[
    Path | None, typer.Option(help="The register of permissions. Else what WITHSENSE_CONSENTS names.")
]


@app.command("grant")
def grant(
    photo: Annotated[Path, typer.Argument(help="The file of the photo: the permission is for its content.")],
    by: By,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="show, search or train; again and again. By default show, and no search finds it."),
    ] = None,
    country: Annotated[
        list[str] | None,
        typer.Option(help="Two letters (ISO 3166-1), or * for all; again and again. Without it, in all."),
    ] = None,
    since: Annotated[str, typer.Option(help="The first day, as 2026-11-20; by default today.")] = "",
    until: Annotated[str, typer.Option(help="The last day; without it, the permission has no end.")] = "",
    consents: Register = None,
    audit: Audit = None,
) -> None:
    """Record a permission for a photo and print its number; one that is there already is not given twice."""
    from withsense_tf.data.pictures.photo_file import digest_of
    from withsense_tf.index.trail.decision_trail import Signer
    from withsense_tf.index.trail.permissions import give_permission, policy_of_log
    from withsense_tf.policy.consent_register import EVERYWHERE

    of_photo = (photo.name, digest_of(photo))
    terms = (scope or ["show"], country or [EVERYWHERE], _day("since", since), _day("until", until))
    law, signer = policy_of_log(audit), Signer(who_asks())
    consent = give_permission(_register(consents), law, of_photo, by, terms, signer)
    typer.echo(consent.id)
    typer.echo(f"It holds for {', '.join(consent.scopes)} {consent.where_and_when()}.", err=True)
    if not {"show", "search"} <= set(consent.scopes):
        typer.echo("No search finds the photo by it: that needs --scope show --scope search.", err=True)


@app.command("revoke")
def revoke(
    number: Annotated[str, typer.Argument(help="The number of the permission.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why.")],
    consents: Register = None,
    audit: Audit = None,
) -> None:
    """End a permission; it is gone at the next query."""
    from withsense_tf.index.trail.decision_trail import Signer
    from withsense_tf.index.trail.permissions import end_permission, policy_of_log

    end_permission(_register(consents), policy_of_log(audit), number, by, reason, Signer(by))
    typer.echo(f"{number} is revoked.")


@app.command("list")
def list_all(
    photo: Annotated[
        Path | None, typer.Argument(help="A photo's file: only permissions for its content.")
    ] = None,
    consents: Register = None,
) -> None:
    """List permissions, revoked ones too, a tab-separated row each."""
    from withsense_tf.data.pictures.photo_file import digest_of

    digest = None if photo is None else digest_of(photo)
    typer.echo(
        "id\tphoto\tdigest\tgiven_by\tscopes\tcountries\tsince\tuntil\trevoked\trevoked_by\trevoked_for"
    )
    for one in _register(consents).consents():
        if digest in (None, one.digest):
            days = [str(day or "") for day in (one.since, one.until, one.revoked_on)]
            head = (one.id, one.photo, one.digest, one.given_by)
            cells = [*head, ",".join(one.scopes), ",".join(one.countries), *days]
            cells += [one.revoked_by, one.revoked_for]
            typer.echo("\t".join(" ".join(cell.split()) for cell in cells))


def _register(option: Path | None) -> ConsentRegister:
    # Nothing else of the law is asked: what is broken there must not keep a permission from being revoked.
    from withsense_tf.policy.consent_register import ConsentRegister
    from withsense_tf.policy.service import named_file

    file, _ = named_file("consents", option)
    if file is None:
        raise SettingError(
            "Which register of permissions? Name its file by --consents or WITHSENSE_CONSENTS."
        )
    return ConsentRegister(file)


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingError(f"--{name} {text}: expected a day such as 2026-11-20.") from error
