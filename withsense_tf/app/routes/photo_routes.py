"""One photo: what is known of it, and its picture, as far as it may be shown at that very moment."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from withsense_tf.app import questions
from withsense_tf.app.answers import PhotoAnswer
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import CountryParameter, PhotoId, Service, needs, problems
from withsense_tf.app.routes.write_routes import UPLOAD_STATES, UploadAnswer, quarantine_of
from withsense_tf.app.thumbnails import JPEG, WEBP, WIDTHS, PictureCache

router = APIRouter(prefix="/photos", tags=["photos"], dependencies=[needs("read")])
PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The picture, turned upright, without what its file says in words.",
          "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (WEBP, JPEG)}},
    304: {"description": "The picture is still that of `If-None-Match`, and may still be shown."},
}  # fmt: skip


@router.get(
    "/{id}",
    summary="What is known of a photo?",
    response_model=PhotoAnswer,
    responses=problems(400, 404, 451) | UPLOAD_STATES,
)
def photo(service: Service, id: PhotoId, country: CountryParameter = None) -> PhotoAnswer | Response:  # noqa: A002  # as the path has it
    """Its captions, columns and size; 451 where the law withholds it, and 202 while an upload waits to be judged."""
    name = service.ids.read(id)
    # Before the index is asked: the photo may come in meanwhile.
    waits = name is not None and quarantine_of(service).waits(name)
    try:
        return questions.photo(service, id, country)
    except ProblemError as problem:
        if not waits or problem.status != 404:
            raise
        return JSONResponse(UploadAnswer(id=id, state="waiting").model_dump(), 202)


@router.head("/{id}/image", include_in_schema=False)
@router.get(
    "/{id}/image",
    summary="A photo's picture",
    response_class=Response,
    responses={**problems(400, 404, 451), **PICTURES},
)
def image(
    service: Service,
    id: PhotoId,  # noqa: A002  # as the path has it
    width: Annotated[
        int, Query(ge=16, le=4096, description=f"At least so wide, of {', '.join(map(str, WIDTHS))}.")
    ] = 640,
    country: CountryParameter = None,
    accept: Annotated[str, Header()] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The picture in WebP where the browser takes it, else in JPEG; it is asked of the law at each request."""
    thumbnails = PictureCache(service.settings.state_folder / "thumbnails")
    with service.doorway(country) as here:
        file = service.file_of(here, id)
    return thumbnails.answer(file, width, accept, if_none_match)
