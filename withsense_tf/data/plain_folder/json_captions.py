"""JSON -> captions and evidence: COCO captions, lists of records, and any other that names photos."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from withsense_tf.common.limits import JSON_BYTES, parse_json
from withsense_tf.data.folder.meant_photos import NAMES
from withsense_tf.data.plain_folder.caption_cells import caption_of
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.grid import Grid, Roles, photos_of, roles_of
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup

LINES: Final = (".jsonl", ".ndjson")
# What COCO writes of a photo beside its captions and says nothing of what it shows.
SILENT: Final = frozenset(
    {"id", "license", "coco_url", "flickr_url", "date_captured", "height", "width", "url"}
)
COCO_DIGITS: Final = 12
PHOTO: Final = "photo"
# So deep in a record is still told from what it belongs to.
MOST_DEPTH: Final = 8
DEEPEST: Final = 100


def json_value(name: str, content: bytes) -> tuple[Any, dict[int, str]]:
    """Return what a JSON file says, and which lines of a file of lines are lost; a ValueError where it is damaged."""
    if len(content) > 4 * JSON_BYTES:
        raise ValueError(f"it is larger than {4 * JSON_BYTES:,} bytes")
    if not name.lower().endswith(LINES):
        return parse_json(content.removeprefix(b"\xef\xbb\xbf")), {}
    values, lost_lines = [], {}
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            values += [parse_json(line)] if line.strip() else []
        except ValueError:
            lost_lines[number] = line.decode("utf-8", errors="replace")
    return values, lost_lines


def take_json(name: str, value: Any, lookup: PhotoLookup, findings: Findings) -> list[tuple[Grid, Roles]]:
    """Add what COCO captions, or a JSON of no known shape, say; return the tables of records, for their rows."""
    if is_coco(value):
        _take_coco(name, value, lookup, findings)
        return []
    own = lookup.of_side_car(name)
    if isinstance(value, dict) and own:
        value = [{**value, PHOTO: photo} for photo in own]
    tables = []
    for records in _record_lists(value, lookup):
        rows = [(n, _flat(record)) for n, record in enumerate(records, start=1)]
        columns = tuple(dict.fromkeys(column for _, cells in rows for column in cells))
        grid = Grid(name, columns, rows)
        if roles := roles_of(grid, lookup):
            tables.append((grid, roles))
            _take_heads(value, photos_of(grid, roles, lookup), findings)
    if not tables and not _take_named(name, value, lookup, findings):
        findings.note("file_no_photo", name)
    return tables


def _take_heads(value: Any, photos: Iterable[str], findings: Findings) -> None:
    """Let what a JSON file says beside its lists, as of the whole album, count for all photos that it names."""
    if isinstance(value, dict):
        heads = {key: one for key, one in value.items() if isinstance(one, str)}
        heads |= value["info"] if isinstance(value.get("info"), dict) else {}
        cells = [
            (column, text) for column, texts in _flat(heads).items() for text in texts if column not in SILENT
        ]
        for photo in photos:
            findings.add_cells(photo, cells)


def is_coco(value: Any) -> bool:
    """Return whether a JSON value has the lists of COCO: `images` and `annotations`."""
    return isinstance(value, dict) and all(
        isinstance(value.get(key), list) for key in ("images", "annotations")
    )


def _take_coco(name: str, value: Mapping[str, Any], lookup: PhotoLookup, findings: Findings) -> None:
    folder = posixpath.dirname(name)
    photos: dict[Any, tuple[str, ...]] = {}
    for image in value["images"]:
        if isinstance(image, dict) and isinstance(image.get("file_name"), str):
            photos[str(image.get("id"))] = lookup.photos_named(image["file_name"], folder)
            for column, texts in _flat(image).items():
                if column not in SILENT and column != "file_name":
                    for photo in photos[str(image.get("id"))]:
                        findings.add_cells(photo, [(column, text) for text in texts])
    every = sorted({photo for some in photos.values() for photo in some}) or lookup.below(folder)
    _take_heads(value, every, findings)
    labels = {
        str(one.get("id")): str(one.get("name"))
        for one in value.get("categories") or ()
        if isinstance(one, dict)
    }
    without_photo = bad = 0
    for annotation in value["annotations"]:
        if not isinstance(annotation, dict) or "image_id" not in annotation:
            bad += 1
            continue
        key = str(annotation["image_id"])
        own = (
            photos[key]
            if key in photos
            else lookup.photos_named(key.zfill(COCO_DIGITS)) or lookup.photos_named(key)
        )
        without_photo += not own
        text = annotation.get("caption")
        caption = caption_of(text) if isinstance(text, str) else ""
        if caption and len(own) == 1:
            findings.add_caption(own[0], caption, name)
        else:
            findings.add_text(name, own, text if isinstance(text, str) else "")
        label = labels.get(str(annotation.get("category_id")), "")
        findings.add_text(name, own, label)
        if text is not None and not isinstance(text, str):
            findings.lose(own or every, name, "a caption is no text")
            bad += 1
    if bad:
        findings.note(
            "file_not_read", name, f"{bad:,} annotations have no photo, or a caption that is no text"
        )
        findings.lose(every, name, f"{bad:,} annotations cannot be read")
    if without_photo:
        findings.note(
            "row_no_photo", name, f"{without_photo:,} annotations are of photos that are not in the folder"
        )


def _record_lists(value: Any, lookup: PhotoLookup) -> Iterator[list[dict[str, Any]]]:
    """Yield the lists of objects in a JSON value, or its object whose keys are names of photos."""
    if isinstance(value, list):
        if records := [one for one in value if isinstance(one, dict)]:
            yield records
    elif isinstance(value, dict):
        if keys := [key for key in value if lookup.photos_named(key)]:
            yield [_with_key(key, value[key]) for key in keys]
            return
        if any(isinstance(one, str) and NAMES.search(one.casefold()) for one in value.values()):
            yield [value]
        for one in value.values():
            yield from _record_lists(one, lookup) if isinstance(one, list) else ()


def _with_key(key: str, value: Any) -> dict[str, Any]:
    return {**value, PHOTO: key} if isinstance(value, dict) else {PHOTO: key, "caption": value}


def _flat(value: Any, column: str = "", depth: int = 0) -> dict[str, tuple[str, ...]]:
    """Return the texts in a JSON value by the names that they stand under; short ones of a list are one text."""
    cells: dict[str, tuple[str, ...]] = {}
    if isinstance(value, dict) and depth < MOST_DEPTH:
        parts = [_flat(one, str(key), depth + 1) for key, one in value.items()]
    elif isinstance(value, list) and depth < MOST_DEPTH and not all(isinstance(one, str) for one in value):
        parts = [_flat(one, column, depth + 1) for one in value]
    elif isinstance(value, list) and depth < MOST_DEPTH:
        texts = [one for one in value if one.strip()]
        many = any(" " in one.strip() for one in texts)
        parts = [{column: tuple(texts) if many else (", ".join(texts),)}] if texts else []
    else:
        text = "" if value is None else value
        text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        parts = [{column: (text,)}] if text.strip() else []
    for part in parts:
        for name, texts_of_part in part.items():
            cells[name] = (*cells.get(name, ()), *texts_of_part)
    return cells


def _take_named(name: str, value: Any, lookup: PhotoLookup, findings: Findings, depth: int = 0) -> bool:
    """Let each innermost part of a JSON value that names photos count for the law; return whether any does."""
    if not isinstance(value, dict | list):
        return False
    if depth > DEEPEST:
        findings.lose_file(name, lookup.below(posixpath.dirname(name)), "it is nested too deeply")
        return True
    children = list(value.values()) if isinstance(value, dict) else value
    strings = [
        one for one in (*children, *(value if isinstance(value, dict) else ())) if isinstance(one, str)
    ]
    # A name may be as long as a path, a text as long as it likes.
    named_photos = {
        photo
        for one in strings
        if len(one) < 4_096
        for photo in lookup.photos_named(one, posixpath.dirname(name))
    }
    if not named_photos:
        return sum(_take_named(name, child, lookup, findings, depth + 1) for child in children) > 0
    for column, texts in _flat(value).items():
        for photo in sorted(named_photos):
            findings.add_cells(photo, [(column or "value", text) for text in texts])
    return True
