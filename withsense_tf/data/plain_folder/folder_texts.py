"""All files of a folder that are no photos -> what they say of the photos."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from withsense_tf.common.limits import read_bytes
from withsense_tf.data.embedded.file_words import NOTHING, Embedded
from withsense_tf.data.folder.problems import NO_PHOTO
from withsense_tf.data.plain_folder.caption_cells import says_caption
from withsense_tf.data.plain_folder.caption_file import CaptionFile
from withsense_tf.data.plain_folder.caption_table import names_photos, table_of
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.folder_files import UNREADABLE, FileKind
from withsense_tf.data.plain_folder.free_texts import take_free_text
from withsense_tf.data.plain_folder.grid import (
    Grid,
    Roles,
    asked_roles,
    lose_lines,
    roles_of,
    says_photo,
    take_rows,
)
from withsense_tf.data.plain_folder.json_captions import json_value, take_json
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.side_cars import side_xmp, take_side_text
from withsense_tf.data.plain_folder.text_encodings import TextLines, encoding_of, read_lines
from withsense_tf.errors import DataError
from withsense_tf.file_access import words_of

JUDGEMENTS = "Annotations."  # of experts, and of crowds
# A larger text was not written by people.
MOST_BYTES = 1 << 28


class TextReader:
    """Read the files of a folder one by one into the findings; `side_words` has what XMP side-cars say, by photo."""

    def __init__(
        self, lookup: PhotoLookup, findings: Findings, asked_file: CaptionFile | None = None
    ) -> None:
        self.lookup = lookup
        self.findings = findings
        self.asked_file = asked_file
        self.side_words: dict[str, Embedded] = {}

    def read(self, name: str, path: Path, kind: FileKind, is_asked_for: bool = False) -> None:
        """Read one file; whatever is wrong with it counts against the photos that it may speak of."""
        if kind == "unreadable" and not is_asked_for:
            reason = (
                "its format is not read here: export it as CSV" if path.suffix.lower() in UNREADABLE else ""
            )
            self._lose(name, reason or "it cannot be opened")
            return
        if kind == "other":
            self.findings.note("photo_skipped", name, "neither a photo nor a text")
            return
        try:
            content = read_bytes(path, MOST_BYTES)
        except OSError as error:
            self._lose(name, words_of(error))
            return
        if kind == "xmp":
            for photo, words in side_xmp(name, content, self.lookup, self.findings).items():
                self.side_words[photo] = self.side_words.get(photo, NOTHING) + words
        elif kind == "json":
            self._read_json(name, content, is_asked_for)
        else:
            self._read_text(name, read_lines(name, content), kind, is_asked_for)

    def _read_json(self, name: str, content: bytes, is_asked_for: bool) -> None:
        encoding = encoding_of(content)
        try:
            if encoding is not None:
                content = content.decode(encoding).encode("utf-8")
            value, lost_lines = json_value(name, content)
        except (ValueError, UnicodeError) as error:
            self._lose(name, f"it is no JSON: {error}")
            return
        for grid, roles in take_json(name, value, self.lookup, self.findings):
            self._take(grid, asked_roles_of(self.asked_file, grid, self.lookup) if is_asked_for else roles)
        if lost_lines:
            self.findings.note("file_not_read", name, f"{len(lost_lines):,} of its lines are no JSON")
            lose_lines(Grid(name, (), (), lost_lines), self.lookup, self.findings)

    def _read_text(self, name: str, text: TextLines, kind: FileKind, is_asked_for: bool) -> None:
        if not text.lines and kind == "table":
            self._lose(name, "the file is empty" if not text.lost_lines else "its encoding cannot be told")
            self.findings.problems += text.problems
            return
        grid = table_of(name, text, self.lookup)
        if is_asked_for:
            if grid is None:
                raise DataError(
                    f"{name} is no table: expected rows with a photo's name and a caption, with separators."
                )
            self._take(grid, asked_roles_of(self.asked_file, grid, self.lookup))
            return
        side_photos = self.lookup.of_side_car(name) if kind != "table" else []
        roles = roles_of(grid, self.lookup) if grid is not None else None
        if (
            grid is not None
            and roles is not None
            and (kind == "table" or names_photos(grid, self.lookup, plainly=bool(side_photos)))
        ):
            self._take(grid, roles)
        elif side_photos:
            take_side_text(name, text, side_photos, self.findings)
        elif grid is not None and not grid.rows and _says_it_all(grid):
            self.findings.problems += grid.problems
            if grid.lost_lines:
                lose_lines(grid, self.lookup, self.findings)
            else:
                # Who exports captions and gets a header alone has lost them.
                self._lose(name, "it has a header and no rows")
        else:
            take_free_text(name, text, self.lookup, self.findings)
            if grid is not None and roles is None and kind == "table" and _says_it_all(grid):
                # A table of captions whose photos are all gone.
                column = next(filter(says_photo, grid.columns))
                for line, cells in grid.rows:
                    self.findings.note(NO_PHOTO, name, "", line, " ".join(cells.get(column, ())))

    def _take(self, grid: Grid, roles: Roles) -> None:
        note = "; judgements are read in a With Sense folder alone" if JUDGEMENTS in grid.file else ""
        self.findings.how[grid.file] = f"{roles}{note}"
        take_rows(grid, roles, self.lookup, self.findings)

    def _lose(self, name: str, reason: str) -> None:
        """Lose a file: it may speak of the photo that it stands beside, or of all in its folder and below."""
        folder = name.rpartition("/")[0]
        self.findings.lose_file(name, self.lookup.of_side_car(name) or self.lookup.below(folder), reason)


def asked_roles_of(asked_file: CaptionFile | None, grid: Grid, lookup: PhotoLookup) -> Roles:
    """Return the roles of columns as a user gave them."""
    photo, texts = (
        (asked_file.photo_column, asked_file.text_columns) if asked_file is not None else (None, ())
    )
    roles = asked_roles(grid, photo, texts, lookup)
    if not any(
        lookup.photos_named(" ".join(cells.get(roles.photo, ())), grid.folder) for _, cells in grid.rows
    ):
        raise DataError(
            f"{grid.file} names no photo of the folder in its column {roles.photo}: which column does?"
        )
    return roles


def _says_it_all(grid: Grid) -> bool:
    return any(map(says_photo, grid.columns)) and any(map(says_caption, grid.columns))


def read_texts(
    root: Path,
    files: Mapping[str, tuple[Path, FileKind]],
    lookup: PhotoLookup,
    findings: Findings,
    asked_file: CaptionFile | None,
) -> dict[str, Embedded]:
    """Read all files of a folder that are no photos; return what XMP side-cars say, by photo."""
    reader = TextReader(lookup, findings, asked_file)
    asked_name = ""
    if asked_file is not None:
        asked_name, path = asked_file.name_in(root, {name: file for name, (file, _) in files.items()})
        kind: FileKind = "json" if path.suffix.lower().startswith(".json") else "table"
        reader.read(asked_name, path, kind, is_asked_for=True)
    for name, (path, kind) in files.items():
        if kind != "photo" and name != asked_name:
            reader.read(name, path, kind)
    return reader.side_words
