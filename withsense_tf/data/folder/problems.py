"""The kinds of damage a folder can have, and one found instance of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import pandas as pd


Level = Literal["error", "note"]


@dataclass(frozen=True)
class Kind:
    """What a kind of damage is called, and whether what has it is left out (error) or kept (note)."""

    level: Level
    title: str


# Nothing is left out for such a row, but its photo may be gone.
NO_PHOTO: Final = "row_no_photo"
# The order is the order of the report: files, photos, rows (causes before effects), then notes.
KINDS: Final[dict[str, Kind]] = {
    "file_missing": Kind("error", "files that are missing or cannot be opened"),
    "file_empty": Kind("error", "files that are empty"),
    "file_not_utf8": Kind("error", "lines that are not UTF-8 text"),
    "file_columns": Kind("error", "files with other columns than expected"),
    "file_not_read": Kind("error", "files that may speak of photos and cannot be read"),
    "photo_missing": Kind("error", "photos that rows name and that are not there"),
    "photo_in_both": Kind("error", "photos in both train and test (left out of train)"),
    "photo_like_test": Kind("error", "training photos that look like a test photo (left out of train)"),
    "photo_judged": Kind(
        "error", "photos of corpus_images that train_images has by its name (left out of the former)"
    ),
    "caption_of_test": Kind("error", "owners of captions that are a test photo's (left out of training)"),
    "photo_empty": Kind("error", "photo files of zero bytes"),
    "photo_not_image": Kind("error", "photo files that are not an image"),
    "photo_truncated": Kind("error", "photos that are truncated or damaged"),
    "photo_too_large": Kind("error", "photos that are absurdly large (decompression bombs)"),
    "photo_bad_name": Kind("error", "photos whose file name is not UTF-8, or holds control signs"),
    "row_width": Kind("error", "rows with too many or too few fields"),
    "row_open_quote": Kind("error", "rows with a quote that never closes"),
    "not_a_number": Kind("error", "rows with something else where a number belongs"),
    "bad_photo_name": Kind("error", "rows whose photo name is not a plain file name"),
    "bad_caption_id": Kind("error", "rows whose caption id is not <file>#<n>"),
    "score_range": Kind("error", "expert scores outside 1 to 4"),
    "negative_count": Kind("error", "crowd rows with a negative count"),
    "share_range": Kind("error", "crowd shares outside 0 to 1"),
    "share_mismatch": Kind("error", "crowd shares unequal to yes / (yes + no)"),
    "text_empty": Kind("error", "captions without text"),
    "two_texts": Kind("error", "rows whose caption has another text in an earlier row (that one stands)"),
    "duplicate_row": Kind("error", "rows that occur twice (the first stands)"),
    "row_photo_missing": Kind("error", "rows whose photo is missing or unusable"),
    "row_photo_unclear": Kind("error", "rows that may be of several photos (they count for the law alone)"),
    "row_text_missing": Kind("error", "rows whose caption has no text anywhere"),
    "row_test_caption": Kind("error", "judged rows whose caption belongs to a test photo"),
    "photo_skipped": Kind("note", "things in a photo folder that are no photos (passed over)"),
    "file_note": Kind("note", "notes that name no photo (they count for the law, of the photos beside them)"),
    "file_no_photo": Kind("note", "tables and texts that name no photo of the folder"),
    "file_encoding": Kind("note", "texts in another encoding than UTF-8 (read all the same)"),
    NO_PHOTO: Kind("note", "rows that name no photo of the folder"),
    "photo_twice": Kind("note", "photos that are the same file under two names"),
    "photo_alike": Kind("note", "photos that look like another one (kept together by every split)"),
    "owner_differs": Kind("note", "rows whose photo is not the owner in the caption id"),
    "caption_photo_missing": Kind("note", "captions whose photo is not in the folder (kept as text)"),
    "cell_no_caption": Kind("note", "cells for captions that say nothing of their photo (passed over)"),
    "row_lines": Kind("note", "rows that go over several lines"),
    "photo_unlisted": Kind("note", "test photos that test_images.csv does not list"),
    "photo_grey": Kind("note", "greyscale photos (loaded as RGB)"),
    "photo_cmyk": Kind("note", "CMYK photos (loaded as RGB)"),
    "photo_16bit": Kind("note", "16-bit photos (loaded as 8-bit RGB)"),
    "photo_animated": Kind("note", "animated photos (the first frame is loaded)"),
    "photo_rotated": Kind("note", "photos rotated by EXIF (loaded upright)"),
}


@dataclass(frozen=True)
class Problem:
    """One damaged thing: its kind, where it stands, what it is, and why it counts as damaged."""

    kind: str
    file: str
    line: int | None
    item: str
    reason: str

    @property
    def level(self) -> Level:
        """Say whether the thing was left out (error) or kept (note)."""
        return KINDS[self.kind].level

    @property
    def where(self) -> str:
        """Name the file, and the line if there is one."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


def problem_table(problems: Iterable[Problem]) -> pd.DataFrame:
    """Put problems into a table with the columns kind, level, file, line, item, reason."""
    import pandas as pd  # late, because a search needs none

    columns = ["kind", "level", "file", "line", "item", "reason"]
    rows = [{**vars(p), "level": p.level} for p in problems]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"line": "Int64"})
