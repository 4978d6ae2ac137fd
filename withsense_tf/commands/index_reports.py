"""What commands say of an index when they have changed it."""

from __future__ import annotations

import functools
import json as json_format
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import typer

from withsense_tf.index.integrity.table_errors import index_remedy
from withsense_tf.printed_commands import option_words

if TYPE_CHECKING:
    from pathlib import Path

    from withsense_tf.data.dataset import Dataset
    from withsense_tf.index.catalog import Catalog
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.readable import UnusablePhoto
    from withsense_tf.matchers.base import Matcher
    from withsense_tf.policy.current_policy import Policy

# Photos whose files are looked for where an answer names none.
LOOKED_AT: Final = 5


def says_how_to_go_on(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command that goes on where it was say so when a person stops it."""

    @functools.wraps(command)
    def run_command(**words: object) -> None:
        try:
            command(**words)
        except KeyboardInterrupt:
            typer.echo("Stopped. What is done is kept: the same command goes on where it was.", err=True)
            raise

    return run_command


def warn_of_texts(data: Dataset) -> None:
    """Warn of photos without any caption."""
    if not len(data.captions):
        typer.echo("No photo has captions: where the law protects children, none is shown.", err=True)


def warn_of_gone_photos(catalog: Catalog, photos: Iterable[tuple[str, str]] | None = None) -> None:
    """Say which of some photos (name, path) are not where they were; a few tell, as folders are moved as a whole."""
    from withsense_tf.index.integrity.file_checks import gone_photo
    from withsense_tf.index.tables.photos_table import live_files

    with catalog.reading() as tables:
        if photos is None:
            photos = ((name, path) for name, path, _ in live_files(tables, LOOKED_AT))
        if sentence := gone_photo(tables, photos, catalog.folder):
            typer.echo(f"Warning: {sentence}", err=True)


def tell_needs(matcher: Matcher) -> None:
    """Say what is missing where no text can be asked, or where no chance of a match was learned."""
    from withsense_tf.matchers.alone.photo_form import NEEDS_TEXTS
    from withsense_tf.matchers.alone.photos_alone import PhotosAlone
    from withsense_tf.matchers.cards.matcher_card import why_no_search
    from withsense_tf.matchers.chance.learn_chance import why_no_chance
    from withsense_tf.search.search_request import MINIMUM

    if isinstance(matcher, PhotosAlone):
        typer.echo(NEEDS_TEXTS, err=True)
    elif no_search := why_no_search(matcher):
        typer.echo(no_search, err=True)
    elif reason := why_no_chance(matcher):
        typer.echo(
            f"Whether anything fits is decided by the least score of {MINIMUM:.2f}: this matcher learned no chance of "
            f"a match, as {reason}.",
            err=True,
        )


def tell_law(of_matcher: str, of_use: str, use: str = "the index") -> None:
    """Warn of a matcher that was trained without the law, or under another than is kept where it is used."""
    if not of_matcher:
        typer.echo(
            "Warning: this matcher was trained without the law, or does not say: it may know words and photos of "
            "those whom the law protects. Train it on the first part of ws.Policy.default().split(data), or let "
            "`train` or `index build` train one.",
            err=True,
        )
    elif of_matcher != of_use:
        typer.echo(f"The matcher was trained under law {of_matcher}; {use} keeps law {of_use}.", err=True)


def tell_who_needs(policy: Policy) -> None:
    """Say with what an index is asked and served from now on."""
    from withsense_tf.index.other_law import deciding_options

    if words := option_words(deciding_options(policy) or {}).strip():
        typer.echo(
            f"Other commands and servers need the same ({words}). A server that runs otherwise answers 503 until it is "
            "started so.",
            err=True,
        )


def problems_of_state(index: Path, state: Path | None) -> list[str]:
    """Return what is wrong with what a server of an index keeps, a line each."""
    from withsense_tf.app.guards.file_rights import state_damage
    from withsense_tf.index.trail.decision_trail import STATE

    return state_damage(state or index / STATE)


def tell_problems(index: Path, problems: Sequence[str], json: bool) -> None:
    """Say what is wrong with an index, if anything; that ends with exit code 1."""
    if json:
        report = {"index": str(index), "ok": not problems, "problems": problems}
        typer.echo(json_format.dumps(report, indent=1, ensure_ascii=False))
    else:
        count = f"Problems: {len(problems):,}." if problems else "The index is whole."
        typer.echo("\n".join([*problems, count]))
    if problems:
        raise typer.Exit(1)


def how_to_readmit(index: Path, photos: Sequence[str], unknown: Sequence[str]) -> str:
    """Return how photos that were taken out come in again; nothing where the index never had any of them.

    >>> how_to_readmit("index", ["a.jpg", "b.jpg"], ["b.jpg"]), how_to_readmit("index", ["b.jpg"], ["b.jpg"])
    (' They stay out; let them in again with: withsense index readmit a.jpg --index index', '')
    """
    names = [name for name in photos if name not in unknown]
    how = index_remedy(index, "readmit", *names)
    return f" They stay out; let them in again with: {how}" if names else ""


def tell_gone(photos: Sequence[str], leaving: Mapping[str, str], unknown: Sequence[str]) -> None:
    """Name what left along with another photo, as it shows it, and what was out; what never was in ends with code 1."""
    for whole, part in leaving.items():
        if part or whole not in photos:
            typer.echo(f"Also taken out: {whole} {f'shows {part}' if part else 'is a copy'}.")
    before = [name for name in dict.fromkeys(photos) if name not in {*leaving, *unknown}]
    if before:
        verb = "was" if len(before) == 1 else "were"
        typer.echo(f"{', '.join(before)} {verb} taken out already; what still shows it leaves now.")
    if unknown:
        typer.echo(f"Not in the index: {', '.join(unknown)}.", err=True)
        raise typer.Exit(1)


def tell_left_out(index: PhotoIndex, unusable: Sequence[UnusablePhoto]) -> None:
    """Say which photos are restricted, and which are in quarantine."""
    from withsense_tf.index.upkeep.restricted_photos import told_restrictions

    if sentence := told_restrictions(index):
        typer.echo(sentence)
    for one in unusable[:5]:
        typer.echo(f"  in quarantine: {one.name}: {one.reason}", err=True)
