"""Which of the texts that speak of a photo are keywords: told by where they stand, as evidence names the place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from withsense_tf.data.embedded.exif_texts import TAGS as EXIF_TAGS
from withsense_tf.data.embedded.file_words import KEYWORD
from withsense_tf.data.embedded.iptc_texts import NAMES as IPTC_NAMES
from withsense_tf.data.embedded.xmp_texts import KEYWORDS as XMP_KEYWORDS

if TYPE_CHECKING:
    import pandas as pd

_IN_FILES: Final = (
    *(where for where, kind in EXIF_TAGS.values() if kind == KEYWORD),
    *(f"IPTC {name}" for name, kind in IPTC_NAMES.values() if kind == KEYWORD),
    *sorted(f"XMP {name}" for _, name in XMP_KEYWORDS),
)
# In the photo's file, in a side-car of it, or in a column of a table; of a column, the text begins with its name.
_OF_FILE: Final = re.compile(rf"(?:side-car )?(?:{'|'.join(_IN_FILES)})(?: \w+)? of ")
_OF_COLUMN: Final = re.compile(r"column (?:keywords?|tags?|теги|ключевые слова) of ")
_BETWEEN: Final = re.compile(r"[,;|]")


def keywords_among(texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the keywords among texts that speak of one photo, each text with its place; each keyword once.

    >>> keywords_among([("IPTC Keywords of a.jpg", "beach"), ("XMP creator of a.jpg", "Ann"),
    ...     ("column tags of a.jpg", "tags . Beach; sunset")])
    ('beach', 'sunset')
    """
    keywords: dict[str, str] = {}
    for where, text in texts:
        if _OF_COLUMN.match(where):
            text = text.partition(" . ")[2]
        elif not _OF_FILE.match(where):
            continue
        for keyword in filter(None, map(str.strip, _BETWEEN.split(text))):
            keywords.setdefault(keyword.casefold(), keyword)
    return tuple(keywords.values())


def keywords_by_photo(other_texts: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the keywords of each photo that has some, by name, of a table of texts that are no captions."""
    places: dict[str, list[tuple[str, str]]] = {}
    for photo, place, text in other_texts[["photo", "caption", "text"]].to_numpy():
        places.setdefault(photo, []).append((place, text))
    return {photo: keywords for photo, texts in places.items() if (keywords := keywords_among(texts))}
