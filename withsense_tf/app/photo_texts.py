"""What may be said of photos that may be shown: captions and columns, without what the law would not let stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from withsense_tf.app.answers import Cell
from withsense_tf.app.photo_ids import PhotoIds
from withsense_tf.app.photo_service import Doorway
from withsense_tf.common.limits import parse_json
from withsense_tf.data.named import column_text
from withsense_tf.index.brought import BY_USER
from withsense_tf.index.tables.captions_table import CAPTIONS, texts_of_photos
from withsense_tf.index.tables.photos_table import live_of_names, photo_records


def texts_of_shown(here: Doorway, ids: PhotoIds, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what is known of photos, by name, as `PhotoAnswer` has it; the door has let each be shown already."""
    listing = list(names)
    known_photos = {}
    texts = texts_of_photos(here.tables, live_of_names(listing))
    for photo, name, _, _, facts, *_ in photo_records(here.tables, live_of_names(listing)):
        is_plain, id_of_photo = _is_plain(here, name), ids.write(name)
        cells = {
            str(column): value if isinstance(value, str) else float(value)
            for column, value in parse_json(facts).items()
            if is_plain or not here.door.refuses(column_text(column, value))
        }
        known_photos[name] = {
            "id": id_of_photo,
            "name": name,
            "captions": [
                {"text": text, "by": by}
                for id_, text in texts.get((photo, CAPTIONS), ())
                for by in [author(id_)]
                if is_plain or not here.door.refuses(f"{text} . {by or ''}")
            ],
            "facts": cells,
            "width": _whole(cells.get("width")),
            "height": _whole(cells.get("height")),
            "image": image_path(id_of_photo, here.door.country),
        }
    return known_photos


def _is_plain(here: Doorway, name: str) -> bool:
    """Return whether none of a photo's texts speaks of what the law protects, as it was judged.

    Of what a person allowed, or a permission lets be shown, single texts may, and so where some votes do not suffice.
    """
    decision = here.door.decision(name)
    if decision is None:
        return here.door.rule.rule == "none"
    return not decision.restricted and not decision.by_hand and not decision.votes


def author(caption: str) -> str | None:
    """Return who said a caption, by its id, where a user of the API did.

    >>> author("a.jpg#by Ann 0123456789abcdef"), author("a.jpg#2")
    ('Ann', None)
    """
    match = BY_USER.search(caption)
    return None if match is None else match["who"]


def image_path(id_: str, country: str | None) -> str:
    """Return where the picture of a photo is, as its answer's country has it."""
    return f"/api/v1/photos/{id_}/image" + ("" if country is None else f"?country={quote(country)}")


def _whole(value: Cell | None) -> int | None:
    return int(value) if isinstance(value, float | int) and value > 0 else None
