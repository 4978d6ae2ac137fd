"""Rows of text fields -> typed tables: each rule that a row must keep, and the reason where it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import pandas as pd

from withsense_tf.data.folder.cells import (
    BadRowError,
    finite_number,
    photo_name,
    split_caption_id,
    whole_number,
)
from withsense_tf.data.folder.meant_photos import NAMES, MeantPhotos
from withsense_tf.data.folder.photo_names import FOLDERS, PhotoNames
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import RawTable, TableRow
from withsense_tf.data.named import column_text, says_nothing

T = TypeVar("T")

CAPTION_COLUMNS: Final = frozenset({"image", "query_id", "query_text"})
# The archive writes shares with 15 digits; anything rounded to three decimals or finer is still the same share.
SHARE_TOLERANCE: Final = 0.001


@dataclass(frozen=True)
class Caption:
    """One caption as a file has it: the id names its owner, `image` the photo it stands beside."""

    caption: str
    photo: str
    number: int
    text: str
    image: str
    line: int


class CaptionBook:
    """Every caption id with its one text, and where it was first read."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, str]] = {}

    def enter(self, caption: str, text: str, where: str) -> None:
        """Keep the text of a caption; a second text for the same id is refused."""
        earlier, first = self._entries.setdefault(caption, (text, where))
        if earlier != text:
            raise BadRowError("two_texts", f"{first} says {earlier!r}, here it is {text!r}")

    def text(self, caption: str) -> str | None:
        """Return the text of a caption, or None if no file has one."""
        entry = self._entries.get(caption)
        return entry[0] if entry else None


