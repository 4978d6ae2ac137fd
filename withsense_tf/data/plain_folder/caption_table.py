"""A text table of any common shape -> a grid: its separator, its header, and its rows."""

from __future__ import annotations

import csv
import posixpath
from collections import Counter
from collections.abc import Sequence
from typing import Final

from withsense_tf.data.folder.meant_photos import NAMES
from withsense_tf.data.folder.tables import LONGEST_LINE, SEPARATORS, Layout, table_rows
from withsense_tf.data.plain_folder.caption_cells import says_caption
from withsense_tf.data.plain_folder.grid import Grid, photo_column, roles_of, says_photo
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import TextLines

# The separator is told by so many of the first lines, and as many of all the others.
SAMPLE_LINES: Final = 400
# A file without the ending of a table must name photos in so many of its first rows.
LEAST_ROWS: Final = 0.5
LONGEST_NAME: Final = 300
Row = list[str]


def table_of(name: str, text: TextLines, lookup: PhotoLookup) -> Grid | None:
    """Return the rows of a table, or None where the text is none."""
    # A line that is too long is lost as a row, and says nothing of how the others are written.
    lines = [line for line in text.lines if len(line[1]) <= LONGEST_LINE]
    others = lines[SAMPLE_LINES :: max(1, len(lines) // SAMPLE_LINES)]
    best = _best_separator(name, [*lines[:SAMPLE_LINES], *others], lookup)
    if best is None:
        return None
    separator, width, first_rows = best
    header = _header(name, first_rows, width, lookup)
    names = _unique(header) if header else tuple(f"column_{n}" for n in range(1, width + 1))
    sample = Grid(name, names, [(n, _cells(names, row)) for n, row in enumerate(first_rows[bool(header) :])])
    roles = roles_of(sample, lookup)
    at = names.index(roles.photo) if roles else 0
    folder = posixpath.dirname(name)

    def begins_row(line: str) -> bool:
        fields = line.split(separator)
        return len(fields) > at and bool(lookup.photos_named(fields[at].strip(' "'), folder))

    rest = roles is not None and names[-1] in roles.texts and at != width - 1
    body = [line for line in text.lines if not header or line != lines[0]]
    rows, problems = table_rows(name, body, Layout(separator, names, True, begins_row, rest))
    texts = dict(body)
    lost_lines = {p.line: texts[p.line] for p in problems if p.line is not None and p.level == "error"}
    return Grid(
        name,
        names,
        [(row.line, _cells(names, list(row.fields.values()))) for row in rows],
        {**text.lost_lines, **lost_lines},
        (*text.problems, *problems),
    )


def names_photos(grid: Grid, lookup: PhotoLookup, plainly: bool = False) -> bool:
    """Return whether a text that does not say so is a table of photos: most of its rows begin with a name of one.

    Most of these may be of photos that are not here. `plainly` asks for names with an ending.
    """
    photo = photo_column(grid, lookup)
    if photo is None:
        return False
    values = [" ".join(cells[photo]) for cells in grid.sample()]
    names = [bool(NAMES.search(value.casefold())) and len(value) <= LONGEST_NAME for value in values]
    if not plainly:
        names = [
            name or bool(lookup.photos_named(value, grid.folder))
            for name, value in zip(names, values, strict=True)
        ]
    return sum(names) >= LEAST_ROWS * len(values)


def _best_separator(
    name: str, lines: Sequence[tuple[int, str]], lookup: PhotoLookup
) -> tuple[str, int, list[Row]] | None:
    """Return the separator that gives the most rows of one width that name a photo, with that width and the rows."""
    folder = posixpath.dirname(name)
    sample = [f"{text}\n" for _, text in lines]
    ranks = []
    for place, separator in enumerate(SEPARATORS):
        rows = _rows(sample, separator)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        head = rows[0]
        # Texts with separators that nobody quoted are wider than the header.
        takes_rest = says_caption(head[-1])
        if 1 < len(head) < width and (widths[len(head)] >= count / 3 or takes_rest):
            width = len(head)
        even = [
            [*row[: width - 1], separator.join(row[width - 1 :])]
            for row in rows
            if len(row) == width or (takes_rest and len(row) > width == len(head))
        ]
        photos = sum(any(lookup.photos_named(cell, folder) for cell in row) for row in even)
        ranks.append((photos, len(even) / len(rows), -place, separator, width, even))
    if not ranks:
        return None
    *_, separator, width, even = max(ranks, key=lambda rank: rank[:3])
    return separator, width, even


def _rows(sample: Sequence[str], separator: str) -> list[Row]:
    """Return the rows of some lines; none where the first of them, which may be the header, is none.

    A quote that never closes may gather more than a field can hold: what it gathered is no row, and the next line is.
    """
    rows: list[Row] = []
    reader = csv.reader(sample, delimiter=separator)
    while True:
        try:
            rows.append(next(reader))
        except StopIteration:
            return [row for row in rows if row]
        except csv.Error:
            if not rows:
                return []


def _header(name: str, rows: Sequence[Row], width: int, lookup: PhotoLookup) -> Row | None:
    """Return the first row if it names columns: no cell of it is a photo, or a number, or the name of another one."""
    if not rows:
        return None
    cells = [cell.strip() for cell in rows[0]]
    folder = posixpath.dirname(name)
    grid = Grid(
        name, tuple(map(str, range(width))), [(0, {str(n): (c,) for n, c in enumerate(r)}) for r in rows]
    )
    photo = photo_column(grid, lookup)
    if photo is not None:
        first, others = (cells[int(photo)], [row[int(photo)] for row in rows[1:]])
        # A photo may be called "image.jpg", as the column is.
        if sum(bool(NAMES.search(other.casefold())) for other in others) <= len(others) / 2:
            return None if lookup.photos_named(first, folder) and not says_photo(first) else cells
        return None if NAMES.search(first.casefold()) else cells
    return None if any(NAMES.search(cell.casefold()) for cell in cells) else cells


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Return names of columns that are all different; one that is missing is called by its place."""
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        name = name or f"column_{place}"
        names.append(name if name not in names else f"{name}_{place}")
    return tuple(names)


def _cells(names: Sequence[str], row: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {name: (cell.strip(),) for name, cell in zip(names, row, strict=True)}
