"""A photo that somebody drops, pastes or chooses is what is looked for; nothing of it is kept."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import ValidationError

from withsense_tf.app import questions
from withsense_tf.app.page.add_page import CAPTION
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.own_verdict import first_restricting, refused_for
from withsense_tf.app.page.query_chips import filters_of_form
from withsense_tf.app.questions import Question
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.uploads.quarantine import passing_photo
from withsense_tf.common.limits import QUERY_SIGNS

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
# There is no next page: the photo would have to be kept for it.
MOST: Final = 60
# As long as an address may be that one goes back to.
MOST_SIGNS: Final = 16_000


@router.post("/by-photo")
def by_photo(
    request: Request,
    service: Service,
    photo: Annotated[UploadFile, File()],
    q: Annotated[str, Form(max_length=QUERY_SIGNS)] = "",
    says: Annotated[str, Form(max_length=QUERY_SIGNS)] = "",
    search_fields: Annotated[str, Form(max_length=MOST_SIGNS)] = "",
) -> Response:
    """Show photos like one that is sent, or like it and some words; `says` is what it shows.

    `search_fields` are the fields of the search form, as an address has them: its filters hold here, too.
    """
    request.state.says = says.strip()
    try:
        description = CAPTION.validate_python(says) if says.strip() else None
    except ValidationError:
        description = None  # it says nothing
    fields = parse_qsl(search_fields)
    where = [*(value for name, value in fields if name == "where"), *filters_of_form(dict(fields))]
    country, settings = PageReader.of(request).country, service.settings
    question = Question(q.strip(), MOST, where=tuple(dict.fromkeys(where)), minimum=0.0, country=country)
    with passing_photo(
        photo.file, settings.state_folder, settings.upload_bytes, settings.upload_pixels
    ) as file:
        try:
            answer = questions.find_like_file(
                service, question, file, photo.filename or "", description or ""
            )
        except ProblemError as problem:
            if problem.status == 451:
                texts = (q, description or "")
                request.state.why = refused_for(request, texts, texts[1:], file, photo.filename or "")
                request.state.refused_text = first_restricting(request, texts)[0]
            raise
    return page(request, "by_photo.html", active="search", answer=answer, question=question)
