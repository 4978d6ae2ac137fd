"""`withsense search`: a text, a photo, or both -> photos of an index."""

from __future__ import annotations

import json as json_format
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from withsense_tf.commands.demo import check_index
from withsense_tf.commands.index_options import (
    DEFAULT_INDEX,
    AfterOption,
    FillOption,
    IndexOption,
    JsonOption,
    LiteralOption,
    MinimumOption,
    PageOption,
    PhotoOption,
    SaveOption,
    SaysOption,
    WhereOption,
)
from withsense_tf.commands.index_reports import warn_of_gone_photos
from withsense_tf.errors import SettingError, shown
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from pathlib import Path

    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.policy.service import LawFiles
    from withsense_tf.search.hits import Hits


class TextCommand(TyperCommand):
    """A command that takes one text: who forgot the quotation marks is told so."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        ctx.allow_extra_args = True
        try:
            rest: list[str] = super().parse_args(ctx, args)
        except typer.BadParameter:
            raise
        except Exception as error:
            # Of an option that is there and misused, it has a name, too.
            option = getattr(error, "option_name", "--")
            if option.startswith("--") or type(error).__name__ != "NoSuchOption":
                raise
            raise typer.BadParameter(
                f"There is no option {option}. Before a text that begins with a minus put two, and options before "
                'these: withsense search -k 3 -- "-dog park".'
            ) from None
        if rest:
            raise typer.BadParameter(
                f"Expected one text, and {shown(rest[0])} came behind it. Put the text in quotation marks: "
                'withsense search "two dogs on a beach".'
            )
        return rest


@keeps_law
def search(
    text: Annotated[str, typer.Argument(help='A scene in words: "two dogs run on a beach".')] = "",
    index: IndexOption = DEFAULT_INDEX,
    k: Annotated[int, typer.Option("-k", "--number", min=1, help="How many photos.")] = 5,
    country: CountryOption = None,
    photo: PhotoOption = None,
    where: WhereOption = None,
    minimum: MinimumOption = None,
    fill: FillOption = False,
    literal: LiteralOption = False,
    page: PageOption = 1,
    after: AfterOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    says: SaysOption = "",
    *,
    law: LawFiles,
) -> None:
    """Find photos by a text, by a photo, or by both; the legal notice stands where the law forbids an answer."""
    # A search takes milliseconds: starting a thread for each core takes longer.
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.search.contact_sheet import check_picture
    from withsense_tf.search.search import Search

    check_index(index, "search", *filter(None, [text]))
    if save is not None:
        check_picture(save)
    if page > 1 and after is not None:
        raise SettingError("--page and --after both say where the answer goes on: give one of them.")
    photos = PhotoIndex(index)
    ask = partial(
        Search(photos, policy=Policy.of_files(law), country=country),
        text,
        photo=photo,
        where=where or (),
        minimum=minimum,
        fill=fill,
        literal=literal,
        says=says,
    )
    hits = ask(k=k, after=after) if after is not None else _page_of(ask, page, k)
    _draw(photos, hits, save)
    if json:
        typer.echo(json_format.dumps(hits.as_dict(), indent=1, ensure_ascii=False))
    else:
        # Where a page ends takes 300 signs, which are for programs.
        more = f"--page {page + 1}" if after is None else f"--after {hits.after}"
        typer.echo(_in_its_language(hits, more if hits.after else ""))


def _draw(index: PhotoIndex, hits: Hits, save: Path | None) -> None:
    """Save the photos of an answer as one picture, if asked; say which are not where they were indexed."""
    warn_of_gone_photos(index.catalog, ((hit.photo, str(hit.path)) for hit in hits))
    if save is not None:
        typer.echo(f"Wrote {hits.save(save)}.", err=True)


def _page_of(ask: Callable[..., Hits], page: int, k: int) -> Hits:
    """Return a page of an answer: the pages before it are walked down again, and it begins where they end."""
    from withsense_tf.search.search_request import MOST_HITS

    after, left, places = None, (page - 1) * k, 0
    while left:
        count = min(left, MOST_HITS)
        hits, left = ask(k=count, after=after), left - count
        if hits.notice is not None:
            return hits
        after, places = hits.after, places + len(hits.places)
        if after is None:
            raise SettingError(_no_page(page, places, hits))
    return ask(k=k, after=after)


def _in_its_language(hits: Hits, more: str = "") -> str:
    """Return an answer as a terminal shows it: all of it in Russian where the query is, else all of it in English.

    Of a Russian answer the legal notice is in Russian, too, and below as it is prescribed, as on the page. `more` is
    the option for the next page.
    """
    from withsense_tf.app.page.messages import CYRILLIC, in_russian
    from withsense_tf.search.hits import ANY_MINIMUM, LABELS
    from withsense_tf.search.places import Withheld

    message, language, russian = hits.message or "", "en", None
    if CYRILLIC.search(hits.query):
        russian = in_russian(message) if message else ""
    if russian is not None:
        if ANY_MINIMUM in message or "is the least." in message:
            russian += f" Ближайшие — с {ANY_MINIMUM}."
        hits, language = replace(hits, message=russian or None), "ru"
    notices = dict.fromkeys(filter(None, (hits.notice, *(place.notice for place in hits.withheld))))
    own = {notice: words for notice in notices if language == "ru" and (words := in_russian(notice))}
    places = tuple(
        replace(place, notice=own.get(place.notice, place.notice)) if isinstance(place, Withheld) else place
        for place in hits.places
    )
    hits = replace(hits, places=places, notice=own.get(hits.notice or "", hits.notice))
    lines = [hits.as_text(language), *(f"({notice})" for notice in own)]
    return "\n".join([*lines, *([f"     {LABELS[language]['more']}: {more}"] if more else [])])


def _no_page(page: int, places: int, end: Hits) -> str:
    """Say that an answer has no such page, how many places it has, and what it says besides: that nothing fits, say."""
    count = "no places" if not places else "1 place" if places == 1 else f"{places:,} places"
    words = replace(end, places=(), like=None, without=(), where=(), country=None).as_text()
    advice = "Ask for a lower --page, or for fewer photos on each (-k)." if places else "Leave out --page."
    parts = (f"There is no page {page}: the answer ends before it. It has {count}.", words, advice)
    return " ".join(part for part in parts if part)
