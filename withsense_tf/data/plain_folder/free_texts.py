"""Texts that are neither tables nor side-cars -> evidence: each line for the photos that it names."""

from __future__ import annotations

import posixpath
from typing import Final

from withsense_tf.data.folder.tables import LONGEST_LINE
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import TextLines

# Notes that a person lays beside photos; other endings are those of programs and pages.
NOTES: Final = frozenset({"", ".txt", ".text", ".md", ".nfo", ".caption"})
# A longer note is kept beside no photo: nobody would read it as a caption, and a thousand copies of it take space.
LONGEST_NOTE: Final = 20_000
# Of official splits, which lie beside the captions of Flickr8k and its like.
NO_SPLIT: Final = (
    "a list of {:,} photos; it is no split here, where folds measure on all photos with captions"
)
# Looking for each name in each line takes a time worth a word.
MOST_COMPARED: Final = 50_000_000


def take_free_text(name: str, text: TextLines, lookup: PhotoLookup, findings: Findings) -> None:
    """Add what a text says of photos: a line that names none belongs to the line before.

    A note that names no photo at all may speak of all that lie beside it.
    """
    findings.problems += [problem for problem in text.problems if problem.kind == "file_encoding"]
    folder = posixpath.dirname(name)
    lines = {**dict(text.lines), **text.lost_lines}
    lost_lines = text.lost_lines.keys() | {
        number for number, line in lines.items() if len(line) > LONGEST_LINE
    }
    if len(lines) * len(lookup.meant_photos.long_keys) > MOST_COMPARED:
        findings.lose_file(name, lookup.below(folder), "it is too long to be read line by line")
        return
    # The first lines may be of the photos that the file is called by.
    photos = lookup.meant_photos.by_name(posixpath.splitext(posixpath.basename(name))[0])
    names_any = bool(photos)
    name_lines = [0, 0]  # what is a name alone: of the folder's photos, of others
    for number, line in sorted(lines.items()):
        named_photos, has_name = lookup.meant_photos.in_line(line)
        names_any |= bool(named_photos)
        # Another photo's name ends what was said of the one before.
        photos = named_photos if named_photos or has_name else photos
        if number in lost_lines:
            findings.lose(
                sorted(photos or lookup.below(folder)), f"{name}:{number}", "the line cannot be read"
            )
        elif lookup.photos_named(line, folder):  # a list of names says no more than the names do
            name_lines[0] += 1
        else:
            name_lines[1] += has_name and len(line.split()) == 1
            findings.add_text(f"{name}:{number}", sorted(photos), line.strip())
    if name_lines[0] > 1 and sum(name_lines) == sum(map(bool, map(str.strip, lines.values()))):
        findings.how[name] = NO_SPLIT.format(name_lines[0])
    if lost_lines:
        findings.note("file_not_read", name, f"{len(lost_lines):,} of its lines cannot be read")
    if not names_any:
        _take_note(name, text, lookup.beside(folder), findings)


def _take_note(name: str, text: TextLines, beside: list[str], findings: Findings) -> None:
    if posixpath.splitext(name)[1].lower() not in NOTES or not beside:
        findings.note("file_no_photo", name)
    elif len(text.whole) > LONGEST_NOTE:
        findings.lose_file(
            name, beside, f"as a note on the photos beside it, it is longer than {LONGEST_NOTE:,} signs"
        )
    else:
        findings.note("file_note", name, f"it counts for {len(beside):,} photos")
        findings.add_text(name, beside, " ".join(text.whole.split()))
