"""What else speaks of the photos of a folder: their names, the columns of `photos.csv`, the words in their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from withsense_tf.data.embedded.file_captions import captions_in_files
from withsense_tf.data.embedded.file_words import DESCRIPTION, NOTHING, Embedded
from withsense_tf.data.folder.meant_photos import NAMES
from withsense_tf.data.folder.table_rows import Caption, FileReader
from withsense_tf.data.folder.tables import RawTable
from withsense_tf.data.named import own_texts
from withsense_tf.data.photo_facts import IMAGE

# The ids of captions have nine digits at most.
MOST_NUMBER: Final = 999_999_999


def add_evidence(
    reader: FileReader, captions: Sequence[Caption], photos: pd.DataFrame, columns: RawTable
) -> list[Caption]:
    """Add names, columns and embedded texts to the reader's evidence; return the captions of photo files.

    `photos` are the names, digests and embedded texts of all files, of those too that are left out as copies.
    """
    words_in_files: dict[str, Embedded] = {}
    for photo, found_there in zip(photos["photo"], photos["embedded"], strict=True):
        words_in_files[photo] = found_there + words_in_files.get(photo, NOTHING)
    own: dict[str, list[Caption]] = {}
    for caption in captions:
        own.setdefault(caption.photo, []).append(caption)
    names = {*(name for files in reader.names.files.values() for name in files), *own}
    for name in sorted(names):
        reader.other_texts += [(where, name, text) for where, text in own_texts(name)]
    _add_columns(reader, columns, own)
    digests = dict(zip(photos["photo"], photos["digest"], strict=True))
    file_words = words_of_files(words_in_files, digests, own)
    reader.unread += file_words.unread
    reader.other_texts += file_words.other_texts
    return file_words.captions


@dataclass(frozen=True)
class FileWords:
    """What photo files say: captions, other texts (where, photo, text), and what cannot be read of them."""

    captions: list[Caption]
    other_texts: list[tuple[str, str, str]]
    unread: list[tuple[str, str, str]]


def words_of_files(
    words_in_files: Mapping[str, Embedded], digests: Mapping[str, str], own: Mapping[str, list[Caption]]
) -> FileWords:
    """Tell the captions in photo files, numbered behind those that photos have (`own`), from what else is there."""
    known_captions = {photo: [caption.text for caption in some] for photo, some in own.items()}
    file_captions = captions_in_files(words_in_files, digests, known_captions)
    file_words = FileWords([], [], [])
    for photo, one in words_in_files.items():
        file_words.unread.extend((photo, f"{where} of {photo}", reason) for where, reason in one.unread)
        after = max((caption.number for caption in own.get(photo, ())), default=-1)
        new = file_captions.get(photo, []) if after < MOST_NUMBER - len(one.texts) else []
        file_words.captions.extend(
            Caption(f"{photo}#{number}", photo, number, text, photo, 0)
            for number, text in enumerate(new, start=after + 1)
        )
        captions_of = {*new, *known_captions.get(photo, ())}
        file_words.other_texts.extend(
            (f"{text.where} of {photo}", photo, text.text)
            for text in one.texts
            if text.kind != DESCRIPTION or text.text not in captions_of
        )
    return file_words


def _add_columns(reader: FileReader, columns: RawTable, own: dict[str, list[Caption]]) -> None:
    """Add the cells of `photos.csv` as evidence of the photo of their row, or of all photos that the row may mean."""
    reader.note_unread(columns, columns.unread)
    usable = reader.names.usable_names
    for row in columns.rows:
        name = row.fields[IMAGE]
        photos = {name} if name in usable else reader.meant_photos.by_name(name) | ({name} & own.keys())
        cells = [(column, cell) for column, cell in row.fields.items() if column != IMAGE]
        if not photos and not NAMES.search(name.casefold()):
            # Where a column has another's name, the photo may stand in any.
            photos, cells = (
                reader.meant_photos.in_line(" ".join(row.fields.values()))[0],
                list(row.fields.items()),
            )
        for photo in sorted(photos):
            texts = [one for one in own_texts(photo, cells) if one[0] != f"name of {photo}"]
            reader.other_texts += [(where, photo, text) for where, text in texts]
