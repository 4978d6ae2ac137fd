"""What the files of a folder say of its photos: captions, other texts, facts, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.named import own_texts
from withsense_tf.data.photo_facts import cell_fact
from withsense_tf.data.pictures.exif import Facts

# A longer cell is no value to filter by.
LONGEST_FACT: Final = 200
# What a source is called that is no file of its own.
SIDE_TEXTS, SIDE_XMP = "text side-cars", "XMP side-cars"


@dataclass
class Findings:
    """What was read so far.

    - `captions`: by photo, each text with the source that had it first
    - `sources`: by source, which photos it has captions of, and how many
    - `other_texts`: where, photo, text; `unread`: photo, where, reason; both count for the law
    - `facts`: by photo
    - `how`: by table, how it was read
    - `keywords`: the photos whose files, or XMP side-cars, have some
    """

    captions: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, dict[str, int]] = field(default_factory=dict)
    other_texts: dict[tuple[str, str, str], None] = field(default_factory=dict)
    unread: dict[tuple[str, str, str], None] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    keywords: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def add_caption(self, photo: str, text: str, source: str) -> None:
        """Add a caption; what another source said in the same words is one caption."""
        self.captions.setdefault(photo, {}).setdefault(text, source)
        self.count(photo, source)

    def count(self, photo: str, source: str) -> None:
        """Count a caption of a source."""
        by_photo = self.sources.setdefault(source, {})
        by_photo[photo] = by_photo.get(photo, 0) + 1

    def add_text(self, where: str, photos: Iterable[str], text: str) -> None:
        """Add a text that counts for the law alone."""
        if any(map(str.isalpha, text)) or not text.isascii():
            for photo in photos:
                self.other_texts[where, photo, text] = None

    def add_cells(self, photo: str, cells: Iterable[tuple[str, str]]) -> None:
        """Add what cells say of a photo under the names of their columns, for the law."""
        for where, text in own_texts(photo, cells):
            if where != f"name of {photo}":
                self.other_texts[where, photo, text] = None

    def add_facts(self, table_facts: Mapping[str, Mapping[str, str | None]]) -> None:
        """Add the facts of one table, by photo; what an earlier table said stands. None is no one value."""
        for photo, cells in table_facts.items():
            own = self.facts.setdefault(photo, {})
            for column, text in cells.items():
                if text and len(text) <= LONGEST_FACT:
                    own.setdefault(column, cell_fact(column, text))

    def lose(self, photos: Iterable[str], where: str, reason: str) -> None:
        """Note that something cannot be read that may speak of these photos."""
        for photo in photos:
            self.unread[photo, where, reason] = None

    def lose_file(self, file: str, photos: Iterable[str], reason: str) -> None:
        """Note that a whole file cannot be read."""
        self.problems.append(Problem("file_not_read", file, None, file, reason))
        self.lose(photos, file, f"the file cannot be read: {reason}")

    def note(self, kind: str, file: str, reason: str = "", line: int | None = None, item: str = "") -> None:
        """Write a problem down."""
        self.problems.append(Problem(kind, file, line, item[:200] or file, reason))