class FileReader:
    """Turn raw tables into typed ones; what is wrong is added to `problems`."""

    def __init__(self, book: CaptionBook, names: PhotoNames, problems: list[Problem]) -> None:
        self._book = book
        self.names = names
        self._problems = problems
        self.meant_photos = MeantPhotos({name for files in names.files.values() for name in files})
        self.other_texts: list[tuple[str, str, str]] = []
        self.unread: list[tuple[str, str, str]] = []
        self._missing: Counter[tuple[str, str]] = Counter()

    def captions(self, raw: RawTable, judged: bool = False) -> list[Caption]:
        """Read captions. In a `judged` table each may stand beside many photos, elsewhere beside its owner."""
        first_lines: dict[tuple[str, str], int] = {}
        lost_lines: dict[int, str] = dict(raw.unread)

        def read(row: TableRow) -> Caption:
            caption, text = row.fields["query_id"], " ".join(row.fields["query_text"].split())
            # Signs that nobody sees say nothing.
            text = text if any(sign.isprintable() and sign != " " for sign in text) else ""
            try:
                owner, number = split_caption_id(caption)
                image = photo_name(row.fields.get("image", owner))
                if not text or says_nothing(text):
                    raise BadRowError("text_empty", "the caption has no text")
                self._book.enter(caption, text, f"{raw.file}:{row.line}")
            except BadRowError:
                # The text is not used, but what it says of a photo matters to the law, in whichever field it stands.
                row_text = " . ".join(row.fields.values())
                if not (text and self._add_other(caption, self._meant_by(row, judged), row_text)):
                    lost_lines[row.line] = " ".join(row.fields.values())
                raise
            if not self.names.known(owner) or (image != owner and not judged):
                self._add_other(caption, self._meant_by(row, judged) - {owner}, text)
            for column, cell in row.fields.items():
                # Where a column has another's name, the text may stand where a photo's name should.
                beside = column not in CAPTION_COLUMNS or (
                    column == "image" and not NAMES.search(cell.casefold())
                )
                if beside and (cell_text := column_text(column, cell)):
                    self._add_other(f"column {column} beside {caption}", {owner}, cell_text)
            _once(first_lines, (image if judged else "", caption), row.line)
            if image != owner and not judged:
                reason = f"beside {image}; the caption stays with its owner {owner}"
                self._problems.append(Problem("owner_differs", raw.file, row.line, caption, reason))
            if "image" in row.fields and not judged and not self.names.known(owner):
                reason = f"{owner} is in no photo folder"
                self._problems.append(Problem("caption_photo_missing", raw.file, row.line, caption, reason))
            if judged:
                self._not_of_test(owner)
            return Caption(caption, owner, number, text, image, row.line)

        captions = self._each(raw, read, lambda row: row.fields["query_id"])
        self.note_unread(raw, lost_lines, judged)
        return captions

    def _meant_by(self, row: TableRow, judged: bool) -> set[str]:
        """Return the photos that a caption may be of, by its id and by the owner that it stands beside."""
        photos = self.meant_photos.by_name(row.fields["query_id"])
        return photos if judged else photos | self.meant_photos.by_name(row.fields.get("image", ""))

    def _add_other(self, caption: str, photos: set[str], text: str) -> bool:
        self.other_texts += [(caption, photo, text) for photo in sorted(photos)]
        return bool(photos)

    def note_unread(self, raw: RawTable, lost_lines: Mapping[int, str], judged: bool = False) -> None:
        """Note for each line that is lost which photos it may speak of."""
        before = {name for files in self.names.files.values() for name in files}
        if raw.there and not raw.usable:
            self._add_unread(before, raw.file, "the file cannot be read")
        lines = (
            {row.line: " ".join(row.fields.values()) for row in raw.rows} | dict(lost_lines)
            if lost_lines
            else {}
        )
        for line, text in sorted(lines.items()):
            photos, has_name = self.meant_photos.in_line(text, owners=judged)
            # What names no photo may be the rest of the row before.
            before = photos if has_name else photos | before
            if line in lost_lines:
                self._add_unread(before, f"{raw.file}:{line}", "the row cannot be read")

    def _add_unread(self, photos: set[str], where: str, reason: str) -> None:
        self.unread += [(photo, where, reason) for photo in sorted(photos)]

    def beside_photos(self, raw: RawTable, captions: list[Caption], part: str) -> pd.DataFrame:
        """Keep the captions that stand beside a usable photo of that part: caption, text and that photo."""
        rows = []
        for caption in captions:
            try:
                self._usable(caption.image, part)
            except BadRowError as bad:
                item = f"{caption.image} + {caption.caption}"
                self._problems.append(Problem(bad.kind, raw.file, caption.line, item, bad.reason))
            else:
                rows.append((caption.caption, caption.text, caption.image))
        return pd.DataFrame(rows, columns=["caption", "text", "photo"], dtype="str")

    def missing_photos(self) -> list[Problem]:
        """Return a problem for each photo that rows name and that lies in no photo folder."""
        return [
            Problem("photo_missing", f"{FOLDERS[part]}/{photo}", None, photo, f"named by {rows:,} rows{hint}")
            for (part, photo), rows in sorted(self._missing.items())
            for hint in [self.names.hint(photo)]
        ]

    def expert_table(self, raw: RawTable) -> pd.DataFrame:
        """Read the experts' scores, whole numbers from 1 to 4."""

        def numbers(fields: dict[str, str]) -> dict[str, object]:
            scores = {name: whole_number(fields[name], name) for name in ("expert1", "expert2", "expert3")}
            for name, score in scores.items():
                if not 1 <= score <= 4:
                    raise BadRowError("score_range", f"{name} is {score}, expected 1 to 4")
            return dict(scores)

        types = dict.fromkeys(("expert1", "expert2", "expert3"), "int64")
        return self._judgements(raw, numbers, types)

    def crowd_table(self, raw: RawTable) -> pd.DataFrame:
        """Read the crowd's votes: share = yes / (yes + no)."""

        def numbers(fields: dict[str, str]) -> dict[str, object]:
            share = finite_number(fields["share"], "share")
            yes, no = whole_number(fields["yes"], "yes"), whole_number(fields["no"], "no")
            if yes < 0 or no < 0:
                raise BadRowError("negative_count", f"yes is {yes} and no is {no}, expected 0 or more")
            if not 0 <= share <= 1:
                raise BadRowError("share_range", f"the share is {share}, expected 0 to 1")
            if yes + no == 0:
                raise BadRowError("share_mismatch", "nobody voted, so there is no share")
            if abs(share - yes / (yes + no)) > SHARE_TOLERANCE:
                raise BadRowError(
                    "share_mismatch",
                    f"the share is {share:g}, but {yes} / ({yes} + {no}) = {yes / (yes + no):.3f}",
                )
            return {"share": yes / (yes + no), "yes": yes, "no": no}

        return self._judgements(raw, numbers, {"share": "float64", "yes": "int64", "no": "int64"})

    def _judgements(
        self,
        raw: RawTable,
        numbers: Callable[[dict[str, str]], dict[str, object]],
        types: dict[str, str],
    ) -> pd.DataFrame:
        first_lines: dict[tuple[str, str], int] = {}

        def read(row: TableRow) -> dict[str, object]:
            photo, caption = photo_name(row.fields["photo"]), row.fields["caption"]
            owner, _ = split_caption_id(caption)
            values = numbers(row.fields)
            _once(first_lines, (photo, caption), row.line)
            self._not_of_test(owner)
            self._usable(photo, "train")
            if self._book.text(caption) is None:
                raise BadRowError("row_text_missing", f"no file has a text for {caption}")
            return {"photo": photo, "caption": caption, **values}

        rows = self._each(raw, read, lambda row: f"{row.fields['photo']} + {row.fields['caption']}")
        table = pd.DataFrame(rows, columns=["photo", "caption", *types])
        return table.astype({"photo": "str", "caption": "str", **types})

    def _usable(self, photo: str, part: str) -> None:
        if photo not in self.names.usable[part]:
            if not self.names.known(photo):
                self._missing[part, photo] += 1
            raise BadRowError("row_photo_missing", f"{photo} is no usable photo of {FOLDERS[part]}/")

    def _not_of_test(self, owner: str) -> None:
        if owner in self.names.test:
            raise BadRowError("row_test_caption", f"{owner} is a test photo; learning from it would leak")

    def _each(self, raw: RawTable, read: Callable[[TableRow], T], name: Callable[[TableRow], str]) -> list[T]:
        results = []
        for row in raw.rows:
            try:
                results.append(read(row))
            except BadRowError as bad:
                self._problems.append(Problem(bad.kind, raw.file, row.line, name(row)[:200], bad.reason))
        return results


def caption_table(captions: list[Caption], part_of: Callable[[str], str]) -> pd.DataFrame:
    """Put each caption once into a table; its part follows from where its owner is."""
    rows = {c.caption: (c.caption, c.photo, c.number, c.text, part_of(c.photo)) for c in captions}
    table = pd.DataFrame(list(rows.values()), columns=["caption", "photo", "number", "text", "part"])
    return table.astype({"caption": "str", "photo": "str", "number": "int64", "text": "str", "part": "str"})


def _once(first_lines: dict[tuple[str, str], int], key: tuple[str, str], line: int) -> None:
    first = first_lines.setdefault(key, line)
    if first != line:
        raise BadRowError("duplicate_row", f"line {first} has it already")
