"""What may be said of photos that may be shown: captions and columns, without what the law would not let stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from withsense_tf.app.answers import Cell
from withsense_tf.app.photo_ids import PhotoIds
from withsense_tf.app.photo_service import Doorway
from withsense_tf.common.limits import parse_json
from withsense_tf.data.embedded.keyword_places import keywords_among
from withsense_tf.data.named import column_text
from withsense_tf.index.brought import author
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, texts_of_photos
from withsense_tf.index.tables.photos_table import live_names_like, live_of_names, photo_records
from withsense_tf.search.said_words import ShownTexts

BEFORE_MARKS: Final = re.compile(
    r"\s+(?=[.,!?;:]+(?:\s|$))|(?<=\w)\s+(?=(?:n['’]t|['’](?:s|re|ve|ll|d|m))(?:[\s.,!?;:]|$))"
)


def texts_of_shown(here: Doorway, ids: PhotoIds, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what is known of photos, by name, as `PhotoAnswer` has it; the door has let each be shown already."""
    listing = list(names)
    known_photos, shown = {}, ShownTexts(here.tables, here.door)
    texts = texts_of_photos(here.tables, live_of_names(listing))
    for photo, name, _, _, facts, *_ in photo_records(here.tables, live_of_names(listing)):
        is_plain, id_of_photo = here.door.is_plain(name), ids.write(name)
        cells = {
            str(column): value if isinstance(value, str) else float(value)
            for column, value in parse_json(facts).items()
            if is_plain or not here.door.refuses(column_text(column, value))
        }
        known_photos[name] = {
            "id": id_of_photo,
            "name": name,
            "captions": [
                {"text": text, "by": author(id_)}
                for id_, text in texts.get((photo, CAPTIONS), ())
                if shown.tells(photo, id_, text)
            ],
            "keywords": list(
                keywords_among(one for one in texts.get((photo, OTHER_TEXTS), ()) if shown.tells(photo, *one))
            ),
            "facts": cells,
            "width": _whole(cells.get("width")),
            "height": _whole(cells.get("height")),
            "image": image_path(id_of_photo, here.door.country),
        }
    return known_photos


def copies_to_name(here: Doorway, name: str) -> list[str]:
    """Return the names of the copies of a photo that may be found, where it may be shown itself."""
    copies = live_names_like(here.tables, name) if here.door.photo(name) else []
    return [copy for copy in copies if here.door.lets_find(copy)]


def caption_text(text: str) -> str:
    """Write a caption without the blanks that data sets have before marks and short endings.

    >>> caption_text("A dog runs to the water 's edge .")
    "A dog runs to the water's edge."
    """
    return BEFORE_MARKS.sub("", text).strip()


def image_path(id_: str, country: str | None) -> str:
    """Return where the picture of a photo is, as its answer's country has it."""
    return f"/api/v1/photos/{id_}/image" + ("" if country is None else f"?country={quote(country)}")


def _whole(value: Cell | None) -> int | None:
    return int(value) if isinstance(value, float | int) and value > 0 else None
