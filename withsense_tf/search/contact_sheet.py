"""An answer -> a contact sheet: a picture with every hit, and the notice where the law stands."""

from __future__ import annotations

import math
import textwrap
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.data.pictures.photo_file import PhotoError, open_upright
from withsense_tf.errors import SettingError, check_choice
from withsense_tf.search.places import Hit, Withheld

if TYPE_CHECKING:
    from withsense_tf.search.notebook.explanation import PhotoUnderReview

SIDE: Final = 220  # of a photo's place, in pixels
GAP: Final = 16
LINE: Final = 18
COLUMNS: Final = 5
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp")
# Nobody looks through a sheet of more.
MOST_DRAWN: Final = 200
FOR_WHO_DECIDES: Final = "For who decides alone: photos that may be of children. It must not be passed on."


@dataclass(frozen=True)
class SheetColours:
    """What a sheet is drawn on and written with, and where a photo would be that is not shown."""

    paper: str
    ink: str
    faint: str
    empty: str


THEMES: Final = {
    "light": SheetColours("#ffffff", "#202020", "#707070", "#eeeeee"),
    "dark": SheetColours("#16181c", "#e8e8e8", "#a9aeb4", "#24272d"),
}


def check_picture(file: Path) -> None:
    """Raise if the name of a file says no kind of picture that can be written."""
    if file.suffix.lower() not in SUFFIXES:
        raise SettingError(
            f"{file}: a contact sheet is written as {', '.join(SUFFIXES)}, got {file.suffix!r}."
        )


def contact_sheet(
    heads: Sequence[str], places: Sequence[Hit | Withheld], notes: Sequence[str], theme: str = "light"
) -> Image.Image:
    """Draw the query's lines, the photos with their scores, and the notes below them."""
    colours = THEMES[check_choice("theme", theme, THEMES)]
    columns = min(COLUMNS, max(3, len(places)))
    width = columns * (SIDE + GAP) + GAP
    font, small = _font(15), _font(13)
    # So many letters of the larger font surely fit.
    signs = width // 9
    head = [line for text in heads for line in textwrap.wrap(text, signs)]
    foot = [line for text in notes for line in textwrap.wrap(text, signs)]
    rows = -(-len(places) // columns)
    y = GAP + LINE * len(head) + GAP // 2
    cell = SIDE + 2 * LINE + GAP
    height = y + rows * cell + LINE * len(foot) + GAP
    sheet = Image.new("RGB", (width, height), colours.paper)
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(head):
        draw.text((GAP, GAP + LINE * number), line, colours.ink if number == 0 else colours.faint, font)
    for number, place in enumerate(places):
        x = GAP + (number % columns) * (SIDE + GAP)
        _draw_place(sheet, draw, place, (x, y + (number // columns) * cell), small, colours)
    for number, line in enumerate(foot):
        draw.text((GAP, y + rows * cell + LINE * number), line, colours.ink, font)
    return sheet


def draw_queue(photos: Sequence[PhotoUnderReview], file: Path) -> None:
    """Draw the first photos with their numbers and names, for the file's owner alone."""
    places = [
        Hit(number, one.photo, one.path, math.nan if one.child is None else one.child, digest=one.digest)
        for number, one in enumerate(photos[:MOST_DRAWN], 1)
    ]
    sheet = contact_sheet(
        [f"{len(places)} of {len(photos)} photos under review", FOR_WHO_DECIDES], places, []
    )
    with whole_file(file, file.suffix) as draft:
        draft.touch(mode=0o600)
        sheet.save(draft)


def _draw_place(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    place: Hit | Withheld,
    corner: tuple[int, int],
    font: ImageFont.FreeTypeFont,
    colours: SheetColours,
) -> None:
    x, y = corner
    if isinstance(place, Withheld):
        draw.rectangle((x, y, x + SIDE, y + SIDE), colours.empty)
        for number, line in enumerate(textwrap.wrap(place.notice, SIDE // 8)):
            draw.text((x + 10, y + 60 + LINE * number), line, colours.faint, font)
        draw.text((x, y + SIDE + 4), f"{place.place}.", colours.faint, font)
        return
    try:
        with open_upright(place.path, SIDE, place.digest) as photo:
            full = photo.image.size
            scale = SIDE / max(full)
            size = (max(1, round(full[1] * scale)), max(1, round(full[0] * scale)))
            picture = Image.fromarray(photo.pixels(size, None, Image.Resampling.BICUBIC))
        sheet.paste(picture, (x + (SIDE - picture.width) // 2, y + (SIDE - picture.height) // 2))
    except PhotoError as error:
        draw.rectangle((x, y, x + SIDE, y + SIDE), colours.empty)
        for number, line in enumerate(textwrap.wrap(f"not shown: {error.reason}", SIDE // 8)[:8]):
            draw.text((x + 10, y + 20 + LINE * number), line, colours.faint, font)
    # Photos that somebody collected were not found by a score.
    score = "" if math.isnan(place.score) else f"  {place.score:.2f}"
    draw.text((x, y + SIDE + 4), f"{place.place}.{score}", colours.ink, font)
    draw.text((x, y + SIDE + 4 + LINE), short_name(place.photo, font), colours.faint, font)


def short_name(photo: str, font: ImageFont.FreeTypeFont, width: int = SIDE) -> str:
    """Return the end of a name that is too wide to stand below its photo: the end tells photos of a folder apart."""
    name = " ".join(photo.split())
    if font.getlength(name) <= width:
        return name
    # The most signs of the end that there is room for.
    first = bisect_left(range(1, len(name)), True, key=lambda at: font.getlength(f"…{name[at:]}") <= width)
    return f"…{name[1 + first :]}"


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return matplotlib's font, which has Cyrillic letters and is always here."""
    from importlib.resources import files

    file = files("matplotlib").joinpath("mpl-data", "fonts", "ttf", "DejaVuSans.ttf")
    return ImageFont.truetype(str(file), size)
