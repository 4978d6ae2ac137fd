"""A photo that somebody drops, pastes or chooses is what is looked for; nothing of it is kept."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import ValidationError

from withsense_tf.app.page.add_page import CAPTION
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.questions import Question
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.routes.search_routes import similar_to_file
from withsense_tf.common.limits import QUERY_SIGNS

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
# There is no next page: the photo would have to be kept for it.
MOST: Final = 60


@router.post("/by-photo")
def by_photo(
    request: Request,
    service: Service,
    photo: Annotated[UploadFile, File()],
    q: Annotated[str, Form(max_length=QUERY_SIGNS)] = "",
    says: Annotated[str, Form(max_length=QUERY_SIGNS)] = "",
) -> Response:
    """Show photos like one that is sent, or like it and some words; `says` is what it shows."""
    request.state.says = says.strip()
    try:
        description = CAPTION.validate_python(says) if says.strip() else None
    except ValidationError:
        description = None  # it says nothing
    answer = similar_to_file(
        service, photo, q.strip(), MOST, says=description, country=PageReader.of(request).country
    )
    return page(request, "by_photo.html", active="search", answer=answer, question=Question(q.strip()))
