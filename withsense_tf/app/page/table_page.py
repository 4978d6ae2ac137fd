"""The light table: photos that somebody collected, and taking the list or a contact sheet along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from withsense_tf.app import questions
from withsense_tf.app.answers import PhotoAnswer
from withsense_tf.app.guards.body_limits import TABLE_PHOTOS
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.search.contact_sheet import contact_sheet
from withsense_tf.search.places import Hit

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
# As many as a table holds, however long their ids are.
Ids = Annotated[str, Form()]
KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "pdf": "application/pdf",
}
# A table program would take what begins so for a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@router.get("/table")
def table(request: Request) -> Response:
    """Show the light table; which photos lie on it the browser knows."""
    return page(request, "table.html", active="table")


@router.post("/table/photos")
def table_photos(request: Request, service: Service, ids: Ids = "") -> Response:
    """Show the photos that were collected, as far as they may be shown now."""
    photos, missing = collection_of(service, ids, PageReader.of(request).country)
    return page(request, "table_photos.html", photos=photos, missing=missing)


@router.post("/table/export")
def export(request: Request, service: Service, kind: Annotated[str, Form()], ids: Ids = "") -> Response:
    """Answer with a file: the list as CSV or JSON, or a contact sheet as PNG or PDF."""
    reader = PageReader.of(request)
    if kind not in KINDS:
        raise ProblemError(400, "no_such_kind", f"A list is exported as {', '.join(KINDS)}.")
    photos, _ = collection_of(service, ids, reader.country)
    content = {"csv": as_csv, "json": as_json}[kind](photos) if kind in ("csv", "json") else b""
    if not content:
        content = as_sheet(service, photos, reader, kind)
    headers = {"Content-Disposition": f'attachment; filename="light-table.{kind}"'}
    return Response(content, headers=headers, media_type=KINDS[kind])


def collection_of(service: PhotoService, ids: str, country: str | None) -> tuple[list[PhotoAnswer], int]:
    """Return the photos with these ids that may be shown, and how many others there are, withheld or gone alike."""
    listing = list(dict.fromkeys(ids.split()))
    if len(listing) > TABLE_PHOTOS:
        raise ProblemError(
            400, "many_photos", f"A light table holds {TABLE_PHOTOS} photos, got {len(listing)}."
        )
    photos = []
    for id_ in listing:
        try:
            photos.append(questions.photo(service, id_, country))
        except ProblemError as problem:
            if problem.status not in (404, 451):
                raise
    return photos, len(listing) - len(photos)


def as_csv(photos: Sequence[PhotoAnswer]) -> bytes:
    """Write photos as a table: name, captions, and a column for each fact."""
    columns = list(dict.fromkeys(name for photo in photos for name in photo.facts))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["id", "name", "captions", *columns])
    for photo in photos:
        captions = " | ".join(caption.text for caption in photo.captions)
        cells = [photo.id, photo.name, captions, *(photo.facts.get(name, "") for name in columns)]
        writer.writerow([_plain(cell) for cell in cells])
    return stream.getvalue().encode("utf-8-sig")


def _plain(cell: str | float) -> str | float:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_json(photos: Sequence[PhotoAnswer]) -> bytes:
    """Write photos as JSON has them."""
    return json.dumps([photo.model_dump() for photo in photos], ensure_ascii=False, indent=1).encode()


def as_sheet(service: PhotoService, photos: Sequence[PhotoAnswer], reader: PageReader, kind: str) -> bytes:
    """Draw a contact sheet; each photo passes the door once more."""
    hits = []
    with service.doorway(reader.country) as here:
        for place, photo in enumerate(photos, start=1):
            file = service.file_of(here, photo.id)
            hits.append(Hit(place, photo.name, file.path, float("nan"), digest=file.digest))
        sheet = contact_sheet([reader.wording("light_table")], hits, [])
    stream = io.BytesIO()
    sheet.save(stream, kind.upper(), **({"resolution": 150.0} if kind == "pdf" else {}))
    return stream.getvalue()
