"""Rows of any table -> what they say of photos: which column names the photo, which hold captions, and the rest."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from withsense_tf.data.embedded.file_words import in_one_line
from withsense_tf.data.folder.meant_photos import NAMES
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.named import name_text
from withsense_tf.data.plain_folder.caption_cells import caption_of, holds_captions, says_caption
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.errors import SettingError, shown

# Columns are told by so many rows, spread over the table.
SAMPLE: Final = 1_000
# Names of columns that name photos: they decide where cells alone do not.
PHOTO_NAMES: Final = (
    "image",
    "photo",
    "file",
    "picture",
    "img",
    "name",
    "path",
    "фото",
    "файл",
    "изображение",
    "имя",
)
PATH: Final = re.compile(r"[/\\]")
LEAST_BY_STEM: Final = 0.5
LONGEST_TOLD: Final = 300
# Of more lines that are lost nobody looks for names in each.
MOST_LOST: Final = 1_000

Cells = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Grid:
    """The rows of a table or a file like one: the line of each, and the texts in its cells, by column.

    `lost_lines` are those that are no row, as far as they can be read, and `problems` say what is wrong with the table.
    """

    file: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[int, Cells]]
    lost_lines: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def folder(self) -> str:
        """Return the folder that the table lies in."""
        return posixpath.dirname(self.file)

    def sample(self) -> list[Cells]:
        """Return some rows."""
        return [cells for _, cells in self.rows[:: max(1, len(self.rows) // SAMPLE)]]


@dataclass(frozen=True)
class Roles:
    """Which column names the photo, and which hold captions; with `asked_for` a user says so."""

    photo: str
    texts: tuple[str, ...]
    asked_for: bool = False
    passed_over: tuple[str, ...] = ()

    def __str__(self) -> str:
        captions = f"captions by {', '.join(self.texts)}" if self.texts else "no captions"
        if self.passed_over and not self.texts:
            captions += (
                f"; {self.passed_over[0]} is passed over: mostly numbers or names (--text-column takes it)"
            )
        # What stands in a foreign file must not steer the terminal.
        return in_one_line(f"photos by {self.photo}, {captions}")[:LONGEST_TOLD]


def roles_of(grid: Grid, lookup: PhotoLookup) -> Roles | None:
    """Tell the columns by what is in them; None where none names photos of the folder."""
    photo = photo_column(grid, lookup)
    if photo is None:
        return None
    sample = grid.sample()
    texts = [
        column
        for column in grid.columns
        if column != photo
        and holds_captions(column, [text for cells in sample for text in cells.get(column, ())])
    ]
    passed_over = [
        column for column in grid.columns if says_caption(column) and column not in (photo, *texts)
    ]
    return Roles(photo, tuple(texts), passed_over=tuple(passed_over))


def photo_column(grid: Grid, lookup: PhotoLookup) -> str | None:
    """Return the column whose cells name the most photos of the folder."""
    best = None
    for rows in (grid.sample(), [cells for _, cells in grid.rows]):
        ranks = []
        for place, column in enumerate(grid.columns):
            values = [cells[column][0] for cells in rows if cells.get(column)]
            hits = [value for value in values if lookup.photos_named(value, grid.folder)]
            photos = {lookup.photos_named(value, grid.folder) for value in hits}
            with_ending = sum(bool(NAMES.search(value.casefold())) for value in hits)
            is_named = says_photo(column)
            # A word or a number may be the name of a photo by chance.
            if with_ending or (hits and (is_named or len(hits) >= LEAST_BY_STEM * len(values))):
                ranks.append((with_ending, len(photos), len(hits), is_named, -place, column))
        if ranks:
            best = max(ranks)[-1]
            break
    return best


def photos_of(grid: Grid, roles: Roles, lookup: PhotoLookup) -> list[str]:
    """Return all photos that the rows of a table name."""
    values = {" ".join(cells.get(roles.photo, ())) for _, cells in grid.rows}
    return sorted({photo for value in values for photo in lookup.photos_named(value, grid.folder)})


def says_photo(column: str) -> bool:
    """Return whether the name of a column says that it names photos."""
    return any(name in column.casefold() for name in PHOTO_NAMES)


def asked_roles(grid: Grid, photo: str | None, texts: Sequence[str], lookup: PhotoLookup) -> Roles:
    """Return the roles that a user gives to columns, by name or number; the others are told by what is in them."""
    own = roles_of(grid, lookup)
    photo_name = _column(grid, photo) if photo is not None else own.photo if own else None
    if photo_name is None:
        raise SettingError(
            f"No column of {grid.file} names photos of the folder: its columns are {', '.join(grid.columns)}. Which "
            "one is it? Say --photo-column, or ws.CaptionFile(file, column)."
        )
    names = tuple(_column(grid, text) for text in texts) or tuple(
        name for name in (own.texts if own else ()) if name != photo_name
    )
    return Roles(photo_name, names, asked_for=bool(texts))


def _column(grid: Grid, asked_column: str) -> str:
    for column in grid.columns:
        if column.casefold() == asked_column.strip().casefold():
            return column
    if asked_column.isdecimal() and 1 <= int(asked_column) <= len(grid.columns):
        return grid.columns[int(asked_column) - 1]
    raise SettingError(
        f"{grid.file} has no column {asked_column!r}: its columns are {', '.join(grid.columns)}. Give one of these "
        f"names, or a number from 1 to {len(grid.columns)}."
    )


def take_rows(grid: Grid, roles: Roles, lookup: PhotoLookup, findings: Findings) -> None:
    """Add to the findings what the rows of a table say."""
    findings.problems += grid.problems
    taker = _RowTaker(grid, roles, lookup, findings)
    for line, cells in grid.rows:
        taker.take(line, cells)
    findings.add_facts(taker.facts)
    lose_lines(grid, lookup, findings, taker.photos_of_lines)


class _RowTaker:
    def __init__(self, grid: Grid, roles: Roles, lookup: PhotoLookup, findings: Findings) -> None:
        self.grid, self.roles, self.lookup, self.findings = grid, roles, lookup, findings
        # None is where the rows of a photo do not agree.
        self.facts: dict[str, dict[str, str | None]] = {}
        self.photos_of_lines: list[tuple[int, tuple[str, ...]]] = []

    def take(self, line: int, cells: Cells) -> None:
        """Take one row."""
        value = " ".join(cells.get(self.roles.photo, ()))
        photos = self.lookup.photos_named(value, self.grid.folder)
        if len(photos) == 1:
            own = self.facts.setdefault(photos[0], {})
            for column, texts in cells.items():
                for text in texts:
                    self._take_cell(line, photos[0], column, text)
                if column not in (self.roles.photo, *self.roles.texts) and len(texts) == 1:
                    self._gather(own, column, " ".join(texts[0].split()))
        else:
            photos = self._take_unclear(line, value, photos, cells)
        self.photos_of_lines.append((line, photos))

    def _take_cell(self, line: int, photo: str, column: str, text: str) -> None:
        roles = self.roles
        if column == roles.photo:
            # A path may say more than the photo's own name.
            if PATH.search(text) and text not in photo:
                self.findings.add_text(f"name in {self.grid.file}:{line}", [photo], name_text(text))
            return
        if column in roles.texts:
            if caption := caption_of(text, roles.asked_for):
                self.findings.add_caption(photo, caption, self.grid.file)
                return
            self.findings.note(
                "cell_no_caption", self.grid.file, shown(text) if text else "empty", line, photo
            )
        if not (
            NAMES.search(text.casefold()) and self.lookup.photos_named(text, self.grid.folder) == (photo,)
        ):
            self.findings.add_cells(photo, [(column, text)])

    def _gather(self, own: dict[str, str | None], column: str, text: str) -> None:
        name = column.casefold()
        if text and not NAMES.search(text.casefold()):
            own[name] = text if own.get(name, text) == text else None

    def _take_unclear(self, line: int, value: str, several: tuple[str, ...], cells: Cells) -> tuple[str, ...]:
        """Let a row that names no photo, or several, count for the law alone, for all that it may mean."""
        row = " . ".join(text for texts in cells.values() for text in texts)
        photos = several
        if several:
            reason = f"it may be {' or '.join(several[:3])}"
            self.findings.note("row_photo_unclear", self.grid.file, reason, line, value)
        else:
            self.findings.note("row_no_photo", self.grid.file, "", line, value)
            meant_photos = (
                self.lookup.meant_photos.by_name(value) | self.lookup.meant_photos.in_line(value)[0]
            )
            if not meant_photos and not NAMES.search(value.casefold()):
                # The photo may stand in any column, or this may be the rest of the row before.
                meant_photos = self.lookup.meant_photos.in_line(row)[0]
                if not value.strip() and self.photos_of_lines:
                    meant_photos = meant_photos | set(self.photos_of_lines[-1][1])
            photos = tuple(sorted(meant_photos))
        self.findings.add_text(f"{self.grid.file}:{line}", photos, row)
        for photo in photos:
            self.findings.add_cells(photo, [(column, one) for column, some in cells.items() for one in some])
        return photos


def lose_lines(
    grid: Grid,
    lookup: PhotoLookup,
    findings: Findings,
    photos_of_lines: Sequence[tuple[int, tuple[str, ...]]] = (),
) -> None:
    """Note for each line that is lost which photos it may speak of: those it names, or those of the row before."""
    if len(grid.lost_lines) > MOST_LOST:
        findings.lose(
            lookup.below(grid.folder), grid.file, f"{len(grid.lost_lines):,} of its lines cannot be read"
        )
        return
    numbers = [line for line, _ in photos_of_lines]
    for line, text in sorted(grid.lost_lines.items()):
        photos, has_name = lookup.meant_photos.in_line(text)
        at = bisect_right(numbers, line) - 1
        if not has_name and at >= 0:
            photos |= set(photos_of_lines[at][1])
        if not has_name and not photos:
            photos = set(lookup.below(grid.folder))
        findings.lose(sorted(photos), f"{grid.file}:{line}", "the row cannot be read")
